// What a declared field takes, and how it takes in several writes.
#include "core/flow/fields.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/flow/dynamic_state.h"
#include "core/flow/json_reducers.h"
#include "core/graph/errors.h"
#include "core/graph/tests/support.h"

namespace pharos::flow {
namespace {

using graph::testing_support::message_of;

json::value parsed(const char* text) {
  return base::parse_json(text, "the test");
}

Fields one(FieldType type, FieldReducer reducer = FieldReducer::kLast) {
  return Fields({{.name = "count", .type = type, .initial = {}, .reducer = reducer}});
}

TEST(Fields, AWriteOfAnotherTypeNamesTheFieldAndWhatItTakes) {
  const Fields fields = one(FieldType::kInteger);
  EXPECT_EQ(message_of<graph::GraphError>([&] { fields.write(0, "many"); }),
            "field 'count' is of type integer and takes a whole number of 64 bits, not text: \"many\"");
  EXPECT_THROW(fields.write(0, 1.5), graph::GraphError);
  EXPECT_THROW(fields.write(0, nullptr), graph::GraphError);
  EXPECT_EQ(fields.write(0, std::uint64_t{3}).value.as<json::value>(), json::value(3));
  EXPECT_THROW(fields.write(0, UINT64_MAX), graph::GraphError);
  EXPECT_EQ(fields.write(0, 3.0).value.as<json::value>(), json::value(3));
}

TEST(Fields, AnUnknownFieldIsAnErrorThatHelps) {
  EXPECT_EQ(message_of<graph::GraphError>([&] { one(FieldType::kAny).writes({{"cuont", 1}}); }),
            "the state has no field 'cuont' (did you mean 'count'?)");
}

TEST(Fields, AReducerThatDoesNotFitItsTypeIsRefused) {
  EXPECT_EQ(message_of<graph::GraphError>([] { one(FieldType::kString, FieldReducer::kMerge); }),
            "field 'count': the reducer merge is for fields of type object, and this one is of type string");
}

TEST(Fields, ADefaultOfAnotherTypeIsRefused) {
  EXPECT_EQ(message_of<graph::GraphError>(
                [] { Fields({{.name = "a", .type = FieldType::kArray, .initial = "x"}}); }),
            "field 'a': its default is text, but its type is array");
}

TEST(Fields, EveryTypeStartsFromItsEmptyValue) {
  EXPECT_EQ(DynamicState(std::make_shared<const Fields>(one(FieldType::kArray))).to_json(),
            (json::object{{"count", json::array{}}}));
}

/// What the field holds after those writes.
json::value reduced(FieldType type, FieldReducer reducer, std::vector<json::value> writes) {
  const Fields fields = one(type, reducer);
  const graph::Channel channel = fields.channels()[0];
  json::value held = empty_value(type);
  for (json::value& write : writes) channel.reducer(&held, fields.write(0, std::move(write)).value);
  return held;
}

TEST(Reducers, FoldEachInItsOwnWay) {
  using enum FieldReducer;
  EXPECT_EQ(reduced(FieldType::kArray, kAppend, {parsed("[1]"), 2, parsed("[3]")}), parsed("[1,2,3]"));
  EXPECT_EQ(reduced(FieldType::kString, kAppend, {"light", "house"}), json::value("lighthouse"));
  EXPECT_EQ(reduced(FieldType::kInteger, kAdd, {2, 3}), json::value(5));
  EXPECT_EQ(reduced(FieldType::kNumber, kAdd, {2, 0.5}), json::value(2.5));
  EXPECT_EQ(reduced(FieldType::kObject, kMerge, {parsed(R"({"a":1,"b":1})"), parsed(R"({"b":2})")}),
            parsed(R"({"a":1,"b":2})"));
  EXPECT_EQ(reduced(FieldType::kArray, kUnion, {parsed("[1,2]"), parsed("[2,3]"), 3}), parsed("[1,2,3]"));
}

TEST(Reducers, ASumBeyond64BitsIsAnError) {
  EXPECT_THROW(reduced(FieldType::kInteger, FieldReducer::kAdd, {INT64_MAX, 1}), base::Error);
}

TEST(Messages, AreReplacedByIdAndAddedWithoutOne) {
  json::value held = reduced(FieldType::kArray, FieldReducer::kMessages,
                             {parsed(R"([{"id":"1","content":"a"},{"content":"b"}])"),
                              parsed(R"({"id":"1","content":"c"})"), parsed(R"({"id":"2","content":"d"})")});
  json::value& made_up = held.at(1).at("id");
  EXPECT_TRUE(base::is_uuid(std::string_view(made_up.as_string())));
  made_up = "made up";
  EXPECT_EQ(held,
            parsed(R"([{"id":"1","content":"c"},{"content":"b","id":"made up"},{"id":"2","content":"d"}])"));
}

TEST(Messages, RemovalTakesOneOrAllAndRefusesTheUnknown) {
  const json::value two = parsed(R"([{"id":"1"},{"id":"2"}])");
  EXPECT_EQ(
      reduced(FieldType::kArray, FieldReducer::kMessages, {two, parsed(R"({"type":"remove","id":"1"})")}),
      parsed(R"([{"id":"2"}])"));
  EXPECT_EQ(reduced(FieldType::kArray, FieldReducer::kMessages,
                    {two, parsed(R"([{"id":"3"},{"type":"remove","id":"__remove_all__"},{"id":"4"}])")}),
            parsed(R"([{"id":"4"}])"));
  EXPECT_THROW(
      reduced(FieldType::kArray, FieldReducer::kMessages, {two, parsed(R"({"type":"remove","id":"9"})")}),
      base::Error);
  EXPECT_THROW(reduced(FieldType::kArray, FieldReducer::kMessages, {"hello"}), base::Error);
}

TEST(Messages, WithARoleGetTheTypeThatClientsLookFor) {
  const json::value held = reduced(
      FieldType::kArray, FieldReducer::kMessages,
      {parsed(R"([{"id":"1","role":"user"},{"id":"2","role":"assistant"},{"id":"3","role":"robot"}])")});
  EXPECT_EQ(base::compact_json(held),
            R"([{"id":"1","role":"user","type":"human"},)"
            R"({"id":"2","role":"assistant","type":"ai"},{"id":"3","role":"robot"}])");
}

TEST(Messages, RemovedAndAddedAgainKeepTheirPlace) {
  EXPECT_EQ(reduced(FieldType::kArray, FieldReducer::kMessages,
                    {parsed(R"([{"id":"1"},{"id":"2"}])"),
                     parsed(R"([{"type":"remove","id":"1"},{"id":"1","content":"new"}])")}),
            parsed(R"([{"id":"1","content":"new"},{"id":"2"}])"));
}

RC_GTEST_PROP(Reducers, UnionNeverHoldsAnItemTwice, (const std::vector<std::vector<int>>& writes)) {
  std::vector<json::value> lists;
  for (const auto& each : writes) lists.emplace_back(json::array(each.begin(), each.end()));
  const json::value held = reduced(FieldType::kArray, FieldReducer::kUnion, lists);
  std::set<std::int64_t> seen;
  for (const json::value& item : held.as_array()) RC_ASSERT(seen.insert(item.to_number<int64_t>()).second);
  for (const auto& each : writes) {
    for (const int item : each) RC_ASSERT(seen.contains(item));
  }
}

}  // namespace
}  // namespace pharos::flow
