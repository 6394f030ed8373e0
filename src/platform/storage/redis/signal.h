// Something to wait for, on one strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/task.h"

namespace pharos::storage::redis {

/// Wakes those who wait when it is raised; whoever comes later waits for the next time. Used on its strand.
class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& strand)
      : timer_(strand, std::chrono::steady_clock::time_point::max()) {}

  void raise() { timer_.cancel(); }
  base::Task<void> wait() { co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace pharos::storage::redis
