// When a node last showed that it is at work: what its idle limit is measured against.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "core/base/clock.h"

namespace pharos::graph {

/// Thread-safe. What happens in a subgraph is progress of the nodes around it too.
class Progress {
 public:
  Progress(const base::Clock& clock, std::shared_ptr<Progress> around)
      : clock_(clock), around_(std::move(around)), last_(clock.now()) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show() {
    last_ = clock_.now();
    if (around_) around_->show();
  }
  /// Between hold() and release() time does not count: the node waits for somebody else.
  void hold() {
    ++holds_;
    if (around_) around_->hold();
  }
  void release() {
    --holds_;
    last_ = clock_.now();
    if (around_) around_->release();
  }

  base::SteadyTime last() const { return holds_ > 0 ? clock_.now() : last_.load(); }

 private:
  const base::Clock& clock_;
  std::shared_ptr<Progress> around_;
  std::atomic<base::SteadyTime> last_;
  std::atomic<int> holds_ = 0;
};

}  // namespace pharos::graph
