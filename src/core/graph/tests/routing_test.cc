// Conditional edges, commands, Sends, and the limit on super-steps.
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

struct Topic {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Topic, (), (name))

Update<Trail> write_topic(const Topic& topic) {
  return update(&Trail::items, {topic.name});
}

Update<Trail> count_up(const Trail& state) {
  return update(&Trail::x, state.x + 1);
}

TEST(ConditionalEdge, LoopsUntilTheStateSaysSo) {
  StateGraph<Trail> g{"loop"};
  g.add_node("count", count_up);
  g.add_edge(kStart, "count").add_conditional_edges("count", [](const Trail& state) {
    return std::string(state.x < 5 ? "count" : kEnd);
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 5);
}

TEST(ConditionalEdge, FollowsLabels) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c"}) g.add_node(name, visit(name));
  g.add_edge(kStart, "a")
      .add_conditional_edges("a", [](const Trail& state) { return state.x > 0 ? "go" : "stop"; },
                             {{"go", "b"}, {"stop", std::string(kEnd)}, {"c", "c"}});
  const auto graph = g.compile();
  EXPECT_EQ(run(graph.invoke(Trail{.x = 1})).items, (Items{"a", "b"}));
  EXPECT_EQ(run(graph.invoke(Trail{.x = 0})).items, (Items{"a"}));
}

TEST(ConditionalEdge, ReadsWhatTheRunIsTold) {
  auto g = trail_graph();
  g.add_node("brief", visit("brief")).add_node("long", visit("long"));
  g.add_conditional_edges(kStart, [](const Trail&, const json::object& context) {
    return std::string(context.contains("is_brief") ? "brief" : "long");
  });
  const auto graph = g.compile();
  EXPECT_EQ(run(graph.invoke(Trail{})).items, (Items{"long"}));
  RunConfig config;
  config.context = std::make_shared<const json::object>(json::object{{"is_brief", true}});
  EXPECT_EQ(run(graph.invoke(Trail{}, std::move(config))).items, (Items{"brief"}));
}

TEST(ConditionalEdge, SeesOnlyItsOwnNodesWrites) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) { return update(&Trail::items, {"a"}).set(&Trail::x, 1); });
  g.add_node("b", [](const Trail&) { return update(&Trail::items, {"b"}).set(&Trail::y, 1); });
  std::vector<Trail> seen;
  const auto look = [&](const Trail& state) {
    seen.push_back(state);
    return kEnd;
  };
  g.fan_out(kStart, {"a", "b"}).add_conditional_edges("a", look).add_conditional_edges("b", look);
  run(g.compile().invoke(Trail{.items = {"in"}}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].items, (Items{"in", "a"}));
  EXPECT_EQ(seen[0].x, 1);
  EXPECT_EQ(seen[0].y, 0);
  EXPECT_EQ(seen[1].items, (Items{"in", "b"}));
  EXPECT_EQ(seen[1].x, 0);
  EXPECT_EQ(seen[1].y, 1);
}

TEST(ConditionalEdge, OfTheStartReadsTheInput) {
  auto g = trail_graph();
  g.add_node("left", visit("left")).add_node("right", visit("right"));
  g.add_conditional_edges(kStart, [](const Trail& state) { return state.x < 0 ? "left" : "right"; });
  const auto graph = g.compile();
  EXPECT_EQ(run(graph.invoke(Trail{.x = -1})).items, (Items{"left"}));
  EXPECT_EQ(run(graph.invoke(Trail{.x = 1})).items, (Items{"right"}));
}

TEST(ConditionalEdge, SeveralOfOneNodeAllCount) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c", "d"}) g.add_node(name, visit(name));
  g.add_edge(kStart, "a").add_edge("a", "d");
  g.add_conditional_edges("a", [](const Trail&) { return "b"; });
  g.add_conditional_edges("a", [](const Trail&) { return Items{"c", "b"}; });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"a", "b", "c", "d"}));
}

