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

/// Hands out values that a reader has folded, as savers do that remember.
class FoldedSaver final : public DiarySaver, public FoldingSaver {
 public:
  FoldingSaver* folding() override { return this; }
  void take_folded(const ThreadKey&, const std::string& checkpoint_id, SavedValues values) override {
    folded_at = checkpoint_id;
    folded = std::move(values);
  }
  base::Task<std::optional<SavedCheckpoint>> get(ThreadKey thread, std::string checkpoint_id) override {
    auto saved = co_await inner.get(std::move(thread), std::move(checkpoint_id));
    if (!saved || saved->checkpoint.id != folded_at) co_return saved;
    for (auto& [name, value] : folded) {
      saved->folded[name] = saved->deltas.at(name).size();
      saved->deltas.erase(name);
      saved->values[name] = value;
    }
    co_return saved;
  }

  std::string folded_at;
  SavedValues folded;
};

TEST(Delta, FoldedValuesStandInForTheirWritesAndCountAsThem) {
  const auto saver = std::make_shared<FoldedSaver>();
  auto g = trail_graph("counter");
  g.add_node("count", visit("more"));
  g.add_conditional_edges("count", [](const Trail& state) {
    return std::string(state.items.size() % 1000 != 0 ? "count" : kEnd);
  });
  g.add_edge(kStart, "count");
  const auto graph = g.compile({.saver = saver});
  bool was_snapshot = false;
  for (int i = 1; i <= 5; ++i) {
    run(graph.invoke(update(&Trail::items, {"in"}), {.thread_id = "t"}));
    EXPECT_EQ(run(graph.get_state("t"))->values.items.size(), 1000U * i);
    run(graph.update_state("t", Update<Trail>().set(&Trail::x, i)));  // reads the thread: shares the folded
    const SavedCheckpoint kept = *run(saver->inner.get({.thread_id = "t", .path = {}}, ""));
    was_snapshot = was_snapshot || kept.values.at("items").to_json().as_array().size() > 1000;
  }
  EXPECT_FALSE(saver->folded.empty());
  EXPECT_TRUE(was_snapshot) << "5,000 writes are too many to fold after the next start of the program";
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
