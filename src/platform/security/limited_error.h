// Too often, and when again.
#pragma once

#include <chrono>
#include <string>

#include "core/base/error.h"

namespace pharos::security {

/// A base::Error (kLimited) that knows when trying again helps: `Retry-After`.
class LimitedError : public base::Error {
 public:
  LimitedError(const std::string& message, std::chrono::seconds retry_after)
      : Error(base::Code::kLimited, message), retry_after_(retry_after) {}

  std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

}  // namespace pharos::security
