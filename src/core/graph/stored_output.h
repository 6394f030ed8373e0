// What a node gave back as plain data, so that it can be given again; and for which input.
#pragma once

#include <string>

#include "core/graph/compiled_graph.h"

namespace pharos::graph {

/// The node and what it reads: the state's tracked fields, or the argument of the Send that started it (null
/// for a node that reads the state); and what the run is told, unless the node has a key of its own.
CacheKey cache_key(const CompiledGraph& graph, const CompiledNode& node, const void* input,
                   StateStorage& state, const Value* argument, const json::object& context);

/// False when it holds a value that cannot be kept.
bool has_json(const CompiledGraph& graph, const NodeOutput& output);
json::value to_json(const CompiledGraph& graph, const NodeOutput& output);
/// Throws base::Error (kInvalidInput) when the graph's fields or nodes have changed since.
NodeOutput output_from_json(const CompiledGraph& graph, const json::value& kept);

}  // namespace pharos::graph
