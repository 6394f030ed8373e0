#include "apps/mirror/wording/plain_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "apps/mirror/tests/support_hostile.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

TEST(PlainText, ControlCharactersAndDirectionOverridesGo) {
  EXPECT_EQ(plain_text("a\x1b[31mb\u202e\u2066c\x7f"), "a[31mbc");
  EXPECT_EQ(plain_text("a\r\nb\u2028c"), "a  b c");
  EXPECT_EQ(plain_text("\xe2\x82z"), "\ufffdz");
}

TEST(PlainText, WideCharactersTakeTwoColumnsAndMarksNone) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("🙂"), 2);
  EXPECT_EQ(display_width("❤\ufe0f"), 2);
  EXPECT_EQ(display_width("مرحبا"), 5);
  EXPECT_EQ(display_width("\u0602"), 1) << "a sign that stands before a number";
}

TEST(PlainText, WordsWrapAtSpacesAndBreakOnlyWhenTheyMust) {
  EXPECT_EQ(wrap("one two  three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefgh ij", 3), (std::vector<std::string>{"abc", "def", "gh", "ij"}));
  EXPECT_EQ(wrap("日本語", 4), (std::vector<std::string>{"日本", "語"}));
  EXPECT_TRUE(wrap("   ", 10).empty());
}

TEST(PlainText, SignsOfAReportHaveNamesInAscii) {
  EXPECT_EQ(to_ascii("5° ±1.6° · “a” × 2 – 日"), "5 deg +/-1.6 deg - \"a\" x 2 - ?");
}

RC_GTEST_PROP(PlainText, IsUtf8WithoutControlsAndStaysAsItIs, ()) {
  const std::string plain = plain_text(*hostile_text());
  RC_ASSERT(base::is_utf8(plain));
  RC_ASSERT(plain.find_first_of("\x1b\r\n\t\x7f") == std::string::npos);
  RC_ASSERT(plain_text(plain) == plain);
}

RC_GTEST_PROP(PlainText, WrappedLinesHoldEveryWordAndFit, ()) {
  const std::string text = plain_text(*hostile_text());
  const int width = *rc::gen::inRange(2, 60);
  std::string joined;
  for (const std::string& line : wrap(text, width)) {
    RC_ASSERT(display_width(line) <= width);
    joined += line;
  }
  std::string expected = text;
  std::erase(expected, ' ');
  std::erase(joined, ' ');
  RC_ASSERT(joined == expected);
}

}  // namespace
}  // namespace pharos::mirror
