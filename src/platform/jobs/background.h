// A thread of its own for coroutines that only wait and count.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/task.h"

namespace pharos::jobs {

/// Thread-safe.
class Background {
 public:
  Background();
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  boost::asio::io_context::executor_type executor() { return io_.get_executor(); }
  /// Runs it on the thread; what it throws is its end, and nobody's business.
  void spawn(base::Task<void> task);
  /// Runs it to its end. Not to be called on the thread itself.
  void spawn_and_wait(base::Task<void> task);
  /// Cancels what runs and waits for its end. Not to be called on the thread itself.
  void stop();

 private:
  struct Running;

  void start(std::shared_ptr<Running> running);

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::vector<std::shared_ptr<Running>> running_;  ///< used on the thread only
  std::jthread thread_;
};

}  // namespace pharos::jobs
