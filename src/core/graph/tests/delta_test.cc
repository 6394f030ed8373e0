// What a run saves of a field with a reducer: what was added, and the whole now and then.
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "core/graph/tests/saver_wrapper.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// One turn of a conversation: what came in, then an answer to it.
Graph<Trail> chat(const std::shared_ptr<MemorySaver>& saver) {
  auto g = trail_graph("chat");
  g.add_node("answer",
             [](const Trail& state) { return update(&Trail::items, {"re: " + state.items.back()}); });
  g.add_edge(kStart, "answer");
  return g.compile({.saver = saver});
}

void take_turn(const Graph<Trail>& graph, int number) {
  run(graph.invoke(update(&Trail::items, {std::to_string(number)}), {.thread_id = "t"}));
}

SavedCheckpoint last_of(MemorySaver& saver) {
  return *run(saver.get({.thread_id = "t", .path = {}}, ""));
}

TEST(Delta, ATurnSavesWhatItAdded) {
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = chat(saver);
  for (int i = 0; i < 3; ++i) take_turn(graph, i);
  const SavedCheckpoint saved = last_of(*saver);
  EXPECT_EQ(base::to_json(saved.values).at("items"), json::array({"0"})) << "the first write is the snapshot";
  EXPECT_EQ(saved.deltas.at("items").size(), 5U);
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"0", "re: 0", "1", "re: 1", "2", "re: 2"}));
}

TEST(Delta, AnOverwriteIsAWholeValue) {
  const auto saver = std::make_shared<MemorySaver>();
  auto g = trail_graph();
  g.add_node("fresh", [](const Trail&) { return Update<Trail>().overwrite(&Trail::items, {"new"}); });
  g.add_node("more", visit("more"));
  g.add_edge(kStart, "fresh").add_edge("fresh", "more");
  const auto graph = g.compile({.saver = saver});
  take_turn(graph, 1);
  const SavedCheckpoint saved = last_of(*saver);
  EXPECT_EQ(base::to_json(saved.values).at("items"), json::array({"new"}));
  EXPECT_EQ(saved.deltas.at("items").size(), 1U);
}

TEST(Delta, AnExitSavesAllStepsAsOne) {
  const auto saver = std::make_shared<MemorySaver>();
  auto g = trail_graph();
  g.add_node("a", visit("a")).add_node("b", visit("b"));
  g.add_edge(kStart, "a").add_edge("a", "b");
  const auto graph = g.compile({.saver = saver});
  const RunConfig at_exit{.thread_id = "t", .durability = Durability::kExit};
  run(graph.invoke(update(&Trail::items, {"in"}), at_exit));
  EXPECT_TRUE(last_of(*saver).deltas.empty());
  run(graph.invoke(update(&Trail::items, {"again"}), at_exit));
  EXPECT_EQ(last_of(*saver).deltas.at("items").size(), 3U);
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"in", "a", "b", "again", "a", "b"}));
}

TEST(Delta, ManyWritesEndInASnapshot) {
  const auto saver = std::make_shared<MemorySaver>();
  auto g = trail_graph("counter");
  g.add_node("count",
             [](const Trail& state) { return update(&Trail::items, {std::to_string(state.items.size())}); });
  g.add_conditional_edges(
      "count", [](const Trail& state) { return std::string(state.items.size() < 5000 ? "count" : kEnd); });
  g.add_edge(kStart, "count");
  const auto graph = g.compile({.saver = saver});
  run(graph.invoke(update(&Trail::items, {"0"}), {.thread_id = "t"}));
  const SavedCheckpoint saved = last_of(*saver);
  EXPECT_LT(saved.deltas.at("items").size(), 1000U) << "5,000 writes are too many to fold at each reading";
  EXPECT_EQ(base::to_json(saved.values).at("items").as_array().size() + saved.deltas.at("items").size(),
            5000U);
  EXPECT_EQ(run(graph.get_state("t"))->values.items.size(), 5000U);
}

/// Remembers what readers have folded; gives everything folded when told to.
class FoldedSaver final : public DiarySaver, public FoldingSaver {
 public:
  FoldingSaver* folding() override { return this; }
  void take_folded(const ThreadKey&, const std::string& checkpoint_id, SavedValues values) override {
    taken_at = checkpoint_id;
    taken = std::move(values);
  }
  base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) override {
    auto saved = co_await inner.get(std::move(thread), std::move(checkpoint_id));
    if (!saved || !gives_folded || saved->deltas.empty()) co_return saved;
    auto items = base::from_json<Items>(saved->values.at("items").to_json());
    for (const SavedValue& write : saved->deltas.at("items")) {
      append(items, base::from_json<Items>(write.to_json()));
    }
    saved->folded["items"] = saved->deltas.at("items").size();
    saved->values["items"] = base::to_json(items);
    saved->deltas.clear();
    co_return saved;
  }

  bool gives_folded = false;
  std::string taken_at;
  SavedValues taken;
};

/// Adds a thousand items a run.
Graph<Trail> counter(const std::shared_ptr<Saver>& saver) {
  auto g = trail_graph("counter");
  g.add_node("count", visit("more"));
  g.add_conditional_edges("count", [](const Trail& state) {
    return std::string(state.items.size() % 1000 != 0 ? "count" : kEnd);
  });
  g.add_edge(kStart, "count");
  return g.compile({.saver = saver});
}

TEST(Delta, ARunGivesBackWhatItHasFolded) {
  const auto saver = std::make_shared<FoldedSaver>();
  const auto graph = counter(saver);
  run(graph.invoke(update(&Trail::items, {"in"}), {.thread_id = "t"}));
  EXPECT_TRUE(saver->taken.empty()) << "a new thread has nothing to fold";
  const auto first = run(graph.get_state("t"));
  run(graph.invoke(update(&Trail::items, {"in"}), {.thread_id = "t"}));
  EXPECT_EQ(saver->taken_at, first->checkpoint_id);
  EXPECT_EQ(base::from_json<Items>(saver->taken.at("items").to_json()), first->values.items);
}

TEST(Delta, FoldedValuesCountAsTheWritesTheyAreMadeOf) {
  const auto saver = std::make_shared<FoldedSaver>();
  saver->gives_folded = true;
  const auto graph = counter(saver);
  bool was_snapshot = false;
  for (std::size_t i = 1; i <= 5; ++i) {
    run(graph.invoke(update(&Trail::items, {"in"}), {.thread_id = "t"}));
    EXPECT_EQ(run(graph.get_state("t"))->values.items.size(), 1000 * i);
    const SavedCheckpoint kept = *run(saver->inner.get({.thread_id = "t", .path = {}}, ""));
    was_snapshot = was_snapshot || kept.values.at("items").to_json().as_array().size() > 1000;
  }
  EXPECT_TRUE(was_snapshot) << "5,000 writes are too many to fold when the program starts again";
}

TEST(Delta, AForkFoldsItsOwnWrites) {
  const auto saver = std::make_shared<MemorySaver>();
  const auto graph = chat(saver);
  take_turn(graph, 0);
  const std::string fork_from = run(graph.get_state("t"))->checkpoint_id;
  take_turn(graph, 1);
  run(graph.invoke(update(&Trail::items, {"other"}), {.thread_id = "t", .checkpoint_id = fork_from}));
  EXPECT_EQ(run(graph.get_state("t"))->values.items, (Items{"0", "re: 0", "other", "re: other"}));
}

}  // namespace
}  // namespace pharos::graph
