// A value computed at most once on a pool, however many coroutines ask for it.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/pool.h"
#include "core/base/task.h"

namespace pharos::mirror {

/// Thread-safe. A failure reaches everyone who is waiting and is then forgotten: the next asker tries again.
template <class T>
class Once {
 public:
  using Result = std::shared_ptr<const T>;
  using Work = std::function<T()>;

  /// The value: at once when it is there, else after `work` has run on `pool`; joins the run that is under
  /// way, whose work it then is. Throws what that work threw. The pool must outlive the work.
  base::Task<Result> get(base::Pool& pool, Work work) {
    auto initiate = [state = state_, &pool](auto handler, Work job) {
      auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
      Waiter waiter = [handler = std::move(handler), guard = std::move(guard)](std::exception_ptr failure,
                                                                               Result result) mutable {
        boost::asio::post(guard.get_executor(), [handler = std::move(handler), failure = std::move(failure),
                                                 result = std::move(result)]() mutable {
          std::move(handler)(failure, std::move(result));
        });
      };
      join(state, pool, std::move(job), std::move(waiter));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                   void(std::exception_ptr, Result)>(
        initiate, boost::asio::use_awaitable, std::move(work));
  }

  /// Begins the work unless it is under way or done. Nobody waits; a failure is forgotten.
  void start(base::Pool& pool, Work work) { join(state_, pool, std::move(work), {}); }

 private:
  using Waiter = std::move_only_function<void(std::exception_ptr, Result)>;

  struct State {
    std::mutex mutex;
    bool running = false;
    Result result;
    std::vector<Waiter> waiters;
  };

  static void join(const std::shared_ptr<State>& state, base::Pool& pool, Work work, Waiter waiter) {
    std::unique_lock lock(state->mutex);
    if (state->result) {
      const Result result = state->result;
      lock.unlock();
      if (waiter) waiter(nullptr, result);
      return;
    }
    if (waiter) state->waiters.push_back(std::move(waiter));
    if (std::exchange(state->running, true)) return;
    lock.unlock();
    boost::asio::post(pool.executor(), [state, job = std::move(work)] { run(*state, job); });
  }

  static void run(State& state, const Work& work) {
    Result result;
    std::exception_ptr failure;
    try {
      result = std::make_shared<const T>(work());
    } catch (...) {
      failure = std::current_exception();
    }
    std::vector<Waiter> waiters;
    {
      const std::scoped_lock lock(state.mutex);
      state.running = false;
      state.result = result;
      waiters.swap(state.waiters);
    }
    for (Waiter& waiter : waiters) waiter(failure, result);
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace pharos::mirror
