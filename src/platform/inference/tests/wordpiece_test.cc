// Word pieces are those of BERT's own tokenizer. The expected ids of real texts were computed with the Python
// package `tokenizers` 0.23 (BertNormalizer, BertPreTokenizer, WordPiece).
#include "platform/inference/wordpiece.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ids = std::vector<WordPiece::Id>;

constexpr WordPiece::Id kUnknown = 100;
constexpr WordPiece::Id kBegin = 101;
constexpr WordPiece::Id kEnd = 102;

const WordPiece& bert() {
  static const WordPiece words(base::read_file(models_folder() / "all_minilm_l6_v2/vocab.txt"));
  return words;
}

Ids encode(std::string_view text) {
  return bert().encode(text, 256);
}

TEST(WordPiece, HasTheWholeVocabulary) {
  EXPECT_EQ(bert().size(), 30522U);
}

TEST(WordPiece, CutsWordsIntoTheLongestPieces) {
  EXPECT_THAT(encode("A man is eating food."), ElementsAre(101, 1037, 2158, 2003, 5983, 2833, 1012, 102));
  EXPECT_THAT(encode("Unaffable embeddings"),
              ElementsAre(101, 14477, 20961, 3468, 7861, 8270, 4667, 2015, 102));
  EXPECT_THAT(encode("pneumonoultramicroscopicsilicovolcanoconiosis"),
              ElementsAre(101, 1052, 2638, 2819, 17175, 11314, 6444, 2594, 7352, 26461, 27572, 11261, 6767,
                          15472, 6761, 8663, 10735, 2483, 102));
}

TEST(WordPiece, NothingIsOnlyTheTwoMarkers) {
  EXPECT_THAT(encode(""), ElementsAre(kBegin, kEnd));
  EXPECT_THAT(encode("   \t\n\u00a0\u2003"), ElementsAre(kBegin, kEnd));
}

TEST(WordPiece, AccentsAndCaseDoNotMatter) {
  EXPECT_THAT(encode("Crème brûlée à la Zürich"),
              ElementsAre(101, 13675, 21382, 7987, 9307, 2063, 1037, 2474, 10204, 102));
  EXPECT_EQ(encode("e\u0301te\u0301"), encode("été"));
  EXPECT_THAT(encode("été"), ElementsAre(101, 3802, 2063, 102));
  EXPECT_THAT(encode("İstanbul ΌΔΟΣ Straße"),
              ElementsAre(101, 9960, 1169, 29722, 29730, 29733, 2358, 27807, 102));
}

TEST(WordPiece, ChineseCharactersAreWordsEach) {
  EXPECT_THAT(encode("我喜欢猫 and dogs"), ElementsAre(101, 1855, 100, 100, 100, 1998, 6077, 102));
}

TEST(WordPiece, ReadsOtherScripts) {
  EXPECT_THAT(encode("مرحبا بالعالم"), ElementsAre(101, 1295, 17149, 29820, 29816, 25573, 1271, 25573, 23673,
                                                   29830, 25573, 23673, 22192, 102));
  EXPECT_THAT(encode("안녕하세요"), ElementsAre(101, 1463, 30006, 30021, 29992, 30010, 30025, 30005, 30006,
                                                29997, 30009, 29999, 30013, 102));
  EXPECT_THAT(encode("こんにちは"), ElementsAre(101, 1655, 30217, 30194, 30188, 30198, 102));
  EXPECT_THAT(encode("नमस्ते दुनिया"),
              ElementsAre(101, 1327, 29867, 29874, 29859, 1325, 29863, 29877, 29868, 29876, 102));
}

TEST(WordPiece, AnEmojiIsOneUnknownWord) {
  EXPECT_THAT(encode("I love it 😀👍🏽!"), ElementsAre(101, 1045, 2293, 2009, 100, 999, 102));
}

TEST(WordPiece, PunctuationStandsAlone) {
  EXPECT_THAT(encode("don't stop_now $5+3=8"),
              ElementsAre(101, 2123, 1005, 1056, 2644, 1035, 2085, 1002, 1019, 1009, 1017, 1027, 1022, 102));
  EXPECT_THAT(encode("—“quoted”…"), ElementsAre(101, 1517, 1523, 9339, 1524, 1529, 102));
}

