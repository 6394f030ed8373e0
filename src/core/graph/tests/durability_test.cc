// When checkpoints reach the saver, seen from the saver.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// Keeps a diary of what arrives, and can hold a put back until told.
class WatchedSaver : public Saver {
 public:
  base::Task<void> put(ThreadKey thread, Checkpoint checkpoint, std::vector<ChannelValue> changed) override {
    const int step = checkpoint.step;
    while (held) co_await released.wait();
    if (fails_at == step) throw base::Error(base::Code::kUnavailable, "the disk is full");
    diary.push_back("checkpoint " + std::to_string(step));
    co_await inner.put(std::move(thread), std::move(checkpoint), std::move(changed));
  }
  base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) override {
    diary.push_back("record " + record.node);
    co_await inner.put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
  }
  base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) override {
    return inner.get(std::move(thread), std::move(checkpoint_id));
  }
  base::Task<std::vector<SavedCheckpoint>> list(ThreadKey thread, ListQuery query) override {
    return inner.list(std::move(thread), std::move(query));
  }
  base::Task<void> copy_thread(std::string from, std::string to) override {
    return inner.copy_thread(std::move(from), std::move(to));
  }
  base::Task<void> prune(std::string thread_id) override { return inner.prune(std::move(thread_id)); }
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override {
    return inner.delete_run(std::move(thread_id), std::move(run_id));
  }
  base::Task<void> delete_thread(std::string thread_id) override {
    return inner.delete_thread(std::move(thread_id));
  }

  Items diary;
  bool held = false;
  int fails_at = -100;
  Wakeup released;
  MemorySaver inner;
};

/// start → a → (b ‖ c) → d; each also writes in the diary.
Graph<Trail> diamond(const std::shared_ptr<WatchedSaver>& saver) {
  auto g = trail_graph();
  for (const char* name : {"a", "b", "c", "d"}) {
    g.add_node(name, [saver, name](const Trail&) {
      saver->diary.push_back(std::string("run ") + name);
      return update(&Trail::items, {name});
    });
  }
  g.add_edge(kStart, "a").fan_out("a", {"b", "c"}).join({"b", "c"}, "d");
  return g.compile({.saver = saver});
}

Items diary_of(Durability durability) {
  const auto saver = std::make_shared<WatchedSaver>();
  run(diamond(saver).invoke(Trail{}, {.thread_id = "t", .durability = durability}));
  return saver->diary;
}

TEST(Durability, SyncHasTheCheckpointBeforeTheNextStep) {
  EXPECT_EQ(diary_of(Durability::kSync),
            (Items{"checkpoint -1", "checkpoint 0", "run a", "checkpoint 1", "run b", "run c", "record b",
                   "record c", "checkpoint 2", "run d", "checkpoint 3"}));
}

TEST(Durability, ExitKeepsOneCheckpointARun) {
  EXPECT_EQ(diary_of(Durability::kExit), (Items{"run a", "run b", "run c", "run d", "checkpoint 3"}));
}

TEST(Durability, AsyncRunsOnWhileTheCheckpointIsOnItsWay) {
  const auto saver = std::make_shared<WatchedSaver>();
  saver->held = true;
  const auto graph = diamond(saver);
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.thread_id = "t"}));
  loop.settle();
  saver->held = false;
  saver->released.notify();
  loop.finish();
  started->take();
  EXPECT_EQ(saver->diary.back(), "checkpoint 3") << "the caller hears of the end when everything is kept";
  const auto at = [&](const std::string& entry) { return std::ranges::find(saver->diary, entry); };
  for (const char* node : {"b", "c"}) {
    EXPECT_LT(at("checkpoint 1"), at(std::string("record ") + node));
    EXPECT_LT(at(std::string("record ") + node), at("checkpoint 2"));
  }
}

/// Notes how many checkpoints come together.
class CountingSaver final : public WatchedSaver {
 public:
  base::Task<void> put_in_order(ThreadKey thread, std::vector<NewCheckpoint> checkpoints) override {
    together.push_back(checkpoints.size());
    co_await Saver::put_in_order(std::move(thread), std::move(checkpoints));
  }

  std::vector<std::size_t> together;
};

/// Counts to a hundred, a super-step each.
Graph<Trail> counter(const std::shared_ptr<WatchedSaver>& saver) {
  auto g = trail_graph("counter");
  g.add_node("count", [](const Trail& state) { return update(&Trail::x, state.x + 1); });
  g.add_conditional_edges("count",
                          [](const Trail& state) { return std::string(state.x < 100 ? "count" : kEnd); });
  g.add_edge(kStart, "count");
  return g.compile({.saver = saver});
}

