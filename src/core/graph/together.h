// Coroutines side by side, inside a node or a workflow.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/graph/wakeup.h"

namespace pharos::graph {

namespace detail {

/// Coroutines under way, and what became of them.
class Siblings {
 public:
  explicit Siblings(std::size_t count) : stops_(count), ended_(count), failures_(count), left_(count) {}

  boost::asio::cancellation_slot slot(std::size_t number) { return stops_[number].slot(); }
  void ended(std::size_t number, std::exception_ptr failure);
  /// Until all have ended. Throws what the first that failed has thrown; questions of several together when
  /// nothing failed.
  static base::Task<void> wait(std::shared_ptr<Siblings> self);

 private:
  void stop();
  void throw_failures() const;

  std::vector<boost::asio::cancellation_signal> stops_;
  std::vector<bool> ended_;
  std::vector<std::exception_ptr> failures_;
  std::size_t left_;
  std::exception_ptr first_;  ///< what the first that failed threw
  Wakeup changed_;
};

template <class Result>
void start(const boost::asio::any_io_executor& executor, const std::shared_ptr<Siblings>& siblings,
           std::size_t number, base::Task<Result> task, std::shared_ptr<std::optional<Result>> result) {
  boost::asio::co_spawn(
      executor, std::move(task),
      boost::asio::bind_cancellation_slot(
          siblings->slot(number), [siblings, number, result](std::exception_ptr failure, Result value) {
            if (!failure) result->emplace(std::move(value));
            siblings->ended(number, std::move(failure));
          }));
}

}  // namespace detail

/// Awaits all of them at once and returns their results in order. When one fails the others are cancelled,
/// and once they have ended what it threw is thrown; a question lets the others end first. The results can be
/// default-constructed.
template <class Result>
base::Task<std::vector<Result>> together(std::vector<base::Task<Result>> tasks) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto siblings = std::make_shared<detail::Siblings>(tasks.size());
  std::vector<std::shared_ptr<std::optional<Result>>> results;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    results.push_back(std::make_shared<std::optional<Result>>());
    detail::start(executor, siblings, i, std::move(tasks[i]), results[i]);
  }
  co_await detail::Siblings::wait(siblings);
  std::vector<Result> all;
  for (const auto& result : results) all.push_back(std::move(**result));
  co_return all;
}

/// The same for tasks of several types: `auto [text, picture] = co_await together(write(…), paint(…));`
template <class... Results>
base::Task<std::tuple<Results...>> together(base::Task<Results>... tasks) {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto siblings = std::make_shared<detail::Siblings>(sizeof...(Results));
  std::tuple<std::shared_ptr<std::optional<Results>>...> results{
      std::make_shared<std::optional<Results>>()...};
  std::size_t number = 0;
  std::apply(
      [&](auto&... result) { (detail::start(executor, siblings, number++, std::move(tasks), result), ...); },
      results);
  co_await detail::Siblings::wait(siblings);
  co_return std::apply([](auto&... result) { return std::tuple<Results...>(std::move(**result)...); },
                       results);
}

}  // namespace pharos::graph
