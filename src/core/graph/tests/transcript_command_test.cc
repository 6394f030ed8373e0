// Transcripts of Commands that come from outside, or from a subgraph to the graph around it.
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// n asks and appends the answer and x; b, which only commands lead to, appends x.
Graph<Trail> asking() {
  auto g = trail_graph();
  g.add_node("n", [](const Trail& state, Context& context) {
     return Command<Trail>(update(&Trail::items, {ask(context, "q"), std::to_string(state.x)}));
   }).goes_to({"b"});
  g.add_node("b", [](const Trail& state) { return update(&Trail::items, {"b" + std::to_string(state.x)}); });
  g.add_edge(kStart, "n");
  return g.compile({.saver = std::make_shared<MemorySaver>()});
}

TRANSCRIPT(command_input_update_goto) {
  const auto graph = asking();
  const auto on = [](const char* thread) { return RunConfig{.thread_id = thread}; };
  const auto to_b = [] { return Command<Trail>().set(&Trail::x, 9).go_to("b"); };
  json::object all;
  run(graph.run(Trail{}, on("1")));
  all["resume_update"] =
      shown(run(graph.run({Command<Trail>().set(&Trail::x, 9), Resume{.answer = "R"}}, on("1"))));
  all["hist"] = history_of(graph, "1");
  all["fresh"] = shown(run(graph.run(to_b(), on("2"))));
  run(graph.run(Trail{}, on("3")));
  all["interrupted"] = shown(run(graph.run(to_b(), on("3"))));
  all["interrupted_state"] = state_of(graph, "3");
  all["interrupted_hist"] = history_of(graph, "3");
  return all;
}

/// s1, then s2, which sends to a node of the graph around them, then s3.
Graph<Trail> leaving(std::shared_ptr<Items> runs) {
  auto g = trail_graph("sub");
  g.add_node("s1", visit_noting("s1", runs)).add_node("s3", visit_noting("s3", runs));
  g.add_node("s2", [runs](const Trail&) {
    runs->push_back("s2");
    return to_parent(Command<Trail>().set(&Trail::items, {"fromsub"}).go_to("other"));
  });
  g.add_edge(kStart, "s1").add_edge("s1", "s2").add_edge("s2", "s3");
  return g.compile();
}

TRANSCRIPT(command_parent) {
  auto runs = std::make_shared<Items>();
  auto g = trail_graph("outer");
  g.add_node("sub", [sub = leaving(runs)](const Trail& state, Context& context) -> base::Task<Update<Trail>> {
     Trail ended = co_await sub.invoke_within(context, state);
     co_return update(&Trail::items, std::move(ended.items));
   }).goes_to({"other"});
  g.add_node("other", visit_noting("other", runs)).add_node("q", visit_noting("q", runs));
  g.add_edge(kStart, "sub").add_edge("sub", "q");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  json::object all;
  all["r"] = shown(run(graph.invoke(Trail{.items = {"in"}}, {.thread_id = "1"})));
  all["updates"] = events_of(graph, Trail{.items = {"in"}}, StreamMode::kUpdates, {.thread_id = "2"});
  all["runs"] = taken(runs);
  all["history"] = history_of(graph, "1");
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