TEST(WordPiece, InvisibleCharactersDropOutWithoutCuttingAWord) {
  EXPECT_THAT(encode("a\u200bb c\u00ad\ad\u00a0e"), ElementsAre(101, 11113, 3729, 1041, 102));
  EXPECT_EQ(encode(std::string_view("a\0b", 3)), encode("ab"));
}

TEST(WordPiece, AWordOfMoreThanAHundredCharactersIsUnknown) {
  EXPECT_EQ(encode(std::string(100, 'x')).size(), 52U);
  EXPECT_THAT(encode(std::string(101, 'x')), ElementsAre(kBegin, kUnknown, kEnd));
}

TEST(WordPiece, AMarkerWrittenInATextIsNoMarker) {
  EXPECT_THAT(encode("[CLS] hi [SEP]"),
              ElementsAre(101, 1031, 18856, 2015, 1033, 7632, 1031, 19802, 1033, 102));
}

TEST(WordPiece, ReadsALongTextOnlyToTheLimit) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "unaffable ";
  const Ids ids = encode(text);
  EXPECT_EQ(ids.size(), 256U);
  EXPECT_EQ(ids.back(), kEnd);
  EXPECT_THAT(bert().encode(text, 5), ElementsAre(kBegin, 14477, 20961, 3468, kEnd));
  EXPECT_THAT(bert().encode(text, 2), ElementsAre(kBegin, kEnd));
}

TEST(WordPiece, TextThatIsNotUtf8IsRefused) {
  try {
    encode("caf\xe9");
    FAIL() << "it was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kInvalidInput);
    EXPECT_THAT(error.what(), HasSubstr("UTF-8"));
  }
}

TEST(WordPiece, AVocabularyWithoutItsMarkersIsRefused) {
  EXPECT_THROW(WordPiece(""), base::Error);
  EXPECT_THROW(WordPiece("[UNK]\n[CLS]\nword\n"), base::Error);
}

TEST(WordPiece, AVocabularyMayEndItsLinesAsOnWindows) {
  const WordPiece words("[UNK]\r\n[CLS]\r\n[SEP]\r\nsun\r\n##ny");
  EXPECT_EQ(words.size(), 5U);
  EXPECT_THAT(words.encode("sunny rain", 9), ElementsAre(1, 3, 4, 0, 2));
}

/// Text of the kinds of characters that the rules tell apart.
rc::Gen<std::string> any_text() {
  const auto character =
      rc::gen::element<std::string>("a", "e", "Z", "7", " ", " ", "\t", ".", "$", "é", "\u0301", "漢", "ß",
                                    "م", "한", "😀", "\u200b", "\ufffd", "ing");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(character), [](const auto& characters) {
    std::string text;
    for (const std::string& each : characters) text += each;
    return text;
  });
}

TEST(WordPiece, EveryTextIsBetweenItsMarkersAndWithinTheLimit) {
  rc::check([] {
    const std::string text = *any_text();
    const std::size_t limit = *rc::gen::inRange<std::size_t>(2, 40);
    const Ids ids = bert().encode(text, limit);
    RC_ASSERT(ids.size() >= 2U);
    RC_ASSERT(ids.size() <= limit);
    RC_ASSERT(ids.front() == kBegin);
    RC_ASSERT(ids.back() == kEnd);
    const Ids whole = bert().encode(text, 100'000);
    RC_ASSERT(std::equal(ids.begin(), ids.end() - 1, whole.begin()));
  });
}

TEST(WordPiece, TextsApartGiveThePiecesOfTextsTogether) {
  rc::check([] {
    const std::string first = *any_text();
    const std::string second = *any_text();
    Ids expected = bert().encode(first, 100'000);
    expected.pop_back();
    const Ids behind = bert().encode(second, 100'000);
    expected.insert(expected.end(), behind.begin() + 1, behind.end());
    RC_ASSERT(bert().encode(first + " " + second, 100'000) == expected);
  });
}

}  // namespace
}  // namespace pharos::inference
