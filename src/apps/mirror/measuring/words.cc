#include "apps/mirror/measuring/words.h"

#include <memory>

#include <unicode/brkiter.h>
#include <unicode/unistr.h>
#include <unicode/utext.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::mirror {

namespace {

void check(UErrorCode status, const char* what) {
  if (U_FAILURE(status)) {
    throw base::Error(base::Code::kInternal,
                      std::string("ICU could not ") + what + ": " + u_errorName(status));
  }
}

/// A break iterator over UTF-8 whose positions are bytes.
class Breaks {
 public:
  enum class Of { kWords, kSentences };

  Breaks(std::string_view text, Of of) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&source_, text.data(), static_cast<std::int64_t>(text.size()), &status);
    const icu::Locale& locale = icu::Locale::getEnglish();
    iterator_.reset(of == Of::kWords ? icu::BreakIterator::createWordInstance(locale, status)
                                     : icu::BreakIterator::createSentenceInstance(locale, status));
    check(status, "prepare text breaking");
    iterator_->setText(&source_, status);
    check(status, "break the text");
  }
  ~Breaks() {
    iterator_.reset();
    utext_close(&source_);
  }
  Breaks(const Breaks&) = delete;
  Breaks& operator=(const Breaks&) = delete;

  std::int32_t first() { return iterator_->first(); }
  std::int32_t next() { return iterator_->next(); }
  std::int32_t rule() const { return iterator_->getRuleStatus(); }

 private:
  UText source_ = UTEXT_INITIALIZER;
  std::unique_ptr<icu::BreakIterator> iterator_;
};

std::vector<Word> words_at(std::string_view text, std::size_t offset) {
  std::vector<Word> words;
  Breaks breaks(text, Breaks::Of::kWords);
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE; begin = end, end = breaks.next()) {
    if (breaks.rule() < UBRK_WORD_NUMBER) continue;  // spaces, punctuation, symbols
    Word word;
    word.text = text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    word.lower = lower_case(word.text);
    word.begin = offset + static_cast<std::size_t>(begin);
    word.number = breaks.rule() < UBRK_WORD_LETTER;
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

std::string lower_case(std::string_view text) {
  icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(icu::StringPiece(text));
  unicode.toLower(icu::Locale::getEnglish());
  unicode.findAndReplace(icu::UnicodeString(u'\u2019'), icu::UnicodeString(u'\''));
  std::string lower;
  unicode.toUTF8String(lower);
  return lower;
}

std::vector<Word> words_of(std::string_view text) {
  return words_at(text, 0);
}

std::vector<Sentence> take_apart(std::string_view text) {
  std::vector<Sentence> sentences;
  Breaks breaks(text, Breaks::Of::kSentences);
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE; begin = end, end = breaks.next()) {
    Sentence sentence;
    const std::string_view whole =
        text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    sentence.text = base::trim(whole);
    sentence.begin = static_cast<std::size_t>(sentence.text.data() - text.data());
    sentence.words = words_at(sentence.text, sentence.begin);
    if (!sentence.words.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace pharos::mirror
