// What stands in for a node that failed: where it leads, what it is told, and that it survives a crash.
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/saver_wrapper.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;
using boost::json::serialize;

Update<Trail> say_why(const Trail&, const NodeError& error) {
  return update(&Trail::items, {error.node() + ": " + error.reason()});
}

TEST(ErrorHandler, OfTheGraphStandsInForNodesWithoutTheirOwn) {
  auto g = trail_graph();
  g.on_error(say_why);
  g.add_node("lamp", fail_with(base::Code::kInternal));
  g.add_node("horn", fail_with(base::Code::kInternal)).on_error([](const Trail&, const NodeError&) {
    return update(&Trail::items, {"quiet"});
  });
  g.add_node("after", visit("after"));
  g.fan_out(kStart, {"lamp", "horn"}).join({"lamp", "horn"}, "after");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, (Items{"quiet", "lamp: the lamp is out", "after"}));
}

TEST(ErrorHandler, OfTheGraphReadsTheStateWhereTheNodeHasAnInputOfItsOwn) {
  auto g = trail_graph();
  g.on_error([](const Trail& state, const NodeError& error) {
    return update(&Trail::items, {error.reason() + " beside " + state.items.at(0)});
  });
  g.add_node("one", [](const int& number) -> Update<Trail> {
    throw base::Error(base::Code::kInternal, std::to_string(number));
  });
  g.add_conditional_edges(kStart, [](const Trail&) {
    Targets sends;
    for (int i = 1; i <= 2; ++i) sends.push_back(Send("one", i));
    return sends;
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{.items = {"in"}})).items,
            (Items{"in", "1 beside in", "2 beside in"}));
}

/// lamp → usual, and a handler of `lamp` that sends to `rescue`.
StateGraph<Trail> rescued(std::string goes_to) {
  auto g = trail_graph();
  g.add_node("lamp", fail_with(base::Code::kInternal)).on_error([goes_to](const Trail&, const NodeError&) {
    return Command<Trail>().set(&Trail::x, 7).go_to(goes_to);
  });
  g.add_node("usual", visit("usual")).add_node("rescue", visit("rescue"));
  g.add_edge(kStart, "lamp").add_edge("lamp", "usual");
  return g;
}

TEST(ErrorHandler, ThatRoutesTakesThePlaceOfTheNodesEdges) {
  const Trail end = run(rescued("rescue").compile().invoke(Trail{}));
  EXPECT_EQ(end.items, Items{"rescue"});
  EXPECT_EQ(end.x, 7);
  EXPECT_EQ(run(rescued(std::string(kEnd)).compile().invoke(Trail{})).items, Items());
}

TEST(ErrorHandler, OfTheGraphMayRouteToNodesThatNothingElseLeadsTo) {
  auto g = trail_graph();
  g.on_error([](const Trail&, const NodeError&) { return Command<Trail>().go_to("rescue"); });
  g.add_node("lamp", fail_with(base::Code::kInternal)).add_node("rescue", visit("rescue"));
  g.add_node("usual", visit("usual")).add_edge(kStart, "lamp").add_edge("lamp", "usual");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, Items{"rescue"});
}

TEST(ErrorHandler, RunsAfterTheLastAttempt) {
  auto calls = std::make_shared<int>();
  auto g = trail_graph();
  g.add_node("lamp", fail_with(base::Code::kUnavailable, calls))
      .retry({.max_attempts = 3, .initial_wait = 0s})
      .on_error([](const Trail&, const NodeError& error) { return update(&Trail::x, error.attempts()); });
  g.add_edge(kStart, "lamp");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 3);
  EXPECT_EQ(*calls, 3);
}

TEST(ErrorHandler, ThatFailsFailsTheNodeWithBothReasons) {
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", fail_with(base::Code::kUnavailable)).on_error([](const Trail&, const NodeError&) {
    throw base::Error(base::Code::kNotFound, "no candle");
  });
  g.add_edge(kStart, "lamp");
  EXPECT_EQ(
      message_of<NodeError>([&] { run(g.compile().invoke(Trail{})); }),
      "graph 'lighthouse': node 'lamp' failed: the lamp is out (and its error handler failed: no candle)");
}

