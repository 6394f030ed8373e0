// A compiled graph over a described state: what StateGraph::compile() gives, and what runs.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/graph/compiled_graph.h"
#include "core/graph/run.h"
#include "core/graph/run_config.h"
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

  std::shared_ptr<const CompiledGraph> compiled_;
};

}  // namespace pharos::graph
