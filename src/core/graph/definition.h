// A graph as it was written down, before it is checked: names of nodes, edges, joins and conditional edges.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/graph/node.h"
#include "core/graph/state.h"

namespace pharos::graph {

struct NodeDefinition {
  std::string name;
  std::shared_ptr<const NodeBody> body;
  const ValueType* argument = nullptr;  ///< the type its function reads, which a Send to it must carry
  bool reads_state = true;              ///< that type is the state, so edges may lead to it
  bool routes = false;                  ///< its function returns Commands
  bool deferred = false;                ///< edges to it wait until nothing else is left to run
  NodeOptions options;
};

struct EdgeDefinition {
  std::string from;
  std::string to;
};

struct JoinDefinition {
  std::vector<std::string> from;
  std::string to;
};

/// Reads the state as it is after its own node, and what the run is told, and says where to go.
using Route = std::function<Targets(const void* state, const boost::json::object& context)>;

/// What a route's answer means: the label it returns and the node that stands for it.
struct Destination {
  std::string label;
  std::string node;
};

struct BranchDefinition {
  std::string from;
  Route route;
  std::optional<std::vector<Destination>> destinations;  ///< none: the route names nodes, any of them
};

struct GraphDefinition {
  std::string name;
  StateSchema schema;
  std::vector<NodeDefinition> nodes;
  std::vector<EdgeDefinition> edges;
  std::vector<JoinDefinition> joins;
  std::vector<BranchDefinition> branches;
  std::shared_ptr<const ErrorHandler> on_error;  ///< of nodes without one of their own; it reads the state
  bool handler_routes = false;                   ///< that handler returns Commands
};

/// Throws GraphError (kInvalidGraph) with everything that is wrong, a sentence each: names that are taken,
/// reserved or unknown, no way in, nodes that cannot be reached, circles without a way out.
void check(const GraphDefinition& graph);

/// `(did you mean 'refund'?)`, or the names there are, or nothing when there are many.
std::string hint(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace pharos::graph
