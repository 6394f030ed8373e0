// Coroutines that wait for other coroutines of the same executor, without locks.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include "core/base/task.h"

namespace pharos::graph {

/// One coroutine waits, others wake it. Not thread-safe: everybody runs on one executor, one at a time.
/// A wake-up without a waiter is lost, so wait in a loop on a condition: `while (!done) co_await
/// wakeup.wait()`. Cancelling the waiter wakes it, and its next co_await throws.
class Wakeup {
 public:
  Wakeup() = default;
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Until notify(), or until the waiting coroutine is cancelled.
  auto wait() {
    return boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(
        [this](auto handler) { start(std::move(handler)); }, boost::asio::deferred);
  }
  void notify() {
    if (!waiter_) return;
    slot_.clear();
    // The waiter may destroy this object: nothing of it is touched after the call.
    auto waiter = std::exchange(waiter_, nullptr);
    waiter();
  }

 private:
  template <class Handler>
  void start(Handler handler) {
    slot_ = boost::asio::get_associated_cancellation_slot(handler);
    if (slot_.is_connected()) {
      slot_.assign([this](boost::asio::cancellation_type) { notify(); });
    }
    waiter_ = std::move(handler);
  }

  std::move_only_function<void()> waiter_;
  boost::asio::cancellation_slot slot_;
};

/// Several coroutines wait, all are woken together.
class WaitingRoom {
 public:
  /// Until the next wake_all(), or until cancelled.
  base::Task<void> wait();
  void wake_all();

 private:
  std::vector<std::shared_ptr<Wakeup>> waiting_;
};

}  // namespace pharos::graph
