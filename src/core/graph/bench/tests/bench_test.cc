#include "core/graph/bench/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::graph {
namespace {

using testing::ElementsAre;

BenchOptions once_each(std::vector<std::string> only = {}) {
  return {.seconds_per_case = 0, .max_runs = 1, .only = std::move(only)};
}

/// Needs a millisecond more each time, and remembers what it was asked.
class SlowPeer final : public BenchPeer {
 public:
  BenchTimes run(const std::string& case_name, double) override {
    asked.push_back(case_name);
    return {.runs_us = {unit_us * static_cast<double>(asked.size())}, .memory_mb = 7.0};
  }

  double unit_us = 1000;
  std::vector<std::string> asked;
};

TEST(Bench, RunsEveryCaseAtLeastOnce) {
  const base::SystemClock clock;
  const auto results = run_benchmarks(once_each(), clock);
  const auto names = bench_case_names();
  ASSERT_EQ(results.size(), names.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].name, names[i]);
    EXPECT_EQ(results[i].runs, 1);
    EXPECT_GT(results[i].median_us, 0);
    EXPECT_GE(results[i].p90_us, results[i].median_us);
    EXPECT_FALSE(results[i].ratio.has_value());
    EXPECT_EQ(results[i].memory_mb.has_value(),
              names[i].starts_with("concurrent-") || names[i].starts_with("loop-"));
  }
}

TEST(Bench, RunsThreeTurnsInAlternationWithThePeer) {
  const base::SystemClock clock;
  SlowPeer peer;
  BenchOptions options = once_each({"seq-3", "par-5"});
  options.peer = &peer;
  const auto results = run_benchmarks(options, clock);
  EXPECT_THAT(peer.asked, ElementsAre("seq-3", "seq-3", "seq-3", "par-5", "par-5", "par-5"));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].runs, 3);
  EXPECT_EQ(results[0].peer_median_us, 2000.0);
  EXPECT_EQ(results[0].peer_memory_mb, 7.0);
  ASSERT_TRUE(results[0].ratio.has_value());
  EXPECT_DOUBLE_EQ(*results[0].ratio, 2000.0 / results[0].median_us);
}

TEST(Bench, AVerySlowPeerHasOneTurn) {
  const base::SystemClock clock;
  SlowPeer peer;
  peer.unit_us = 1e7;
  BenchOptions options = once_each({"seq-3"});
  options.peer = &peer;
  const auto results = run_benchmarks(options, clock);
  EXPECT_THAT(peer.asked, ElementsAre("seq-3"));
  EXPECT_EQ(results.at(0).peer_median_us, 1e7);
}

TEST(Bench, TellsItsProgress) {
  const base::SystemClock clock;
  std::vector<std::string> told;
  BenchOptions options = once_each({"seq-3", "seq-10"});
  options.progress = [&](const std::string& name, std::size_t place, std::size_t count) {
    told.push_back(name + " " + std::to_string(place) + "/" + std::to_string(count));
  };
  run_benchmarks(options, clock);
  EXPECT_THAT(told, ElementsAre("seq-3 0/2", "seq-10 1/2"));
}

TEST(Bench, AnUnknownCaseSuggestsTheNearest) {
  const base::SystemClock clock;
  try {
    run_benchmarks(once_each({"seq-33"}), clock);
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kNotFound);
    EXPECT_STREQ(error.what(), "there is no benchmark 'seq-33' (did you mean 'seq-3'?)");
  }
}

}  // namespace
}  // namespace pharos::graph
