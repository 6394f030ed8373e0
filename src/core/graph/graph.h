// A compiled graph over a described state: what StateGraph::compile() gives, and what runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/compiled_graph.h"
#include "core/graph/run.h"
#include "core/graph/run_config.h"
#include "core/graph/snapshot.h"
#include "core/graph/stream.h"
#include "core/graph/typed_state.h"
#include "core/graph/update.h"

namespace pharos::graph {

/// Cheap to copy; thread-safe. Each run stays on the executor of the coroutine that awaits it, which must run
/// one thing at a time: an io_context with one thread, or a strand.
template <StateStruct State>
class Graph {
 public:
  explicit Graph(std::shared_ptr<const CompiledGraph> compiled) : compiled_(std::move(compiled)) {}

  /// Runs the graph from a complete state and returns the final one. Throws NodeError when a node fails and
  /// nothing handles it, GraphError when a rule is broken, base::Error (kCancelled) when cancelled.
  base::Task<State> invoke(State input, RunConfig config = {}) const {
    return run(compiled_, whole(std::move(input)), std::move(config), {}, nullptr);
  }
  /// Runs the graph from writes to some fields; the others start from their defaults, or, on a thread, from
  /// where it stands.
  base::Task<State> invoke(Update<State> input, RunConfig config = {}) const {
    return run(compiled_, some(std::move(input)), std::move(config), {}, nullptr);
  }
  /// As invoke(), telling `sink` what happens meanwhile. `sink` must outlive the run.
  base::Task<State> stream(State input, StreamModes modes, EventSink& sink, RunConfig config = {}) const {
    return run(compiled_, whole(std::move(input)), std::move(config), modes, &sink);
  }
  base::Task<State> stream(Update<State> input, StreamModes modes, EventSink& sink,
                           RunConfig config = {}) const {
    return run(compiled_, some(std::move(input)), std::move(config), modes, &sink);
  }

  /// How a thread stands: at its last checkpoint, with the writes of tasks that finished although their
  /// super-step did not; or at the checkpoint given, as it was saved. Empty when there is none. Throws
  /// GraphError (kInvalidRun) when the graph has no saver.
  base::Task<std::optional<Snapshot<State>>> get_state(std::string thread_id,
                                                       std::string checkpoint_id = {}) const {
    return read_one(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(checkpoint_id));
  }
  /// A thread's checkpoints, newest first.
  base::Task<std::vector<Snapshot<State>>> get_state_history(std::string thread_id,
                                                             ListQuery query = {}) const {
    return read_all(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(query));
  }

  const CompiledGraph& compiled() const { return *compiled_; }

 private:
  static RunInput whole(State input) {
    return {.whole = std::make_shared<TypedState<State>>(std::move(input)), .writes = {}};
  }
  static RunInput some(Update<State> input) { return {.whole = nullptr, .writes = std::move(input).take()}; }

  static base::Task<State> run(std::shared_ptr<const CompiledGraph> compiled, RunInput input,
                               RunConfig config, StreamModes modes, EventSink* sink) {
    Run run(std::move(compiled), std::move(config), modes, sink);
    const std::shared_ptr<StateStorage> state = co_await run.execute(std::move(input));
    co_return std::move(static_cast<TypedState<State>&>(*state).state);
  }

  static Snapshot<State> typed(ErasedSnapshot read) {
    Snapshot<State> snapshot;
    static_cast<SnapshotInfo&>(snapshot) = std::move(read.info);
    snapshot.values = std::move(static_cast<TypedState<State>&>(*read.state).state);
    return snapshot;
  }
  static base::Task<std::optional<Snapshot<State>>> read_one(std::shared_ptr<const CompiledGraph> compiled,
                                                             ThreadKey thread, std::string checkpoint_id) {
    const auto saved = co_await saver_of(*compiled).get(thread, checkpoint_id);
    if (!saved) co_return std::nullopt;
    co_return typed(read_snapshot(*compiled, *saved,
                                  checkpoint_id.empty() ? PendingWrites::kApplied : PendingWrites::kLeftOut));
  }
  static base::Task<std::vector<Snapshot<State>>> read_all(std::shared_ptr<const CompiledGraph> compiled,
                                                           ThreadKey thread, ListQuery query) {
    const auto saved = co_await saver_of(*compiled).list(thread, std::move(query));
    std::vector<Snapshot<State>> history;
    for (const SavedCheckpoint& each : saved) {
      history.push_back(typed(read_snapshot(*compiled, each, PendingWrites::kLeftOut)));
    }
    co_return history;
  }

  std::shared_ptr<const CompiledGraph> compiled_;
};

}  // namespace pharos::graph
