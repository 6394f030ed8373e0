// Where threads are kept between runs: checkpoints as plain data, behind an interface that every database
// implements.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/enum.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/task.h"
#include "core/graph/saved_value.h"

namespace pharos::graph {

/// Whose checkpoints: a thread, and within it a graph.
struct ThreadKey {
  std::string thread_id;
  std::string path;  ///< of a subgraph, `node:task_id|…`; empty for the outermost graph

  friend bool operator==(const ThreadKey&, const ThreadKey&) = default;
};

/// What made a checkpoint.
enum class Source { kInput, kLoop, kUpdate, kFork };
BOOST_DESCRIBE_ENUM(Source, kInput, kLoop, kUpdate, kFork)

/// A task that a checkpoint leads to.
struct NextTask {
  std::string node;
  bool is_send = false;
  SavedValue argument;  ///< of a Send; of the start: the input, an object of fields

  friend bool operator==(const NextTask&, const NextTask&) = default;
};

/// A join that some of its writers have reached, or (kDeferred) the nodes that wait for everything else.
struct Arrivals {
  std::string join;
  std::vector<std::string> nodes;

  friend bool operator==(const Arrivals&, const Arrivals&) = default;
};

inline constexpr std::string_view kDeferred = "deferred";

/// The newest Checkpoint::format that this program writes and reads.
inline constexpr int kCheckpointFormat = 1;

/// A thread between two super-steps, all but the values of its channels. Each trigger and join has one reader
/// and is consumed by it, so what a node has not seen yet is what `next` and `arrivals` hold.
struct Checkpoint {
  int format = kCheckpointFormat;  ///< of this structure; a saver refuses what is newer than it knows
  std::string id;                  ///< UUID version 7
  std::string parent_id;           ///< empty for a thread's first
  bool is_branch = false;          ///< its parent need not be the thread's last checkpoint; not kept
  std::string run_id;
  base::WallTime created_at;
  Source source = Source::kInput;
  int step = -1;
  json::object metadata;
  /// The state's fields, shared by the checkpoints of a graph, and the version of each: 0 when never written.
  /// A channel's value has changed since the parent exactly when its version has.
  std::shared_ptr<const std::vector<std::string>> channels;
  std::vector<std::uint64_t> versions;
  std::vector<NextTask> next;      ///< in apply order; empty when the run has ended
  std::vector<Arrivals> arrivals;  ///< of joins that still wait
  std::vector<std::string> ran;    ///< the nodes whose writes made it

  std::uint64_t largest_version() const;
};

/// A channel's new value, or what was added to it.
struct ChannelValue {
  std::uint32_t channel = 0;  ///< index into Checkpoint::channels
  SavedValue value;           ///< the whole value, unless it is a delta
  /// Of a delta: what was folded into the channel since the parent, in that order.
  std::vector<SavedValue> writes = {};
  bool is_delta = false;
};

/// A question that a task asks of whoever runs the graph. The same question of the same task always has the
/// same id.
struct Interrupt {
  std::string id;
  std::string node;  ///< who asks; of a subgraph's node: that node
  json::value value;

  friend bool operator==(const Interrupt&, const Interrupt&) = default;
};

/// The failure of a node whose error handler stands in for it.
struct HandledFailure {
  base::Code code = base::Code::kInternal;
  std::string reason;
  int attempts = 1;
  std::uint32_t asked = 0;   ///< questions that the node had asked: those of the handler come after them
  std::uint32_t called = 0;  ///< subgraphs that it had called, likewise
  bool routed = false;       ///< the handler has said where to go: the node's own edges do not count

  friend bool operator==(const HandledFailure&, const HandledFailure&) = default;
};

/// TaskRecord::place: below kFirstCallPlace of the tasks of Checkpoint::next, from there on of the tasks that
/// their nodes have called, and last of what a Command from outside has brought to that super-step.
inline constexpr std::uint32_t kFirstCallPlace = 0x40000000;
inline constexpr std::uint32_t kCommandPlace = 0x7fffffff;

/// What one task of a checkpoint's next super-step has done, kept before that step is applied (pending
/// writes). One that has not finished has written nothing.
struct TaskRecord {
  struct FieldWrite {
    std::string channel;
    bool overwrite = false;
    SavedValue value;

    friend bool operator==(const FieldWrite&, const FieldWrite&) = default;
  };

  std::string task_id;
  std::string node;
  std::uint32_t place = 0;  ///< in Checkpoint::next
  bool finished = true;     ///< it has run to its end and need not run again
  std::vector<FieldWrite> writes;
  std::vector<NextTask> targets;      ///< where its conditional edges, commands and Sends lead
  std::optional<std::string> error;   ///< it failed with that
  std::vector<Interrupt> interrupts;  ///< it waits for answers to these
  std::vector<json::value> answers;   ///< given to its interrupts so far, in the order in which it asked
  /// Its node has failed for good: from here on its error handler runs, never the node.
  std::optional<HandledFailure> handled;

