// Graphs of files as graphs that are served.
#pragma once

#include <string>

#include "core/flow/flow.h"
#include "core/graph/compiled_graph.h"
#include "platform/runs/served_graph.h"

namespace pharos::runs {

/// Throws graph::GraphError (kInvalidGraph). What clients call it is the graph's name.
ServedGraph served_graph(const flow::Flow& flow, const graph::CompileOptions& options);

/// JSON Schema of an object with these fields, each of which may be left out.
json::object schema_of(const flow::Fields& fields, const std::string& title);

/// What clients draw, of a graph as flow::to_json or graph::to_json tell it: `{nodes: [{id, type, data,
/// metadata}], edges: [{source, target, conditional, data?}]}`. With `xray` above 0 the nodes of graphs
/// inside stand in their place, as `outer:inner`, that many graphs deep.
json::object drawing_of(const json::value& graph, int xray);

}  // namespace pharos::runs
