#include "core/base/error.h"

namespace pharos::base {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidInput:
      return "invalid_input";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kForbidden:
      return "forbidden";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kTooLarge:
      return "too_large";
    case Code::kLimited:
      return "limited";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kTimeout:
      return "timeout";
    case Code::kCancelled:
      return "cancelled";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

bool is_users_mistake(Code code) {
  switch (code) {
    case Code::kInvalidInput:
    case Code::kUnauthenticated:
    case Code::kForbidden:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kTooLarge:
    case Code::kLimited:
    case Code::kUnsupported:
      return true;
    case Code::kTimeout:
    case Code::kCancelled:
    case Code::kUnavailable:
    case Code::kInternal:
      return false;
  }
  return false;
}

}  // namespace pharos::base
