// What a node of a graph file does once it has failed for good: the key `on_error`.
#pragma once

#include <string>
#include <vector>

#include "core/flow/part_reader.h"
#include "core/graph/node.h"

namespace pharos::flow {

/// `{write, overwrite, to}`, or just the nodes to go to. Fills in the handler and gives back where it leads.
std::vector<std::string> read_error_handling(Members& members, const PartReader& parts, Names names,
                                             graph::NodeOptions& options);

}  // namespace pharos::flow
