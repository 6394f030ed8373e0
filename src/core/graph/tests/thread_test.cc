// Threads: what is saved when, what can be read back, and how the next run goes on.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/saver_contract.h"

namespace pharos::graph {
namespace testing_support {

struct MemorySaverFactory {
  static std::shared_ptr<Saver> make() { return std::make_shared<MemorySaver>(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SaverContract, MemorySaverFactory);

}  // namespace testing_support

namespace {

using namespace testing_support;

StateGraph<Trail> chain() {
  auto g = trail_graph("chain");
  g.add_node("a", visit("a")).add_node("b", visit("b"));
  g.add_edge(kStart, "a").add_edge("a", "b");
  return g;
}

TEST(Thread, HasACheckpointForTheInputAndOneAfterEachStep) {
  base::ManualClock clock(base::SteadyTime{}, base::WallTime(1h));
  const auto graph = chain().compile({.clock = &clock, .saver = std::make_shared<MemorySaver>()});
  RunConfig config{.thread_id = "t", .run_id = "run-1"};
  config.metadata["user"] = "keeper";
  run(graph.invoke(update(&Trail::items, {"in"}), config));
  const auto history = run(graph.get_state_history("t"));
  ASSERT_EQ(history.size(), 4U);
  const std::vector<int> steps{2, 1, 0, -1};
  const std::vector<Items> next{{}, {"b"}, {"a"}, {"__start__"}};
  const std::vector<Items> items{{"in", "a", "b"}, {"in", "a"}, {"in"}, {}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(history[i].step, steps[i]);
    EXPECT_EQ(history[i].next, next[i]);
    EXPECT_EQ(history[i].values.items, items[i]);
    EXPECT_EQ(history[i].source, i == 3 ? Source::kInput : Source::kLoop);
    EXPECT_EQ(history[i].parent_id, i == 3 ? "" : history[i + 1].checkpoint_id);
    EXPECT_EQ(history[i].run_id, "run-1");
    EXPECT_EQ(history[i].metadata.at("user"), "keeper");
    EXPECT_EQ(history[i].created_at, base::WallTime(1h));
  }
  EXPECT_EQ(run(graph.get_state_history("t", {.before = history[1].checkpoint_id, .limit = 1}))[0].step, 0);
}

/// A thread whose `items` were saved as a snapshot and writes onto it.
std::shared_ptr<MemorySaver> saved_with_deltas() {
  auto saver = std::make_shared<MemorySaver>();
  const auto put = [&](Checkpoint checkpoint, ChannelValue items) -> base::Task<int> {
    std::vector<ChannelValue> changed;
    changed.push_back(std::move(items));
    co_await saver->put({.thread_id = "t", .path = {}}, std::move(checkpoint), std::move(changed));
    co_return 0;
  };
  std::vector<SavedValue> writes;
  writes.emplace_back(json::array({"b"}));
  writes.emplace_back(json::array({"c", "d"}));
  run(put(checkpoint_of("c1", "", 0, {1, 0}), {.channel = 0, .value = json::array({"a"})}));
  run(put(checkpoint_of("c2", "c1", 1, {2, 0}),
          {.channel = 0, .value = {}, .writes = std::move(writes), .is_delta = true}));
  return saver;
}

TEST(Thread, FoldsSavedWritesWithTheFieldsReducer) {
  const auto saver = saved_with_deltas();
  const auto graph = chain().compile({.saver = saver});
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"a", "b", "c", "d"}));
  const Trail end = run(graph.invoke(update(&Trail::items, {"two"}), {.thread_id = "t"}));
  EXPECT_EQ(end.items, (Items{"a", "b", "c", "d", "two", "a", "b"}));
}

TEST(Thread, SaysWhenAFieldSavedAsWritesHasLostItsReducer) {
  StateGraph<Trail> plain{"plain"};
  plain.add_node("a", visit("a")).add_edge(kStart, "a");
  const auto graph = plain.compile({.saver = saved_with_deltas()});
  EXPECT_THAT(message_of<GraphError>([&] { run(graph.get_state("t")); }), testing::HasSubstr("'items'"));
}

TEST(Thread, GoesOnFromWhereItStood) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{.items = {"one"}, .x = 7}, {.thread_id = "t"}));
  const Trail end = run(graph.invoke(update(&Trail::items, {"two"}), {.thread_id = "t"}));
  EXPECT_EQ(end.items, (Items{"one", "a", "b", "two", "a", "b"}));
  EXPECT_EQ(end.x, 7);
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->step, 6);
  EXPECT_EQ(state->values.items, end.items);
  EXPECT_EQ(run(graph.invoke(Trail{.items = {"whole"}, .x = 8}, {.thread_id = "t"})).x, 8)
      << "a complete state writes every field";
}

