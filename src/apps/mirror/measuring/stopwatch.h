// How long the steps of an analysis took, added up by name.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "core/base/clock.h"

namespace pharos::mirror {

/// Thread-safe.
class Stopwatch {
 public:
  explicit Stopwatch(const base::Clock& clock) : clock_(clock) {}

  /// Runs `work` and adds its milliseconds to `step`, also when it throws.
  template <class Work>
  auto time(const std::string& step, const Work& work) {
    const Lap lap(*this, step);
    return work();
  }

  void add(const std::string& step, double milliseconds) {
    const std::scoped_lock lock(mutex_);
    milliseconds_[step] += milliseconds;
  }

  std::map<std::string, double> milliseconds() const {
    const std::scoped_lock lock(mutex_);
    return milliseconds_;
  }

  /// Milliseconds since `begin`.
  double since(base::SteadyTime begin) const {
    return std::chrono::duration<double, std::milli>(clock_.now() - begin).count();
  }
  base::SteadyTime now() const { return clock_.now(); }

 private:
  struct Lap {
    Lap(Stopwatch& timer, const std::string& name) : stopwatch(timer), step(name), begin(timer.now()) {}
    ~Lap() { stopwatch.add(step, stopwatch.since(begin)); }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;

    Stopwatch& stopwatch;
    const std::string& step;
    base::SteadyTime begin;
  };

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, double> milliseconds_;
};

}  // namespace pharos::mirror
