// A server's answer that is no success.
#pragma once

#include <string>

#include "core/base/error.h"

namespace pharos::base {

/// An HTTP status that may be another one next time: 408, 429, and 5xx but what the server will never do
/// (501, 505).
bool is_transient_status(int status);

/// Thrown by whoever calls a server. Its code follows from the status: kUnavailable for what may pass.
class StatusError : public Error {
 public:
  StatusError(int status, const std::string& message);

  int status() const noexcept { return status_; }

 private:
  int status_;
};

}  // namespace pharos::base