TEST(ErrorHandler, IsToldInStreamsUnderANameOfItsOwn) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", fail_with(base::Code::kInternal)).on_error([](const Trail&, const NodeError&) {
    return update(&Trail::x, 99);
  });
  g.add_edge(kStart, "a");
  Items told;
  std::vector<std::string> ids;
  CallbackSink sink([&](const StreamEvent& event) {
    json::value data = event.data;
    if (const auto* id = data.as_object().if_contains("id")) {
      ids.emplace_back(id->get_string());
      data.get_object().stable_erase("id");
    }
    told.push_back(std::string(mode_name(event.mode)) + " " + serialize(data));
  });
  run(g.compile().stream(Trail{}, StreamMode::kTasks | StreamMode::kUpdates, sink));
  EXPECT_EQ(
      told,
      (Items{
          R"(tasks {"name":"a","input":{"items":[],"x":0,"y":0},"triggers":["branch:to:a"]})",
          R"(tasks {"name":"a","error":"graph 'g': node 'a' failed: the lamp is out","result":null,"interrupts":[]})",
          R"(updates {"__error_handler__a":{"x":99}})",
          R"(tasks {"name":"__error_handler__a","error":null,"result":{"x":99},"interrupts":[]})"}));
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
}

/// A graph whose `lamp` fails and whose handler may take its time; what happened is in `diary`.
struct Rescue {
  explicit Rescue(bool beside = false) {
    g.add_node("lamp",
               [this](const Trail&, Context&) -> base::Task<Update<Trail>> {
                 diary.push_back("lamp");
                 throw base::Error(base::Code::kTimeout, "the lamp is out");
                 co_return Update<Trail>();
               })
        .retry({.max_attempts = 2, .initial_wait = 0s})
        .on_error(
            [this](const Trail&, const NodeError& error, Context& context) -> base::Task<Command<Trail>> {
              diary.push_back("handler: " + std::string(error.what()));
              told = {error.code(), error.attempts(), context.attempt()};
              if (shut) co_await context.clock().sleep_until(context.clock().now() + 1h);
              co_return Command<Trail>().set(&Trail::items, {"rescued"}).go_to("after");
            });
    g.add_node("usual", visit("usual")).add_node("after", visit("after"));
    g.add_edge(kStart, "lamp").add_edge("lamp", "usual");
    if (beside) g.add_node("beside", visit("beside")).add_edge(kStart, "beside");
  }

  struct Told {
    base::Code code = base::Code::kInternal;
    int attempts = 0;
    int attempt_in_context = 0;
    friend bool operator==(const Told&, const Told&) = default;
  };

  StateGraph<Trail> g = trail_graph("house");
  Items diary;
  Told told;
  bool shut = true;  ///< the handler does not end
};

const std::string kWhy = "handler: graph 'house': node 'lamp' failed 2 times: the lamp is out";

/// Runs `graph` until nothing moves, and then no further: nothing that it does from there on is kept.
void crash(const Graph<Trail>& graph, DiarySaver& saver, RunConfig config) {
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, std::move(config)));
  loop.settle();
  saver.power_cut = true;
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_THROW(started->take(), base::Error);
  saver.power_cut = false;
}

TEST(ErrorHandler, ACrashWhileItRunsResumesItAndNotTheNode) {
  for (const bool beside : {false, true}) {
    for (const Durability durability : {Durability::kSync, Durability::kAsync}) {
      const auto saver = std::make_shared<DiarySaver>();
      Rescue rescue(beside);
      const auto graph = rescue.g.compile({.saver = saver});
      crash(graph, *saver, {.thread_id = "t", .durability = durability});
      EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp", kWhy}));
      rescue.shut = false;
      const Trail end = run(graph.invoke(Resume(), {.thread_id = "t", .durability = durability}));
      EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp", kWhy, kWhy})) << "the node has not run again";
      EXPECT_EQ(rescue.told, (Rescue::Told{base::Code::kTimeout, 2, 2})) << "its failure is as it was";
      EXPECT_EQ(end.items, beside ? (Items{"beside", "rescued", "after"}) : (Items{"rescued", "after"}));
    }
  }
}

TEST(ErrorHandler, ResumedItIsToldWithoutItsNode) {
  const auto saver = std::make_shared<DiarySaver>();
  Rescue rescue;
  const auto graph = rescue.g.compile({.saver = saver});
  crash(graph, *saver, {.thread_id = "t"});
  rescue.shut = false;
  Items told;
  CallbackSink sink([&](const StreamEvent& event) { told.push_back(serialize(event.data.at("name"))); });
  run(graph.stream(Resume(), StreamMode::kTasks, sink, {.thread_id = "t"}));
  EXPECT_EQ(told, (Items{"\"__error_handler__lamp\"", "\"after\"", "\"after\""}));
}

