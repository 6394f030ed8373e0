// What readers of a run's events see, in which order, and how a slow reader holds the run back.
#include "core/graph/stream.h"

#include <set>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// Each event as a line: `updates {"a":{"items":["a"]}}`. Ids of tasks are left out.
class Transcript final : public EventSink {
 public:
  void accept(StreamEvent event) override {
    if (event.data.is_object()) event.data.get_object().stable_erase("id");
    lines.push_back(std::string(mode_name(event.mode)) + " " + json::serialize(event.data));
  }
  Items lines;
};

base::Task<Update<Trail>> talk(const Trail&, Context& context) {
  co_await context.write({{"from", context.node()}});
  co_return update(&Trail::items, {context.node()});
}

TEST(Stream, UpdatesComeInTheOrderOfCompletion) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("a", visit_after("a", 3s))
      .add_node("b", visit_after("b", 1s))
      .add_node("c", visit_after("c", 2s));
  g.fan_out(kStart, {"a", "b", "c"});
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  Transcript transcript;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kUpdates, transcript));
  for (int i = 0; i < 3; ++i) loop.advance(clock, 1s);
  EXPECT_EQ(transcript.lines, (Items{R"(updates {"b":{"items":["b"]}})", R"(updates {"c":{"items":["c"]}})",
                                     R"(updates {"a":{"items":["a"]}})"}));
  EXPECT_EQ(started->take().items, (Items{"a", "b", "c"}));
}

TEST(Stream, ValuesFollowEachStepThatChangedSomething) {
  auto g = trail_graph();
  g.add_node("a", visit("a"))
      .add_node("nothing", [](const Trail&) {})
      .add_node("same", [](const Trail& state) { return update(&Trail::x, state.x); });
  g.add_edge(kStart, "a").add_edge("a", "nothing").add_edge("nothing", "same");
  Transcript transcript;
  run(g.compile().stream(Trail{.x = 1}, StreamMode::kValues | StreamMode::kUpdates, transcript));
  EXPECT_EQ(transcript.lines,
            (Items{R"(values {"items":[],"x":1,"y":0})", R"(updates {"a":{"items":["a"]}})",
                   R"(values {"items":["a"],"x":1,"y":0})", R"(updates {"nothing":null})",
                   R"(updates {"same":{"x":1}})", R"(values {"items":["a"],"x":1,"y":0})"}));
}

TEST(Stream, SeveralModesAtOnceKeepTheOrderOfEvents) {
  auto g = trail_graph();
  g.add_node("talk", talk).add_edge(kStart, "talk");
  Transcript transcript;
  run(g.compile().stream(Trail{}, StreamMode::kTasks | StreamMode::kUpdates | StreamMode::kCustom,
                         transcript));
  EXPECT_EQ(transcript.lines,
            (Items{R"(tasks {"name":"talk","input":{"items":[],"x":0,"y":0},"triggers":["branch:to:talk"]})",
                   R"(custom {"from":"talk"})", R"(updates {"talk":{"items":["talk"]}})",
                   R"(tasks {"name":"talk","error":null,"result":{"items":["talk"]},"interrupts":[]})"}));
}

TEST(Stream, ATaskHasOneIdInAllItsEventsAndAnotherThanItsSiblings) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).fan_out(kStart, {"a", "b"});
  std::map<std::string, std::vector<std::string>> ids;
  CallbackSink sink([&](const StreamEvent& event) {
    ids[event.node].push_back(std::string(event.data.at("id").get_string()));
  });
  run(g.compile().stream(Trail{}, StreamMode::kTasks, sink));
  ASSERT_EQ(ids["a"].size(), 2U);
  EXPECT_EQ(ids["a"][0], ids["a"][1]);
  EXPECT_NE(ids["a"][0], ids["b"][0]);
  EXPECT_TRUE(base::is_uuid(ids["a"][0])) << ids["a"][0];
}

TEST(Stream, TheTasksOfAnotherRunHaveOtherIds) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_edge(kStart, "a");
  const auto graph = g.compile();
  std::set<std::string> ids;
  CallbackSink sink([&](const StreamEvent& event) { ids.emplace(event.data.at("id").get_string()); });
  for (int i = 0; i < 2; ++i) run(graph.stream(Trail{}, StreamMode::kTasks, sink));
  EXPECT_EQ(ids.size(), 2U);
}

