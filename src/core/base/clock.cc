#include "core/base/clock.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/chrono.h>

namespace pharos::base {
namespace asio = boost::asio;

Task<void> SystemClock::sleep_until(SteadyTime when) {
  asio::steady_timer timer(co_await asio::this_coro::executor, when);
  co_await timer.async_wait(asio::use_awaitable);
}

/// A timer that only `advance` fires: it waits for the end of time and is moved to the past when due.
struct ManualClock::Sleeper {
  Sleeper(const asio::any_io_executor& executor, SteadyTime due_at)
      : when(due_at), timer(executor, std::chrono::steady_clock::time_point::max()) {}

  SteadyTime when;
  asio::steady_timer timer;
};

ManualClock::ManualClock(SteadyTime start, WallTime wall_start) : now_(start), wall_now_(wall_start) {}
ManualClock::~ManualClock() = default;

SteadyTime ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

WallTime ManualClock::wall_now() const {
  const std::lock_guard lock(mutex_);
  return wall_now_;
}

Task<void> ManualClock::sleep_until(SteadyTime when) {
  auto executor = co_await asio::this_coro::executor;
  auto sleeper = std::make_shared<Sleeper>(executor, when);
  {
    const std::lock_guard lock(mutex_);
    if (when <= now_) co_return;
    std::erase_if(sleepers_, [](const auto& other) { return other.expired(); });
    sleepers_.push_back(sleeper);
  }
  auto [failure] = co_await sleeper->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(failure);
}

void ManualClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  now_ += by;
  wall_now_ += std::chrono::duration_cast<WallTime::duration>(by);
  std::erase_if(sleepers_, [this](const std::weak_ptr<Sleeper>& held) {
    const auto sleeper = held.lock();
    if (sleeper && sleeper->when > now_) return false;
    // A timer belongs to its executor's threads: fire it there.
    if (sleeper) asio::post(sleeper->timer.get_executor(), [sleeper] { sleeper->timer.cancel(); });
    return true;
  });
}

std::size_t ManualClock::sleepers() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(sleepers_, [](const auto& sleeper) { return !sleeper.expired(); }));
}

std::string iso8601(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), milliseconds);
}

}  // namespace pharos::base
