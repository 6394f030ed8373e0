// What runs on a database: a chat, chains one after the other, chains side by side.
#pragma once

#include <memory>

#include "core/graph/bench/shapes.h"

namespace pharos::storage::bench {

/// A run, ready to be repeated, each time on new threads.
struct Load {
  graph::bench::Prepared run;
  int checkpoints = 0;       ///< that a run leaves
  double payload_bytes = 0;  ///< of a chat's messages
};

Load chat(int turns, std::shared_ptr<graph::Saver> saver, graph::Durability durability);
/// Threads of three nodes, so many at the same time.
Load chains_of_three(int threads, std::shared_ptr<graph::Saver> saver, graph::Durability durability);

}  // namespace pharos::storage::bench
