// Transcripts of who runs when: Sends, commands, conditional edges, joins, and what a run looks like.
#include <boost/json/serialize.hpp>

#include "core/graph/mermaid.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// A node started by Sends that appends its name and its argument.
auto visit_with(std::string name) {
  return [name](const std::string& argument) { return update(&Trail::items, {name + argument}); };
}

TRANSCRIPT(send_vs_triggered) {
  auto g = trail_graph();
  g.add_node("r", visit("r")).add_node("zz", visit_with("zz"));
  g.add_node("aa", visit("aa")).add_node("mm", visit("mm"));
  g.add_edge(kStart, "r").add_conditional_edges("r", [](const Trail&) {
    return several<Target>(Send("zz", std::string("1")), "aa", Send("zz", std::string("2")), "mm");
  });
  json::array starts;
  CallbackSink tasks([&](const StreamEvent& event) {
    if (event.data.get_object().contains("input")) starts.push_back(event.data.at("name"));
  });
  const Trail end = run(g.compile().stream(Trail{}, StreamMode::kTasks, tasks));
  return {{"final", shown(end)}, {"task_starts", starts}};
}

TRANSCRIPT(send_then_join) {
  auto g = trail_graph();
  g.add_node("w", visit_with("")).add_node("join", [](const Trail& state) {
    return update(&Trail::items, {"join:" + std::to_string(state.items.size())});
  });
  g.add_conditional_edges(kStart, [](const Trail&) {
    std::vector<Send> sends;
    for (const std::string item : {"a", "b", "c"}) sends.emplace_back("w", item);
    return sends;
  });
  g.add_edge("w", "join");
  return shown(run(g.compile().invoke(Trail{})));
}

TRANSCRIPT(deferred_node) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("b2", visit("b2"));
  g.add_node("d", visit("d")).deferred();
  g.fan_out(kStart, {"a", "b"}).add_edge("b", "b2").fan_out("a", {"d"}).add_edge("b2", "d");
  return {{"updates", events_of(g.compile(), Trail{}, StreamMode::kUpdates)}};
}

TRANSCRIPT(deferred_loop) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("d", visit("d")).deferred();
  g.add_edge(kStart, "a").add_edge("a", "d");
  g.add_conditional_edges(
      "d", [](const Trail& state) { return state.items.size() < 5 ? "a" : std::string(kEnd); });
  return shown(run(g.compile().invoke(Trail{})));
}

TRANSCRIPT(several_branches_one_node) {
  auto g = trail_graph();
  for (const std::string name : {"a", "b", "c", "d"}) g.add_node(name, visit(name));
  g.add_edge(kStart, "a").add_edge("a", "d");
  g.add_conditional_edges("a", [](const Trail&) { return "b"; });
  g.add_conditional_edges("a", [](const Trail&) { return "c"; });
  return {{"updates", events_of(g.compile(), Trail{}, StreamMode::kUpdates)}};
}

TRANSCRIPT(command_goto_mixed) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) {
    return Command<Trail>().send("w", std::string("1")).go_to("b").send("w", std::string("2"));
  });
  g.add_node("b", visit("b")).add_node("w", visit_with("")).add_edge(kStart, "a");
  auto listing = trail_graph();
  listing.add_node("a", [](const Trail&) {
    return several<Command<Trail>>(update(&Trail::items, {"l1"}), update(&Trail::items, {"l2"}));
  });
  listing.add_edge(kStart, "a");
  return {{"goto", shown(run(g.compile().invoke(Trail{})))},
          {"list", shown(run(listing.compile().invoke(Trail{})))}};
}

TRANSCRIPT(draw) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b"));
  g.add_edge(kStart, "a").add_edge("b", "a");
  g.add_conditional_edges("a", [](const Trail&) { return "go"; }, {{"go", "b"}, {"stop", std::string(kEnd)}});
  json::array lines;
  std::string text = to_mermaid(g.definition());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  json::array edges;
  for (const json::value& edge : to_json(g.definition()).at("edges").as_array()) {
    const json::value* label = edge.get_object().if_contains("label");
    edges.push_back(json::array{edge.at("source"), edge.at("target"),
                                label == nullptr ? json::value(nullptr) : *label, edge.at("conditional")});
  }
  return {{"mermaid", lines}, {"edges", edges}};
}

/// A scripted model: asks for two sums at first, then has done.
Update<Trail> model(const Trail& state) {
  return update(&Trail::items, {state.items.size() == 1 ? "ai asks" : "ai done"});
}

TRANSCRIPT(react_agent_flow) {
  auto g = trail_graph("react");
  g.add_node("agent", model).add_node("tools", visit_with("tool "));
  g.add_edge(kStart, "agent").add_edge("tools", "agent");
  g.add_conditional_edges("agent", [](const Trail& state) -> Targets {
    if (state.items.back() == "ai done") return several<Target>(kEnd);
    return several<Target>(Send("tools", std::string("3")), Send("tools", std::string("7")));
  });
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  Events updates;
  const Trail end =
      run(graph.stream(Trail{.items = {"human hi"}}, StreamMode::kUpdates, updates, {.thread_id = "1"}));
  json::array history;
  for (const auto& each : run(graph.get_state_history("1"))) {
    history.push_back(json::array{each.step, base::to_name(each.source), list(each.next)});
  }
  return {{"updates", updates.all}, {"final", shown(end)}, {"history", history}};
}

}  // namespace
}  // namespace pharos::graph::transcript
