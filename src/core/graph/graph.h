// A compiled graph over a described state: what StateGraph::compile() gives, and what runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/command.h"
#include "core/graph/compiled_graph.h"
#include "core/graph/inner_run.h"
#include "core/graph/run_config.h"
#include "core/graph/snapshot.h"
#include "core/graph/stream.h"
#include "core/graph/typed_state.h"
#include "core/graph/update.h"

namespace pharos::graph {

/// What a run starts from: a State, an Update<State>, a Command<State>, a Resume, or the last two together.
template <StateStruct State>
class RunStart {
 public:
  RunStart(State whole)  // NOLINT: each of the three is a start
  {
    input_.whole = std::make_shared<TypedState<State>>(std::move(whole));
  }
  RunStart(Update<State> some)  // NOLINT
  {
    input_.writes = std::move(some).take();
  }
  RunStart(Resume resume)  // NOLINT
  {
    input_.resume = std::move(resume);
  }
  RunStart(Command<State> command, std::optional<Resume> resume = {})  // NOLINT
  {
    auto parts = std::move(command).take();
    input_.writes = std::move(parts.update).take();
    input_.targets = std::move(parts.targets);
    input_.resume = std::move(resume);
    input_.is_command = true;
  }

  RunInput take() && { return std::move(input_); }

 private:
  RunInput input_;
};

/// An update from outside, as if `as_node` had made it; empty: the node that wrote last.
template <StateStruct State>
struct StateEdit {
  Update<State> values;
  std::string as_node;
};

/// Cheap to copy; thread-safe. Each run stays on the executor of the coroutine that awaits it, which must run
/// one thing at a time: an io_context with one thread, or a strand.
template <StateStruct State>
class Graph {
 public:
  explicit Graph(std::shared_ptr<const CompiledGraph> compiled) : compiled_(std::move(compiled)) {}

  /// Runs the graph until it ends or stops to ask. The input is a complete state; or writes to some fields,
  /// the others starting from their defaults or, on a thread, from where it stands; or how a thread that
  /// stopped goes on; or a Command, which on a thread that has begun goes on as well, its writes applied
  /// first and its nodes beside those that are left to run. Throws NodeError when a node fails and nothing
  /// handles it, GraphError when a rule is broken, base::Error (kCancelled) when cancelled. `sink`, if any,
  /// is told what happens meanwhile and must outlive the run.
  base::Task<Outcome<State>> run(RunStart<State> input, RunConfig config = {}, StreamModes modes = {},
                                 EventSink* sink = nullptr) const {
    return execute(prepare(std::move(input), std::move(config), modes, sink));
  }
  /// Runs the graph to its end and returns the final state. Throws also GraphError when it stops
  /// before: kPaused, or kDrained when it was asked to.
  base::Task<State> invoke(RunStart<State> input, RunConfig config = {}) const {
    return to_the_end(prepare(std::move(input), std::move(config)));
  }
  base::Task<State> invoke(State input, RunConfig config = {}) const {
    return invoke(RunStart<State>(std::move(input)), std::move(config));
  }
  /// As invoke(), telling `sink` what happens meanwhile.
  base::Task<State> stream(RunStart<State> input, StreamModes modes, EventSink& sink,
                           RunConfig config = {}) const {
    return to_the_end(prepare(std::move(input), std::move(config), modes, &sink));
  }

  /// Runs the graph as a part of the node that `context` belongs to: a subgraph. It keeps its thread with the
  /// outer run's saver unless it has its own; when the outer run is resumed inside it, it goes on where it
  /// stopped. Let what it throws pass: a question in it travels that way.
  base::Task<State> invoke_within(Context& context, RunStart<State> input,
                                  SubgraphThread thread = SubgraphThread::kPerCall) const {
    return within(std::make_unique<InnerRun>(context, compiled_, std::move(input).take(), thread));
  }

  /// Writes to a thread from outside, as if `as_node` had: that node's edges say what runs next; kEnd:
  /// nothing. Left empty it is the node that wrote last; an error when there are several. `checkpoint_id`
  /// names the checkpoint to start from, the last one when empty. Returns the id of the new checkpoint. As
  /// kCopy it writes nothing and makes another checkpoint like that one, beside it.
  base::Task<std::string> update_state(std::string thread_id, Update<State> writes, std::string as_node = {},
                                       std::string checkpoint_id = {}) const {
    std::vector<std::vector<Edit>> steps;
    steps.emplace_back().push_back({std::move(writes).take(), std::move(as_node)});
    return edit(std::move(thread_id), std::move(checkpoint_id), std::move(steps));
  }
  /// Several super-steps of updates, each with one or more, as if their nodes had run side by side: a
  /// checkpoint for each step.
  base::Task<std::string> bulk_update_state(std::string thread_id,
                                            std::vector<std::vector<StateEdit<State>>> steps,
                                            std::string checkpoint_id = {}) const {
    std::vector<std::vector<Edit>> erased;
    for (auto& step : steps) {
      std::vector<Edit>& edits = erased.emplace_back();
      for (auto& [values, as_node] : step) edits.push_back({std::move(values).take(), std::move(as_node)});
    }
    return edit(std::move(thread_id), std::move(checkpoint_id), std::move(erased));
  }

