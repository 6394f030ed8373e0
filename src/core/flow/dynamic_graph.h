// A compiled graph over a state declared by data; what graph::Graph is to a described struct.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/dynamic_state.h"
#include "core/graph/compiled_graph.h"
#include "core/graph/inner_run.h"
#include "core/graph/json_graph.h"

namespace pharos::flow {

using DynamicSnapshot = graph::JsonSnapshot;
using DynamicOutcome = graph::JsonOutcome;
/// What a run starts from: writes to the fields that are named, or how a thread that stopped goes on.
using DynamicStart = std::variant<json::object, graph::Resume>;

/// Cheap to copy; thread-safe. Each run stays on the executor of the coroutine that awaits it, which must run
/// one thing at a time.
class DynamicGraph {
 public:
  /// `definition` is over the state of `fields` (see schema_of). Throws GraphError (kInvalidGraph).
  DynamicGraph(graph::GraphDefinition definition, std::shared_ptr<const Fields> fields,
               graph::CompileOptions options = {});

  /// Runs the graph until it ends or stops to ask. Throws as graph::Graph::run, and GraphError
  /// (kInvalidUpdate) when the input names an unknown field or has a value of another type.
  base::Task<DynamicOutcome> run(DynamicStart start, graph::RunConfig config = {},
                                 graph::StreamModes modes = {}, graph::EventSink* sink = nullptr) const;
  /// Runs the graph from writes to the fields that `input` names; the others start from their defaults, or,
  /// on a thread, from where it stands. Returns the whole final state. Throws as graph::Graph::invoke, and
  /// GraphError (kInvalidUpdate) when the input names an unknown field or has a value of another type;
  /// (kPaused) when it stops before its end.
  base::Task<json::object> invoke(json::object input, graph::RunConfig config = {}) const;
  /// As invoke(), telling `sink` what happens meanwhile. `sink` must outlive the run.
  base::Task<json::object> stream(json::object input, graph::StreamModes modes, graph::EventSink& sink,
                                  graph::RunConfig config = {}) const;

  /// Runs the graph as a part of the node that `context` belongs to; see graph::Graph::invoke_within.
  base::Task<json::object> invoke_within(
      graph::Context& context, json::object input,
      graph::SubgraphThread thread = graph::SubgraphThread::kPerCall) const;

  /// Writes to a thread from outside; see graph::Graph::update_state. Of `config` the thread, the checkpoint
  /// to start from and the metadata count.
  base::Task<std::string> update_state(json::object values, std::string as_node,
                                       graph::RunConfig config) const;
  /// Makes the thread go on from an earlier checkpoint, with what followed it then still to run; `config` as
  /// in update_state. Returns the id of the new checkpoint. Throws base::Error (kNotFound) when there is
  /// no such checkpoint.
  base::Task<std::string> fork(graph::RunConfig config) const;

  /// How a thread stands; see graph::Graph::get_state.
  base::Task<std::optional<DynamicSnapshot>> get_state(std::string thread_id,
                                                       std::string checkpoint_id = {}) const;
  /// A thread's checkpoints, newest first.
  base::Task<std::vector<DynamicSnapshot>> get_state_history(std::string thread_id,
                                                             graph::ListQuery query = {}) const;

  const graph::CompiledGraph& compiled() const { return json_.compiled(); }
  /// The same graph with everything that can be said to it.
  const graph::JsonGraph& json() const { return json_; }
  const Fields& fields() const { return *fields_; }

 private:
  std::shared_ptr<const Fields> fields_;
  graph::JsonGraph json_;
};

}  // namespace pharos::flow
