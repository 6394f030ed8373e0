// Going on after a failure, from an earlier checkpoint, and after an update from outside.
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

std::string checkpoint_before(const Graph<Trail>& graph, const std::string& node) {
  for (const auto& each : run(graph.get_state_history("t"))) {
    if (each.next == Items{node}) return each.checkpoint_id;
  }
  ADD_FAILURE() << "no checkpoint leads to " << node;
  return {};
}

TEST(Recovery, RunsOnlyWhatHadNotFinished) {
  const auto broken = std::make_shared<bool>(true);
  const auto calls = std::make_shared<int>(0);
  auto g = trail_graph();
  g.add_node("good", [calls](const Trail&) {
    ++*calls;
    return update(&Trail::items, {"good"});
  });
  g.add_node("lamp", [broken](const Trail&) {
    if (*broken) throw base::Error(base::Code::kUnavailable, "the lamp is out");
    return update(&Trail::items, {"lamp"});
  });
  g.add_node("after", visit("after"));
  g.fan_out(kStart, {"good", "lamp"}).join({"good", "lamp"}, "after");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{.items = {"in"}}, {.thread_id = "t"})), NodeError);
  *broken = false;
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"in", "good", "lamp", "after"}));
  EXPECT_EQ(*calls, 1);
}

TEST(Recovery, FinishedTasksKeepTheirCommandsAndSends) {
  const auto broken = std::make_shared<bool>(true);
  auto g = trail_graph();
  g.add_node("boss", [](const Trail&) {
     return Command<Trail>().set(&Trail::items, {"boss"}).go_to("next").send("part", std::string("p"));
   }).goes_to({"next", "part"});
  g.add_node("lamp", [broken](const Trail&) {
    if (*broken) throw base::Error(base::Code::kUnavailable, "the lamp is out");
  });
  g.add_node("next", visit("next"));
  g.add_node("part", [](const std::string& name) { return update(&Trail::items, {name}); });
  g.fan_out(kStart, {"boss", "lamp"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  *broken = false;
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"boss", "next", "p"}));
}

TEST(Recovery, NewInputDiscardsWhatWasLeftUndone) {
  const auto broken = std::make_shared<bool>(true);
  auto g = trail_graph();
  g.add_node("lamp", [broken](const Trail&) {
    if (*broken) throw base::Error(base::Code::kUnavailable, "the lamp is out");
    return update(&Trail::items, {"lamp"});
  });
  g.add_node("good", visit("good"));
  g.fan_out(kStart, {"good", "lamp"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  *broken = false;
  EXPECT_EQ(run(graph.invoke(update(&Trail::items, {"new"}), {.thread_id = "t"})).items,
            (Items{"new", "good", "lamp"}));
}

TEST(Replay, WritesAForkAndKeepsTheHistory) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  const auto before = run(graph.get_state_history("t"));
  const std::string at = checkpoint_before(graph, "b");
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t", .checkpoint_id = at})).items,
            (Items{"a", "b", "c"}));
  const auto after = run(graph.get_state_history("t"));
  ASSERT_EQ(after.size(), before.size() + 3);
  EXPECT_EQ(after[2].source, Source::kFork);
  EXPECT_EQ(after[2].parent_id, at);
  EXPECT_EQ(after[3].checkpoint_id, before[0].checkpoint_id);
}

TEST(Replay, NewInputBranchesFromAnEarlierCheckpoint) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{.items = {"one"}}, {.thread_id = "t"}));
  const std::string at = checkpoint_before(graph, "b");
  EXPECT_EQ(run(graph.invoke(update(&Trail::items, {"two"}), {.thread_id = "t", .checkpoint_id = at})).items,
            (Items{"one", "a", "two", "a", "b", "c"}));
}

TEST(Replay, AnUnknownCheckpointIsAnErrorThatNamesIt) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  const std::string message = message_of<GraphError>(
      [&] { run(graph.invoke(Resume{}, {.thread_id = "t", .checkpoint_id = "no such"})); });
  EXPECT_NE(message.find("no checkpoint 'no such'"), std::string::npos) << message;
}

TEST(Replay, AsksAgainAndTheAnswerGivenThereWins) {
  auto g = trail_graph();
  g.add_node("ask", [](const Trail&, Context& context) {
    return update(&Trail::items, {std::string(context.interrupt("who?").as_string())});
  });
  g.add_edge(kStart, "ask");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t"}));
  const std::string at = checkpoint_before(graph, "ask");
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value("Ada")}, {.thread_id = "t"})).items, Items{"Ada"});
  EXPECT_EQ(run(graph.run(Resume{}, {.thread_id = "t", .checkpoint_id = at})).interrupts.size(), 1U);
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value("Grace")}, {.thread_id = "t", .checkpoint_id = at}))
                .items,
            Items{"Grace"});
}

TEST(UpdateState, IsWrittenAsTheLastNodeAndItsEdgesFollow) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_after = {"a"}}));
  const std::string id = run(graph.update_state("t", update(&Trail::items, {"edit"})));
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->checkpoint_id, id);
  EXPECT_EQ(state->source, Source::kUpdate);
  EXPECT_EQ(state->next, Items{"b"});
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"a", "edit", "b", "c"}));
}

TEST(UpdateState, AsAnotherNodeGoesOnBehindThatOne) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_after = {"a"}}));
  run(graph.update_state("t", update(&Trail::items, {"instead of b"}), "b"));
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"a", "instead of b", "c"}));
}

TEST(UpdateState, AsTheEndLeavesNothingToRun) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_after = {"a"}}));
  run(graph.update_state("t", {}, std::string(kEnd)));
  EXPECT_TRUE(run(graph.get_state("t"))->next.empty());
}

TEST(UpdateState, FollowsConditionalEdgesWithTheNewState) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("low", visit("low")).add_node("high", visit("high"));
  g.add_edge(kStart, "a")
      .add_conditional_edges("a", [](const Trail& trail) { return trail.x > 5 ? "high" : "low"; },
                             {{"high", "high"}, {"low", "low"}});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_after = {"a"}}));
  run(graph.update_state("t", update(&Trail::x, 9), "a"));
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"a", "high"}));
}

TEST(UpdateState, OnANewThreadIsItsInput) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.update_state("t", update(&Trail::items, {"in"})));
  EXPECT_EQ(run(graph.get_state("t"))->next, Items{"a"});
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"in", "a", "b", "c"}));
}

TEST(UpdateState, SaysWhenItCannotTellWhoseItIs) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_node("c", visit("c"));
  g.fan_out(kStart, {"a", "b"}).join({"a", "b"}, "c");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_before = {"c"}}));
  const std::string message =
      message_of<GraphError>([&] { run(graph.update_state("t", update(&Trail::x, 1))); });
  EXPECT_NE(message.find("a and b wrote last"), std::string::npos) << message;
}

}  // namespace
}  // namespace pharos::graph
