// Nodes that wait until nothing else is left to run.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// a → (b, long → longer), all of them → last, which is deferred.
StateGraph<Trail> uneven() {
  auto g = trail_graph("uneven");
  for (const char* name : {"a", "b", "long", "longer"}) g.add_node(name, visit(name));
  g.add_node("last", visit("last")).deferred();
  g.add_edge(kStart, "a").fan_out("a", {"b", "long"}).add_edge("long", "longer");
  g.add_edge("b", "last").add_edge("longer", "last");
  return g;
}

TEST(Deferred, RunsOnceWhenNothingElseIsLeft) {
  EXPECT_EQ(run(uneven().compile().invoke(Trail{})).items, (Items{"a", "b", "long", "longer", "last"}));
}

TEST(Deferred, InALoopRunsOnceARound) {
  auto g = trail_graph();
  g.add_node("a", visit("a"));
  g.add_node("d", visit("d")).deferred();
  g.add_edge(kStart, "a").add_edge("a", "d");
  g.add_conditional_edges(
      "d", [](const Trail& state) { return std::string(state.items.size() < 5 ? "a" : kEnd); });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "d", "a", "d", "a", "d"}));
}

TEST(Deferred, OneMayWaitForAnother) {
  auto g = trail_graph();
  g.add_node("a", visit("a"));
  g.add_node("x", visit("x")).deferred();
  g.add_node("y", visit("y")).deferred();
  g.add_edge(kStart, "a").fan_out("a", {"x", "y"}).add_edge("x", "y");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "x", "y", "y"}))
      << "both are released together, and x leads to y once more";
}

TEST(Deferred, WaitsForSendsAndWhatTheyLeadTo) {
  auto g = trail_graph();
  g.add_node("part", [](const std::string& name) { return update(&Trail::items, {name}); });
  g.add_node("check", visit("check"));
  g.add_node("sum", visit("sum")).deferred();
  g.add_conditional_edges(kStart, [](const Trail&) {
    Targets targets;
    targets.push_back("sum");
    for (const char* name : {"1", "2"}) targets.push_back(Send("part", std::string(name)));
    return targets;
  });
  g.add_edge("part", "check");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"1", "2", "check", "sum"}));
}

TEST(Deferred, AJoinIntoItTakesLatecomersToTheSameTurn) {
  auto g = trail_graph();
  g.add_node("a",
             [](const Trail& state) { return update(&Trail::items, {"a"}).set(&Trail::x, state.x + 1); });
  g.add_node("b", visit("b"));
  g.add_node("d", visit("d")).deferred();
  g.fan_out(kStart, {"a", "b"}).join({"a", "b"}, "d");
  g.add_conditional_edges("a", [](const Trail& state) { return state.x < 3 ? "a" : std::string(kEnd); });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "b", "a", "a", "d"}));
}

TEST(Deferred, IsKeptInCheckpoints) {
  const auto graph = uneven().compile({.saver = std::make_shared<MemorySaver>()});
  const RunConfig stops{.thread_id = "t", .interrupt_before = {"longer"}};
  EXPECT_EQ(run(graph.run(Trail{}, stops)).next, Items{"longer"});
  EXPECT_EQ(run(graph.get_state("t"))->next, Items{"longer"}) << "what waits is not next yet";
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items,
            (Items{"a", "b", "long", "longer", "last"}));
}

TEST(Deferred, AFullJoinIntoItIsKeptInCheckpoints) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c", "e"}) g.add_node(name, visit(name));
  g.add_node("d", visit("d")).deferred();
  g.fan_out(kStart, {"a", "b", "c"}).join({"a", "b"}, "d").add_edge("c", "e").add_edge("d", kEnd);
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_before = {"e"}}));
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"a", "b", "c", "e", "d"}));
  EXPECT_EQ(run(graph.invoke(update(&Trail::items, {"|"}), {.thread_id = "t"})).items,
            (Items{"a", "b", "c", "e", "d", "|", "a", "b", "c", "e", "d"}))
      << "and is empty again afterwards";
}

TEST(Deferred, AnUpdateAsTheEndForgetsIt) {
  const auto graph = uneven().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_before = {"longer"}}));
  run(graph.update_state("t", {}, std::string(kEnd)));
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"a", "b", "long"}));
}

TEST(Deferred, ThePictureSaysSo) {
  EXPECT_NE(to_mermaid(uneven().definition()).find("last(last<hr/><small><em>defer = True</em></small>)"),
            std::string::npos);
}

}  // namespace
}  // namespace pharos::graph
