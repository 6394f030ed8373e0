// When a failed node is tried again, and how long to wait before that.
#pragma once

#include <chrono>
#include <exception>
#include <functional>

#include "core/base/clock.h"

namespace pharos::graph {

/// Failures that trying again may cure: a server's answer 429 or 5xx (base::StatusError), any other
/// base::Error kUnavailable or kTimeout, a connection's own system_error, and a std::runtime_error of no
/// special kind. Of a subgraph's NodeError: what its node threw. Never a programmer's mistake, and never what
/// was cancelled.
bool is_transient(const std::exception_ptr& failure);

/// Of a node with several policies the first that takes a failure counts, and no other.
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
