// Retries, time limits, error handlers and cancellation.
#include <future>

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "core/base/pool.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// Sleeps for good and takes no notice of being cancelled, until the test opens the gate.
struct StubbornNode {
  struct Gate {
    Wakeup wakeup;
    bool open = false;
    bool ended = false;
    std::string seen;

    void release() {
      open = true;
      wakeup.notify();
    }
  };

  base::Task<Update<Trail>> operator()(const Trail& state, Context&) const {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    while (!gate->open) co_await gate->wakeup.wait();
    for (const std::string& item : state.items) gate->seen += item;
    gate->ended = true;
    co_return update(&Trail::items, {"too late"});
  }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
};

TEST(Failure, ReachesTheCallerWithTheNodesName) {
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", fail_with(base::Code::kUnavailable));
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile();
  try {
    run(graph.invoke(Trail{}));
    FAIL() << "nothing was thrown";
  } catch (const NodeError& error) {
    EXPECT_STREQ(error.what(), "graph 'lighthouse': node 'lamp' failed: the lamp is out");
    EXPECT_EQ(error.node(), "lamp");
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_EQ(describe(error.cause()), "the lamp is out");
  }
}

TEST(Retry, WaitsTwiceAsLongEachTimeAndGivesUpAfterTheLastAttempt) {
  base::ManualClock clock;
  auto calls = std::make_shared<int>();
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", fail_with(base::Code::kUnavailable, calls)).retry({.max_attempts = 3, .jitter = false});
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.settle();
  EXPECT_EQ(*calls, 1);
  loop.advance(clock, 499ms);
  EXPECT_EQ(*calls, 1);
  loop.advance(clock, 1ms);
  EXPECT_EQ(*calls, 2);
  loop.advance(clock, 999ms);
  EXPECT_EQ(*calls, 2);
  loop.advance(clock, 1ms);
  EXPECT_EQ(*calls, 3);
  EXPECT_EQ(message_of<NodeError>([&] { started->take(); }),
            "graph 'lighthouse': node 'lamp' failed 3 times: the lamp is out");
}

TEST(Retry, NeverRetriesAProgrammersMistake) {
  auto calls = std::make_shared<int>();
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", fail_with(base::Code::kInternal, calls)).retry(3);
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile();
  EXPECT_THROW(run(graph.invoke(Trail{})), NodeError);
  EXPECT_EQ(*calls, 1);
}

TEST(ErrorHandler, StandsInForTheNodeInTheSameStep) {
  auto g = trail_graph("lighthouse");
  g.add_node("a", fail_with(base::Code::kInternal)).on_error([](const Trail& state, const NodeError& error) {
    return update(&Trail::items, {error.node() + ": " + error.reason()}).set(&Trail::x, state.x + 1);
  });
  g.add_node("b", visit("b"));
  g.add_edge(kStart, "a").add_edge("a", "b");
  const Trail end = run(g.compile().invoke(Trail{.x = 1}));
  EXPECT_EQ(end.items, (Items{"a: the lamp is out", "b"}));
  EXPECT_EQ(end.x, 2);
}

TEST(TimeLimit, GoesOnWithTheHandlerWhenANodeIgnoresItsCancellation) {
  base::ManualClock clock;
  const StubbornNode stubborn;
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", stubborn).timeout(30s).on_error([](const Trail&, const NodeError& error) {
    return update(&Trail::items, {error.reason()});
  });
  g.add_node("after", visit("after"));
  g.add_edge(kStart, "lamp").add_edge("lamp", "after");
  Loop loop;
  {
    const auto started = loop.start(g.compile({.clock = &clock}).invoke(Trail{.items = {"in"}}));
    loop.advance(clock, 29s);
    EXPECT_FALSE(started->ended());
    loop.advance(clock, 1s);
    EXPECT_EQ(started->take().items, (Items{"in", "it took longer than its limit of 30 s", "after"}));
  }
  EXPECT_FALSE(stubborn.gate->ended);
  stubborn.gate->release();
  loop.finish();
  EXPECT_TRUE(stubborn.gate->ended);
  EXPECT_EQ(stubborn.gate->seen, "in") << "it still reads the state it was started with";
}

