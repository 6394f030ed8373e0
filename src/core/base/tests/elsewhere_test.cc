#include "core/base/elsewhere.h"

#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::base {
namespace {
namespace asio = boost::asio;

/// A loop that turns on a thread of its own.
struct Elsewhere : testing::Test {
  ~Elsewhere() override {
    guard.reset();
    thread.join();
  }

  /// Runs a caller here, to its end; gives what it threw.
  std::exception_ptr run(Task<void> caller) {
    std::exception_ptr failure;
    asio::co_spawn(
        here, std::move(caller),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown) { failure = thrown; }));
    here.restart();
    here.run();
    return failure;
  }

  asio::cancellation_signal stop;  ///< the caller's
  asio::io_context here;
  asio::io_context there;
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(there);
  std::thread thread{[this] { there.run(); }};
};

Task<std::thread::id> where() {
  co_return std::this_thread::get_id();
}

Task<int> fail() {
  throw Error(Code::kNotFound, "it is not here");
  co_return 0;
}

Task<int> wait_forever() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
  co_return 0;
}

TEST_F(Elsewhere, ATaskRunsThereAndItsCallerGoesOnHere) {
  auto caller = [](Elsewhere& test) -> Task<void> {
    EXPECT_EQ(co_await run_elsewhere(test.there.get_executor(), where()), test.thread.get_id());
    EXPECT_NE(std::this_thread::get_id(), test.thread.get_id());
  };
  EXPECT_EQ(run(caller(*this)), nullptr);
}

TEST_F(Elsewhere, WhatATaskThrowsReachesItsCaller) {
  auto caller = [](Elsewhere& test) -> Task<void> {
    co_await run_elsewhere(test.there.get_executor(), fail());
  };
  EXPECT_THROW(std::rethrow_exception(run(caller(*this))), Error);
}

TEST_F(Elsewhere, ACallersCancellationReachesTheTask) {
  auto caller = [](Elsewhere& test) -> Task<void> {
    asio::post(test.here, [&test] { test.stop.emit(asio::cancellation_type::terminal); });
    co_await run_elsewhere(test.there.get_executor(), wait_forever());
  };
  EXPECT_THROW(std::rethrow_exception(run(caller(*this))), boost::system::system_error);
}

/// Whoever comes first, nothing is used that has gone.
TEST_F(Elsewhere, ACancellationMayMeetTheEnd) {
  auto caller = [](Elsewhere& test) -> Task<void> {
    asio::post(test.here, [&test] { test.stop.emit(asio::cancellation_type::terminal); });
    co_await run_elsewhere(test.there.get_executor(), where());
  };
  for (int round = 0; round < 500; ++round) run(caller(*this));
}

}  // namespace
}  // namespace pharos::base
