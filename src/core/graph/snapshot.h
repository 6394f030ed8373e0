// A thread as it stood at one checkpoint, for people and programs that look at it from outside.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/compiled_graph.h"
#include "core/graph/saver.h"

namespace pharos::graph {

/// A task of the coming super-step.
struct SnapshotTask {
  std::string id;
  std::string node;
  bool finished = false;              ///< has run already; its writes wait for the others
  std::optional<std::string> error;   ///< it failed with that
  std::vector<Interrupt> interrupts;  ///< it waits for answers to these
  /// What it has written, by field; of a lone task, only until its super-step is applied.
  std::optional<json::object> result;
  std::string path;      ///< where a subgraph that it runs keeps the state of that call
  std::string own_path;  ///< where a subgraph that it runs keeps a thread of its own
};

/// Everything about a checkpoint but the state itself.
struct SnapshotInfo {
  std::string checkpoint_id;
  std::string parent_id;
  std::string run_id;
  base::WallTime created_at;
  Source source = Source::kInput;
  int step = -1;
  json::object metadata;
  /// Nodes still to run, those that Sends start first, then in the order of definition; empty: the run has
  /// ended.
  std::vector<std::string> next;
  std::vector<SnapshotTask> tasks;
  std::vector<Interrupt> interrupts;  ///< of all tasks
};

template <class State>
struct Snapshot : SnapshotInfo {
  State values;
};

/// Whether a snapshot's state has the writes of tasks that finished although their super-step did not.
enum class PendingWrites { kApplied, kLeftOut };

struct ErasedSnapshot {
  SnapshotInfo info;
  std::shared_ptr<StateStorage> state;
};

/// Reads a saved checkpoint with the eyes of `graph`. Throws base::Error (kInvalidInput) that names the field
/// when a value does not fit.
/// `path` is that of the thread, of a subgraph's snapshot.
ErasedSnapshot read_snapshot(const CompiledGraph& graph, const SavedCheckpoint& saved, PendingWrites pending,
                             const std::string& path = {});

/// A new state with the values of a checkpoint, its deltas folded in; fields never saved keep their defaults.
std::shared_ptr<StateStorage> saved_state(const CompiledGraph& graph, const SavedValues& values,
                                          const Deltas& deltas = {});

/// The saver of `graph`; throws GraphError (kInvalidRun) when it has none.
Saver& saver_of(const CompiledGraph& graph);

}  // namespace pharos::graph
