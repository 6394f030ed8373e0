#include "core/graph/bench.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::graph {
namespace {

TEST(Bench, RunsEveryCaseAtLeastOnce) {
  const base::SystemClock clock;
  const auto results = run_benchmarks({.seconds_per_case = 0, .max_runs = 1, .only = {}}, clock);
  const auto names = bench_case_names();
  ASSERT_EQ(results.size(), names.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].name, names[i]);
    EXPECT_EQ(results[i].runs, 1);
    EXPECT_GE(results[i].p90_us, results[i].median_us);
  }
}

TEST(Bench, AnUnknownCaseSuggestsTheNearest) {
  const base::SystemClock clock;
  try {
    run_benchmarks({.only = {"seq-33"}}, clock);
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kNotFound);
    EXPECT_STREQ(error.what(), "there is no benchmark 'seq-33' (did you mean 'seq-3'?)");
  }
}

}  // namespace
}  // namespace pharos::graph
