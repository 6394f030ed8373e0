// What a run and the nodes it started share; it lives until the last of them has ended.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/graph/compiled_graph.h"
#include "core/graph/run_config.h"
#include "core/graph/stream.h"

namespace pharos::graph {

class RunInfo {
 public:
  RunInfo(std::shared_ptr<const CompiledGraph> of, RunConfig settings, StreamModes wanted, EventSink* to)
      : graph(std::move(of)), config(std::move(settings)), modes(wanted), sink(to) {}

  bool watches(StreamMode mode) const { return sink != nullptr && modes.has(mode); }
  void emit(StreamMode mode, const std::string& node, json::value data) const {
    sink->accept({.mode = mode, .path = {}, .node = node, .data = std::move(data)});
  }

  /// In [0, 1): Knuth's multiplier on the run's own seed is random enough to spread retries.
  double random() {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(random_ >> 11U) * 0x1.0p-53;
  }

  const std::shared_ptr<const CompiledGraph> graph;
  RunConfig config;
  std::string checkpoint_id;  ///< the last one saved; empty when nothing is kept
  const StreamModes modes;
  EventSink* sink;  ///< null when nobody reads, and once the run has ended

 private:
  std::uint64_t random_ = graph->next_seed();
};

}  // namespace pharos::graph
