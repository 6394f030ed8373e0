// The shapes that are measured, each in a file of its own, ready to be repeated.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/graph/memory_saver.h"
#include "core/graph/state_graph.h"

namespace pharos::graph::bench {

enum class Keep { kNothing, kInMemory };

/// What repeating a case takes: only `once` is measured.
struct Prepared {
  std::function<base::Task<void>()> before = [] { return nothing(); };
  std::function<base::Task<void>()> once;
  std::function<base::Task<void>()> after = [] { return nothing(); };
  std::shared_ptr<std::optional<double>> memory_mb = {};  ///< null when the case does not measure memory

  static base::Task<void> nothing() { co_return; }
};

template <class State>
base::Task<void> run_once(Graph<State> graph, State input, RunConfig config) {
  co_await graph.invoke(std::move(input), std::move(config));
}

/// One run of the graph on `input`; in memory, each on a new thread.
template <class State>
Prepared invocation(const StateGraph<State>& g, State input, Keep keep) {
  if (keep == Keep::kNothing) {
    return {.once = [graph = g.compile(), input] { return run_once(graph, input, {}); }};
  }
  auto saver = std::make_shared<MemorySaver>();
  return {.once = [graph = g.compile({.saver = saver}),
                   input] { return run_once(graph, input, {.thread_id = "thread"}); },
          .after = [saver] { return saver->delete_thread("thread"); }};
}

Prepared chain(int length, Keep keep);        ///< nodes that do nothing, one after the other
Prepared side_by_side(int width, Keep keep);  ///< nodes that do nothing, then a join
Prepared compiling(int length);               ///< compile() of a chain
Prepared loop(int steps);                     ///< one node that goes back to itself
Prepared concurrent(int threads);             ///< chains of 3 with a memory saver, all in flight at once
Prepared fanout(int width, Keep keep);        ///< Sends to a graph of twelve steps over 1 KB of text
Prepared sends(int width, Keep keep);         ///< Sends to a node that appends one item: one wide super-step
Prepared react(int rounds, Keep keep);        ///< a scripted model that calls a tool each round
/// Fifteen fields of documents with outer x inner entries, until there are more than `limit` messages.
Prepared wide(int outer, int inner, int limit, Keep keep);

}  // namespace pharos::graph::bench
