// Tasks on another executor than their caller's.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/task.h"

namespace pharos::base {

/// Runs `task` on `executor`, a strand or a loop with one thread, and resumes the caller on its own executor
/// with the result, or throws there what the task threw. A cancellation of the caller reaches the task on
/// `executor`.
/// (`co_spawn` with `use_awaitable` is not safe for this in Boost 1.81: a cancellation that is on its way
/// when the task ends is delivered to what is no longer there.)
template <class Executor, class Result>
Task<Result> run_elsewhere(Executor executor, Task<Result> task) {
  namespace asio = boost::asio;
  auto initiate = [](auto handler, Executor there, Task<Result> what) {
    const auto cancel = std::make_shared<asio::cancellation_signal>();
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
      slot.assign([there, cancel](asio::cancellation_type type) {
        asio::post(there, [cancel, type] { cancel->emit(type); });
      });
    }
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    auto ended = [cancel, guard = std::move(guard), handler = std::move(handler)](std::exception_ptr failure,
                                                                                  Result result) mutable {
      const auto back = guard.get_executor();
      asio::post(back, [handler = std::move(handler), failure, result = std::move(result)]() mutable {
        std::move(handler)(failure, std::move(result));
      });
    };
    asio::co_spawn(there, std::move(what), asio::bind_cancellation_slot(cancel->slot(), std::move(ended)));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr, Result)>(
      initiate, asio::use_awaitable, std::move(executor), std::move(task));
}

}  // namespace pharos::base