TEST(ConditionalEdge, AnUnknownNodeIsAnErrorThatSuggestsTheNearest) {
  StateGraph<Trail> g{"support"};
  g.add_node("triage", [](const Trail&) {}).add_node("refund", [](const Trail&) {});
  g.add_edge(kStart, "triage").add_conditional_edges("triage", [](const Trail&) { return "refnd"; });
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
            "graph 'support': node 'triage' sends to 'refnd', which does not exist (did you mean 'refund'?)");
}

TEST(ConditionalEdge, ThatThrowsFailsTheRunAndNamesItsNode) {
  for (const bool alone : {true, false}) {
    StateGraph<Trail> g{"support"};
    g.add_node("triage", [](const Trail&) {}).add_node("other", [](const Trail&) {});
    g.add_edge(kStart, "triage");
    g.add_edge(alone ? "triage" : kStart, "other");
    g.add_conditional_edges("triage",
                            [](const Trail&) -> std::string { throw std::runtime_error("no idea"); });
    const auto graph = g.compile();
    EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
              "graph 'support': the conditional edge from 'triage' failed: no idea");
  }
}

TEST(Send, GivesEachCopyOfTheNodeItsOwnInput) {
  auto g = trail_graph();
  g.add_node("worker", write_topic).add_node("end", visit("end"));
  g.add_conditional_edges(kStart, [](const Trail& state) {
    std::vector<Target> sends;
    for (const std::string& item : state.items) sends.push_back(Send("worker", Topic{item + "!"}));
    return sends;
  });
  g.add_edge("worker", "end");
  EXPECT_EQ(run(g.compile().invoke(Trail{.items = {"c", "a", "b"}})).items,
            (Items{"c", "a", "b", "c!", "a!", "b!", "end"}))
      << "in the order in which they were sent, and the next node once";
}

TEST(Send, StartsBeforeNamedNodesButIsAppliedAfterThem) {
  Items started;
  auto g = trail_graph();
  const auto tell = [&](std::string name) {
    return [&started, name](const Trail&) {
      started.push_back(name);
      return update(&Trail::items, {name});
    };
  };
  g.add_node("r", visit("r")).add_node("mm", tell("mm")).add_node("aa", tell("aa"));
  g.add_node("zz", [&](const Topic& topic) {
    started.push_back("zz" + topic.name);
    return update(&Trail::items, {"zz" + topic.name});
  });
  g.add_edge(kStart, "r").add_conditional_edges("r", [](const Trail&) {
    Targets targets;
    targets.push_back(Send("zz", Topic{"1"}));
    targets.push_back("mm");
    targets.push_back(Send("zz", Topic{"2"}));
    targets.push_back("aa");
    return targets;
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"r", "aa", "mm", "zz1", "zz2"}));
  EXPECT_EQ(started, (Items{"zz1", "zz2", "aa", "mm"}));
}

TEST(Send, OrdersByThePlaceOfTheSenderThenByPosition) {
  base::ManualClock clock;
  auto g = trail_graph();
  const auto sender = [](std::string name, base::Duration wait) {
    return [name, wait](const Trail&, Context& context) -> base::Task<Command<Trail>> {
      co_await context.clock().sleep_until(context.clock().now() + wait);
      co_return Command<Trail>().send("w", Topic{name + "1"}).send("w", Topic{name + "2"});
    };
  };
  g.add_node("a", sender("a", 2s)).add_node("b", sender("b", 1s)).add_node("w", write_topic);
  g.fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.advance(clock, 1s);
  loop.advance(clock, 1s);
  EXPECT_EQ(started->take().items, (Items{"a1", "a2", "b1", "b2"}));
}

TEST(Send, OfAnotherTypeThanTheNodeTakesIsAnError) {
  StateGraph<Trail> g{"post"};
  g.add_node("worker", write_topic);
  g.add_conditional_edges(kStart, [](const Trail& state) -> Target {
    if (state.x == 0) return Send("worker", std::string("not a topic"));
    return "worker";
  });
  const auto graph = g.compile();
  EXPECT_EQ(
      message_of<GraphError>([&] { run(graph.invoke(Trail{})); }),
      "graph 'post': node '__start__' starts 'worker' with an argument of a type that it does not take");
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{.x = 1})); }),
            "graph 'post': node '__start__' starts 'worker' with no argument: it has an input of its own, "
            "use a Send");
}

