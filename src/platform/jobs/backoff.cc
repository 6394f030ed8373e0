#include "platform/jobs/backoff.h"

#include <algorithm>
#include <cmath>

namespace pharos::jobs {
namespace {

using Seconds = std::chrono::duration<double>;

base::Duration of_seconds(double seconds) {
  return std::chrono::duration_cast<base::Duration>(Seconds(seconds));
}

}  // namespace

Backoff full_jitter(base::Duration first, double factor, base::Duration longest) {
  return [first = Seconds(first).count(), factor, longest = Seconds(longest).count()](
             std::int64_t next_attempt, double random) {
    const double grown = first * std::pow(factor, static_cast<double>(next_attempt - 2));
    return of_seconds(std::min(grown, longest) * random);
  };
}

Backoff on_schedule(std::vector<base::Duration> waits) {
  return [waits = std::move(waits)](std::int64_t next_attempt, double random) {
    const auto place =
        std::clamp<std::int64_t>(next_attempt - 2, 0, static_cast<std::int64_t>(waits.size()) - 1);
    return of_seconds(Seconds(waits.at(static_cast<std::size_t>(place))).count() * (1.0 - 0.2 * random));
  };
}

}  // namespace pharos::jobs
