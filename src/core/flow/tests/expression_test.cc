// Expressions give values with their types, and say what is wrong with themselves.
#include "core/flow/expression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/error.h"
#include "core/graph/tests/support.h"

namespace pharos::flow {
namespace {

using graph::testing_support::message_of;

std::shared_ptr<const Fields> fields() {
  static const auto kept = std::make_shared<const Fields>(std::vector<Field>{
      {.name = "items",
       .type = FieldType::kArray,
       .initial = base::parse_json(R"([{"name":"oil","price":2.5},{"name":"wick","price":1}])", "the test"),
       .reducer = {},
       .about = {}},
      {.name = "topic", .type = FieldType::kString, .initial = " Lamps "}});
  return kept;
}

json::value value(std::string_view text) {
  const DynamicState state(fields());
  return Template::text(text, {.state = fields().get()}).evaluate({.state = &state});
}

std::string refusal(std::string_view text) {
  return message_of<base::Error>([&] { value(text); });
}

TEST(Expression, AloneItHasItsOwnType) {
  EXPECT_EQ(value("{state.items[0].price}"), json::value(2.5));
  EXPECT_EQ(value("{state.items[-1].name}"), json::value("wick"));
  EXPECT_EQ(value("{ state.items | count }"), json::value(2));
  EXPECT_EQ(value("{state.topic | trim}"), json::value("Lamps"));
  EXPECT_EQ(value("{state.topic | upper}"), json::value(" LAMPS "));
  EXPECT_TRUE(value("{state}").is_object());
}

TEST(Expression, InATextItIsWrittenOut) {
  EXPECT_EQ(value("{state.items[0].name}: {state.items[0].price} or {state.items[1].price}"),
            json::value("oil: 2.5 or 1"));
  EXPECT_EQ(value("{{state}} and }}"), json::value("{state} and }"));
}

TEST(Expression, SaysWhatIsWrong) {
  EXPECT_EQ(refusal("{state.topik}"), "the state has no field 'topik' (did you mean 'topic'?)");
  EXPECT_EQ(refusal("{topic}"), "'{topic}' must begin with state, as in {state.name}; write {{ for a brace");
  EXPECT_EQ(refusal("{state.topic"), "a '{' is never closed: add '}', or write {{ for a brace");
  EXPECT_EQ(refusal("a } b"), "a '}' stands alone: write }} for a brace");
  EXPECT_EQ(refusal("{state.items[x]}"),
            "'[x]' in '{state.items[x]}' must hold a whole number; use '.' for names");
  EXPECT_EQ(refusal("{state.items | cuont}"), "there is no function 'cuont' (did you mean 'count'?)");
  EXPECT_EQ(refusal("{state.items[7].name}"), "there is nothing at '{state.items[7].name}'");
  EXPECT_EQ(refusal("{state.topic | sum}"), "'{state.topic | sum}' takes a list of numbers, not text");
  EXPECT_EQ(refusal("{item}"), "only a map and the node it starts have an {item}: use {state.…}");
}

RC_GTEST_PROP(Expression, TextWithItsBracesDoubledIsItself, (const std::string& text)) {
  std::string doubled;
  for (const char c : text) doubled += c == '{' || c == '}' ? std::string(2, c) : std::string(1, c);
  RC_ASSERT(std::string(Template::text(doubled, {}).evaluate({}).as_string()) == text);
}

}  // namespace
}  // namespace pharos::flow