TEST(Thread, CountsTheStepsOfThisRunAgainstTheLimit) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  for (int i = 0; i < 3; ++i) {
    EXPECT_NO_THROW(run(graph.invoke(Trail{}, {.thread_id = "t", .recursion_limit = 2})));
  }
}

TEST(Thread, OthersAreNotTouched) {
  const auto graph = chain().compile({.saver = std::make_shared<MemorySaver>()});
  run(graph.invoke(Trail{.items = {"one"}}, {.thread_id = "t1"}));
  EXPECT_EQ(run(graph.invoke(Trail{.items = {"two"}}, {.thread_id = "t2"})).items, (Items{"two", "a", "b"}));
  EXPECT_FALSE(run(graph.get_state("t3")).has_value());
  EXPECT_FALSE(run(graph.get_state("t1", "no such checkpoint")).has_value());
}

/// `ok` finishes at once, `lamp` fails a second later, `slow` takes an hour.
StateGraph<Trail> partly_failing() {
  auto g = trail_graph("partly");
  g.add_node("ok", visit("ok")).add_node("slow", visit_after("slow", 1h));
  g.add_node("lamp", [](const Trail&, Context& context) -> base::Task<Update<Trail>> {
    co_await context.clock().sleep_until(context.clock().now() + 1s);
    throw base::Error(base::Code::kInternal, "the lamp is out");
  });
  g.fan_out(kStart, {"slow", "ok", "lamp"});
  return g;
}

TEST(Thread, KeepsWhatFinishedBesideAFailureAndTheError) {
  base::ManualClock clock;
  const auto graph = partly_failing().compile({.clock = &clock, .saver = std::make_shared<MemorySaver>()});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{.items = {"in"}}, {.thread_id = "t"}));
  loop.advance(clock, 1s);
  EXPECT_THROW(started->take(), NodeError);

  const auto state = run(graph.get_state("t"));
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->step, 0) << "the step was not applied";
  EXPECT_EQ(state->values.items, (Items{"in", "ok"})) << "but the finished task's writes show";
  EXPECT_EQ(state->next, (Items{"slow", "lamp"})) << "in the order of definition";
  ASSERT_EQ(state->tasks.size(), 3U);
  EXPECT_TRUE(state->tasks[0].finished);
  EXPECT_FALSE(state->tasks[1].finished);
  EXPECT_EQ(state->tasks[2].node, "lamp");
  EXPECT_EQ(state->tasks[2].error, "graph 'partly': node 'lamp' failed: the lamp is out");

  const auto as_saved = run(graph.get_state("t", state->checkpoint_id));
  EXPECT_EQ(as_saved->values.items, Items{"in"});
  EXPECT_EQ(as_saved->next.size(), 3U);
}

TEST(Thread, KeepsTheErrorOfANodeThatRanAlone) {
  auto g = trail_graph("alone");
  g.add_node("lamp", fail_with(base::Code::kInternal)).add_edge(kStart, "lamp");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{}, {.thread_id = "t"})), NodeError);
  const auto state = run(graph.get_state("t"));
  EXPECT_EQ(state->next, Items{"lamp"});
  EXPECT_TRUE(state->tasks.at(0).error.has_value());
}

TEST(Thread, StaysReadableAfterTwoNodesWroteOneField) {
  StateGraph<Trail> g{"conflict"};
  const auto write = [](int value) { return [value](const Trail&) { return update(&Trail::x, value); }; };
  g.add_node("a", write(1)).add_node("b", write(2)).fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  EXPECT_THROW(run(graph.invoke(Trail{.y = 5}, {.thread_id = "t"})), GraphError);
  const auto state = run(graph.get_state("t"));
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->values.y, 5);
}

struct Letter {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (text))

TEST(Thread, SavesSendsWithTheirArgumentsAndTheRoutesOfFinishedTasks) {
  auto saver = std::make_shared<MemorySaver>();
  auto g = trail_graph("post");
  g.add_node("sort", [](const Trail&) {
     return Command<Trail>().send("carry", Letter{"dear"}).go_to("rest");
   }).goes_to({"carry", "rest"});
  g.add_node("other", visit("other")).add_node("rest", visit("rest"));
  g.add_node("carry", [](const Letter& letter) { return update(&Trail::items, {letter.text}); });
  g.fan_out(kStart, {"sort", "other"});
  const auto graph = g.compile({.saver = saver});
  run(graph.invoke(Trail{}, {.thread_id = "t"}));
  const auto saved = run(saver->list({.thread_id = "t", .path = {}}, {}));
  ASSERT_EQ(saved.size(), 4U);
  const std::vector<NextTask> next{
      {.node = "rest", .is_send = false, .argument = nullptr},
      {.node = "carry", .is_send = true, .argument = json::value{{"text", "dear"}}}};
  EXPECT_EQ(saved[1].checkpoint.next, next);
  EXPECT_EQ(saved[1].checkpoint.ran, (Items{"other", "sort"}));
  ASSERT_EQ(saved[2].records.size(), 2U)
      << "both tasks of the first step were recorded before it was applied";
  EXPECT_EQ(saved[2].records[1].targets, (std::vector<NextTask>{next[0], next[1]}));
  EXPECT_EQ(saved[3].checkpoint.next.at(0).argument.to_json().at("items"), json::array())
      << "the input is in the first";
}

