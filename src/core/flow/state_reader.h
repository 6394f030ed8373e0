// Reads the fields that a graph file declares.
#pragma once

#include <vector>

#include "core/flow/document.h"
#include "core/flow/fields.h"

namespace pharos::flow {

/// `{topic: string, notes: {type, default, reducer, keep, about}}`. A field that is not sound is kept without
/// its type, because expressions may still name it.
std::vector<Field> read_state(const Item& state, Problems& problems);
/// What nodes are told: the same without reducer and keep.
std::vector<Field> read_context(const Item& context, Problems& problems);

}  // namespace pharos::flow
