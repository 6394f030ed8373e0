// The kind `approve`: a node that stops until a person has answered.
#pragma once

#include "core/flow/node_kinds.h"

namespace pharos::flow {

BuiltNode build_approve(NodeReader& reader);

}  // namespace pharos::flow
