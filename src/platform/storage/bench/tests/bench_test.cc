#include "platform/storage/bench/bench.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/graph/bench/measure.h"
#include "platform/storage/bench/shapes.h"

namespace pharos::storage {
namespace {

CheckpointBenchOptions once_each(std::vector<std::string> only) {
  return {.seconds_per_case = 0, .max_runs = 1, .only = std::move(only)};
}

/// Remembers what it was asked, and answers always the same.
class Peer final : public CheckpointPeer {
 public:
  graph::BenchTimes run_at(const std::string& case_name, const std::string& place, double) override {
    asked.push_back(case_name);
    places.insert(place);
    return {.runs_us = {median_us}, .memory_mb = {}};
  }

  double median_us = 1e6;
  std::vector<std::string> asked;
  std::set<std::string> places;
};

TEST(CheckpointBench, SaysWhatARunTookInTimeAndOnDisk) {
  base::SystemClock clock;
  const auto results =
      run_checkpoint_benchmarks(once_each({"seq-3+sqlite+sync", "concurrent-64+postgres+async"}), clock);
  ASSERT_EQ(results.size(), 2U);
  for (const CheckpointCase& each : results) {
    EXPECT_EQ(each.runs, 1);
    EXPECT_GT(each.median_us, 0);
    EXPECT_GE(each.p90_us, each.median_us);
    EXPECT_GT(each.bytes, 10'000);
    EXPECT_FALSE(each.payload_bytes.has_value()) << "threads that do nothing say nothing";
    EXPECT_FALSE(each.ratio.has_value());
  }
  EXPECT_NEAR(results[0].checkpoints_per_second, 5 * 1e6 / results[0].median_us, 0.1);
  EXPECT_NEAR(results[1].checkpoints_per_second, 320 * 1e6 / results[1].median_us, 0.1);
}

TEST(CheckpointBench, ThePeerHasEachTurnANewDatabase) {
  base::SystemClock clock;
  Peer peer;
  auto options = once_each({"seq-3+sqlite+sync"});
  options.peer = &peer;
  const auto results = run_checkpoint_benchmarks(options, clock);
  EXPECT_THAT(peer.asked,
              testing::ElementsAre("seq-3+sqlite+sync", "seq-3+sqlite+sync", "seq-3+sqlite+sync"));
  EXPECT_EQ(peer.places.size(), 3U);
  EXPECT_EQ(results.at(0).runs, 3);
  EXPECT_EQ(results.at(0).peer_median_us, 1e6);
  EXPECT_EQ(results.at(0).peer_checkpoints_per_second, 5.0);
  EXPECT_EQ(results.at(0).peer_bytes, 0.0) << "it has written nothing";
  EXPECT_DOUBLE_EQ(*results.at(0).ratio, 1e6 / results.at(0).median_us);
}

TEST(CheckpointBench, AnUnknownCaseSuggestsTheNearest) {
  base::SystemClock clock;
  try {
    run_checkpoint_benchmarks(once_each({"seq-3+sqlite+snyc"}), clock);
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kNotFound);
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'seq-3+sqlite+sync'"));
  }
}

base::Task<std::vector<std::size_t>> lengths_after_a_run(bench::Load load,
                                                         std::shared_ptr<graph::Saver> saver,
                                                         std::vector<std::string> threads) {
  co_await load.run.once();
  std::vector<std::size_t> lengths;
  for (const std::string& thread : threads) {
    const auto kept = co_await saver->list({.thread_id = thread, .path = {}}, {});
    lengths.push_back(kept.size());
  }
  co_return lengths;
}

TEST(CheckpointBench, LoadsLeaveAsManyCheckpointsAsTheySay) {
  const auto saver = std::make_shared<graph::MemorySaver>();
  const auto run = [&](const bench::Load& load, std::vector<std::string> threads) {
    return graph::bench::run_alone(lengths_after_a_run(load, saver, std::move(threads)));
  };
  const auto chat = bench::chat(4, saver, graph::Durability::kAsync);
  EXPECT_EQ(chat.checkpoints, 12);
  EXPECT_EQ(chat.payload_bytes, 2 * 4 * 800);
  EXPECT_THAT(run(chat, {"chat-1"}), testing::ElementsAre(12U));
  const auto crowd = bench::chains_of_three(2, saver, graph::Durability::kSync);
  EXPECT_EQ(crowd.checkpoints, 10);
  EXPECT_THAT(run(crowd, {"thread-1", "thread-2"}), testing::ElementsAre(5U, 5U));
}

}  // namespace
}  // namespace pharos::storage
