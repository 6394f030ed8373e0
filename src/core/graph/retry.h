// When a failed node is tried again, and how long to wait before that.
#pragma once

#include <chrono>
#include <exception>
#include <functional>

#include "core/base/clock.h"

namespace pharos::graph {

/// Failures that trying again may cure: base::Error kUnavailable and kTimeout, and a connection's own
/// boost::system::system_error. Never programmer errors.
bool is_transient(const std::exception_ptr& failure);

struct RetryPolicy {
  int max_attempts = 3;  ///< in all, the first included
  base::Duration initial_wait = std::chrono::milliseconds(500);
  double factor = 2.0;
  base::Duration max_wait = std::chrono::seconds(128);
  bool jitter = true;  ///< wait a random share of the interval (full jitter)
  std::function<bool(const std::exception_ptr&)> retries = is_transient;
};

/// The wait before attempt number `next_attempt` (2 is the first retry); `random` is in [0, 1).
base::Duration wait_before(const RetryPolicy& policy, int next_attempt, double random);

}  // namespace pharos::graph