TEST(Thread, AJoinHalfReachedIsSavedAndRestored) {
  auto saver = std::make_shared<MemorySaver>();
  auto g = trail_graph("join");
  for (const char* name : {"a", "b", "c"}) g.add_node(name, visit(name));
  g.add_conditional_edges(kStart, [](const Trail& state) {
     return state.x == 0 ? "a" : "b";
   }).join({"a", "b"}, "c");
  const auto graph = g.compile({.saver = saver});
  EXPECT_EQ(run(graph.invoke(Trail{}, {.thread_id = "t"})).items, Items{"a"});
  EXPECT_EQ(run(saver->get({.thread_id = "t", .path = {}}, ""))->checkpoint.arrivals,
            (std::vector<Arrivals>{{.join = "join:a+b:c", .nodes = {"a"}}}));
  EXPECT_EQ(run(graph.invoke(update(&Trail::x, 1), {.thread_id = "t"})).items, (Items{"a", "b", "c"}));
}

struct Secret {
  std::string open;
  std::string hidden;
};
BOOST_DESCRIBE_STRUCT(Secret, (), (open, hidden))

TEST(Thread, NeverSavesUntrackedFields) {
  auto saver = std::make_shared<MemorySaver>();
  StateGraph<Secret> g{"secret"};
  g.untracked(&Secret::hidden);
  const auto node = [](const Secret&) { return update(&Secret::hidden, "password").set(&Secret::open, "x"); };
  g.add_node("a", node).add_node("b", [](const Secret&) {}).fan_out(kStart, {"a", "b"});
  const auto graph = g.compile({.saver = saver});
  EXPECT_EQ(run(graph.invoke(Secret{.hidden = "password"}, {.thread_id = "t"})).hidden, "password");
  for (const SavedCheckpoint& saved : run(saver->list({.thread_id = "t", .path = {}}, {}))) {
    EXPECT_FALSE(saved.values.contains("hidden"));
    for (const TaskRecord& record : saved.records) EXPECT_LE(record.writes.size(), 1U);
    for (const NextTask& next : saved.checkpoint.next)
      EXPECT_EQ(json::serialize(next.argument.to_json()).find("password"), std::string::npos);
  }
  EXPECT_EQ(run(graph.get_state("t"))->values.hidden, "");
}

TEST(MemorySaver, CountsItsThreads) {
  MemorySaver saver;
  EXPECT_EQ(saver.thread_count(), 0U);
  const auto put = [](MemorySaver& to) -> base::Task<int> {
    co_await to.put({.thread_id = "t", .path = {}}, checkpoint_of("c", "", -1, {0, 0}), {});
    co_return 0;
  };
  run(put(saver));
  EXPECT_EQ(saver.thread_count(), 1U);
}

/// Waits in its node until it is let go.
TEST(Thread, TwoRunsAtATimeAreToldApart) {
  Wakeup let_go;
  bool may_go = false;
  auto g = trail_graph("slow");
  g.add_node("wait", [&](const Trail&) -> base::Task<Update<Trail>> {
    while (!may_go) co_await let_go.wait();
    co_return update(&Trail::items, {"waited"});
  });
  g.add_edge(kStart, "wait");
  const auto graph = g.compile({.saver = std::make_shared<MemorySaver>()});
  Loop loop;
  const auto slow = loop.start(graph.invoke(update(&Trail::items, {"one"}), {.thread_id = "t"}));
  loop.settle();
  may_go = true;
  run(graph.invoke(update(&Trail::items, {"two"}), {.thread_id = "t"}));
  let_go.notify();
  loop.finish();
  EXPECT_THAT(message_of<base::Error>([&] { slow->take(); }), testing::HasSubstr("another run writes to it"));
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"one", "two", "waited"}))
      << "what the first one had begun is not lost, what it would have added is";
}

}  // namespace
}  // namespace pharos::graph
