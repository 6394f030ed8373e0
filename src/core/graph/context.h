// What a node gets besides the state: time, its place in the run, and a way to tell what it is doing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/deadline.h"
#include "core/base/json.h"
#include "core/base/task.h"
#include "core/graph/message_writer.h"
#include "core/graph/progress.h"
#include "core/graph/saver.h"
#include "core/graph/stream.h"

namespace pharos::graph {

class RunInfo;
class Store;
namespace detail {
class TaskCall;
}

/// A node's view of its run. Valid until the node's coroutine ends, even when the run no longer waits for it.
/// Use it on the run's executor; only cancelled() and progress() may be called from any thread.
class Context {
 public:
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  base::Clock& clock() const;
  /// When this attempt's result stops being of use: the node's time limit or the run's, whichever is sooner.
  base::Deadline deadline() const { return deadline_; }
  /// True once the run no longer waits for this node: for blocking work that can look up now and then.
  bool cancelled() const {
    return abandoned_.load(std::memory_order_relaxed) || (caller_ != nullptr && caller_->cancelled());
  }

  const std::string& node() const { return *node_; }
  const std::string& run_id() const;
  /// Empty when the run has no thread.
  const std::string& thread_id() const;
  /// What whoever runs the graph has told its nodes: who it is for, which model to use, and the like.
  const json::object& context() const;
  /// The number of this super-step; a graph's first nodes run in step 1.
  int step() const { return step_; }
  /// 1 at first; counts up when the node is tried again.
  int attempt() const { return attempt_; }
  /// How many super-steps may still follow this one.
  int remaining_steps() const { return remaining_steps_; }
  /// The limit is near: go to the end now.
  bool is_last_step() const { return remaining_steps_ <= 1; }

  /// Asks whoever runs the graph. Without an answer yet the node stops here, its siblings finish, and the run
  /// comes to rest; resumed with an answer, the node runs again from its top and this returns the answer.
  /// Several questions of one node are answered in the order in which it asks, so what comes before one must
  /// do no harm when it runs twice. Throws GraphError (kInvalidRun) when the run has no thread to wait in.
  json::value interrupt(json::value question);

  /// What nodes remember across threads (include core/graph/store.h); a subgraph compiled without one has
  /// that of the graph around it. Throws GraphError (kInvalidRun) when there is none.
  Store& store() const;

  /// Sends `data` to readers of the `custom` stream, and waits while they are behind. Does nothing when
  /// nobody reads, or after the node's time has run out. It counts as progress.
  base::Task<void> write(json::value data);
  /// True when somebody reads that stream: lets a node skip making what nobody sees.
  bool is_watched(StreamMode mode = StreamMode::kCustom) const;
  /// Begins a message that readers of the `messages` stream get piece by piece. `about` is added to what they
  /// are told about its origin; an id is made up when none is given.
  MessageWriter message_writer(json::object about = {}, std::string id = {});
  /// Says that the node is at work, for its idle limit.
  void progress() const;

 private:
  friend class MessageWriter;
  friend class Run;
  friend class TaskRun;
  friend struct LimitedAttempt;
  friend class InnerRun;
  friend class detail::TaskCall;

  void become(const Context& other);
  base::Task<void> tell(StreamMode mode, json::value data);
  json::object origin() const;
  void know_message(const std::string& id) const;

  /// Names this node's task in streams and records; inside a task that a node calls, that call.
  std::string id() const;

  RunInfo* run_ = nullptr;
  const Context* caller_ = nullptr;                          ///< of a task that a node calls: the node's
  const std::string* call_ = nullptr;                        ///< likewise: names the call
  std::uint32_t calls_ = 0;                                  ///< how many tasks it has called
  std::shared_ptr<Progress> progress_;                       ///< null without an idle limit
  std::shared_ptr<const std::vector<json::value>> answers_;  ///< to its questions, in the order of asking
  std::uint32_t asked_ = 0;
  std::uint32_t inner_runs_ = 0;
  std::uint32_t place_ = 0;   ///< among the tasks of its super-step
  std::uint32_t number_ = 0;  ///< of the node
  bool is_send_ = false;
  const std::string* node_ = nullptr;
  base::Deadline deadline_;
  int step_ = 0;
  int attempt_ = 1;
  int remaining_steps_ = 0;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace pharos::graph
