// A Redis, a loop, and a time that only a test moves.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/redis/private_redis.h"
#include "platform/storage/redis/redis.h"

namespace pharos::storage::testing_support {

/// A coroutine on its way.
template <class Result>
struct Asked {
  std::exception_ptr failure;
  Result result;
  bool has_ended = false;
  boost::asio::cancellation_signal stop;
};

/// A loop that runs as far as a test wants it to.
struct LoopTest : testing::Test {
  template <class Result>
  std::shared_ptr<Asked<Result>> start(base::Task<Result> task) {
    const auto asked = std::make_shared<Asked<Result>>();
    auto end = [asked](std::exception_ptr failure, Result result) {
      asked->failure = std::move(failure);
      asked->result = std::move(result);
      asked->has_ended = true;
    };
    boost::asio::co_spawn(io, std::move(task),
                          boost::asio::bind_cancellation_slot(asked->stop.slot(), std::move(end)));
    return asked;
  }
  template <class Result>
  Result finish(const std::shared_ptr<Asked<Result>>& asked) {
    while (!asked->has_ended) io.run_one();
    if (asked->failure) std::rethrow_exception(asked->failure);
    return std::move(asked->result);
  }
  template <class Result>
  Result finish(base::Task<Result> task) {
    return finish(start(std::move(task)));
  }
  void finish(base::Task<void> task) {
    const auto ended = [](base::Task<void> inner) -> base::Task<bool> {
      co_await std::move(inner);
      co_return true;
    };
    finish(start(ended(std::move(task))));
  }
  template <class Result>
  std::string failure_of(const std::shared_ptr<Asked<Result>>& asked, base::Code code) {
    try {
      finish(asked);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), code);
      return error.what();
    }
    return "it went well";
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  base::ManualClock clock;  // nothing takes too long until a test says so
};

}  // namespace pharos::storage::testing_support
