#include "platform/security/json_web_token.h"

#include <optional>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/crypto.h"
#include "platform/security/strict_json.h"

namespace pharos::security {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostDepth = 8;
constexpr std::size_t kLongestText = 512;
constexpr std::int64_t kLastTime = 253'402'300'799;  // the end of the year 9999

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, why);
}

std::string decode(std::string_view part) {
  std::optional<std::string> bytes = from_base64(part, Base64::kUrl);
  if (!bytes) refuse("it is not base64url");
  return *std::move(bytes);
}

json::object object_of(std::string_view text) {
  json::value value = parse_strict_json(text, "it", kMostDepth);
  if (!value.is_object()) refuse("a part of it is no JSON object");
  return std::move(value.get_object());
}

}  // namespace

JsonWebToken read_json_web_token(std::string_view token, std::size_t longest) {
  if (token.size() > longest) refuse(fmt::format("it is longer than {} KiB", longest / 1024));
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    refuse("it does not have three parts");
  }
  return {.header = object_of(decode(token.substr(0, first))),
          .claims = decode(token.substr(first + 1, second - first - 1)),
          .signature = decode(token.substr(second + 1)),
          .signed_text = token.substr(0, second)};
}

json::object read_token_claims(const JsonWebToken& token) {
  return object_of(token.claims);
}

const json::string& token_text(const json::object& part, std::string_view name) {
  const json::value* member = part.if_contains(name);
  if (member == nullptr || !member->is_string()) refuse(fmt::format("it has no '{}'", name));
  const json::string& text = member->get_string();
  if (text.empty() || text.size() > kLongestText) refuse(fmt::format("its '{}' is empty or too long", name));
  return text;
}

std::int64_t token_time(const json::object& part, std::string_view name) {
  const json::value* member = part.if_contains(name);
  if (member == nullptr || !member->is_int64() || member->get_int64() < 0 ||
      member->get_int64() > kLastTime) {
    refuse(fmt::format("it has no '{}' that is a whole number", name));
  }
  return member->get_int64();
}

}  // namespace pharos::security
