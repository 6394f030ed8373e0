// What a run tells while it runs.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/task.h"
#include "core/graph/wakeup.h"

namespace pharos::graph {

namespace json = boost::json;

enum class StreamMode : unsigned {
  kValues = 1,   ///< the whole state after each super-step
  kUpdates = 2,  ///< {node: {field: value}}, in the order in which nodes finish
  kTasks = 4,    ///< a task starts: {id, name, input, triggers}; ends: {id, name, error, result, interrupts}
  kCustom = 8,   ///< whatever a node writes with Context::write
  kMessages = 16,  ///< a message piece by piece (see MessageWriter), or as a whole: [message, about]
  kCheckpoints =
      32,       ///< each checkpoint as it goes to the saver: {config, parent_config, values, metadata, …}
  kDebug = 64,  ///< checkpoints and tasks together: {step, timestamp, type, payload}
};
/// All of them.
inline constexpr std::array kStreamModes{StreamMode::kValues, StreamMode::kUpdates,  StreamMode::kTasks,
                                         StreamMode::kCustom, StreamMode::kMessages, StreamMode::kCheckpoints,
                                         StreamMode::kDebug};
/// `values`, `updates`, ...
std::string_view mode_name(StreamMode mode);

/// Several modes at once: `StreamMode::kUpdates | StreamMode::kCustom`.
class StreamModes {
 public:
  constexpr StreamModes() = default;
  constexpr StreamModes(StreamMode mode) : bits_(static_cast<unsigned>(mode)) {}  // NOLINT: one mode is a set

  constexpr bool has(StreamMode mode) const { return has_any(mode); }
  constexpr bool has_any(StreamModes modes) const { return (bits_ & modes.bits_) != 0; }
  friend constexpr StreamModes operator|(StreamModes a, StreamModes b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  unsigned bits_ = 0;
};
constexpr StreamModes operator|(StreamMode a, StreamMode b) {
  return StreamModes(a) | StreamModes(b);
}

struct StreamEvent {
  StreamMode mode;
  std::vector<std::string> path;  ///< of subgraphs, `node:task_id` each; empty for the outermost graph
  std::string node;               ///< who made it; empty for `values`
  json::value data;
};

/// Where a run's events go. Called on the run's executor, one event at a time, in order.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// Takes an event at once; must not throw.
  virtual void accept(StreamEvent event) = 0;
  /// Returns when the reader has room again: the run waits here between super-steps, and a node after each
  /// event of its own. The default never waits.
  virtual base::Task<void> ready();
};

/// Calls a function with each event.
class CallbackSink final : public EventSink {
 public:
  explicit CallbackSink(std::function<void(const StreamEvent&)> callback) : callback_(std::move(callback)) {}
  void accept(StreamEvent event) override { callback_(event); }

 private:
  std::function<void(const StreamEvent&)> callback_;
};

/// Keeps events for one reader, which may be slower than the run: above `limit` waiting events the run
/// pauses. The run and the reader share one executor.
class EventQueue final : public EventSink {
 public:
  explicit EventQueue(std::size_t limit = 64) : limit_(limit) {}

  void accept(StreamEvent event) override;
  base::Task<void> ready() override;
  /// The next event; empty after close() when all have been read.
  base::Task<std::optional<StreamEvent>> next();
  /// To be called when the run has ended, well or not.
  void close();
  std::size_t size() const { return events_.size(); }

 private:
  std::size_t limit_;
  std::deque<StreamEvent> events_;
  bool closed_ = false;
  Wakeup arrived_;
  WaitingRoom room_;
};

}  // namespace pharos::graph
