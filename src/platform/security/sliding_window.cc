#include "platform/security/sliding_window.h"

#include <algorithm>

namespace pharos::security {
namespace {
using std::chrono::nanoseconds;

/// Rounded up, so that the parts are never shorter than the window.
nanoseconds part_of(nanoseconds window) {
  return nanoseconds((window.count() + SlidingWindow::kParts - 1) / SlidingWindow::kParts);
}

std::int64_t number_at(base::SteadyTime time, nanoseconds window) {
  const std::int64_t since = nanoseconds(time.time_since_epoch()).count();
  const std::int64_t part = part_of(window).count();
  return since >= 0 ? since / part : -((-since + part - 1) / part);
}

/// Rounded up: it lets through a little less, never more.
nanoseconds interval_of(nanoseconds window, std::int64_t limit) {
  return nanoseconds((window.count() + limit - 1) / limit);
}

}  // namespace

std::int64_t SlidingWindow::used(base::SteadyTime now, nanoseconds window) {
  const std::int64_t oldest = number_at(now, window) - kParts;
  std::erase_if(parts_, [&](const Part& part) { return part.number < oldest; });
  std::int64_t sum = 0;
  for (const Part& part : parts_) sum += part.count;
  return sum;
}

void SlidingWindow::add(base::SteadyTime now, nanoseconds window, std::int64_t cost) {
  const std::int64_t number = number_at(now, window);
  if (parts_.empty() || parts_.back().number != number) parts_.push_back({.number = number});
  parts_.back().count += cost;
}

void SlidingWindow::give_back(std::int64_t cost) {
  while (cost > 0 && !parts_.empty()) {
    const std::int64_t taken = std::min(cost, parts_.back().count);
    parts_.back().count -= taken;
    cost -= taken;
    if (parts_.back().count == 0) parts_.pop_back();
  }
}

nanoseconds SlidingWindow::wait_until_used(std::int64_t allowed, base::SteadyTime now, nanoseconds window) {
  std::int64_t counts = used(now, window);
  if (counts <= allowed) return nanoseconds(0);
  for (const Part& part : parts_) {
    counts -= part.count;
    if (counts > allowed) continue;
    const nanoseconds out_at = part_of(window) * (part.number + kParts + 1);
    return out_at - nanoseconds(now.time_since_epoch());
  }
  return window;  // not even an empty window has room for it
}

std::int64_t SmoothRate::left(base::SteadyTime now, nanoseconds window, std::int64_t limit) const {
  const nanoseconds interval = interval_of(window, limit);
  const nanoseconds owed = std::max(empty_at_, now) - now;
  return std::max<std::int64_t>(0, (interval * limit - owed) / interval);
}

void SmoothRate::add(base::SteadyTime now, nanoseconds window, std::int64_t limit, std::int64_t cost) {
  empty_at_ = std::max(empty_at_, now) + interval_of(window, limit) * cost;
}

void SmoothRate::give_back(nanoseconds window, std::int64_t limit, std::int64_t cost) {
  empty_at_ -= interval_of(window, limit) * cost;
}

nanoseconds SmoothRate::wait_until_left(std::int64_t wanted, base::SteadyTime now, nanoseconds window,
                                        std::int64_t limit) const {
  const nanoseconds interval = interval_of(window, limit);
  const nanoseconds owed = std::max(empty_at_, now) - now;
  return std::max(nanoseconds(0), owed - interval * (limit - wanted));
}

}  // namespace pharos::security
