// How long a node may go without showing that it is at work.
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// A node that works `rounds` times three seconds, and says so after each by `report`.
template <class Report>
auto works(int rounds, Report report) {
  return [rounds, report](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    for (int i = 0; i < rounds; ++i) {
      co_await context.clock().sleep_until(context.clock().now() + 3s);
      co_await report(context);
    }
    co_return update(&Trail::x, rounds);
  };
}

base::Task<void> say_nothing(Context&) {
  co_return;
}
base::Task<void> show_progress(Context& context) {
  context.progress();
  co_return;
}
base::Task<void> write_something(Context& context) {
  return context.write("at work");
}
base::Task<void> write_a_token(Context& context) {
  MessageWriter writer = context.message_writer();
  co_await writer.write("tick");
}

template <class Node>
std::shared_ptr<Started<Trail>> run_for(base::ManualClock& clock, Loop& loop, Node node, base::Duration time,
                                        base::Duration limit = 60s) {
  auto g = trail_graph("lighthouse");
  g.add_node("keeper", std::move(node)).idle_timeout(5s).timeout(limit);
  g.add_edge(kStart, "keeper");
  const auto started = loop.start(g.compile({.clock = &clock}).invoke(Trail{}));
  for (base::Duration passed{}; passed < time; passed += 1s) loop.advance(clock, 1s);
  return started;
}

TEST(IdleLimit, EndsANodeThatShowsNoProgress) {
  base::ManualClock clock;
  Loop loop;
  const auto started = run_for(clock, loop, works(4, say_nothing), 5s);
  ASSERT_TRUE(started->ended());
  try {
    started->take();
    FAIL() << "nothing was thrown";
  } catch (const NodeError& error) {
    EXPECT_STREQ(
        error.what(),
        "graph 'lighthouse': node 'keeper' failed: it showed no progress for 5 s, its idle limit: let "
        "it call Context::progress() while it works, or raise idle_timeout()");
    EXPECT_EQ(error.code(), base::Code::kTimeout);
    try {
      std::rethrow_exception(error.cause());
    } catch (const TimeLimitError& cause) {
      EXPECT_EQ(cause.limit(), TimeLimitError::Limit::kIdle);
      EXPECT_EQ(cause.duration(), base::Duration(5s));
    }
  }
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(IdleLimit, BeginsAnewWithEverySignOfProgress) {
  for (const auto report : {show_progress, write_something, write_a_token}) {
    base::ManualClock clock;
    Loop loop;
    const auto started = run_for(clock, loop, works(4, report), 12s);
    ASSERT_TRUE(started->ended());
    EXPECT_EQ(started->take().x, 4);
    EXPECT_EQ(clock.sleepers(), 0U);
  }
}

TEST(IdleLimit, LeavesTheLimitOfTheWholeAttempt) {
  base::ManualClock clock;
  Loop loop;
  const auto started = run_for(clock, loop, works(4, show_progress), 10s, 10s);
  ASSERT_TRUE(started->ended());
  EXPECT_EQ(message_of<NodeError>([&] { started->take(); }),
            "graph 'lighthouse': node 'keeper' failed: it took longer than its limit of 10 s");
}

TEST(IdleLimit, DropsWhatANodeWritesAfterIt) {
  base::ManualClock clock;
  auto late = std::make_shared<Wakeup>();
  auto g = trail_graph();
  g.add_node("slow",
             [late](const Trail&, Context& context) -> base::Task<Update<Trail>> {
               co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
               MessageWriter writer = context.message_writer();
               co_await writer.write("in time");
               co_await late->wait();
               co_await writer.write("too late");
               co_await context.write("too late");
               co_return update(&Trail::items, {"too late"});
             })
      .idle_timeout(1s)
      .on_error([](const Trail&, const NodeError&) { return update(&Trail::items, {"gave up"}); });
  g.add_node("wait", visit_after("wait", 1h)).add_edge(kStart, "slow").add_edge("slow", "wait");
  const auto graph = g.compile({.clock = &clock});
  int told = 0;
  CallbackSink sink([&](const StreamEvent&) { ++told; });
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kMessages | StreamMode::kCustom, sink));
  loop.advance(clock, 1s);
  late->notify();
  loop.settle();
  loop.advance(clock, 1h);
  EXPECT_EQ(started->take().items, (Items{"gave up", "wait"}));
  EXPECT_EQ(told, 1);
}

TEST(IdleLimit, TakesTheStepsOfASubgraphForProgress) {
  base::ManualClock clock;
  auto inner = trail_graph("inner");
  inner.add_node("one", visit_after("one", 3s)).add_node("two", visit_after("two", 3s));
  inner.add_node("three", works(3, show_progress));
  inner.add_edge(kStart, "one").add_edge("one", "two").add_edge("two", "three");
  Loop loop;
  const auto started = run_for(
      clock, loop,
      [graph = inner.compile({.clock = &clock})](const Trail&,
                                                 Context& context) -> base::Task<Update<Trail>> {
        Trail ended = co_await graph.invoke_within(context, Trail{});
        co_return update(&Trail::items, std::move(ended.items));
      },
      15s);
  ASSERT_TRUE(started->ended());
  EXPECT_EQ(started->take().items, (Items{"one", "two"}));
}

TEST(IdleLimit, DoesNotCountWhileTheNodeWaitsForASlowReader) {
  base::ManualClock clock;
  auto g = trail_graph();
  g.add_node("keeper", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
     co_await context.write("one");
     co_return update(&Trail::x, 1);
   }).idle_timeout(5s);
  g.add_edge(kStart, "keeper");
  const auto graph = g.compile({.clock = &clock});
  EventQueue queue(0);
  Loop loop;
  const auto started = loop.start(graph.stream(Trail{}, StreamMode::kCustom, queue));
  for (int i = 0; i < 4; ++i) loop.advance(clock, 4s);
  EXPECT_FALSE(started->ended());
  queue.close();
  loop.settle();
  EXPECT_EQ(started->take().x, 1);
}

}  // namespace
}  // namespace pharos::graph
