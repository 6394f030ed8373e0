// The kind `subgraph`: a node that runs another graph.
#pragma once

#include "core/flow/node_kinds.h"

namespace pharos::flow {

BuiltNode build_subgraph(NodeReader& reader);

}  // namespace pharos::flow
