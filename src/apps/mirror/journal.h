// Who of the agents has begun and ended, told to whoever follows the analysis.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "apps/mirror/measuring/stopwatch.h"
#include "apps/mirror/report.h"

namespace pharos::mirror {

/// What happens while an analysis runs, as a person would follow it.
struct Progress {
  std::string agent;
  std::optional<Status> status;  ///< empty when the agent starts
  double duration_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (agent, status, duration_ms))

/// Not thread-safe: lives on the analysis's executor. After close() it tells nothing: an agent that was given
/// up may still end.
class Journal {
 public:
  Journal(std::shared_ptr<Stopwatch> stopwatch, std::function<void(const Progress&)> listener)
      : stopwatch_(std::move(stopwatch)), listener_(std::move(listener)) {}

  /// The first attempt counts.
  void begin(const std::string& agent) {
    if (!started_.emplace(agent, stopwatch_->now()).second) return;
    tell({agent, std::nullopt, 0});
  }
  /// Milliseconds since begin().
  double elapsed(const std::string& agent) const {
    const auto start = started_.find(agent);
    return start == started_.end() ? 0 : stopwatch_->since(start->second);
  }
  void end(const std::string& agent, Status status, double duration_ms) {
    if (!closed_) stopwatch_->add(agent, duration_ms);
    tell({agent, status, duration_ms});
  }
  void close() { closed_ = true; }

 private:
  void tell(const Progress& progress) const {
    if (!closed_ && listener_) listener_(progress);
  }

  std::shared_ptr<Stopwatch> stopwatch_;
  std::function<void(const Progress&)> listener_;
  std::map<std::string, base::SteadyTime> started_;
  bool closed_ = false;
};

}  // namespace pharos::mirror
