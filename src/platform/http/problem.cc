#include "platform/http/problem.h"

#include <fmt/format.h>

#include "core/base/json.h"
#include "platform/security/limited_error.h"

namespace pharos::http {
namespace {

namespace json = boost::json;

std::string sentence_of(const std::vector<FieldError>& errors) {
  if (errors.empty()) return "the request is not valid";
  if (errors.size() == 1) return fmt::format("{}: {}", errors[0].place, errors[0].message);
  return fmt::format("{}: {} (and {} more, see errors)", errors[0].place, errors[0].message,
                     errors.size() - 1);
}

Response answer(int status, std::string_view code, std::string_view detail, const Request& request,
                json::array errors = {}) {
  json::object body{{"type", "about:blank"},
                    {"title", reason_of(status)},
                    {"status", status},
                    {"detail", detail},
                    {"instance", request.path},
                    {"code", code},
                    {"correlation_id", request.id}};
  if (!errors.empty()) body["errors"] = std::move(errors);
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = base::compact_json(body),
          .stream = {}};
}

}  // namespace

InputError::InputError(std::vector<FieldError> errors)
    : Error(base::Code::kInvalidInput, sentence_of(errors)), errors_(std::move(errors)) {}

int status_of(base::Code code) {
  switch (code) {
    case base::Code::kInvalidInput:
      return 422;
    case base::Code::kUnauthenticated:
      return 401;
    case base::Code::kForbidden:
      return 403;
    case base::Code::kNotFound:
      return 404;
    case base::Code::kConflict:
      return 409;
    case base::Code::kTooLarge:
      return 413;
    case base::Code::kUnsupported:
      return 415;
    case base::Code::kLimited:
      return 429;
    case base::Code::kTimeout:
      return 504;
    case base::Code::kCancelled:
    case base::Code::kUnavailable:
      return 503;
    case base::Code::kInternal:
      return 500;
  }
  return 500;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Error";
  }
}

Response problem_of(const std::exception_ptr& thrown, const Request& request) {
  try {
    std::rethrow_exception(thrown);
  } catch (const InputError& error) {
    json::array errors;
    for (const FieldError& each : error.errors()) {
      errors.push_back(json::object{{"place", each.place}, {"message", each.message}});
    }
    return answer(422, base::code_name(error.code()), error.what(), request, std::move(errors));
  } catch (const RefusedError& error) {
    Response response = answer(status_of(error.code()), base::code_name(error.code()), error.what(), request);
    response.headers.append(error.headers());
    return response;
  } catch (const security::LimitedError& error) {
    Response response = answer(429, base::code_name(error.code()), error.what(), request);
    response.headers.add("Retry-After", std::to_string(error.retry_after().count()));
    return response;
  } catch (const base::Error& error) {
    if (error.code() == base::Code::kInternal) {
      return answer(500, "internal", "something went wrong here; the log has it under the correlation id",
                    request);
    }
    Response response = answer(status_of(error.code()), base::code_name(error.code()), error.what(), request);
    if (response.status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    if (response.status == 503) response.headers.add("Retry-After", "1");
    return response;
  } catch (...) {
    return answer(500, "internal", "something went wrong here; the log has it under the correlation id",
                  request);
  }
}

Response problem(int status, std::string_view detail, const Request& request) {
  std::string code;
  for (const char letter : reason_of(status)) {
    code += letter == ' ' ? '_' : static_cast<char>(letter | 0x20);
  }
  return answer(status, code, detail, request);
}

}  // namespace pharos::http
