// How many tasks run at once, how a run behaves among others, and what a long run costs.
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "core/base/pool.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

TEST(MaxConcurrency, IsTheMostTasksOfAStepThatRunAtOnce) {
  base::ManualClock clock;
  int running = 0;
  int most = 0;
  auto g = trail_graph();
  Items names;
  for (int i = 0; i < 7; ++i) names.push_back("n" + std::to_string(i));
  for (const std::string& name : names) {
    g.add_node(name, [&, name](const Trail&, Context& context) -> base::Task<Update<Trail>> {
      most = std::max(most, ++running);
      co_await context.clock().sleep_until(context.clock().now() + 1s);
      --running;
      co_return update(&Trail::items, {name});
    });
  }
  g.fan_out(kStart, names);
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.max_concurrency = 3}));
  for (int i = 0; i < 3; ++i) loop.advance(clock, 1s);
  EXPECT_EQ(started->take().items, names);
  EXPECT_EQ(most, 3);
}

TEST(Runs, OfOneGraphOnSeveralThreadsDoNotDisturbEachOther) {
  base::Pool pool("cpu", 2);
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c"}) {
    g.add_node(name,
               [&pool, name = std::string(name)](const Trail& state, Context&) -> base::Task<Update<Trail>> {
                 const int x = state.x;
                 const std::string made =
                     co_await base::run_on(pool, [x, name] { return name + std::to_string(x); });
                 co_return update(&Trail::items, {made});
               })
        .timeout(1h);
  }
  g.fan_out(kStart, {"a", "b", "c"});
  const auto graph = g.compile();
  boost::asio::thread_pool threads(4);
  std::vector<std::future<Trail>> runs;
  for (int i = 0; i < 40; ++i) {
    runs.push_back(boost::asio::co_spawn(boost::asio::make_strand(threads.get_executor()),
                                         graph.invoke(Trail{.x = i}), boost::asio::use_future));
  }
  for (int i = 0; i < 40; ++i) {
    const std::string x = std::to_string(i);
    EXPECT_EQ(runs[static_cast<std::size_t>(i)].get().items, (Items{"a" + x, "b" + x, "c" + x}));
  }
  threads.join();
}

TEST(Runs, AGraphMayRunInsideANodeOfAnother) {
  auto inner = trail_graph("inner");
  inner.add_node("deep", visit("deep")).add_edge(kStart, "deep");
  auto g = trail_graph();
  g.add_node("sub", [graph = inner.compile()](const Trail& state, Context&) -> base::Task<Update<Trail>> {
    Trail found = co_await graph.invoke(Trail{.x = state.x});
    co_return update(&Trail::items, std::move(found.items));
  });
  g.add_edge(kStart, "sub");
  EXPECT_EQ(run(g.compile().invoke(Trail{})).items, Items{"deep"});
}

TEST(Runs, ManySendsInOneStepAllArrive) {
  StateGraph<Trail> g{"many"};
  g.reduce(&Trail::x, add);
  g.add_node("one", [](const int& number) { return update(&Trail::x, number); });
  g.add_conditional_edges(kStart, [](const Trail&) {
    Targets sends;
    for (int i = 0; i < 3000; ++i) sends.push_back(Send("one", i));
    return sends;
  });
  EXPECT_EQ(run(g.compile().invoke(Trail{})).x, 3000 * 2999 / 2);
}

TEST(Context, TellsWhereANodeIsAndHowLongItHas) {
  base::ManualClock clock(base::SteadyTime(1h));
  auto g = trail_graph();
  g.add_node("a", [&](const Trail&, Context& context) {
     EXPECT_EQ(context.node(), "a");
     EXPECT_EQ(context.run_id(), "run");
     EXPECT_EQ(context.thread_id(), "");
     EXPECT_EQ(context.step(), 1);
     EXPECT_EQ(context.attempt(), 1);
     EXPECT_EQ(context.deadline().when(), base::SteadyTime(1h + 30s));
     EXPECT_FALSE(context.cancelled());
   }).timeout(30s);
  g.add_node("b", [&](const Trail&, Context& context) {
    EXPECT_EQ(context.deadline().when(), base::SteadyTime(1h + 1min));
  });
  g.add_edge(kStart, "a").add_edge("a", "b");
  const auto graph = g.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(
      graph.invoke(Trail{}, {.run_id = "run", .deadline = base::Deadline(base::SteadyTime(1h + 1min))}));
  loop.settle();
  EXPECT_TRUE(started->ended());
}

}  // namespace
}  // namespace pharos::graph
