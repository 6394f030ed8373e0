// Commands to the graph around a subgraph, and Commands that a run starts from.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

struct Sub {
  Items items;
};
BOOST_DESCRIBE_STRUCT(Sub, (), (items))

/// one → two, which sends a command to the graph around it → three.
Graph<Sub> leaving(const std::shared_ptr<Items>& ran) {
  StateGraph<Sub> g{"inner"};
  g.reduce(&Sub::items, append);
  const auto visit_sub = [ran](std::string name) {
    return [ran, name](const Sub&) {
      ran->push_back(name);
      return update(&Sub::items, {name});
    };
  };
  g.add_node("one", visit_sub("one")).add_node("three", visit_sub("three"));
  g.add_node("two", [ran](const Sub&) {
    ran->push_back("two");
    return to_parent(Command<Trail>().set(&Trail::items, {"from sub"}).go_to("other"));
  });
  g.add_edge(kStart, "one").add_edge("one", "two").add_edge("two", "three");
  return g.compile();
}

Graph<Trail> around(const Graph<Sub>& inner, std::shared_ptr<Saver> saver = nullptr) {
  auto g = trail_graph("outer");
  g.add_node("sub", [inner](const Trail&, Context& context) -> base::Task<Update<Trail>> {
     try {
       Sub ended = co_await inner.invoke_within(context, Sub{});
       co_return update(&Trail::items, std::move(ended.items));
     } catch (const std::exception&) {
       co_return update(&Trail::items, {"caught"});
     }
   }).goes_to({"other"});
  g.add_node("other", visit("other")).add_node("q", visit("q"));
  g.add_edge(kStart, "sub").add_edge("sub", "q");
  return g.compile({.saver = std::move(saver)});
}

TEST(ParentCommand, UpdatesAndRoutesTheGraphAroundIt) {
  const auto ran = std::make_shared<Items>();
  const auto graph = around(leaving(ran));
  EXPECT_EQ(run(graph.invoke(Trail{.items = {"in"}})).items, (Items{"in", "from sub", "other", "q"}))
      << "what the subgraph wrote before is left out, and the node's own edge is followed too";
  EXPECT_EQ(*ran, (Items{"one", "two"}));
}

TEST(ParentCommand, IsKeptLikeAnyUpdate) {
  const auto graph = around(leaving(std::make_shared<Items>()), std::make_shared<MemorySaver>());
  run(graph.run(Trail{}, {.thread_id = "t", .interrupt_before = {"other"}}));
  EXPECT_EQ(run(graph.get_state("t"))->values.items, Items{"from sub"});
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"from sub", "other", "q"}));
}

TEST(ParentCommand, WithoutAParentIsAnError) {
  const std::string message =
      message_of<GraphError>([&] { run(leaving(std::make_shared<Items>()).invoke(Sub{})); });
  EXPECT_NE(message.find("'two' sends a command to the parent graph, and there is none"), std::string::npos)
      << message;
}

TEST(ParentCommand, OfAnotherStateIsAnError) {
  StateGraph<Sub> g{"inner"};
  g.add_node("two", [](const Sub&) { return to_parent(Command<Sub>().go_to("other")); });
  g.add_edge(kStart, "two");
  const auto graph = around(g.compile());
  const std::string message = message_of<NodeError>([&] { run(graph.invoke(Trail{})); });
  EXPECT_NE(message.find("for another state"), std::string::npos) << message;
}

/// START → ask, which says what it is told and the x it saw; b is reached by commands only.
StateGraph<Trail> asking() {
  auto g = trail_graph("asking");
  g.add_node("ask", [](const Trail& state, Context& context) {
    const std::string answer = boost::json::serialize(context.interrupt("q"));
    return update(&Trail::items, {answer + " " + std::to_string(state.x)});
  });
  g.add_node("b", [](const Trail& state) { return update(&Trail::items, {"b" + std::to_string(state.x)}); });
  g.add_edge(kStart, "ask");
  g.add_conditional_edges(kStart, [](const Trail& state) { return std::string(state.y > 0 ? "b" : kEnd); });
  return g;
}

Graph<Trail> asking_graph() {
  return asking().compile({.saver = std::make_shared<MemorySaver>()});
}

Command<Trail> set_x_and_go_to_b() {
  return Command<Trail>().set(&Trail::x, 9).go_to("b");
}

TEST(CommandAsInput, OnAFreshThreadItIsInputAndGoesToItsNodesToo) {
  const auto stopped = run(asking_graph().run(set_x_and_go_to_b(), {.thread_id = "t"}));
  EXPECT_EQ(stopped.values.items, Items{"b9"});
  EXPECT_EQ(stopped.values.x, 9);
  EXPECT_EQ(stopped.next, Items{"ask"});
}

