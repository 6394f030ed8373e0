// A task that fails beside others: what is kept, what is cancelled, what runs again.
#include <gtest/gtest.h>

#include "core/graph/tests/saver_wrapper.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// Nodes side by side that note each start and end, and d after all of them.
struct Siblings {
  auto node(std::string name, base::Duration wait, bool fails) {
    return [this, name, wait, fails](const Trail&, Context& context) -> base::Task<Update<Trail>> {
      diary.push_back(name);
      if (wait > 0s) co_await context.clock().sleep_until(context.clock().now() + wait);
      if (fails && broken) throw base::Error(base::Code::kInternal, name + " failed");
      diary.push_back(name + " ended");
      co_return update(&Trail::items, {name});
    };
  }
  Graph<Trail> compile(StateGraph<Trail>& g, const Items& names) {
    g.add_node("d", visit("d")).fan_out(kStart, names).join(names, "d");
    return g.compile({.clock = &clock, .saver = std::make_shared<MemorySaver>()});
  }

  base::ManualClock clock;
  Items diary;
  bool broken = true;
};

TEST(SiblingFailure, FinishedWritesAreKeptAndARunningSiblingIsCancelledAndRunAgain) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 0s, false));
  g.add_node("b", siblings.node("b", 50ms, true)).add_node("c", siblings.node("c", 300ms, false));
  const auto graph = siblings.compile(g, {"a", "b", "c"});
  Loop loop;
  const auto failed = loop.start(graph.invoke(Trail{}, {.thread_id = "t"}));
  loop.advance(siblings.clock, 50ms);
  EXPECT_EQ(message_of<NodeError>([&] { failed->take(); }), "graph 'test': node 'b' failed: b failed");
  EXPECT_EQ(siblings.clock.sleepers(), 0U) << "c is cancelled and not waited for";
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->values.items, Items{"a"});
  EXPECT_EQ(state->next, (Items{"b", "c"}));
  siblings.diary.clear();
  siblings.broken = false;
  const auto resumed = loop.start(graph.invoke(Resume(), {.thread_id = "t"}));
  loop.advance(siblings.clock, 300ms);
  EXPECT_EQ(resumed->take().items, (Items{"a", "b", "c", "d"}));
  EXPECT_EQ(siblings.diary, (Items{"b", "c", "b ended", "c ended"})) << "a is not run again";
}

TEST(SiblingFailure, WhatNeedsNoWaitingIsKeptThoughItComesAfterTheOneThatFails) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 0s, true));
  g.add_node("b", siblings.node("b", 0s, false)).add_node("c", siblings.node("c", 0s, false));
  const auto graph = siblings.compile(g, {"a", "b", "c"});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"b", "c"}));
  siblings.diary.clear();
  siblings.broken = false;
  EXPECT_EQ(run(graph.invoke(Resume(), {.thread_id = "t"})).items, (Items{"a", "b", "c", "d"}));
  EXPECT_EQ(siblings.diary, (Items{"a", "a ended"}));
}

TEST(SiblingFailure, ANodeThatWroteNothingIsNotRunAgainEither) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", [&](const Trail&) { siblings.diary.push_back("a"); });
  g.add_node("b", siblings.node("b", 0s, true));
  const auto graph = siblings.compile(g, {"a", "b"});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  siblings.broken = false;
  EXPECT_EQ(run(graph.invoke(Resume(), {.thread_id = "t"})).items, (Items{"b", "d"}));
  EXPECT_EQ(siblings.diary, (Items{"a", "b", "b", "b ended"}));
}

/// Takes a while to keep a record.
class SlowSaver final : public DiarySaver {
 public:
  explicit SlowSaver(base::Clock& clock) : clock_(clock) {}
  base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) override {
    co_await clock_.sleep_until(clock_.now() + 1s);
    co_await DiarySaver::put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
  }

 private:
  base::Clock& clock_;
};

TEST(SiblingFailure, WhatFinishesWhileTheFailureIsBeingKeptIsKeptToo) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 0s, true)).add_node("b", siblings.node("b", 500ms, false));
  g.add_node("c", siblings.node("c", 1h, false));
  g.fan_out(kStart, {"a", "b", "c"});
  const auto graph =
      g.compile({.clock = &siblings.clock, .saver = std::make_shared<SlowSaver>(siblings.clock)});
  Loop loop;
  const auto failed = loop.start(graph.invoke(Trail{}, {.thread_id = "t", .durability = Durability::kSync}));
  for (int i = 0; i < 6; ++i) loop.advance(siblings.clock, 500ms);
  EXPECT_THROW(failed->take(), NodeError);
  EXPECT_EQ(run(graph.get_state("t"))->values.items, Items{"b"});
}