TEST(Send, CarriesAStateOfItsOwnToANodeThatReadsTheState) {
  auto g = trail_graph();
  g.add_node("node", [](const Trail& state) { return update(&Trail::items, {std::to_string(state.x)}); });
  g.add_conditional_edges(kStart, [](const Trail&) { return Send("node", Trail{.x = 42}); });
  EXPECT_EQ(run(g.compile().invoke(Trail{.x = 1})).items, (Items{"42"}));
}

TEST(Command, UpdatesAndGoesBesidesTheNodesOwnEdges) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) -> Command<Trail> {
    return Command<Trail>(update(&Trail::x, 7)).set(&Trail::items, {"a"}).go_to("c").send("w", Topic{"w"});
  });
  g.add_node("b", visit("b")).add_node("c", visit("c")).add_node("w", write_topic);
  g.add_edge(kStart, "a").add_edge("a", "b");
  const Trail end = run(g.compile().invoke(Trail{}));
  EXPECT_EQ(end.items, (Items{"a", "b", "c", "w"}));
  EXPECT_EQ(end.x, 7);
}

TEST(Command, AListOfThemAndAnErrorHandlersAreFollowedToo) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) {
    std::vector<Command<Trail>> commands;
    commands.push_back(Command<Trail>(update(&Trail::items, {"l1"})));
    commands.push_back(Command<Trail>(update(&Trail::items, {"l2"})).go_to("b"));
    return commands;
  });
  g.add_node("b", fail_with(base::Code::kInternal)).on_error([](const Trail&, const NodeError&) {
    return Command<Trail>().go_to("c");
  });
  g.add_node("c", visit("c"));
  g.add_edge(kStart, "a");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"l1", "l2", "c"}));
}

TEST(Command, ToTheEndGoesNowhere) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&) { return Command<Trail>().go_to(kEnd); });
  g.add_edge(kStart, "a");
  EXPECT_TRUE(run(g.compile().invoke(Trail{.items = {}})).items.empty());
}

TEST(RecursionLimit, NamesTheLimitTheNextNodeAndHowToRaiseIt) {
  StateGraph<Trail> g{"forever"};
  int runs = 0;
  g.add_node("spin", [&](const Trail&) { ++runs; });
  g.add_edge(kStart, "spin").add_conditional_edges("spin", [](const Trail&) { return "spin"; });
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{}, {.recursion_limit = 5})); }),
            "graph 'forever': no end after 5 super-steps, its recursion limit; next would be 'spin'. Check "
            "the condition "
            "that leads to the end, or raise RunConfig::recursion_limit");
  EXPECT_EQ(runs, 5);
}

TEST(RecursionLimit, LetsAChainOfExactlyThatLengthEnd) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_edge(kStart, "a").add_edge("a", "b");
  EXPECT_EQ(run(g.compile().invoke(Trail{}, {.recursion_limit = 2})).items, (Items{"a", "b"}));
}

TEST(RecursionLimit, IsTenThousandStepsUnlessSaid) {
  StateGraph<Trail> g{"long"};
  g.add_node("count", count_up);
  g.add_edge(kStart, "count").add_conditional_edges("count", [](const Trail& state) {
    return std::string(state.x < 10000 ? "count" : kEnd);
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 10000);
}

TEST(ManagedValues, TellHowManyStepsAreLeft) {
  StateGraph<Trail> g{"managed"};
  std::vector<std::pair<bool, int>> seen;
  g.add_node("n", [&](const Trail&, Context& context) -> Command<Trail> {
    seen.emplace_back(context.is_last_step(), context.remaining_steps());
    EXPECT_EQ(context.step(), std::ssize(seen));
    return Command<Trail>().go_to(context.is_last_step() ? Target(kEnd) : Target("n"));
  });
  g.add_edge(kStart, "n");
  run(g.compile().invoke(Trail{}, {.recursion_limit = 4}));
  EXPECT_EQ(seen, (std::vector<std::pair<bool, int>>{{false, 3}, {false, 2}, {true, 1}}));
}

}  // namespace
}  // namespace pharos::graph
