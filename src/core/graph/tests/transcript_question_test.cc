// Transcripts of runs that stop to ask, or at a breakpoint, and of what they are told to go on with.
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

const RunConfig kThread{.thread_id = "1"};

CompileOptions with_memory() {
  return {.saver = std::make_shared<MemorySaver>()};
}

TRANSCRIPT(two_interrupts_one_node) {
  auto g = trail_graph();
  auto runs = std::make_shared<int>(0);
  g.add_node("n", [runs](const Trail&, Context& context) {
    ++*runs;
    const std::string first = ask(context, "q1");
    return update(&Trail::items, {first, ask(context, "q2")});
  });
  g.add_edge(kStart, "n");
  const CompileOptions options = with_memory();
  const auto graph = g.compile(options);
  json::object all;
  all["1"] = shown(run(graph.run(Trail{}, kThread)));
  all["state1"] = state_of(graph, "1");
  all["2"] = shown(run(graph.run(Resume{.answer = "A"}, kThread)));
  all["state2"] = state_of(graph, "1");
  json::array answers;
  for (const TaskRecord& each : run(options.saver->get({.thread_id = "1", .path = {}}, {}))->records) {
    for (const json::value& given : each.answers) answers.push_back(given);
  }
  all["answers2"] = std::move(answers);
  all["3"] = shown(run(graph.run(Resume{.answer = "B"}, kThread)));
  all["runs"] = *runs;
  all["history"] = history_of(graph, "1");
  return all;
}

/// b and a ask side by side, in this order of definition; c ends; then d.
struct AskingSideBySide {
  AskingSideBySide() {
    auto g = trail_graph();
    for (const std::string name : {"b", "a"}) {
      g.add_node(name, [name, runs = runs](const Trail&, Context& context) {
        runs->push_back(name);
        return update(&Trail::items, {name + ":" + ask(context, "q" + name)});
      });
    }
    g.add_node("c", visit("c")).add_node("d", visit("d"));
    g.fan_out(kStart, {"b", "a", "c"}).join({"a", "b", "c"}, "d");
    graph.emplace(g.compile(with_memory()));
    for (const Interrupt& each : run(graph->run(Trail{}, kThread)).interrupts) ids[each.node] = each.id;
    runs->clear();
  }

  std::shared_ptr<Items> runs = std::make_shared<Items>();
  std::map<std::string, std::string> ids;  ///< of the questions, by node
  std::optional<Graph<Trail>> graph;
};

TRANSCRIPT(scalar_resume_several_pending) {
  const AskingSideBySide test;
  json::object all;
  all["resume"] = told([&] { return shown(run(test.graph->run(Resume{.answer = "X"}, kThread))); });
  all["runs"] = taken(test.runs);
  all["state"] = state_of(*test.graph, "1");
  return all;
}

TRANSCRIPT(resume_map_partial) {
  AskingSideBySide test;
  json::object all;
  all["first"] = shown(run(test.graph->run(Resume{.answers = {{test.ids["a"], "A"}}}, kThread)));
  all["runs1"] = taken(test.runs);
  all["state1"] = state_of(*test.graph, "1");
  all["second"] = shown(run(test.graph->run(Resume{.answer = "B"}, kThread)));
  all["runs2"] = taken(test.runs);
  return all;
}

TRANSCRIPT(interrupted_then_new_input) {
  auto runs = std::make_shared<json::array>();
  auto g = trail_graph();
  g.add_node("n", [runs](const Trail& state, Context& context) {
    runs->push_back(list(state.items));
    return update(&Trail::items, {ask(context, "q")});
  });
  g.add_edge(kStart, "n");
  const auto graph = g.compile(with_memory());
  json::object all;
  all["1"] = shown(run(graph.run(Trail{.items = {"i"}}, kThread)));
  all["none"] = shown(run(graph.run(Resume{}, kThread)));
  all["new"] = shown(run(graph.run(update(&Trail::items, {"new"}), kThread)));
  all["resume"] = shown(run(graph.run(Resume{.answer = "R"}, kThread)));
  all["runs"] = *runs;
  all["history"] = history_of(graph, "1");
  return all;
}

/// What each of the runs to the end gives, and what is next after it.
json::array steps_to_the_end(RunConfig config) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  const auto graph = g.compile(with_memory());
  config.thread_id = "1";
  json::array all;
  RunStart<Trail> input = Trail{};
  for (int i = 0; i < 10; ++i) {
    const auto outcome = run(graph.run(std::move(input), config));
    all.push_back(json::array{list(outcome.values.items), list(outcome.next)});
    if (outcome.ended()) break;
    input = Resume{};
  }
  return all;
}

TRANSCRIPT(interrupt_after_and_star) {
  return {{"after_b", steps_to_the_end({.interrupt_after = {"b"}})},
          {"before_all", steps_to_the_end({.interrupt_before = {"*"}})},
          {"after_all", steps_to_the_end({.interrupt_after = {"*"}})}};
}

Graph<Trail> one_that_asks(CompileOptions options) {
  auto g = trail_graph();
  g.add_node("n", [](const Trail&, Context& context) { return update(&Trail::items, {ask(context, "q")}); });
  g.add_edge(kStart, "n");
  return g.compile(std::move(options));
}

TRANSCRIPT(empty_commands) {
  const auto graph = one_that_asks(with_memory());
  run(graph.run(Trail{}, kThread));
  json::object all;
  all["resume_empty_map"] = told([&] { return shown(run(graph.run(Resume{.answers = {}}, kThread))); });
  all["empty"] = told([&] { return shown(run(graph.run(Resume{}, kThread))); });
  const auto without = one_that_asks({});
  all["no_saver"] = told([&] { return shown(run(without.run(Resume{.answer = "R"}, {}))); });
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
