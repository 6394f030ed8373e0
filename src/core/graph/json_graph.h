// A compiled graph run with JSON in and JSON out, whatever its state is made of: what a server offers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/graph/compiled_graph.h"
#include "core/graph/interrupt.h"
#include "core/graph/run.h"
#include "core/graph/run_config.h"
#include "core/graph/snapshot.h"
#include "core/graph/stream.h"

namespace pharos::graph {

using JsonSnapshot = Snapshot<json::object>;
using JsonOutcome = Outcome<json::object>;

/// A node to go to, and the input that it is sent, if it is sent one.
struct JsonTarget {
  std::string node;
  std::optional<json::value> input;
};

/// What a run starts from: writes to the fields that `values` names, and going to nodes; or, with `resume`,
/// where the thread stopped.
struct JsonStart {
  json::object values;
  std::vector<JsonTarget> go_to;
  std::optional<Resume> resume;
  bool is_command = false;  ///< on a thread that has begun, goes on where it stopped
};

/// An update from outside, as if `as_node` had made it; empty: the node that wrote last.
struct JsonEdit {
  json::object values;
  std::string as_node;
};

/// Cheap to copy; thread-safe. Each run stays on the executor of the coroutine that awaits it, which must run
/// one thing at a time.
class JsonGraph {
 public:
  using Reader = std::function<Writes(json::object)>;

  /// `read` makes writes of JSON; without one each field is read as its type says. Throws GraphError
  /// (kInvalidUpdate) when the state has no such field or a value does not fit.
  explicit JsonGraph(std::shared_ptr<const CompiledGraph> compiled, Reader read = {});

  /// Runs the graph until it ends or stops to ask. Throws as graph::Graph::run, and GraphError
  /// (kInvalidUpdate) when the input names an unknown field or has a value of another type.
  base::Task<JsonOutcome> run(JsonStart start, RunConfig config = {}, StreamModes modes = {},
                              EventSink* sink = nullptr) const;

  /// Writes to a thread from outside, a checkpoint for each step; see graph::Graph::update_state. Of `config`
  /// the thread, the checkpoint to start from and the metadata count. Returns the id of the last checkpoint.
  base::Task<std::string> update_state(std::vector<std::vector<JsonEdit>> steps, RunConfig config) const;
  /// Makes the thread go on from an earlier checkpoint, with what followed it then still to run; `config` as
  /// in update_state. Returns the id of the new checkpoint. Throws base::Error (kNotFound) when there is no
  /// such checkpoint.
  base::Task<std::string> fork(RunConfig config) const;

  /// How a thread stands; see graph::Graph::get_state.
  base::Task<std::optional<JsonSnapshot>> get_state(std::string thread_id,
                                                    std::string checkpoint_id = {}) const;
  /// A thread's checkpoints, newest first.
  base::Task<std::vector<JsonSnapshot>> get_state_history(std::string thread_id, ListQuery query = {}) const;

  /// The same graph, its threads kept there in place of where it was compiled to keep them.
  JsonGraph with_saver(std::shared_ptr<Saver> saver) const;

  const CompiledGraph& compiled() const { return *compiled_; }
  const std::shared_ptr<const CompiledGraph>& shared() const { return compiled_; }
  /// What a run starts from, as the engine has it. Throws as run() does.
  RunInput input_of(JsonStart start) const;

 private:
  std::shared_ptr<Saver> require_saver() const;

  std::shared_ptr<const CompiledGraph> compiled_;
  Reader read_;
  std::shared_ptr<Saver> saver_;  ///< null: the one that it was compiled with
};

/// Every field of a state that has a JSON form.
json::object json_of(const StateSchema& schema, StateStorage& state);

}  // namespace pharos::graph
