// Updates from outside in bulk, and what a snapshot tells of tasks and subgraphs.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

StateGraph<Trail> chain() {
  auto g = trail_graph("chain");
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  return g;
}

StateEdit<Trail> edit(std::string item, std::string as_node) {
  return {.values = update(&Trail::items, {std::move(item)}), .as_node = std::move(as_node)};
}

/// A vector of things that cannot be copied.
template <class First, class... Rest>
std::vector<First> listed(First first, Rest... rest) {
  std::vector<First> all;
  all.push_back(std::move(first));
  (all.push_back(std::move(rest)), ...);
  return all;
}

TEST(BulkUpdate, WritesACheckpointForEachStep) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.bulk_update_state("t", listed(listed(edit("1", "a")), listed(edit("2", "b")))));
  const auto history = run(graph.get_state_history("t"));
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[1].values.items, Items{"1"});
  EXPECT_EQ(history[1].next, Items{"b"});
  EXPECT_EQ(history[1].step, 0);
  EXPECT_EQ(history[0].values.items, (Items{"1", "2"}));
  EXPECT_EQ(history[0].next, Items{"c"});
  EXPECT_EQ(history[0].parent_id, history[1].checkpoint_id);
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"1", "2", "c"}));
}

TEST(BulkUpdate, OfOneStepIsAppliedInTheOrderOfNames) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c"}) g.add_node(name, visit(name));
  g.fan_out(kStart, {"a", "b"}).join({"a", "b"}, "c");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.bulk_update_state("t", listed(listed(edit("as b", "b"), edit("as a", "a")))));
  const auto kept = run(graph.get_state("t"));
  EXPECT_EQ(kept->values.items, (Items{"as a", "as b"}));
  EXPECT_EQ(kept->next, Items{"c"}) << "the join has both";
}

TEST(BulkUpdate, AsTheEndIsForItselfAlone) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(
      run(graph.bulk_update_state("t", listed(listed(edit("1", "a"), edit("2", std::string(kEnd)))))),
      GraphError);
}

TEST(UpdateState, AsTheEndReachesNoJoin) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c"}) g.add_node(name, visit(name));
  g.fan_out(kStart, {"a", "b"}).join({"a", "b"}, "c");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.update_state("t", update(&Trail::items, {"x"}), std::string(kEnd)));
  EXPECT_EQ(run(graph.get_state("t"))->next, Items{});
  EXPECT_EQ(run(graph.invoke(update(&Trail::items, {"|"}), {.thread_id = "t"})).items,
            (Items{"x", "|", "a", "b", "c"}));
}

TEST(Snapshot, TellsWhatItsTasksHaveWritten) {
  auto g = trail_graph();
  g.add_node("good", visit("good"));
  g.add_node("ask", [](const Trail&, Context& context) {
    context.interrupt("sure?");
    return Update<Trail>();
  });
  g.fan_out(kStart, {"good", "ask"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto kept = run(graph.get_state("t"));
  ASSERT_EQ(kept->tasks.size(), 2U);
  EXPECT_EQ(kept->tasks[0].node, "good") << "in the order of definition";
  ASSERT_TRUE(kept->tasks[0].result.has_value());
  EXPECT_EQ(*kept->tasks[0].result, (json::object{{"items", json::array{"good"}}}));
  EXPECT_FALSE(kept->tasks[1].result.has_value());
}

TEST(Snapshot, LeadsToThoseOfSubgraphs) {
  auto deep = trail_graph("deep");
  deep.add_node("ask", [](const Trail&, Context& context) {
    context.interrupt("sure?");
    return update(&Trail::items, {"asked"});
  });
  deep.add_edge(kStart, "ask");
  const auto deepest = deep.compile();
  const auto calls = [](Graph<Trail> inner) {
    return [inner](const Trail&, Context& context) -> base::Task<Update<Trail>> {
      Trail ended = co_await inner.invoke_within(context, update(&Trail::items, {"in"}));
      co_return update(&Trail::items, std::move(ended.items));
    };
  };
  auto middle = trail_graph("middle");
  middle.add_node("before", visit("before")).add_node("call", calls(deepest));
  middle.add_edge(kStart, "before").add_edge("before", "call");
  const auto inner = middle.compile();
  auto g = trail_graph("outer");
  g.add_node("sub", calls(inner)).add_edge(kStart, "sub");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t"}));

  const auto outermost = run(graph.get_state("t"));
  ASSERT_EQ(outermost->tasks.size(), 1U);
  const auto within = run(graph.get_state_within("t", outermost->tasks[0], inner));
  ASSERT_TRUE(within.has_value());
  EXPECT_EQ(within->values.items, (Items{"in", "before"}));
  EXPECT_EQ(within->next, Items{"call"});
  const auto deepest_state = run(graph.get_state_within("t", within->tasks.at(0), deepest));
  ASSERT_TRUE(deepest_state.has_value());
  EXPECT_EQ(deepest_state->next, Items{"ask"});
  EXPECT_EQ(deepest_state->interrupts.size(), 1U);
}

}  // namespace
}  // namespace pharos::graph
