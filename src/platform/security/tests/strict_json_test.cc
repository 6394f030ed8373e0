#include "platform/security/strict_json.h"

#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "platform/security/tests/support.h"

namespace pharos::security {
namespace {
using testing_support::code_of;

bool is_refused(const std::string& text, std::size_t max_depth = 8) {
  return code_of([&] { parse_strict_json(text, "it", max_depth); }) == base::Code::kInvalidInput;
}

TEST(StrictJson, IsTheSameAsAnyOtherReadersWhereTheyAgree) {
  const std::string text =
      R"({"a":[1,-2,3.5,true,false,null,"é\u00e9\n"],"b":{"a":{},"c":[]},"":18446744073709551615})";
  EXPECT_EQ(parse_strict_json(text, "it"), boost::json::parse(text));
}

TEST(StrictJson, RefusesANameTwiceHoweverItIsWritten) {
  EXPECT_TRUE(is_refused(R"({"alg":1,"alg":1})"));
  EXPECT_TRUE(is_refused(R"({"alg":1,"\u0061lg":2})"));
  EXPECT_TRUE(is_refused(R"([{"a":{"b":1,"c":2,"b":3}}])"));
  EXPECT_FALSE(is_refused(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(StrictJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "{}x", "{} {}", "[1,]", "{'a':1}", "\"\xff\"", "// a\n{}", "NaN"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
  EXPECT_FALSE(is_refused(" {} \n"));
}

TEST(StrictJson, RefusesDepth) {
  EXPECT_FALSE(is_refused("[[[[]]]]", 4));
  EXPECT_TRUE(is_refused("[[[[[]]]]]", 4));
}

}  // namespace
}  // namespace pharos::security
