#include "platform/http/handler.h"

#include "core/base/text.h"
#include "platform/security/strict_json.h"

namespace pharos::http::detail {
namespace {

std::string_view media_type(const Request& request) {
  const std::string_view field = request.headers.get("Content-Type");
  return base::trim(field.substr(0, field.find(';')));
}

}  // namespace

NamedTexts form_of(const Request& request) {
  if (!equal_ignoring_case(media_type(request), "application/x-www-form-urlencoded")) {
    throw base::Error(base::Code::kUnsupported,
                      "send a form: Content-Type: application/x-www-form-urlencoded");
  }
  auto pairs = decode_form(request.body);
  if (!pairs) throw InputError({{.place = "body", .message = "is no form in UTF-8"}});
  return std::move(*pairs);
}

boost::json::value json_of(const Request& request) {
  const std::string_view type = media_type(request);
  if (!type.empty() && !equal_ignoring_case(type, "application/json") && !type.ends_with("+json")) {
    throw base::Error(base::Code::kUnsupported, "send JSON: Content-Type: application/json");
  }
  if (request.body.empty()) throw InputError({{.place = "body", .message = "is missing: send JSON"}});
  return security::parse_strict_json(request.body, "the body");
}

NamedTexts query_of(const Request& request) {
  auto pairs = decode_form(request.query);
  if (!pairs) throw InputError({{.place = "query", .message = "is not percent-encoded UTF-8"}});
  return std::move(*pairs);
}

}  // namespace pharos::http::detail
