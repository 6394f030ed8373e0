// The one error type of Pharos: a code that says what kind of failure it is, and a sentence that helps.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace pharos::base {

/// What kind of failure an Error is. Each front end (command line, HTTP) maps these in one place.
enum class Code {
  kInvalidInput,     ///< the caller's data or arguments are wrong
  kUnauthenticated,  ///< nobody knows who the caller is
  kForbidden,        ///< the caller may not do that
  kNotFound,         ///< what was named does not exist, or not for this caller
  kConflict,         ///< the state of things forbids it now
  kTooLarge,         ///< over a documented limit
  kLimited,          ///< too often; asking later helps
  kUnsupported,      ///< a format or feature that Pharos does not have
  kTimeout,          ///< a time limit ran out
  kCancelled,        ///< the caller asked to stop
  kUnavailable,      ///< something needed is missing or does not answer; trying again may help
  kInternal,         ///< our own mistake
};

/// The code's name as users see it in JSON: `invalid_input`, `not_found`, ...
std::string_view code_name(Code code);

/// True when the person who asked can mend it by asking differently (exit code 2, HTTP 4xx).
bool is_users_mistake(Code code);

/// Thrown by every part of Pharos. The message says what is wrong and how to mend it, in one sentence.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}

  Code code() const noexcept { return code_; }

 private:
  Code code_;
};

}  // namespace pharos::base