TEST(Stream, AFailureIsToldBeforeTheRunFails) {
  StateGraph<Trail> g{"g"};
  g.add_node("lamp", fail_with(base::Code::kInternal)).add_edge(kStart, "lamp");
  Transcript transcript;
  const auto graph = g.compile();
  EXPECT_THROW(run(graph.stream(Trail{}, StreamMode::kTasks | StreamMode::kUpdates, transcript)), NodeError);
  ASSERT_EQ(transcript.lines.size(), 2U);
  EXPECT_EQ(
      transcript.lines[1],
      R"(tasks {"name":"lamp","error":"graph 'g': node 'lamp' failed: the lamp is out","result":null,"interrupts":[]})");
}

TEST(Stream, WhatAnAttemptWroteIsNotTakenBackByItsRetry) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
     co_await context.write(context.attempt());
     if (context.attempt() == 1) throw base::Error(base::Code::kUnavailable, "not yet");
     co_return update(&Trail::x, 1);
   }).retry({.initial_wait = 0s});
  g.add_edge(kStart, "a");
  Transcript transcript;
  run(g.compile().stream(Trail{}, StreamMode::kCustom | StreamMode::kUpdates, transcript));
  EXPECT_EQ(transcript.lines, (Items{"custom 1", "custom 2", R"(updates {"a":{"x":1}})"}));
}

TEST(Stream, ANodeOutOfTimeIsNoLongerHeard) {
  base::ManualClock clock;
  auto g = trail_graph();
  bool cancelled = false;
  auto late = std::make_shared<Wakeup>();
  g.add_node("slow",
             [&cancelled, late](const Trail&, Context& context) -> base::Task<Update<Trail>> {
               co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
               co_await context.write("before");
               co_await late->wait();
               cancelled = context.cancelled();
               co_await context.write("after");
               co_return Update<Trail>();
             })
      .timeout(1s)
      .on_error([](const Trail&, const NodeError&) {});
  g.add_node("wait", visit_after("wait", 1h)).add_edge(kStart, "slow").add_edge("slow", "wait");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  Transcript transcript;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kCustom, transcript));
  loop.advance(clock, 1s);
  late->notify();
  loop.settle();
  EXPECT_TRUE(cancelled);
  loop.advance(clock, 1h);
  EXPECT_TRUE(started->ended());
  EXPECT_EQ(transcript.lines, Items{R"(custom "before")"});
}

TEST(Stream, NothingIsMadeForNobody) {
  auto g = trail_graph();
  g.add_node("a", [](const Trail&, Context& context) {
    EXPECT_FALSE(context.is_watched());
    return update(&Trail::x, 1);
  });
  g.add_node("talk", talk).add_edge(kStart, "a").add_edge("a", "talk");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, Items{"talk"});
}

base::Task<Items> read_all(EventQueue& queue) {
  Items lines;
  while (auto event = co_await queue.next()) lines.push_back(json::serialize(event->data));
  co_return lines;
}

TEST(EventQueue, HoldsTheRunBackWhileTheReaderIsBehind) {
  auto g = trail_graph();
  int written = 0;
  g.add_node("chatty", [&](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    for (; written < 100; ++written) co_await context.write(written);
    co_return Update<Trail>();
  });
  g.add_edge(kStart, "chatty");
  const auto graph = g.compile();
  EventQueue queue(4);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kCustom, queue));
  loop.settle();
  EXPECT_EQ(written, 4) << "the fifth event is in the queue and its writer waits";
  EXPECT_EQ(queue.size(), 5U);
  const auto reader = loop.start(read_all(queue));
  loop.settle();
  ASSERT_TRUE(started->ended());
  queue.close();
  loop.settle();
  const Items lines = reader->take();
  ASSERT_EQ(lines.size(), 100U);
  EXPECT_EQ(lines[99], "99");
}

TEST(EventQueue, AClosedOneLetsTheRunGoOnWithoutAReader) {
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b")).add_edge(kStart, "a").add_edge("a", "b");
  const auto graph = g.compile();
  EventQueue queue(0);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kUpdates, queue));
  loop.settle();
  EXPECT_FALSE(started->ended());
  queue.close();
  loop.settle();
  EXPECT_EQ(started->take().items, (Items{"a", "b"}));
}

TEST(EventQueue, ARunCancelledWhileItWaitsForTheReaderEnds) {
  auto g = trail_graph();
  g.add_node("talk", talk).add_edge(kStart, "talk");
  const auto graph = g.compile();
  EventQueue queue(0);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kCustom, queue));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_EQ(message_of<base::Error>([&] { started->take(); }), "graph 'test': the run was cancelled");
}

}  // namespace
}  // namespace pharos::graph
