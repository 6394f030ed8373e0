// Errors as answers: RFC 9457 problem details.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "platform/http/message.h"

namespace pharos::http {

/// One thing that is wrong with what was sent, and where: `query.limit`, `body.items[2].title`.
struct FieldError {
  std::string place;
  std::string message;
};

/// Everything that is wrong with a request's path, query and body, at once (422).
class InputError : public base::Error {
 public:
  explicit InputError(std::vector<FieldError> errors);
  const std::vector<FieldError>& errors() const { return errors_; }

 private:
  std::vector<FieldError> errors_;
};

/// An error whose answer has header fields of its own, such as Retry-After.
class RefusedError : public base::Error {
 public:
  RefusedError(base::Code code, const std::string& message, Headers headers)
      : Error(code, message), headers_(std::move(headers)) {}
  const Headers& headers() const { return headers_; }

 private:
  Headers headers_;
};

/// The one place where a code becomes a status.
int status_of(base::Code code);
/// `Not Found`, ...
std::string_view reason_of(int status);

/// The answer to an error that was thrown; our own mistakes are told without their words, which are for the
/// log.
Response problem_of(const std::exception_ptr& thrown, const Request& request);
/// A problem that is no exception: the protocol's own statuses.
Response problem(int status, std::string_view detail, const Request& request);

}  // namespace pharos::http