TEST(Durability, AsyncPutsTogetherWhatARunLeavesWithoutWaiting) {
  const auto saver = std::make_shared<CountingSaver>();
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b"));
  g.add_edge(kStart, "a").add_edge("a", "b");
  run(g.compile({.saver = saver}).invoke(update(&Trail::items, {"in"}), {.thread_id = "t"}));
  EXPECT_EQ(saver->together, std::vector<std::size_t>{4}) << "the input, the start, a and b";
  EXPECT_EQ(saver->diary, (Items{"checkpoint -1", "checkpoint 0", "checkpoint 1", "checkpoint 2"}));
}

TEST(Durability, AsyncDoesNotGetFarAheadOfItsSaver) {
  const auto saver = std::make_shared<CountingSaver>();
  saver->held = true;
  const auto graph = counter(saver);
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.thread_id = "t"}));
  loop.settle();
  EXPECT_TRUE(saver->diary.empty());
  saver->held = false;
  saver->released.notify();
  loop.finish();
  EXPECT_EQ(started->take().x, 100);
  EXPECT_LE(std::ranges::max(saver->together), 16U);
  EXPECT_LE(saver->together.size(), 40U) << "there are 102 checkpoints";
  EXPECT_EQ(saver->diary.back(), "checkpoint 100");
}

TEST(Durability, AsyncStopsSoonAfterItsSaverHasFailed) {
  const auto saver = std::make_shared<CountingSaver>();
  saver->fails_at = 3;
  auto calls = std::make_shared<int>(0);
  auto g = trail_graph();
  g.add_node("count", [calls](const Trail& state) {
    ++*calls;
    return update(&Trail::x, state.x + 1);
  });
  g.add_conditional_edges("count", [](const Trail&) { return std::string("count"); });
  g.add_edge(kStart, "count");
  const auto graph = g.compile({.saver = saver});
  const std::string message =
      message_of<base::Error>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); });
  EXPECT_EQ(message, "the disk is full");
  EXPECT_LE(*calls, 40);
  EXPECT_EQ(saver->diary.back(), "checkpoint 2") << "nothing comes after what is missing";
}

TEST(Durability, ACancelledRunLeavesWhatWaitedForItsSaver) {
  const auto saver = std::make_shared<CountingSaver>();
  saver->held = true;
  const auto graph = counter(saver);
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.thread_id = "t"}));
  loop.settle();
  started->stop.emit(boost::asio::cancellation_type::terminal);
  loop.settle();
  EXPECT_FALSE(started->ended()) << "its thread is not kept yet";
  saver->held = false;
  saver->released.notify();
  loop.finish();
  EXPECT_THROW(started->take(), base::Error);
  const auto snapshot = run(graph.get_state("t"));
  EXPECT_GT(snapshot->values.x, 4);
  EXPECT_EQ(snapshot->next, Items{"count"});
  EXPECT_EQ(run(graph.invoke(Resume(), {.thread_id = "t"})).x, 100);
}

TEST(Durability, SyncAndAsyncLeaveTheSameCheckpoints) {
  std::vector<std::vector<Items>> kept;
  for (const Durability durability : {Durability::kSync, Durability::kAsync}) {
    const auto saver = std::make_shared<WatchedSaver>();
    const auto graph = diamond(saver);
    run(graph.invoke(Trail{}, {.thread_id = "t", .durability = durability}));
    kept.emplace_back();
    for (const auto& each : run(graph.get_state_history("t"))) kept.back().push_back(each.values.items);
  }
  EXPECT_EQ(kept[0], kept[1]);
}

TEST(Durability, ASaverThatFailsFailsTheRun) {
  for (const Durability durability : {Durability::kSync, Durability::kAsync, Durability::kExit}) {
    const auto saver = std::make_shared<WatchedSaver>();
    saver->fails_at = 3;
    const std::string message = message_of<base::Error>(
        [&] { run(diamond(saver).invoke(Trail{}, {.thread_id = "t", .durability = durability})); });
    EXPECT_EQ(message, "the disk is full");
  }
}

TEST(Durability, ExitKeepsWhatFinishedBesideAFailure) {
  const auto saver = std::make_shared<WatchedSaver>();
  const auto broken = std::make_shared<bool>(true);
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("good", visit("good")).add_node("lamp", [broken](const Trail&) {
    if (*broken) throw base::Error(base::Code::kUnavailable, "the lamp is out");
  });
  g.add_edge(kStart, "a").fan_out("a", {"good", "lamp"});
  const auto graph = g.compile({.saver = saver});
  const RunConfig config{.thread_id = "t", .durability = Durability::kExit};
  EXPECT_THROW(run(graph.invoke(Trail{}, config)), NodeError);
  EXPECT_EQ(saver->diary, (Items{"checkpoint 1", "record good", "record lamp"}));
  *broken = false;
  EXPECT_EQ(run(graph.invoke(Resume(), config)).items, (Items{"a", "good"}));
}

}  // namespace
}  // namespace pharos::graph