TEST(ErrorHandler, ItsNodesFailureIsKeptBeforeItBegins) {
  const auto saver = std::make_shared<DiarySaver>();
  Rescue rescue;
  rescue.shut = false;
  saver->on_record = [&](const TaskRecord& record) {
    rescue.diary.push_back(std::string(record.finished ? "kept " : "kept failure of ") + record.node);
  };
  run(rescue.g.compile({.saver = saver})
          .invoke(Trail{}, {.thread_id = "t", .durability = Durability::kSync}));
  EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp", "kept failure of lamp", kWhy}));
}

TEST(ErrorHandler, WhatItDidIsKeptWhereItsSiblingFails) {
  const auto saver = std::make_shared<MemorySaver>();
  Rescue rescue;
  rescue.shut = false;
  auto broken = std::make_shared<bool>(true);
  base::ManualClock clock;
  rescue.g.add_node("horn", [broken](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.clock().sleep_until(context.clock().now() + 1s);
    if (*broken) throw base::Error(base::Code::kInternal, "no steam");
    co_return update(&Trail::items, {"horn"});
  });
  rescue.g.add_edge(kStart, "horn");
  const auto graph = rescue.g.compile({.clock = &clock, .saver = saver});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.thread_id = "t"}));
  loop.settle();
  loop.advance(clock, 1s);
  EXPECT_THROW(started->take(), NodeError);
  *broken = false;
  const auto resumed = loop.start(graph.invoke(Resume(), {.thread_id = "t"}));
  loop.advance(clock, 1s);
  EXPECT_EQ(resumed->take().items, (Items{"horn", "rescued", "after"})) << "and it still leads elsewhere";
  EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp", kWhy})) << "neither the node nor its handler ran again";
}

TEST(ErrorHandler, ASaverThatFailsOnTheFailureKeepsTheHandlerFromRunning) {
  const auto saver = std::make_shared<DiarySaver>();
  saver->on_record = [](const TaskRecord&) {
    throw base::Error(base::Code::kUnavailable, "the disk is full");
  };
  Rescue rescue;
  const auto graph = rescue.g.compile({.saver = saver});
  EXPECT_EQ(message_of<base::Error>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); }),
            "the disk is full");
  EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp"}));
}

TEST(ErrorHandler, ExitKeepsAFailureThatIsBeingHandledWhenTheRunIsCancelled) {
  const auto saver = std::make_shared<MemorySaver>();
  Rescue rescue;
  const auto graph = rescue.g.compile({.saver = saver});
  const RunConfig config{.thread_id = "t", .durability = Durability::kExit};
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, config));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_THROW(started->take(), base::Error);
  rescue.shut = false;
  EXPECT_EQ(run(graph.invoke(Resume(), config)).items, (Items{"rescued", "after"}));
  EXPECT_EQ(rescue.diary, (Items{"lamp", "lamp", kWhy, kWhy}));
}

TEST(ErrorHandler, ThatFailedLetsTheNodeRunAgainWhenResumed) {
  auto broken = std::make_shared<bool>(true);
  auto g = trail_graph();
  g.add_node("lamp", [broken](const Trail&) {
     if (*broken) throw base::Error(base::Code::kInternal, "out");
     return update(&Trail::items, {"lit"});
   }).on_error([](const Trail&, const NodeError&) { throw base::Error(base::Code::kInternal, "no candle"); });
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  *broken = false;
  EXPECT_EQ(run(graph.invoke(Resume(), {.thread_id = "t"})).items, Items{"lit"});
}

TEST(ErrorHandler, MayAskAPersonAfterItsNodeHasAsked) {
  auto calls = std::make_shared<int>();
  auto g = trail_graph();
  g.add_node("lamp", [calls](const Trail&, Context& context) -> Update<Trail> {
     ++*calls;
     context.interrupt("light it?");
     throw base::Error(base::Code::kInternal, "no oil");
   }).on_error([](const Trail&, const NodeError& error, Context& context) {
    return update(&Trail::items, {error.reason(), serialize(context.interrupt("what now?"))});
  });
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_EQ(run(graph.run(Trail{}, {.thread_id = "t"})).interrupts.at(0).value, "light it?");
  const auto asked = run(graph.run(Resume{.answer = "yes", .answers = {}}, {.thread_id = "t"}));
  ASSERT_EQ(asked.interrupts.size(), 1U);
  EXPECT_EQ(asked.interrupts.at(0).value, "what now?");
  EXPECT_EQ(run(graph.invoke(Resume{.answer = "wait", .answers = {}}, {.thread_id = "t"})).items,
            (Items{"no oil", "\"wait\""}));
  EXPECT_EQ(*calls, 2);
}

}  // namespace
}  // namespace pharos::graph