TEST(TimeLimit, CancelsANodeThatListens) {
  base::ManualClock clock;
  auto g = trail_graph("lighthouse");
  g.add_node("slow", visit_after("slow", 1h)).timeout(1s);
  g.add_edge(kStart, "slow");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.advance(clock, 1s);
  EXPECT_EQ(message_of<NodeError>([&] { started->take(); }),
            "graph 'lighthouse': node 'slow' failed: it took longer than its limit of 1 s");
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(TimeLimit, LeavesAFastNodeAlone) {
  base::ManualClock clock;
  auto g = trail_graph("lighthouse");
  g.add_node("fast", visit_after("fast", 1s)).timeout(2s);
  g.add_edge(kStart, "fast");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.advance(clock, 1s);
  EXPECT_EQ(started->take().items, (Items{"fast"}));
  EXPECT_EQ(clock.sleepers(), 0U) << "the timer is gone with the node";
}

TEST(Failure, CancelsSiblings) {
  base::ManualClock clock;
  auto g = trail_graph("lighthouse");
  g.add_node("lamp", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.clock().sleep_until(context.clock().now() + 1s);
    throw base::Error(base::Code::kInternal, "the lamp is out");
  });
  g.add_node("slow", visit_after("slow", 1h));
  g.fan_out(kStart, {"lamp", "slow"});
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.settle();
  EXPECT_EQ(clock.sleepers(), 2U);
  loop.advance(clock, 1s);
  EXPECT_THROW(started->take(), NodeError);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(Cancellation, EndsARunThatWaitsInOneNode) {
  base::ManualClock clock;
  auto g = trail_graph("lighthouse");
  g.add_node("slow", visit_after("slow", 1h)).retry(3).on_error([](const Trail&, const NodeError&) {
    return update(&Trail::items, {"handled"});
  });
  g.add_edge(kStart, "slow");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_EQ(message_of<base::Error>([&] { started->take(); }), "graph 'lighthouse': the run was cancelled");
}

TEST(Cancellation, EndsARunThatWaitsForSeveralNodesOneOfThemStubborn) {
  base::ManualClock clock;
  const StubbornNode stubborn;
  auto g = trail_graph("lighthouse");
  g.add_node("slow", visit_after("slow", 1h)).add_node("limited", visit_after("limited", 1h)).timeout(2h);
  g.add_node("stubborn", stubborn);
  g.fan_out(kStart, {"slow", "limited", "stubborn"});
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}));
  loop.settle();
  EXPECT_EQ(clock.sleepers(), 3U);
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.settle();
  ASSERT_TRUE(started->ended());
  EXPECT_THROW(started->take(), base::Error);
  EXPECT_EQ(clock.sleepers(), 0U);
  stubborn.gate->release();
  loop.finish();
  EXPECT_TRUE(stubborn.gate->ended);
}

TEST(TimeLimit, DropsTheResultOfBlockingWorkThatCannotBeStopped) {
  base::ManualClock clock;
  base::Pool pool("cpu", 1);
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  auto g = trail_graph("lighthouse");
  g.add_node("blocking", [&pool, opened](const Trail& state, Context&) -> base::Task<Update<Trail>> {
     co_await base::run_on(pool, [opened] { opened.wait(); });
     co_return update(&Trail::items, {"late after " + state.items.at(0)});
   }).timeout(5s);
  g.add_edge(kStart, "blocking");
  Loop loop;
  const auto started = loop.start(g.compile({.clock = &clock}).invoke(Trail{.items = {"in"}}));
  loop.advance(clock, 5s);
  EXPECT_THROW(started->take(), NodeError);
  gate.set_value();
  loop.finish();
}

}  // namespace
}  // namespace pharos::graph
