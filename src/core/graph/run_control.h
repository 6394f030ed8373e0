// How whoever started runs asks them to stop: at a shutdown, say.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <utility>

namespace pharos::graph {

/// Asks every run that it was given to (RunConfig::control) to end at its next super-step boundary, where its
/// thread can be resumed. Thread-safe.
class RunControl {
 public:
  void request_drain(std::string reason = "shutdown") {
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
    requested_.store(true, std::memory_order_release);
  }
  bool drain_requested() const noexcept { return requested_.load(std::memory_order_acquire); }
  /// Empty as long as nothing is requested.
  std::string drain_reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  std::atomic<bool> requested_ = false;
  mutable std::mutex mutex_;
  std::string reason_;
};

}  // namespace pharos::graph
