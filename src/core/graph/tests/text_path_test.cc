// What a path leads to in JSON.
#include "core/graph/text_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using testing_support::Items;

Items texts(std::string_view path) {
  const json::object value{{"title", "T"},
                           {"n", 5},
                           {"nothing", nullptr},
                           {"blank", " \n"},
                           {"by", {{"name", "ann"}}},
                           {"messages", {{{"text", "one"}}, {{"other", 1}}, {{"text", "two"}}}},
                           {"grid", {{"a", "b"}, {"c"}}}};
  Items found;
  TextPath(path).collect(value, found);
  return found;
}

TEST(TextPath, LeadsToTexts) {
  EXPECT_EQ(texts("title"), Items{"T"});
  EXPECT_EQ(texts("by.name"), Items{"ann"});
  EXPECT_EQ(texts("$.by.name"), Items{"ann"});
  EXPECT_EQ(texts("messages[*].text"), (Items{"one", "two"}));
  EXPECT_EQ(texts("messages[0].text"), Items{"one"});
  EXPECT_EQ(texts("messages[-1].text"), Items{"two"});
  EXPECT_EQ(texts("grid[*][0]"), (Items{"a", "c"}));
}

TEST(TextPath, TakesWhatIsNoTextAsJson) {
  EXPECT_EQ(texts("n"), Items{"5"});
  EXPECT_EQ(texts("by"), Items{R"({"name":"ann"})"});
  Items whole;
  TextPath("$").collect({{"a", 1}, {"b", "x"}}, whole);
  EXPECT_EQ(whole, Items{R"({"a":1,"b":"x"})"});
}

TEST(TextPath, LeadsNowhereWithoutComplaint) {
  for (const char* path : {"none", "title.x", "title[0]", "messages.text", "messages[9].text", "messages[-9]",
                           "nothing", "blank", "by.name.x"}) {
    EXPECT_EQ(texts(path), Items{}) << path;
  }
}

TEST(TextPath, ThatCannotBeReadIsRefusedByName) {
  for (const std::string path : {"", ".", "a.", "a..b", "a[", "a[x]", "a[]", "a[1]b", "[0]", "a]"}) {
    const std::string message = testing_support::message_of<base::Error>([&] { TextPath{path}; });
    EXPECT_THAT(message, testing::HasSubstr("'" + path + "'")) << path;
  }
}

}  // namespace
}  // namespace pharos::graph
