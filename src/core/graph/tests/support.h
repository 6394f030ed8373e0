// What the tests of this room share: a small state, nodes that leave a trail, and a way to run coroutines.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "core/graph/state_graph.h"

namespace pharos::graph::testing_support {

using namespace std::chrono_literals;
using Items = std::vector<std::string>;

/// `items` usually has a reducer, `x` and `y` never.
struct Trail {
  Items items;
  int x = 0;
  int y = 0;
};
BOOST_DESCRIBE_STRUCT(Trail, (), (items, x, y))

/// A node that appends its name to `items` after `wait`.
inline auto visit_after(std::string name, base::Duration wait) {
  return [name, wait](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.clock().sleep_until(context.clock().now() + wait);
    co_return update(&Trail::items, {name});
  };
}

/// A node that always throws `code`, and counts its calls.
inline auto fail_with(base::Code code, std::shared_ptr<int> calls = std::make_shared<int>()) {
  return [code, calls](const Trail&, Context&) -> base::Task<Update<Trail>> {
    ++*calls;
    throw base::Error(code, "the lamp is out");
    co_return Update<Trail>();
  };
}

/// A node that appends its name to `items`.
inline auto visit(std::string name) {
  return [name](const Trail&, Context&) -> base::Task<Update<Trail>> {
    co_return update(&Trail::items, {name});
  };
}

/// A graph whose `items` are appended to.
inline StateGraph<Trail> trail_graph(std::string name = "test") {
  StateGraph<Trail> g{std::move(name)};
  g.reduce(&Trail::items, append);
  return g;
}

/// A coroutine under way: what became of it, and the means to cancel it.
template <class T>
struct Started {
  bool ended() const { return result.has_value() || failure != nullptr; }
  /// The result, or throws what it threw.
  T take() {
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::logic_error("the coroutine has not ended");
    return std::move(*result);
  }

  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::cancellation_signal stop;
};

/// An executor that runs only when told to, so that tests decide what happens when.
class Loop {
 public:
  template <class T>
  std::shared_ptr<Started<T>> start(base::Task<T> task) {
    auto started = std::make_shared<Started<T>>();
    boost::asio::co_spawn(io_, std::move(task),
                          boost::asio::bind_cancellation_slot(started->stop.slot(),
                                                              [started](std::exception_ptr thrown, T value) {
                                                                started->failure = std::move(thrown);
                                                                if (!started->failure)
                                                                  started->result.emplace(std::move(value));
                                                              }));
    return started;
  }
  /// Runs what can run now.
  void settle() {
    io_.restart();
    io_.poll();
  }
  /// Runs until nothing is left to wait for.
  void finish() {
    io_.restart();
    io_.run();
  }
  void advance(base::ManualClock& clock, base::Duration by) {
    settle();
    clock.advance(by);
    settle();
  }

 private:
  boost::asio::io_context io_{1};
};

/// Runs one coroutine to its end; throws what it threw.
template <class T>
T run(base::Task<T> task) {
  Loop loop;
  const auto started = loop.start(std::move(task));
  loop.finish();
  return started->take();
}

/// The message of the `Error` that `action` throws; fails the test when it throws none.
template <class Error, class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing of that type was thrown";
  return {};
}

}  // namespace pharos::graph::testing_support
