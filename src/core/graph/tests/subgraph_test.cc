// Graphs that run inside nodes of other graphs.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;
using boost::json::serialize;

Graph<Trail> inner_chain() {
  auto g = trail_graph("inner");
  g.add_node("one", visit("one")).add_node("two", visit("two"));
  g.add_edge(kStart, "one").add_edge("one", "two");
  return g.compile();
}

/// A node that runs `inner` and writes down what came out of it.
auto call(const Graph<Trail>& inner, SubgraphThread thread = SubgraphThread::kPerCall) {
  return [inner, thread](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    Trail ended = co_await inner.invoke_within(context, update(&Trail::items, {"in"}), thread);
    co_return update(&Trail::items, std::move(ended.items));
  };
}

template <class Node>
Graph<Trail> outer(Node node, std::shared_ptr<Saver> saver = std::make_shared<MemorySaver>()) {
  auto g = trail_graph("outer");
  g.add_node("call", std::move(node)).add_node("after", visit("after"));
  g.add_edge(kStart, "call").add_edge("call", "after");
  return g.compile({.saver = std::move(saver)});
}

TEST(Subgraph, RunsInsideItsNode) {
  EXPECT_EQ(run(outer(call(inner_chain())).invoke(Trail{})).items, (Items{"in", "one", "two", "after"}));
}

TEST(Subgraph, ItsEventsCarryThePathToIt) {
  Items told;
  CallbackSink sink([&](const StreamEvent& event) {
    const std::string path = event.path.empty() ? "" : event.path.at(0).substr(0, 5);
    told.push_back(path + "/" + event.node);
  });
  const auto graph = outer(call(inner_chain()));
  run(graph.run(Trail{}, {.stream_subgraphs = true}, StreamMode::kUpdates, &sink));
  EXPECT_EQ(told, (Items{"call:/one", "call:/two", "/call", "/after"}));
  told.clear();
  run(graph.run(Trail{}, {}, StreamMode::kUpdates, &sink));
  EXPECT_EQ(told, (Items{"/call", "/after"})) << "and are left out unless asked for";
}

TEST(Subgraph, KeepsItsThreadBesideTheOuterOne) {
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = outer(call(inner_chain()), saver);
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.get_state_history("t")).size(), 4U) << "the outer history has the outer steps only";
  EXPECT_EQ(saver->thread_count(), 1U);
}

Graph<Trail> inner_that_asks(const std::shared_ptr<int>& before) {
  auto g = trail_graph("inner");
  g.add_node("before", [before](const Trail&) {
    ++*before;
    return update(&Trail::items, {"before"});
  });
  g.add_node("ask", [](const Trail&, Context& context) {
    return update(&Trail::items, {serialize(context.interrupt("sure?"))});
  });
  g.add_edge(kStart, "before").add_edge("before", "ask");
  return g.compile();
}

TEST(Subgraph, AQuestionInItStopsTheOuterRunAndIsAnsweredThere) {
  const auto before = std::make_shared<int>(0);
  const auto graph = outer(call(inner_that_asks(before)));
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  ASSERT_EQ(stopped.interrupts.size(), 1U);
  EXPECT_EQ(stopped.interrupts[0].node, "ask");
  EXPECT_EQ(stopped.next, Items{"call"});
  EXPECT_EQ(run(graph.get_state("t"))->interrupts, stopped.interrupts);
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value(7)}, {.thread_id = "t"})).items,
            (Items{"in", "before", "7", "after"}));
  EXPECT_EQ(*before, 1) << "what had finished in the subgraph is not run again";
}

TEST(Subgraph, QuestionsOfTwoCallsAreAnsweredByTheirIds) {
  const auto inner = inner_that_asks(std::make_shared<int>(0));
  auto g = trail_graph("outer");
  g.add_node("a", call(inner)).add_node("b", call(inner)).fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t"}));
  ASSERT_EQ(stopped.interrupts.size(), 2U);
  const auto half =
      run(graph.run(Resume{.answers = {{stopped.interrupts[1].id, json::value(2)}}}, {.thread_id = "t"}));
  ASSERT_EQ(half.interrupts.size(), 1U);
  EXPECT_EQ(half.interrupts[0].id, stopped.interrupts[0].id);
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value(1)}, {.thread_id = "t"})).items,
            (Items{"in", "before", "1", "in", "before", "2"}));
}

TEST(Subgraph, AfterAFailureItGoesOnWhereItStopped) {
  const auto before = std::make_shared<int>(0);
  const auto broken = std::make_shared<bool>(true);
  auto g = trail_graph("inner");
  g.add_node("before", [before](const Trail&) { ++*before; });
  g.add_node("lamp", [broken](const Trail&) {
    if (*broken) throw base::Error(base::Code::kUnavailable, "the lamp is out");
    return update(&Trail::items, {"lamp"});
  });
  g.add_edge(kStart, "before").add_edge("before", "lamp");
  const auto graph = outer(call(g.compile()));
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  *broken = false;
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"in", "lamp", "after"}));
  EXPECT_EQ(*before, 1);
}

TEST(Subgraph, WithAThreadOfItsOwnRemembersEarlierCalls) {
  const auto graph = outer(call(inner_chain(), SubgraphThread::kOwn));
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  const Trail second = run(graph.invoke(update(&Trail::items, {"|"}), {.thread_id = "t"}));
  EXPECT_EQ(second.items,
            (Items{"in", "one", "two", "after", "|", "in", "one", "two", "in", "one", "two", "after"}));
}

TEST(Subgraph, PerCallEachCallBeginsAfresh) {
  const auto graph = outer(call(inner_chain()));
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.invoke(update(&Trail::items, {"|"}), {.thread_id = "t"})).items,
            (Items{"in", "one", "two", "after", "|", "in", "one", "two", "after"}));
}

TEST(Subgraph, WithoutAThreadItCannotAsk) {
  const auto graph = outer(call(inner_that_asks(std::make_shared<int>(0)), SubgraphThread::kNone));
  const std::string message = message_of<NodeError>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); });
  EXPECT_NE(message.find("no thread to wait in"), std::string::npos) << message;
}

TEST(Subgraph, TwoCallsOfOneNodeDoNotMix) {
  const auto inner = inner_chain();
  const auto graph = outer([inner](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    const Trail first = co_await inner.invoke_within(context, update(&Trail::items, {"x"}));
    Trail second = co_await inner.invoke_within(context, update(&Trail::items, {"y"}));
    co_return update(&Trail::items, {first.items.front(), second.items.front()});
  });
  EXPECT_EQ(run(graph.invoke(Trail{}, {.thread_id = "t"})).items, (Items{"x", "y", "after"}));
}

TEST(Subgraph, IsCancelledWithTheRunAroundIt) {
  base::ManualClock clock;
  auto g = trail_graph("inner");
  g.add_node("slow", visit_after("slow", 1h)).add_edge(kStart, "slow");
  const auto inner = g.compile({.clock = &clock});
  const auto graph = outer(call(inner));
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_TRUE(started->ended());
  EXPECT_THROW(started->take(), base::Error);
}

}  // namespace
}  // namespace pharos::graph
