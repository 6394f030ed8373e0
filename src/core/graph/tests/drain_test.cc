// Runs that are asked to stop between super-steps.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// A node that leaves its name and asks its run to stop.
auto ask_to_stop(std::string name, std::shared_ptr<RunControl> control) {
  return [name, control](const Trail&) {
    control->request_drain();
    return update(&Trail::items, {name});
  };
}

TEST(Drain, StopsAtTheNextBoundaryAndCanBeResumed) {
  const auto control = std::make_shared<RunControl>();
  auto g = trail_graph("chain");
  g.add_node("a", ask_to_stop("a", control)).add_node("b", visit("b")).add_node("c", visit("c"));
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t", .control = control}));
  EXPECT_TRUE(stopped.drained);
  EXPECT_EQ(stopped.next, Items{"b"});
  EXPECT_EQ(stopped.values.items, Items{"a"});
  EXPECT_EQ(run(graph.get_state("t"))->next, Items{"b"});
  const auto ended = run(graph.run(Resume{}, {.thread_id = "t"}));
  EXPECT_EQ(ended.values.items, (Items{"a", "b", "c"}));
  EXPECT_FALSE(ended.drained);
}

TEST(Drain, OfAnInvokeIsATypedError) {
  const auto control = std::make_shared<RunControl>();
  control->request_drain("moving house");
  auto g = trail_graph("chain");
  g.add_node("a", visit("a")).add_edge(kStart, "a");
  try {
    run(g.compile().invoke(Trail{}, {.control = control}));
    ADD_FAILURE() << "it ran on";
  } catch (const GraphError& error) {
    EXPECT_EQ(error.fault(), Fault::kDrained);
    EXPECT_NE(std::string(error.what()).find("moving house"), std::string::npos) << error.what();
  }
}

TEST(Drain, InTheLastStepIsTheEnd) {
  const auto control = std::make_shared<RunControl>();
  auto g = trail_graph("chain");
  g.add_node("a", ask_to_stop("a", control)).add_edge(kStart, "a");
  EXPECT_EQ(run(g.compile().invoke(Trail{}, {.control = control})).items, Items{"a"});
}

TEST(Drain, StopsASubgraphWhereItStandsWhileSiblingsFinish) {
  const auto control = std::make_shared<RunControl>();
  const auto calls = std::make_shared<int>(0);
  auto inner = trail_graph("inner");
  inner.add_node("one", [control, calls](const Trail&) {
    ++*calls;
    control->request_drain();
    return update(&Trail::items, {"one"});
  });
  inner.add_node("two", visit("two")).add_edge(kStart, "one").add_edge("one", "two");
  const auto part = inner.compile();
  auto g = trail_graph("outer");
  g.add_node("call", [part](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    Trail ended = co_await part.invoke_within(context, Trail{});
    co_return update(&Trail::items, std::move(ended.items));
  });
  g.add_node("beside", visit("beside")).fan_out(kStart, {"call", "beside"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  const auto stopped = run(graph.run(Trail{}, {.thread_id = "t", .control = control}));
  EXPECT_TRUE(stopped.drained);
  EXPECT_EQ(stopped.next, Items{"call"});
  EXPECT_EQ(stopped.values.items, Items{"beside"});
  EXPECT_EQ(run(graph.invoke(Resume{}, {.thread_id = "t"})).items, (Items{"beside", "one", "two"}));
  EXPECT_EQ(*calls, 1) << "the subgraph goes on where it stopped";
}

}  // namespace
}  // namespace pharos::graph
