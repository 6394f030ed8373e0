#include "core/graph/saver.h"

#include <algorithm>

namespace pharos::graph {

std::uint64_t Checkpoint::largest_version() const {
  return versions.empty() ? 0 : std::ranges::max(versions);
}

}  // namespace pharos::graph
