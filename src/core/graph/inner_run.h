// A graph that runs as a part of another graph's node: a subgraph.
#pragma once

#include <memory>
#include <vector>

#include "core/graph/run.h"

namespace pharos::graph {

/// How a subgraph keeps its thread.
enum class SubgraphThread {
  kPerCall,  ///< each call has a state of its own, kept as long as its node has not ended
  kOwn,      ///< calls from the same node go on where the last one stood, as turns of a conversation
  kNone,     ///< nothing is kept: when its node runs again, so does all of it
};

/// One call of a subgraph: it shares the outer run's thread, saver, reader, limits and cancellation. Its
/// events carry the path to it, its checkpoints lie beside the outer ones, and a question in it stops the
/// outer run too.
class InnerRun {
 public:
  InnerRun(Context& context, std::shared_ptr<const CompiledGraph> graph, RunInput input,
           SubgraphThread thread);

  /// As Run::execute(). Throws Interrupted, for the node to let pass, when the subgraph stops to ask.
  base::Task<std::shared_ptr<StateStorage>> execute();

 private:
  static std::shared_ptr<RunInfo> info_within(Context& context, std::shared_ptr<const CompiledGraph> graph,
                                              SubgraphThread thread);

  Run run_;
};

}  // namespace pharos::graph
