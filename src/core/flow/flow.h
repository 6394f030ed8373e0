// A graph that was read from a file and found sound.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/flow/dynamic_graph.h"
#include "core/graph/definition.h"
#include "core/graph/run_config.h"

namespace pharos::flow {

struct Flow;

/// What the file says of a node, for pictures.
struct DescribedNode {
  std::string kind;
  std::string about;
  json::object options;               ///< its keys as they were written, but for kind and about
  std::shared_ptr<const Flow> inner;  ///< the graph that it runs; null for most
};

struct Flow {
  /// Ready to run. `config` says how many tasks run at once and how many super-steps there may be.
  DynamicGraph compile(const graph::CompileOptions& options = {}) const;

  std::string about;  ///< what it is for, in the file's words
  graph::GraphDefinition definition;
  std::shared_ptr<const Fields> fields;
  std::shared_ptr<const Fields> context;  ///< what its nodes may be told by whoever runs it
  graph::RunConfig config;
  std::vector<DescribedNode> nodes;  ///< in the order of the definition's
};

/// For a drawing: what graph::to_json says, and of each node its kind, `about`, `options` and `graph`, the
/// graph inside it, as far as it has them.
json::value to_json(const Flow& flow);

}  // namespace pharos::flow