  /// How a thread stands: at its last checkpoint, with the writes of tasks that finished although their
  /// super-step did not; or at the checkpoint given, as it was saved. Empty when there is none. Throws
  /// GraphError (kInvalidRun) when the graph has no saver.
  base::Task<std::optional<Snapshot<State>>> get_state(std::string thread_id,
                                                       std::string checkpoint_id = {}) const {
    return read_one(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(checkpoint_id),
                    compiled_);
  }
  /// How a subgraph stands that a task of this graph runs: `task` is from a snapshot of this graph, or of a
  /// subgraph of it. Empty when the task has not run `inner`.
  template <StateStruct Inner>
  base::Task<std::optional<Snapshot<Inner>>> get_state_within(
      std::string thread_id, const SnapshotTask& task, const Graph<Inner>& inner,
      SubgraphThread thread = SubgraphThread::kPerCall) const {
    ThreadKey key{.thread_id = std::move(thread_id),
                  .path = thread == SubgraphThread::kOwn ? task.own_path : task.path};
    return Graph<Inner>::read_one(inner.compiled_, key, {}, compiled_);
  }
  /// A thread's checkpoints, newest first.
  base::Task<std::vector<Snapshot<State>>> get_state_history(std::string thread_id,
                                                             ListQuery query = {}) const {
    return read_all(compiled_, {.thread_id = std::move(thread_id), .path = {}}, std::move(query));
  }

  const CompiledGraph& compiled() const { return *compiled_; }

 private:
  template <StateStruct>
  friend class Graph;

  // A coroutine keeps its parameters as long as it lives: these are handed one pointer.
  std::unique_ptr<Run> prepare(RunStart<State> input, RunConfig config, StreamModes modes = {},
                               EventSink* sink = nullptr) const {
    return std::make_unique<Run>(compiled_, std::move(config), std::move(input).take(), modes, sink);
  }
  base::Task<std::string> edit(std::string thread_id, std::string checkpoint_id,
                               std::vector<std::vector<Edit>> steps) const {
    saver_of(*compiled_);
    RunConfig config{.thread_id = std::move(thread_id), .checkpoint_id = std::move(checkpoint_id)};
    return edit(prepare(Update<State>(), std::move(config)), std::move(steps));
  }
  static base::Task<Outcome<State>> execute(std::unique_ptr<Run> run) {
    const std::shared_ptr<StateStorage> state = co_await run->execute();
    co_return Outcome<State>{.values = std::move(static_cast<TypedState<State>&>(*state).state),
                             .interrupts = run->take_interrupts(),
                             .next = run->take_next(),
                             .drained = run->drained()};
  }
  static base::Task<State> to_the_end(std::unique_ptr<Run> run) {
    const std::shared_ptr<StateStorage> state = co_await run->execute();
    run->require_end();
    co_return std::move(static_cast<TypedState<State>&>(*state).state);
  }
  static base::Task<State> within(std::unique_ptr<InnerRun> run) {
    const std::shared_ptr<StateStorage> state = co_await run->execute();
    co_return std::move(static_cast<TypedState<State>&>(*state).state);
  }
  static base::Task<std::string> edit(std::unique_ptr<Run> run, std::vector<std::vector<Edit>> steps) {
    co_return co_await run->edit(std::move(steps));
  }

  static Snapshot<State> typed(ErasedSnapshot read) {
    Snapshot<State> snapshot;
    static_cast<SnapshotInfo&>(snapshot) = std::move(read.info);
    snapshot.values = std::move(static_cast<TypedState<State>&>(*read.state).state);
    return snapshot;
  }
  static base::Task<std::optional<Snapshot<State>>> read_one(std::shared_ptr<const CompiledGraph> compiled,
                                                             ThreadKey thread, std::string checkpoint_id,
                                                             std::shared_ptr<const CompiledGraph> keeper) {
    Saver& saver = compiled->saver() ? *compiled->saver() : saver_of(*keeper);
    const auto saved = co_await saver.get(thread, checkpoint_id);
    if (!saved) co_return std::nullopt;
    co_return typed(read_snapshot(*compiled, *saved,
                                  checkpoint_id.empty() ? PendingWrites::kApplied : PendingWrites::kLeftOut,
                                  thread.path));
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
