// Named thread pools for work that blocks or computes, away from the event loop.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/task.h"

namespace pharos::base {

/// A fixed number of threads with a name. Destruction waits for the work already posted.
class Pool {
 public:
  /// `threads` must be at least 1.
  Pool(std::string name, int threads)
      : name_(std::move(name)), threads_(threads), pool_(static_cast<std::size_t>(threads)) {}
  ~Pool() { pool_.join(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  const std::string& name() const { return name_; }
  int threads() const { return threads_; }
  boost::asio::thread_pool::executor_type executor() { return pool_.get_executor(); }

 private:
  std::string name_;
  int threads_;
  boost::asio::thread_pool pool_;
};

/// Runs `work` on a thread of `pool` and resumes the caller on its own executor with the result, or throws
/// there what `work` threw. `work` is moved to the pool; it must not refer to anything that may die first.
template <class Work>
Task<std::invoke_result_t<Work>> run_on(Pool& pool, Work work) {
  using Result = std::invoke_result_t<Work>;
  using Stored = std::conditional_t<std::is_void_v<Result>, std::monostate, std::optional<Result>>;
  auto initiate = [&pool](auto handler, Work job) {
    auto executor = boost::asio::get_associated_executor(handler);
    boost::asio::post(pool.executor(), [handler = std::move(handler), job = std::move(job),
                                        guard = boost::asio::make_work_guard(executor)]() mutable {
      std::exception_ptr failure;
      Stored stored{};
      try {
        // Gone before the caller goes on: what it holds may refer to things of the caller's.
        Work once = std::move(job);
        if constexpr (std::is_void_v<Result>) {
          once();
        } else {
          stored.emplace(once());
        }
      } catch (...) {
        failure = std::current_exception();
      }
      auto resume_on = guard.get_executor();
      boost::asio::post(resume_on, [handler = std::move(handler), failure = std::move(failure),
                                    stored = std::move(stored)]() mutable {
        std::move(handler)(failure, std::move(stored));
      });
    });
  };
  Stored stored = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                       void(std::exception_ptr, Stored)>(
      initiate, boost::asio::use_awaitable, std::move(work));
  if constexpr (!std::is_void_v<Result>) co_return std::move(*stored);
}

}  // namespace pharos::base
