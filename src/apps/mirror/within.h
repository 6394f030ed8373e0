// Waits for a coroutine at most so long, even when it takes no notice of being cancelled.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/task.h"
#include "core/graph/wakeup.h"

namespace pharos::mirror {

/// The task's result, or base::Error (kTimeout) after `limit`. A task that goes on must own what it uses. For
/// an executor that runs one thing at a time.
template <class T>
base::Task<T> within(base::Clock& clock, base::Duration limit, base::Task<T> task) {
  struct Race {
    std::optional<T> result;
    std::exception_ptr failure;
    bool finished = false;
    bool expired = false;
    boost::asio::cancellation_signal stop_task;
    boost::asio::cancellation_signal stop_timer;
    graph::Wakeup changed;
  };
  auto race = std::make_shared<Race>();
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(
      executor, std::move(task),
      boost::asio::bind_cancellation_slot(race->stop_task.slot(),
                                          [race](std::exception_ptr failure, std::optional<T> result) {
                                            race->failure = std::move(failure);
                                            race->result = std::move(result);
                                            race->finished = true;
                                            race->changed.notify();
                                          }));
  boost::asio::co_spawn(
      executor, clock.sleep_until(clock.now() + limit),
      boost::asio::bind_cancellation_slot(race->stop_timer.slot(), [race](std::exception_ptr failure) {
        if (failure) return;
        race->expired = true;
        race->changed.notify();
      }));
  while (!race->finished && !race->expired) co_await race->changed.wait();
  race->stop_timer.emit(boost::asio::cancellation_type::terminal);
  if (!race->finished) {
    race->stop_task.emit(boost::asio::cancellation_type::terminal);
    throw base::Error(base::Code::kTimeout, "it took longer than its limit");
  }
  if (race->failure) std::rethrow_exception(race->failure);
  co_return std::move(*race->result);
}

}  // namespace pharos::mirror