  friend bool operator==(const TaskRecord&, const TaskRecord&) = default;
};

/// Values by the names of their channels or fields.
using SavedValues = std::map<std::string, SavedValue>;
/// By channel: writes in the order in which the channel's reducer folds them in.
using Deltas = std::map<std::string, std::vector<SavedValue>>;

struct SavedCheckpoint {
  Checkpoint checkpoint;
  SavedValues values;               ///< by channel; those never written are missing
  std::vector<TaskRecord> records;  ///< in apply order
  /// To be folded onto `values`, which then has the channel's last snapshot, or nothing when there is none.
  Deltas deltas;
  /// By channel: how many writes since its last snapshot are folded into `values` already (FoldingSaver).
  std::map<std::string, std::size_t> folded = {};
};

struct ListQuery {
  std::string before;     ///< only checkpoints put before this one; empty: from the latest
  std::size_t limit = 0;  ///< 0: all
};

/// A checkpoint on its way to a saver.
struct NewCheckpoint {
  Checkpoint checkpoint;
  std::vector<ChannelValue> changed;  ///< as Saver::put() takes them
};

/// A saver that remembers what it reads and puts has this too: readers spare each other the folding.
class FoldingSaver {
 public:
  virtual ~FoldingSaver() = default;
  /// What a reader of that checkpoint has made of some channels, all their writes folded in: a later reader
  /// may get it in place of the deltas. A hint; it reaches no disk.
  virtual void take_folded(const ThreadKey& thread, const std::string& checkpoint_id, SavedValues values) = 0;
};

/// A saver that waits for nothing has this too: put() without the price of a coroutine.
class ImmediateSaver {
 public:
  virtual ~ImmediateSaver() = default;
  /// As Saver::put().
  virtual void put_at_once(const ThreadKey& thread, Checkpoint checkpoint,
                           std::vector<ChannelValue> changed) = 0;
};

/// Thread-safe. Every implementation passes the suite in
/// tests/saver_contract.h.
class Saver {
 public:
  virtual ~Saver() = default;

  /// This saver, if it waits for nothing.
  virtual ImmediateSaver* immediate() { return nullptr; }
  /// This saver, if it remembers.
  virtual FoldingSaver* folding() { return nullptr; }

  /// Adds a checkpoint; `changed` has the channels whose version differs from the parent's, all of them for a
  /// first one. Its id must never have been used in the thread. It is durable when the task ends, and so is
  /// what the parent's tasks have recorded. Throws base::Error: kNotFound when the parent does not exist,
  /// kConflict when it is not the thread's last and the checkpoint is no branch (somebody else has put one),
  /// kUnsupported for a format that is newer than kCheckpointFormat.
  virtual base::Task<void> put(ThreadKey thread, Checkpoint checkpoint,
                               std::vector<ChannelValue> changed) = 0;
  /// Puts checkpoints of which each but the first is the child of the one before it, in that order. When it
  /// throws, those up to some place have been put and the rest have not. One by one unless a saver knows
  /// better.
  virtual base::Task<void> put_in_order(ThreadKey thread, std::vector<NewCheckpoint> checkpoints);
  /// Records what a task has done; a second record of the same task replaces the first. Throws base::Error
  /// (kNotFound) when the checkpoint does not exist.
  virtual base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) = 0;
  /// The checkpoint of that id; of an empty one, the last put. Empty when there is none.
  virtual base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) = 0;
  /// Newest first. Throws base::Error (kNotFound) when there is no checkpoint `query.before`.
  virtual base::Task<std::vector<SavedCheckpoint>> list(ThreadKey thread, ListQuery query) = 0;
  /// Makes thread `to` of everything in `from`, subgraphs too; afterwards each goes its own way. Throws
  /// base::Error: kNotFound when there is no `from`, kConflict when there is a `to`.
  virtual base::Task<void> copy_thread(std::string from, std::string to) = 0;
  /// Keeps only the latest checkpoint of a thread and of each of its subgraphs, with what they rest on; they
  /// have no parent then. A thread that does not exist is no error.
  virtual base::Task<void> prune(std::string thread_id) = 0;
  /// Forgets what one run has put into a thread, subgraphs too. A later checkpoint keeps its values and goes
  /// to the nearest parent that is left. A run that does not exist is no error.
  virtual base::Task<void> delete_run(std::string thread_id, std::string run_id) = 0;
  /// Forgets a thread and everything in it, subgraphs too; one that does not exist is no error.
  virtual base::Task<void> delete_thread(std::string thread_id) = 0;
};

/// What every saver says when it refuses.
[[noreturn]] void throw_no_checkpoint(const ThreadKey& thread, std::string_view id);
[[noreturn]] void throw_moved_on(const ThreadKey& thread);
[[noreturn]] void throw_no_thread(std::string_view thread_id);
[[noreturn]] void throw_thread_exists(std::string_view thread_id);
/// Throws base::Error (kUnsupported) when the checkpoint's format is newer than this program.
void require_known_format(const ThreadKey& thread, std::string_view id, int format);

}  // namespace pharos::graph
