// What a listener has heard and not taken yet.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <boost/system/error_code.hpp>

#include "core/base/task.h"

namespace pharos::storage {

/// Thread-safe; one coroutine takes. Bounded: a listener that does not keep up is told that it has missed
/// something. (Asio's own channel takes nothing more once a receiver was cancelled, in Boost 1.81.)
class Heard {
 public:
  void put(const std::string& message);
  /// Messages may have been lost.
  void lose();
  /// Nothing when messages may have been lost.
  base::Task<std::optional<std::string>> next();

 private:
  using Wake = std::move_only_function<void(boost::system::error_code)>;

  static constexpr std::size_t kMost = 256;

  base::Task<void> wait();
  void wake(boost::system::error_code why);

  std::mutex mutex_;  ///< guards what follows
  std::deque<std::string> messages_;
  bool is_lost_ = false;
  Wake waiting_;
};

}  // namespace pharos::storage
