// Which objects a filter matches, and which filters are refused.
#include "core/graph/store_filter.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

bool matches(json::object filter, const json::object& value) {
  return StoreFilter(std::move(filter)).matches(value);
}

std::string refusal(json::object filter) {
  return testing_support::message_of<base::Error>([&] { StoreFilter{std::move(filter)}; });
}

TEST(StoreFilter, WithoutConditionsTakesEverything) {
  EXPECT_TRUE(matches({}, {}));
  EXPECT_TRUE(matches({}, {{"n", 1}}));
}

TEST(StoreFilter, ComparesNumbersByTheirValue) {
  EXPECT_TRUE(matches({{"n", 1}}, {{"n", 1.0}}));
  EXPECT_TRUE(matches({{"n", {{"$eq", 1.0}}}}, {{"n", 1U}}));
  EXPECT_TRUE(matches({{"n", {{"$gt", -1}}}}, {{"n", std::numeric_limits<std::uint64_t>::max()}}));
  EXPECT_FALSE(matches({{"n", 9007199254740993}}, {{"n", 9007199254740992}})) << "alike as doubles";
  EXPECT_FALSE(matches({{"n", 1}}, {{"n", true}}));
  EXPECT_FALSE(matches({{"n", 1}}, {{"n", "1"}}));
}

TEST(StoreFilter, ComparesNothingButNumbersWithNumbersAndTextsWithTexts) {
  EXPECT_TRUE(matches({{"t", {{"$lt", "b"}}}}, {{"t", "a"}}));
  for (const json::value& other : std::initializer_list<json::value>{"5", nullptr, true, json::array{5}}) {
    for (const char* name : {"$gt", "$gte", "$lt", "$lte"}) {
      EXPECT_FALSE(matches({{"n", {{name, 5}}}}, {{"n", other}})) << name << " " << other;
    }
  }
  EXPECT_FALSE(matches({{"n", {{"$lt", 5}}}}, {}));
}

TEST(StoreFilter, TakesWhatIsNotThereAsNull) {
  EXPECT_TRUE(matches({{"n", nullptr}}, {}));
  EXPECT_TRUE(matches({{"n", {{"$ne", 5}}}}, {}));
  EXPECT_FALSE(matches({{"n", {{"$ne", nullptr}}}}, {}));
}

TEST(StoreFilter, LooksIntoObjectsByTheFieldsNamed) {
  const json::object value{{"by", {{"name", "ann"}, {"age", 30}}}, {"a.b", 1}, {"a", {{"b", 2}}}};
  EXPECT_TRUE(matches({{"by", {{"name", "ann"}}}}, value));
  EXPECT_TRUE(matches({{"by.name", "ann"}}, value));
  EXPECT_FALSE(matches({{"by", {{"$eq", {{"name", "ann"}}}}}}, value)) << "equal is the whole";
  EXPECT_TRUE(matches({{"by", {{"$eq", {{"age", 30.0}, {"name", "ann"}}}}}}, value));
  EXPECT_TRUE(matches({{"a.b", 1}}, value)) << "a field of that very name goes first";
  EXPECT_FALSE(matches({{"by.name.first", "ann"}}, value));
  EXPECT_FALSE(matches({{"a", {{"b", {{"c", 1}}}}}}, value));
}

TEST(StoreFilter, ComparesListsItemByItem) {
  const json::object value{{"list", {1, {{"a", 1}, {"b", 2}}}}};
  EXPECT_TRUE(matches({{"list", {1, {{"a", 1}}}}}, value));
  EXPECT_TRUE(matches({{"list", {{{"$gt", 0}}, {{"a", 1}}}}}, value));
  EXPECT_FALSE(matches({{"list", json::array{1}}}, value));
}

TEST(StoreFilter, RefusesWhatItDoesNotKnowByName) {
  EXPECT_THAT(refusal({{"n", {{"$gtx", 1}}}}), testing::HasSubstr("$gt"));
  EXPECT_THAT(refusal({{"n", {{"$gt", 1}, {"plain", 2}}}}), testing::HasSubstr("'plain'"));
  EXPECT_THAT(refusal({{"n", {{"$gt", nullptr}}}}), testing::HasSubstr("null"));
  EXPECT_THAT(refusal({{"a", {{"b", {{"$or", 1}}}}}}), testing::HasSubstr("'$or'"));
  EXPECT_THAT(refusal({{"$gt", 1}}), testing::HasSubstr("needs a field"));
}

}  // namespace
}  // namespace pharos::graph
