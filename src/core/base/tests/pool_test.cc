#include "core/base/pool.h"

#include <memory>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::base {
namespace {
namespace asio = boost::asio;

TEST(Pool, WorkRunsOnItsThreadsAndTheCallerGoesOnWhereItWas) {
  Pool pool("cpu", 2);
  asio::io_context loop;
  std::thread::id worked_on;
  std::thread::id resumed_on;
  int answer = 0;
  auto caller = [&]() -> Task<void> {
    answer = co_await run_on(pool, [&] {
      worked_on = std::this_thread::get_id();
      return 42;
    });
    resumed_on = std::this_thread::get_id();
  };
  asio::co_spawn(loop, caller(), [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
  loop.run();
  EXPECT_EQ(answer, 42);
  EXPECT_NE(worked_on, std::this_thread::get_id());
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
  EXPECT_EQ(pool.name(), "cpu");
  EXPECT_EQ(pool.threads(), 2);
}

TEST(Pool, WhatTheWorkThrowsReachesTheCaller) {
  Pool pool("cpu", 1);
  asio::io_context loop;
  std::string message;
  auto caller = [&]() -> Task<void> {
    try {
      co_await run_on(pool, [] { throw Error(Code::kInternal, "broken"); });
    } catch (const Error& error) {
      message = error.what();
    }
  };
  asio::co_spawn(loop, caller(), [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
  loop.run();
  EXPECT_EQ(message, "broken");
}

TEST(Pool, WhatTheWorkHoldsIsGoneBeforeTheCallerGoesOn) {
  Pool pool("cpu", 1);
  asio::io_context loop;
  std::weak_ptr<int> held;
  bool is_gone = false;
  auto caller = [&]() -> Task<void> {
    auto thing = std::make_shared<int>(7);
    held = thing;
    auto work = [thing = std::move(thing)] { return *thing; };
    co_await run_on(pool, std::move(work));
    is_gone = held.expired();
  };
  for (int i = 0; i < 1000; ++i) {
    asio::co_spawn(loop, caller(), [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
    loop.run();
    loop.restart();
    ASSERT_TRUE(is_gone) << "in try " << i;
  }
}

TEST(Pool, ResultsThatCanOnlyBeMovedAreMoved) {
  Pool pool("cpu", 1);
  asio::io_context loop;
  std::unique_ptr<int> result;
  auto caller = [&]() -> Task<void> {
    result = co_await run_on(pool, [] { return std::make_unique<int>(7); });
  };
  asio::co_spawn(loop, caller(), [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
  loop.run();
  EXPECT_EQ(*result, 7);
}

}  // namespace
}  // namespace pharos::base
