// Pictures of graphs: Mermaid text for people, JSON for the web's drawing.
#pragma once

#include <string>

#include "core/graph/definition.h"

namespace pharos::graph {

/// A Mermaid flow chart, top down. Conditional edges are dotted and carry their labels.
std::string to_mermaid(const GraphDefinition& graph);

/// `{name, nodes: [{id, timeout_s?, attempts?, handled?}], edges: [{source, target, conditional, join?,
/// label?}], fields: [{name, reducer}]}`.
json::value to_json(const GraphDefinition& graph);

}  // namespace pharos::graph
