#include "platform/jobs/bell.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pharos::jobs {
namespace asio = boost::asio;

namespace {

/// One who waits. Woken once: by the bell, by the time, or by being cancelled.
class Waiter {
 public:
  /// Gives false when it has been woken before it began to wait.
  bool begin(std::move_only_function<void()> resume) {
    const std::lock_guard lock(mutex_);
    if (woken_) return false;
    resume_ = std::move(resume);
    return true;
  }
  void wake() {
    std::move_only_function<void()> resume;
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      resume = std::exchange(resume_, nullptr);
    }
    if (resume) resume();
  }

  asio::cancellation_signal stop_timer;  ///< used on the timer's strand only

 private:
  std::mutex mutex_;
  bool woken_ = false;
  std::move_only_function<void()> resume_;  ///< posts: nobody's code runs inside wake()
};

base::Task<void> wake_at(std::shared_ptr<Waiter> waiter, base::Clock& clock, base::SteadyTime when) {
  co_await clock.sleep_until(when);
  waiter->wake();
}

base::Task<void> woken(std::shared_ptr<Waiter> waiter) {
  const auto initiate = [](auto handler, std::shared_ptr<Waiter> waiting) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([held = std::weak_ptr(waiting)](asio::cancellation_type) {
        if (const auto still = held.lock()) still->wake();
      });
    }
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    auto resume = [handler = std::move(handler), guard = std::move(guard), slot]() mutable {
      const auto executor = guard.get_executor();
      asio::post(executor, [handler = std::move(handler), slot]() mutable {
        if (slot.is_connected()) slot.clear();
        std::move(handler)();
      });
    };
    // Shared, because it is needed here too when the waiter takes it no more.
    auto shared = std::make_shared<decltype(resume)>(std::move(resume));
    if (!waiting->begin([shared] { (*shared)(); })) (*shared)();
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate, asio::use_awaitable,
                                                                        std::move(waiter));
}

/// Ends the timer with the wait, however that ends.
struct TimerEnd {
  TimerEnd(asio::strand<asio::any_io_executor> its_strand, std::shared_ptr<Waiter> whose)
      : strand(std::move(its_strand)), waiter(std::move(whose)) {}
  ~TimerEnd() {
    asio::post(strand, [held = waiter] { held->stop_timer.emit(asio::cancellation_type::terminal); });
  }
  TimerEnd(const TimerEnd&) = delete;
  TimerEnd& operator=(const TimerEnd&) = delete;

  asio::strand<asio::any_io_executor> strand;
  std::shared_ptr<Waiter> waiter;
};

}  // namespace

struct Bell::Core {
  mutable std::mutex mutex;
  std::uint64_t rings = 0;
  std::vector<std::weak_ptr<Waiter>> waiting;
  std::size_t tidy_at = 16;

  /// Gives false when it has rung already.
  bool add(const std::shared_ptr<Waiter>& waiter, std::uint64_t heard) {
    const std::lock_guard lock(mutex);
    if (rings != heard) return false;
    if (waiting.size() >= tidy_at) {
      std::erase_if(waiting, [](const auto& each) { return each.expired(); });
      tidy_at = std::max<std::size_t>(16, waiting.size() * 2);
    }
    waiting.push_back(waiter);
    return true;
  }
};

Bell::Bell() : core_(std::make_shared<Core>()) {}

std::uint64_t Bell::rings() const {
  const std::lock_guard lock(core_->mutex);
  return core_->rings;
}

void Bell::ring() const {
  std::vector<std::weak_ptr<Waiter>> waiting;
  {
    const std::lock_guard lock(core_->mutex);
    ++core_->rings;
    waiting.swap(core_->waiting);
  }
  for (const auto& each : waiting) {
    if (const auto waiter = each.lock()) waiter->wake();
  }
}

base::Task<void> Bell::wait(std::uint64_t heard, base::Clock& clock, base::SteadyTime until) const {
  const auto waiter = std::make_shared<Waiter>();
  if (!core_->add(waiter, heard)) co_return;
  if (until == base::SteadyTime::max()) {
    co_await woken(waiter);
    co_return;
  }
  const auto strand = asio::make_strand(co_await asio::this_coro::executor);
  asio::co_spawn(
      strand, wake_at(waiter, clock, until),
      asio::bind_cancellation_slot(waiter->stop_timer.slot(), [waiter](const std::exception_ptr&) {}));
  const TimerEnd end(strand, waiter);
  co_await woken(waiter);
}

}  // namespace pharos::jobs