TEST(SiblingFailure, OfTwoTheFirstReachesTheCallerAndBothAreKept) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 0s, true)).add_node("b", siblings.node("b", 0s, true));
  const auto graph = siblings.compile(g, {"a", "b"});
  EXPECT_EQ(message_of<NodeError>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); }),
            "graph 'test': node 'a' failed: a failed");
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->next, (Items{"a", "b"}));
  EXPECT_EQ(state->step, 0);
  ASSERT_EQ(state->tasks.size(), 2U);
  EXPECT_EQ(state->tasks[0].error, "graph 'test': node 'a' failed: a failed");
  EXPECT_EQ(state->tasks[1].error, "graph 'test': node 'b' failed: b failed");
}

TEST(SiblingFailure, BesideAQuestionBothAreKeptAndTheQuestionStaysOpen) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", [&](const Trail&, Context& context) {
    siblings.diary.push_back("a");
    return update(&Trail::items, {"a" + std::string(context.interrupt("q").as_string())});
  });
  g.add_node("b", siblings.node("b", 0s, true)).add_node("c", siblings.node("c", 0s, false));
  const auto graph = siblings.compile(g, {"a", "b", "c"});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->values.items, Items{"c"});
  EXPECT_EQ(state->next, (Items{"a", "b"}));
  ASSERT_EQ(state->interrupts.size(), 1U);
  EXPECT_EQ(state->interrupts[0].value, "q");
  EXPECT_EQ(state->tasks[1].error, "graph 'test': node 'b' failed: b failed");
  siblings.broken = false;
  siblings.diary.clear();
  const auto asked = run(graph.run(Resume(), {.thread_id = "t"}));
  EXPECT_EQ(asked.values.items, (Items{"b", "c"}));
  ASSERT_EQ(asked.interrupts.size(), 1U);
  EXPECT_EQ(asked.interrupts[0].id, state->interrupts[0].id);
  EXPECT_EQ(siblings.diary, (Items{"a", "b", "b ended"}));
  siblings.diary.clear();
  EXPECT_EQ(run(graph.invoke(Resume{.answer = "R", .answers = {}}, {.thread_id = "t"})).items,
            (Items{"aR", "b", "c", "d"}));
  EXPECT_EQ(siblings.diary, Items{"a"});
}

TEST(SiblingFailure, TasksThatHadNotStartedDoNotStart) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 1s, true)).add_node("b", siblings.node("b", 0s, false));
  const auto graph = siblings.compile(g, {"a", "b"});
  Loop loop;
  const auto failed = loop.start(graph.invoke(Trail{}, {.thread_id = "t", .max_concurrency = 1}));
  loop.advance(siblings.clock, 1s);
  EXPECT_THROW(failed->take(), NodeError);
  EXPECT_EQ(siblings.diary, Items{"a"});
}

TEST(SiblingFailure, TasksThatHadNotStartedDoNotStartThoughTheOneThatFailsNeedsNoWaiting) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("a", siblings.node("a", 0s, false)).add_node("b", siblings.node("b", 0s, true));
  g.add_node("c", siblings.node("c", 0s, false));
  const auto graph = siblings.compile(g, {"a", "b", "c"});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t", .max_concurrency = 1})), NodeError);
  EXPECT_EQ(siblings.diary, (Items{"a", "a ended", "b"}));
}

TEST(SiblingFailure, ACancelledRunLeavesItsThreadBeforeTheStepThatWasUnderWay) {
  Siblings siblings;
  auto g = trail_graph();
  g.add_node("n", siblings.node("n", 5s, false));
  const auto graph = siblings.compile(g, {"n"});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{.items = {"in"}}, {.thread_id = "t"}));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.finish();
  EXPECT_THROW(started->take(), base::Error);
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->values.items, Items{"in"});
  EXPECT_EQ(state->next, Items{"n"});
  EXPECT_FALSE(state->tasks.at(0).error.has_value());
}

}  // namespace
}  // namespace pharos::graph
