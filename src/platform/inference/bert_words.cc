#include "platform/inference/bert_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "core/base/error.h"

namespace pharos::inference {
namespace {

struct Range {
  UChar32 first, last;
};

/// The blocks that BERT calls Chinese: ideographs, not kana or hangul.
constexpr std::array kIdeographs = {Range{0x4E00, 0x9FFF},   Range{0x3400, 0x4DBF},   Range{0x20000, 0x2A6DF},
                                    Range{0x2A700, 0x2B73F}, Range{0x2B740, 0x2B81F}, Range{0x2B920, 0x2CEAF},
                                    Range{0xF900, 0xFAFF},   Range{0x2F800, 0x2FA1F}};

bool is_ideograph(UChar32 c) {
  return std::ranges::any_of(kIdeographs, [c](Range block) { return c >= block.first && c <= block.last; });
}

/// ASCII's symbols count as punctuation too, those of other blocks do not.
bool is_punctuation(UChar32 c) {
  if (c < 0x80) return c > ' ' && c != 0x7F && u_isalnum(c) == 0;
  return u_ispunct(c) != 0;
}

bool is_dropped(UChar32 c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  constexpr std::uint32_t kOther = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK;
  return c == 0 || c == 0xFFFD || (U_MASK(u_charType(c)) & kOther) != 0;
}

UChar32 next_character(std::string_view text, std::size_t& position) {
  auto i = static_cast<std::int64_t>(position);
  UChar32 c = 0;
  // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): ICU's macro
  U8_NEXT(text.data(), i, static_cast<std::int64_t>(text.size()), c);
  position = static_cast<std::size_t>(i);
  return c;
}

void append(std::string& word, UChar32 c) {
  if (c < 0x80) {
    word.push_back(static_cast<char>(c));
  } else {
    icu::UnicodeString(c).toUTF8String(word);
  }
}

/// Decomposed (NFD), so that an accent is a character of its own.
std::string decompose(const std::string& chunk) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFDInstance(status);
  const icu::UnicodeString decomposed =
      form == nullptr ? icu::UnicodeString() : form->normalize(icu::UnicodeString::fromUTF8(chunk), status);
  if (U_FAILURE(status)) {
    throw base::Error(base::Code::kInternal,
                      std::string("ICU cannot normalise text: ") + u_errorName(status));
  }
  std::string utf8;
  return decomposed.toUTF8String(utf8);
}

/// Cuts what stood between two white spaces into words; false when `take` had enough.
bool take_words(const std::string& chunk, const std::function<bool(std::string_view)>& take) {
  const bool ascii = std::ranges::all_of(chunk, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::string text = ascii ? chunk : decompose(chunk);
  std::string word;
  const auto flush = [&] {
    const bool more = word.empty() || take(word);
    word.clear();
    return more;
  };
  for (std::size_t position = 0; position < text.size();) {
    const UChar32 c = next_character(text, position);
    if (u_charType(c) == U_NON_SPACING_MARK) continue;
    const bool alone = is_punctuation(c) || is_ideograph(c);
    if (alone && !flush()) return false;
    append(word, u_tolower(c));
    if (alone && !flush()) return false;
  }
  return flush();
}

}  // namespace

void for_each_bert_word(std::string_view text, const std::function<bool(std::string_view word)>& take) {
  std::string chunk;
  for (std::size_t position = 0; position < text.size();) {
    const UChar32 c = next_character(text, position);
    if (is_dropped(c)) continue;
    if (u_isUWhiteSpace(c) == 0) {
      append(chunk, c);
    } else {
      if (!take_words(chunk, take)) return;
      chunk.clear();
    }
  }
  take_words(chunk, take);
}

}  // namespace pharos::inference
