#include "core/base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace pharos::base {
namespace {

TEST(Text, WellFormedUtf8IsAccepted) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("é ‰ 漢 🙂 \U0010FFFF"));
}

TEST(Text, MalformedUtf8IsRefused) {
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "abc\xff", "\xf0\x9f\x99"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
  }
}

TEST(Text, CodePointsAreCountedAndNotBytes) {
  EXPECT_EQ(count_code_points("né漢🙂"), 4U);
}

TEST(Text, ShortTextStaysAsItIs) {
  EXPECT_EQ(shorten("five5", 5), "five5");
}

TEST(Text, LongTextIsCutAtAWord) {
  EXPECT_EQ(shorten("boats in Lisbon and more", 16), "boats in Lisbon…");
  EXPECT_EQ(shorten("abcdefghijkl", 6), "abcde…");
  EXPECT_EQ(shorten("abc", 0), "");
}

TEST(Text, ShortenedTextIsNeverLongerThanItsLimitAndStaysWellFormed) {
  rc::check([](const std::vector<std::uint16_t>& letters, std::uint8_t limit) {
    std::string text;
    for (const std::uint16_t letter : letters) text += letter % 3 == 0 ? "é" : letter % 3 == 1 ? "🙂" : " a";
    const std::string cut = shorten(text, limit);
    RC_ASSERT(is_utf8(cut));
    RC_ASSERT(count_code_points(cut) <= limit);
  });
}

TEST(Text, TrimTakesWhiteSpaceOfBothEnds) {
  EXPECT_EQ(trim(" \t a b\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, SplitAndJoinAreInverse) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(join(split("a,,b", ','), ","), "a,,b");
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
}

TEST(Text, ASlipOfTheHandFindsTheWordThatWasMeant) {
  const std::vector<std::string> words{"refund", "triage", "answer"};
  EXPECT_EQ(nearest("refnd", words), "refund");
  EXPECT_EQ(nearest("zebra", words), "");
}

}  // namespace
}  // namespace pharos::base
