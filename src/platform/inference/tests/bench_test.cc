// The benchmark measures the embedder that is in force and gives figures that can be printed.
#include "platform/inference/bench.h"

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

TEST(EmbedderBench, GivesEveryFigureAsJson) {
  const EmbedderBench found = run_embedder_bench(
      {.folder = models_folder() / "all_minilm_l6_v2", .precision = EmbedderPrecision::kF32});
  const auto json = base::to_json(found);
  for (const char* figure : {"tokens_per_second_per_core", "query_ms", "load_ms"}) {
    EXPECT_GT(json.at(figure).as_double(), 0) << figure;
  }
  EXPECT_EQ(json.at("precision").as_string(), "f32");
}

}  // namespace
}  // namespace pharos::inference
