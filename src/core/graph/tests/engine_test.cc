// Order, fan-out, joins and reducers: what happens when nothing goes wrong.
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

TEST(Engine, RunsAChainInOrder) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", kEnd);
  const Trail end = run(g.compile().invoke(Trail{.items = {"in"}}));
  EXPECT_EQ(end.items, (Items{"in", "a", "b", "c"}));
}

TEST(Engine, AppliesWritesInTheOrderOfNamesNotOfCompletion) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("p2", visit("p2")).add_node("p10", visit_after("p10", 2s)).add_node("p1", visit_after("p1", 1s));
  g.fan_out(kStart, {"p2", "p10", "p1"});
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.advance(clock, 1s);
  EXPECT_FALSE(started->ended());
  loop.advance(clock, 1s);
  EXPECT_EQ(started->take().items, (Items{"p1", "p10", "p2"}));
}

TEST(Engine, AJoinWaitsForAllHoweverFarApart) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "b2", "b3", "d"}) g.add_node(name, visit(name));
  g.fan_out(kStart, {"a", "b"})
      .add_edge("b", "b2")
      .add_edge("b2", "b3")
      .join({"a", "b3"}, "d")
      .add_edge("d", kEnd);
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "b", "b2", "b3", "d"}));
}

TEST(Engine, SeveralEdgesIntoANodeOfOneStepRunItOnce) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c"}) g.add_node(name, visit(name));
  g.fan_out(kStart, {"a", "b"}).add_edge("a", "c").add_edge("b", "c");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "b", "c"}));
}

TEST(Engine, NodesOfOneStepDoNotSeeEachOthersWrites) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) { return update(&Trail::x, 7); });
  g.add_node("b", [](const Trail& state) { return update(&Trail::items, {std::to_string(state.x)}); });
  g.add_node("c", [](const Trail& state) { return update(&Trail::items, {std::to_string(state.x)}); });
  g.fan_out(kStart, {"a", "b"}).add_edge("a", "c");
  EXPECT_EQ(run(g.compile().invoke(Trail{.x = 1})).items, (Items{"1", "7"}));
}

TEST(Engine, TwoWritesToAPlainFieldNameTheFieldAndBothNodes) {
  auto g = trail_graph("twice");
  g.add_node("a", [](const Trail&) { return update(&Trail::x, 1); });
  g.add_node("b", [](const Trail&) { return update(&Trail::x, 2); });
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
            "graph 'twice': field 'x' was written twice in super-step 1, by nodes 'a' and 'b'; give it a "
            "reducer, or "
            "let one node write it");
}

}  // namespace
}  // namespace pharos::graph
