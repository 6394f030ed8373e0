// The end of a run, told within the program that does it.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "platform/runs/run_worker.h"

namespace pharos::runs {

/// Lets who makes a run and waits for it hear of the end without a look at the database, where the same
/// program does the run. Thread-safe but for `has_begun`.
class LocalEnd {
 public:
  void set(RunEnd end) {
    const std::lock_guard lock(mutex_);
    end_ = std::move(end);
  }
  /// Nothing before the end, and nothing ever when another program has taken the run over.
  std::optional<RunEnd> get() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

  bool has_begun = false;  ///< as it was made, in this program; told with the run

 private:
  mutable std::mutex mutex_;
  std::optional<RunEnd> end_;
};

}  // namespace pharos::runs
