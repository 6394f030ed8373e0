// Reads a graph from a YAML or JSON file; docs/graphs.md explains the format.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/flow/dynamic_graph.h"
#include "core/flow/node_kinds.h"
#include "core/graph/definition.h"

namespace pharos::flow {

/// A graph that was read from a file and found sound.
struct Flow {
  /// Ready to run. `config` says how many tasks run at once and how many super-steps there may be.
  DynamicGraph compile(graph::CompileOptions options = {}) const {
    return DynamicGraph(definition, fields, std::move(options));
  }

  std::string about;  ///< what it is for, in the file's words
  graph::GraphDefinition definition;
  std::shared_ptr<const Fields> fields;
  graph::RunConfig config;
};

/// Throws FileError with all that is wrong. `file` is what messages call it; a graph without a name of its
/// own takes the file's.
Flow read_flow(std::string_view text, const std::string& file, const NodeKinds& kinds);

/// The same from the disk; throws base::Error too when it cannot be read.
Flow read_flow_file(const std::string& path, const NodeKinds& kinds);

}  // namespace pharos::flow
