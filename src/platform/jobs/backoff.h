// How long to wait before a job is attempted again.
#pragma once

#include <functional>
#include <vector>

#include "core/base/clock.h"

namespace pharos::jobs {

/// The wait before attempt number `next_attempt` (2 is the first retry); `random` is in [0, 1).
using Backoff = std::function<base::Duration(std::int64_t next_attempt, double random)>;

/// A random share of a time that grows by `factor` from `first` up to `longest`: those who failed together do
/// not come back together (full jitter).
Backoff full_jitter(base::Duration first = std::chrono::seconds(1), double factor = 2.0,
                    base::Duration longest = std::chrono::minutes(5));

/// These times, each shortened at random by up to a fifth; the last one from then on.
Backoff on_schedule(std::vector<base::Duration> waits);

}  // namespace pharos::jobs
