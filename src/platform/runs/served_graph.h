// A graph that runs can be made of, whoever wrote it: a file, or code.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/json.h"
#include "core/graph/json_graph.h"
#include "core/graph/run_config.h"

namespace pharos::runs {

namespace json = boost::json;

/// Immutable; thread-safe to share.
struct ServedGraph {
  std::string id;  ///< what clients call it
  std::string about;
  json::object input_schema;                           ///< JSON Schema of what a run starts from
  json::object state_schema;                           ///< and of the whole state
  json::object context_schema = {{"type", "object"}};  ///< and of what its nodes are told
  /// `{nodes: [{id, type, data}], edges: [{source, target, data?, conditional?}]}`; graphs inside nodes as
  /// nodes `outer:inner` when `xray` is above 0.
  std::function<json::object(int xray)> drawing;
  graph::RunConfig config;  ///< how many super-steps and tasks at once
  /// Throws base::Error (kInvalidInput) when nodes cannot be told that; null: they can be told anything.
  std::function<void(const json::object& context)> check_context = {};
  /// By the names of the nodes that run them, `outer|inner`: `{input, output, state, config}` of each graph
  /// inside, as JSON Schema.
  json::object inner = {};
  graph::JsonGraph graph;  ///< compiled without a saver: each run brings its own
};

/// Where graphs are found by their names. Thread-safe.
class GraphSource {
 public:
  virtual ~GraphSource() = default;
  /// Null when there is none.
  virtual std::shared_ptr<const ServedGraph> find(const std::string& id) const = 0;
  /// In the order of their names.
  virtual std::vector<std::shared_ptr<const ServedGraph>> all() const = 0;
};

}  // namespace pharos::runs
