// The network for stores is loaded when it is first needed.
#include "server/lazy_embedder.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/tests/support.h"

namespace pharos::server {
namespace {

using base::testing_support::code_of;
using base::testing_support::wait;

/// Gives every text the same vector.
class SameForAll final : public graph::TextEmbedder {
 public:
  base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts) override {
    co_return std::vector<std::vector<float>>(texts.size(), {1.0F});
  }
  std::string name() const override { return "same"; }
};

TEST(LazyEmbedder, LoadsOnceAndNotBeforeATextIsToBeCompared) {
  base::Pool cpu("cpu", 2);
  int loads = 0;
  LazyEmbedder embedder(
      [&loads] {
        ++loads;
        return std::make_shared<SameForAll>();
      },
      cpu);
  EXPECT_EQ(loads, 0);
  EXPECT_EQ(wait(embedder.embed({"ship", "cat"})).size(), 2U);
  EXPECT_EQ(wait(embedder.embed({"sea"})).size(), 1U);
  EXPECT_EQ(embedder.name(), "same");
  EXPECT_EQ(loads, 1);
}

TEST(LazyEmbedder, ThatCouldNotBeLoadedIsTriedAgain) {
  base::Pool cpu("cpu", 1);
  bool is_there = false;
  LazyEmbedder embedder(
      [&is_there]() -> std::shared_ptr<graph::TextEmbedder> {
        if (!is_there) throw base::Error(base::Code::kUnavailable, "the model is not here");
        return std::make_shared<SameForAll>();
      },
      cpu);
  EXPECT_EQ(code_of([&] { wait(embedder.embed({"ship"})); }), base::Code::kUnavailable);
  is_there = true;
  EXPECT_EQ(wait(embedder.embed({"ship"})).size(), 1U);
}

}  // namespace
}  // namespace pharos::server