TEST(CommandAsInput, WithoutAThreadItWorksTheSame) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b"));
  g.add_edge(kStart, "a");
  g.add_conditional_edges(kStart, [](const Trail& state) { return std::string(state.y > 0 ? "b" : kEnd); });
  EXPECT_EQ(run(g.compile().invoke(Command<Trail>().go_to("b"))).items, (Items{"a", "b"}));
}

TEST(CommandAsInput, OnAThreadThatWaitsItsNodesRunBesideTheQuestion) {
  const auto graph = asking_graph();
  const auto asked = run(graph.run(Trail{}, {.thread_id = "t"}));
  const auto stopped = run(graph.run(set_x_and_go_to_b(), {.thread_id = "t"}));
  EXPECT_EQ(stopped.values.items, Items{"b9"});
  EXPECT_EQ(stopped.interrupts, asked.interrupts) << "the question keeps its id";
  const auto kept = run(graph.get_state("t"));
  EXPECT_EQ(kept->values.x, 9);
  EXPECT_EQ(kept->values.items, Items{"b9"});
  EXPECT_EQ(kept->next, Items{"ask"});
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value("R")}, {.thread_id = "t"})).items,
            (Items{"\"R\" 9", "b9"}))
      << "b is not run again, and applied after 'ask'";
}

TEST(CommandAsInput, UpdatesAndAnswersAtOnce) {
  const auto graph = asking_graph();
  run(graph.run(Trail{}, {.thread_id = "t"}));
  const Trail ended = run(graph.invoke(
      {Command<Trail>().set(&Trail::x, 9), Resume{.answer = json::value("R")}}, {.thread_id = "t"}));
  EXPECT_EQ(ended.items, Items{"\"R\" 9"});
  EXPECT_EQ(ended.x, 9);
  EXPECT_EQ(run(graph.get_state("t"))->values.x, 9);
}

TEST(CommandAsInput, OnAThreadThatHasEndedItGoesOn) {
  auto g = trail_graph();
  g.add_node("a", visit("a"));
  g.add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("b", "c");
  g.add_conditional_edges("a", [](const Trail& state) { return std::string(state.y > 0 ? "b" : kEnd); });
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.invoke(Command<Trail>().go_to("b"), {.thread_id = "t"})).items, (Items{"a", "b", "c"}));
  EXPECT_EQ(run(graph.invoke(Command<Trail>().set(&Trail::x, 5), {.thread_id = "t"})).x, 5);
  EXPECT_EQ(run(graph.get_state("t"))->values.x, 5) << "an update alone is kept as well";
  const Trail again = run(graph.invoke(update(&Trail::items, {"new"}), {.thread_id = "t"}));
  EXPECT_EQ(again.items, (Items{"a", "b", "c", "new", "a"}));
  EXPECT_EQ(again.x, 5);
}

TEST(CommandAsInput, AnEmptyOneGoesOnLikeAResume) {
  const auto graph = asking_graph();
  const auto asked = run(graph.run(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.run(Command<Trail>(), {.thread_id = "t"})).interrupts, asked.interrupts);
}

TEST(CommandAsInput, NullIsAnAnswer) {
  const auto graph = asking_graph();
  run(graph.run(Trail{}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.invoke(Resume{.answer = json::value(nullptr)}, {.thread_id = "t"})).items,
            Items{"null 0"});
}

TEST(CommandAsInput, AnUnknownNodeIsAnErrorThatNamesIt) {
  const auto graph = asking_graph();
  const std::string message =
      message_of<GraphError>([&] { run(graph.run(Command<Trail>().go_to("aks"), {.thread_id = "t"})); });
  EXPECT_NE(message.find("the input sends to 'aks', which does not exist (did you mean 'ask'?)"),
            std::string::npos)
      << message;
}

TEST(CommandAsInput, AtAnEarlierCheckpointItIsPartOfTheFork) {
  const auto graph = asking_graph();
  run(graph.run(Trail{}, {.thread_id = "t"}));
  const std::string at = run(graph.get_state("t"))->checkpoint_id;
  run(graph.invoke(Resume{.answer = json::value(1)}, {.thread_id = "t"}));
  const auto forked = run(graph.run(set_x_and_go_to_b(), {.thread_id = "t", .checkpoint_id = at}));
  EXPECT_EQ(forked.values.items, Items{"b9"});
  EXPECT_EQ(forked.next, Items{"ask"});
}

TEST(Resuming, WithoutAThreadIsAnError) {
  const std::string message = message_of<GraphError>([&] { run(asking().compile().invoke(Resume{})); });
  EXPECT_NE(message.find("there is nothing to resume"), std::string::npos) << message;
}

}  // namespace
}  // namespace pharos::graph
