// Reads a graph from a YAML or JSON file; docs/graphs.md explains the format.
#pragma once

#include <string>
#include <string_view>

#include "core/flow/flow.h"
#include "core/flow/node_kinds.h"

namespace pharos::flow {

/// Throws FileError with all that is wrong. `file` is what messages call it; a graph without a name of its
/// own takes the file's. It cannot name other files.
Flow read_flow(std::string_view text, const std::string& file, const NodeKinds& kinds);

/// The same from the disk, with the files that it names; throws base::Error too when it cannot be read.
Flow read_flow_file(const std::string& path, const NodeKinds& kinds);

}  // namespace pharos::flow
