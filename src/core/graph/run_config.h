// What can be said about one run.
#pragma once

#include <string>

#include "core/base/deadline.h"
#include "core/base/json.h"

namespace pharos::graph {

struct RunConfig {
  std::string thread_id;         ///< the conversation it belongs to; needs a saver; empty: nothing is kept
  std::string run_id;            ///< made up when empty and a saver is used
  int recursion_limit = 10000;   ///< super-steps after which a run that has not ended fails
  int max_concurrency = 0;       ///< tasks of one super-step that run at once; 0: all
  base::Deadline deadline;       ///< told to the nodes; the run itself does not watch it
  boost::json::object metadata;  ///< kept with each checkpoint
};

}  // namespace pharos::graph
