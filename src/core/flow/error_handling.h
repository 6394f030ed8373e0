// What happens in a graph file once a node has failed for good: the key `on_error`, of a node or of the
// graph.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/flow/part_reader.h"
#include "core/graph/node.h"

namespace pharos::flow {

struct ErrorHandling {
  std::shared_ptr<const graph::ErrorHandler> handler;  ///< null when there is no such key
  std::vector<std::string> to;                         ///< where it leads
};

/// `{write, overwrite, to}`, or just the nodes to go to. Of the graph: it does not lead back to a node that
/// failed, which might fail again for ever.
ErrorHandling read_error_handling(Members& members, const PartReader& parts, Names names, bool of_graph);

}  // namespace pharos::flow
