// What can be said about one run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/json.h"
#include "core/graph/run_control.h"

namespace pharos::graph {

class Saver;
class Store;

/// When a run's checkpoints reach the saver. A task's writes always reach it before the checkpoint that rests
/// on them.
enum class Durability {
  kSync,   ///< before the next super-step begins
  kAsync,  ///< while the next super-steps run, in order; a run is only so many ahead
  kExit,   ///< only when the run ends, fails or stops to ask
};

struct RunConfig {
  std::string thread_id;         ///< the conversation it belongs to; needs a saver; empty: nothing is kept
  std::string checkpoint_id;     ///< goes on from this one instead of the thread's last, as a fork
  std::string run_id;            ///< made up when empty and a saver or a reader sees it
  int recursion_limit = 10000;   ///< super-steps after which a run that has not ended fails
  int max_concurrency = 0;       ///< tasks of one super-step that run at once; 0: all
  base::Deadline deadline;       ///< told to the nodes; the run itself does not watch it
  boost::json::object metadata;  ///< kept with each checkpoint
  /// What nodes and conditional edges are told about this run; those of graphs inside it, too; null: nothing.
  std::shared_ptr<const boost::json::object> context;
  Durability durability = Durability::kAsync;
  bool stream_subgraphs = false;  ///< readers of streams also get the events of graphs that nodes run
  std::shared_ptr<Saver> saver;   ///< keeps the thread in place of the graph's own (CompileOptions)
  std::shared_ptr<Store> store;   ///< is what nodes remember in place of the graph's own
  std::shared_ptr<const RunControl> control;  ///< may ask the run to stop between super-steps
  std::vector<std::string> interrupt_before;  ///< stops before a super-step that runs one of these; `*`: any
  std::vector<std::string> interrupt_after;   ///< stops after a super-step that ran one of these; `*`: any

  /// The context; empty where there is none.
  const boost::json::object& told() const {
    static const boost::json::object nothing;
    return context ? *context : nothing;
  }
};

}  // namespace pharos::graph
