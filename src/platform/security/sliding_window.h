// How often something happened within the last while: the two ways of counting that limits are made from.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/base/clock.h"

namespace pharos::security {

/// Never admits more than `limit` in any window, wherever it begins. Counts in sixtieths of the window; the
/// oldest sixtieth counts whole although a part of it is out already, so it admits a little less than it
/// might. Not thread-safe.
class SlidingWindow {
 public:
  static constexpr std::int64_t kParts = 60;

  /// How much counts at `now`. Forgets what does not.
  std::int64_t used(base::SteadyTime now, std::chrono::nanoseconds window);
  void add(base::SteadyTime now, std::chrono::nanoseconds window, std::int64_t cost);
  /// What was added last is undone first.
  void give_back(std::int64_t cost);

  /// How long until no more than `allowed` counts, if nothing is added; zero when that is so now.
  std::chrono::nanoseconds wait_until_used(std::int64_t allowed, base::SteadyTime now,
                                           std::chrono::nanoseconds window);

 private:
  struct Part {
    std::int64_t number = 0;  // of the sixtieth, since the clock's beginning
    std::int64_t count = 0;
  };
  std::vector<Part> parts_;  // oldest first, none empty: most callers have few
};

/// Lets `limit` through at once and then one each time a `limit`th of the window has passed (the generic cell
/// rate algorithm). Smoother than a window, but two windows side by side may hold twice the limit. Not
/// thread-safe.
class SmoothRate {
 public:
  /// How much could come now.
  std::int64_t left(base::SteadyTime now, std::chrono::nanoseconds window, std::int64_t limit) const;
  void add(base::SteadyTime now, std::chrono::nanoseconds window, std::int64_t limit, std::int64_t cost);
  void give_back(std::chrono::nanoseconds window, std::int64_t limit, std::int64_t cost);

  /// How long until `wanted` could come; zero when it could now.
  std::chrono::nanoseconds wait_until_left(std::int64_t wanted, base::SteadyTime now,
                                           std::chrono::nanoseconds window, std::int64_t limit) const;

 private:
  base::SteadyTime empty_at_;  // when nothing of what came counts any more
};

}  // namespace pharos::security
