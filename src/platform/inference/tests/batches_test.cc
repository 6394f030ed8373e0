// Every text is embedded once, in few shapes and with little padding.
#include "platform/inference/batches.h"

#include <algorithm>
#include <bit>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace pharos::inference {
namespace {

using testing::ElementsAre;

rc::Gen<std::vector<std::size_t>> any_lengths() {
  return rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(2, 257));
}

TEST(Batches, EveryTextIsInExactlyOneAndFits) {
  rc::check([] {
    const auto lengths = *any_lengths();
    std::vector<std::size_t> seen;
    for (const Batch& batch : plan_batches(lengths)) {
      for (const std::size_t text : batch.texts) {
        RC_ASSERT(lengths[text] <= batch.length);
        seen.push_back(text);
      }
    }
    std::ranges::sort(seen);
    RC_ASSERT(seen.size() == lengths.size());
    for (std::size_t i = 0; i < seen.size(); ++i) RC_ASSERT(seen[i] == i);
  });
}

TEST(Batches, AreOfFewShapesAndOfAtMost1024Pieces) {
  rc::check([] {
    const auto lengths = *any_lengths();
    for (const Batch& batch : plan_batches(lengths)) {
      RC_ASSERT(std::has_single_bit(batch.texts.size()));
      RC_ASSERT(batch.texts.size() <= 32U);
      RC_ASSERT(batch.texts.size() * batch.length <= 1024U);
      RC_ASSERT(batch.length % 4 == 0U);
    }
  });
  std::set<std::size_t> row_lengths;
  for (std::size_t length = 1; length <= 256; ++length) {
    const std::vector<std::size_t> two = {length, length};
    row_lengths.insert(plan_batches(two).front().length);
  }
  EXPECT_EQ(row_lengths.size(), 20U);
}

TEST(Batches, LittleOfThemIsPadding) {
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < 1000; ++i) lengths.push_back(8 + i * 7919 % 60);
  std::size_t pieces = 0;
  std::size_t computed = 0;
  for (const Batch& batch : plan_batches(lengths)) {
    computed += batch.texts.size() * batch.length;
    for (const std::size_t text : batch.texts) pieces += lengths[text];
  }
  EXPECT_LT(static_cast<double>(computed), 1.15 * static_cast<double>(pieces));
}

TEST(Batches, OneLongTextDoesNotMakeShortOnesLong) {
  const std::vector<std::size_t> lengths = {4, 4, 250, 4, 4};
  const auto batches = plan_batches(lengths);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_THAT(batches[0].texts, ElementsAre(2));
  EXPECT_EQ(batches[0].length, 256U);
  EXPECT_THAT(batches[1].texts, ElementsAre(0, 1, 3, 4));
  EXPECT_EQ(batches[1].length, 4U);
}

TEST(Batches, ShortQueriesShareOneShape) {
  for (const std::size_t length : {2U, 9U, 16U}) {
    const std::vector<std::size_t> one = {length};
    EXPECT_EQ(plan_batches(one).front().length, 16U);
  }
}

TEST(Batches, NoTextsAreNoBatches) {
  EXPECT_TRUE(plan_batches({}).empty());
}

}  // namespace
}  // namespace pharos::inference
