#include "core/flow/reader.h"

#include "core/flow/flow_reader.h"

namespace pharos::flow {

Flow read_flow(std::string_view text, const std::string& file, const NodeKinds& kinds) {
  return read_text(text, file, kinds, nullptr);
}

Flow read_flow_file(const std::string& path, const NodeKinds& kinds) {
  return FlowFiles(kinds).read(path);
}

}  // namespace pharos::flow
