#include "core/base/status_error.h"

namespace pharos::base {
namespace {

Code code_of_status(int status) {
  switch (status) {
    case 404:
    case 410:
      return Code::kNotFound;
    case 408:
    case 504:
      return Code::kTimeout;
    case 409:
    case 412:
      return Code::kConflict;
    case 413:
      return Code::kTooLarge;
    case 415:
    case 501:
    case 505:
      return Code::kUnsupported;
    default:
      return is_transient_status(status) ? Code::kUnavailable : Code::kInvalidInput;
  }
}

}  // namespace

bool is_transient_status(int status) {
  if (status == 501 || status == 505) return false;
  return status == 408 || status == 429 || (status >= 500 && status < 600);
}

StatusError::StatusError(int status, const std::string& message)
    : Error(code_of_status(status), message), status_(status) {}

}  // namespace pharos::base
