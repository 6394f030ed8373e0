#include "core/base/json.h"

#include <limits>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::base {
namespace {

enum class View { kFrontal, kHeadAndShoulders };
BOOST_DESCRIBE_ENUM(View, kFrontal, kHeadAndShoulders)

struct Inner {
  double x = 1.5;
  std::optional<int> count;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (x, count))

struct Outer {
  std::string name;
  View view = View::kFrontal;
  std::vector<Inner> parts;
  std::map<std::string, bool> flags;
  std::array<int, 2> pair{};
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, view, parts, flags, pair))

std::string message_of(const auto& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidInput);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Json, AStructSurvivesTheWayThereAndBack) {
  Outer outer{.name = "é",
              .view = View::kHeadAndShoulders,
              .parts = {{2.5, 7}, {}},
              .flags = {{"on", true}},
              .pair = {3, 4}};
  const json::value value = to_json(outer);
  EXPECT_EQ(value.at("view"), "head_and_shoulders");
  EXPECT_TRUE(value.at("parts").at(1).at("count").is_null());
  const auto back = from_json<Outer>(value);
  EXPECT_EQ(back.name, "é");
  EXPECT_EQ(back.view, View::kHeadAndShoulders);
  EXPECT_EQ(back.parts.at(0).count, 7);
  EXPECT_EQ(back.flags.at("on"), true);
  EXPECT_EQ(back.pair[1], 4);
}

TEST(Json, MembersKeepTheirOrder) {
  std::string keys;
  for (const auto& [key, value] : to_json(Outer{}).get_object()) keys += std::string(key) + " ";
  EXPECT_EQ(keys, "name view parts flags pair ");
}

TEST(Json, MissingFieldsKeepTheirDefaults) {
  EXPECT_EQ(from_json<Inner>(parse_json("{}", "input")).x, 1.5);
}

TEST(Json, ANumberThatIsNotFiniteIsNull) {
  EXPECT_TRUE(to_json(std::numeric_limits<double>::quiet_NaN()).is_null());
}

TEST(Json, WhatIsSharedIsWrittenAsItself) {
  using Shared = std::shared_ptr<const std::vector<int>>;
  static_assert(JsonConvertible<Shared>);
  EXPECT_EQ(to_json(std::make_shared<const std::vector<int>>(std::vector{1, 2})), json::value({1, 2}));
  EXPECT_EQ(to_json(Shared()), json::value(nullptr));
  EXPECT_EQ(*from_json<Shared>(json::value({3, 4})), (std::vector{3, 4}));
  EXPECT_EQ(from_json<Shared>(json::value(nullptr)), nullptr);
}

TEST(Json, AWrongKindNamesThePlace) {
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json(R"({"parts":[{}, {"x":"one"}]})", "input")); }),
            "input.parts[1].x: expected a number, got a string");
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json(R"({"pair":[1]})", "input")); }),
            "input.pair: expected an array of 2, got an array");
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json(R"({"flags":{"on":1}})", "input")); }),
            "input.flags.on: expected true or false, got a number");
  EXPECT_EQ(message_of([] { from_json<Inner>(parse_json(R"({"count":1.5})", "input")); }),
            "input.count: the number is not whole or out of range");
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json("null", "input")); }),
            "input: expected an object, got null");
}

TEST(Json, AnUnknownFieldSuggestsTheNearest) {
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json(R"({"nmae":"x"})", "input")); }),
            "input: there is no field 'nmae' (did you mean 'name'?)");
}

TEST(Json, AnUnknownEnumeratorListsTheNames) {
  EXPECT_EQ(message_of([] { from_json<Outer>(parse_json(R"({"view":"top"})", "input")); }),
            "input.view: 'top' is not one of frontal, head_and_shoulders");
}

TEST(Json, BrokenTextNamesLineAndColumn) {
  const std::string message = message_of([] { parse_json("{\n  \"a\": ?\n}", "the settings file"); });
  EXPECT_NE(message.find("the settings file is not valid JSON"), std::string::npos) << message;
  EXPECT_NE(message.find("line 2, column 8"), std::string::npos) << message;
}

TEST(Json, TextAfterTheValueIsRefused) {
  EXPECT_NE(message_of([] { parse_json("1 2", "input"); }).find("line 1"), std::string::npos);
}

TEST(Json, PrettyTextIsIndentedAndKeepsNumbersOfAVectorTogether) {
  const auto value = parse_json(R"({"box":[1,2.5],"empty":{},"list":[{"a":null},"x"]})", "input");
  EXPECT_EQ(pretty_json(value),
            "{\n  \"box\": [1, 2.5],\n  \"empty\": {},\n  \"list\": [\n    {\n      \"a\": null\n    },\n    "
            "\"x\"\n  ]\n}\n");
  EXPECT_EQ(parse_json(pretty_json(value), "itself"), value);
}

}  // namespace
}  // namespace pharos::base
