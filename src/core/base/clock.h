// Time as something handed in, so that tests decide what time it is.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/task.h"

namespace pharos::base {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Where the time comes from and what waits for it. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// For durations and limits: never goes back.
  virtual SteadyTime now() const = 0;
  /// For dates that people read.
  virtual WallTime wall_now() const = 0;
  /// Resumes the caller on its own executor at `when` or later; throws boost::system::system_error
  /// (operation_aborted) when the coroutine is cancelled first.
  virtual Task<void> sleep_until(SteadyTime when) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  Task<void> sleep_until(SteadyTime when) override;
};

/// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(SteadyTime start = SteadyTime{}, WallTime wall_start = WallTime{});
  ~ManualClock() override;

  SteadyTime now() const override;
  WallTime wall_now() const override;
  Task<void> sleep_until(SteadyTime when) override;

  /// Moves both times forward and wakes every sleeper that is due.
  void advance(Duration by);
  /// How many coroutines are asleep now: lets a test wait until the code under test has reached its timer.
  std::size_t sleepers() const;

 private:
  struct Sleeper;

  mutable std::mutex mutex_;
  SteadyTime now_;
  WallTime wall_now_;
  std::vector<std::weak_ptr<Sleeper>> sleepers_;
};

/// `2026-11-21T09:41:03.120Z`.
std::string iso8601(WallTime time);

}  // namespace pharos::base
