// What tests of every room share: ways to wait for a task, and to ask what it threw.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/error.h"
#include "core/base/task.h"

namespace pharos::base::testing_support {

/// Runs a task to its end on a loop of its own; throws what it threw.
template <class T>
T wait(Task<T> task) {
  boost::asio::io_context loop;
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, T value) {
    failure = std::move(thrown);
    result.emplace(std::move(value));
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return *std::move(result);
}
inline void wait(Task<void> task) {
  boost::asio::io_context loop;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(task),
                        [&](std::exception_ptr thrown) { failure = std::move(thrown); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

/// The code of the base::Error that `work` throws; nothing when it does not.
template <class Work>
std::optional<Code> code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace pharos::base::testing_support
