#include "apps/mirror/measuring/bio_measures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "apps/mirror/measuring/bio_signals.h"
#include "apps/mirror/measuring/word_lists.h"
#include "apps/mirror/wording/guard_words.h"
#include "core/base/text.h"

namespace pharos::mirror {

namespace {

/// Calls `visit` with every code point of well-formed UTF-8.
template <class Visit>
void for_each_code_point(std::string_view text, const Visit& visit) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 point = 0;
    U8_NEXT(text.data(), i, size, point);
    visit(point);
  }
}

bool is_capitalised(const Word& word) {
  std::int32_t i = 0;
  UChar32 first = 0;
  U8_NEXT(word.text.data(), i, static_cast<std::int32_t>(word.text.size()), first);
  return u_isupper(first) != 0;
}

bool is_name(const Sentence& sentence, std::size_t index) {
  const Word& word = sentence.words[index];
  return index > 0 && word.text.size() > 1 && is_capitalised(word) && !is_first_person(word.lower);
}

bool is_vowel(char letter) {
  return std::string_view("aeiouy").find(letter) != std::string_view::npos;
}

double share(int part, int whole) {
  return whole > 0 ? static_cast<double>(part) / whole : 0.0;
}

int count_emoji(std::string_view text) {
  int count = 0;
  for_each_code_point(text, [&count](UChar32 point) {
    if (point > 0x2000 && u_hasBinaryProperty(point, UCHAR_EXTENDED_PICTOGRAPHIC) != 0) ++count;
  });
  return count;
}

double spread_of_lengths(const std::vector<Sentence>& sentences) {
  if (sentences.size() < 2) return 0;
  double sum = 0;
  double squares = 0;
  for (const Sentence& sentence : sentences) {
    const auto length = static_cast<double>(sentence.words.size());
    sum += length;
    squares += length * length;
  }
  const auto count = static_cast<double>(sentences.size());
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, squares / count - mean * mean)) / mean;
}

/// The counts that are sums over sentences.
struct Counts {
  int syllables = 0;
  int vague = 0;
  int first_person = 0;
  int towards_others = 0;
  int wishes = 0;
  std::set<std::string> distinct;

  void add(const Sentence& sentence) {
    for (const Word& word : sentence.words) {
      syllables += syllables_in(word.lower);
      vague += is_vague(word.lower);
      first_person += is_first_person(word.lower);
      towards_others += is_towards_others(word.lower);
      wishes += is_wish(word.lower);
      distinct.insert(word.lower);
    }
  }
};

void add(Details& sum, const Details& more) {
  sum.numbers += more.numbers;
  sum.names += more.names;
  sum.places += more.places;
  sum.things += more.things;
  sum.results += more.results;
}

void measure_english(BioMeasures& measures, const std::vector<Sentence>& sentences) {
  Counts counts;
  std::vector<Word> all;
  for (const Sentence& sentence : sentences) {
    counts.add(sentence);
    add(measures.details, details_of(sentence));
    all.insert(all.end(), sentence.words.begin(), sentence.words.end());
  }
  const int words = measures.words;
  measures.reading_ease = std::clamp(
      206.835 - 1.015 * measures.words_per_sentence - 84.6 * share(counts.syllables, words), 0.0, 100.0);
  measures.concreteness = 100.0 * share(measures.details.total(), words);
  measures.tone = tone_of_words(all, &measures.tone_words);
  measures.vague_share = share(counts.vague, words);
  measures.first_person = share(counts.first_person, words);
  measures.towards_others = share(counts.towards_others, words);
  measures.wishes = counts.wishes;
  measures.distinct_share = share(static_cast<int>(counts.distinct.size()), words);
}

}  // namespace

int Details::kinds() const {
  return (numbers > 0) + (names > 0) + (places > 0) + (things > 0) + (results > 0);
}

Details details_of(const Sentence& sentence) {
  Details details;
  const std::vector<Word>& words = sentence.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].lower;
    const bool name = is_name(sentence, i);
    details.numbers += words[i].number || is_number_word(word);
    details.names += name && !words[i].number;
    details.things += is_concrete(word);
    details.results += is_result_verb(word);
    // "in Lisbon", "by the sea", "on an old bike": the noun may follow an article and one more word.
    if (!is_place_preposition(word)) continue;
    for (std::size_t next = i + 1; next < std::min(i + 4, words.size()); ++next) {
      if (!is_name(sentence, next) && !is_concrete(words[next].lower)) continue;
      ++details.places;
      break;
    }
  }
  return details;
}

double tone_of_words(const std::vector<Word>& words, int* count) {
  constexpr int kReachOfNegation = 3;
  double sum = 0;
  int found = 0;
  int negated = 0;
  bool stronger = false;
  for (const Word& word : words) {
    const double valence = valence_of(word.lower);
    if (valence != 0) {
      const double turned = negated > 0 ? -0.5 * valence : valence;
      sum += std::clamp(stronger ? 1.5 * turned : turned, -1.0, 1.0);
      ++found;
    }
    stronger = is_intensifier(word.lower);
    negated = is_negation(word.lower) ? kReachOfNegation : std::max(0, negated - 1);
  }
  if (count != nullptr) *count = found;
  return found > 0 ? sum / found : 0.0;
}

int syllables_in(std::string_view word) {
  int groups = 0;
  bool inside = false;
  for (const char letter : word) {
    const bool vowel = is_vowel(letter);
    groups += vowel && !inside;
    inside = vowel;
  }
  const bool silent_e =
      word.size() > 2 && word.ends_with('e') && !word.ends_with("le") && !is_vowel(word[word.size() - 2]);
  return std::max(1, silent_e ? groups - 1 : groups);
}

std::string language_of(std::string_view text, const std::vector<Sentence>& sentences) {
  std::map<UScriptCode, int> letters;
  for_each_code_point(text, [&letters](UChar32 point) {
    UErrorCode status = U_ZERO_ERROR;
    if (u_isalpha(point) != 0) ++letters[uscript_getScript(point, &status)];
  });
  if (letters.empty()) return "none";
  const auto most = std::ranges::max_element(letters, {}, [](const auto& entry) { return entry.second; });
  if (most->first != USCRIPT_LATIN) return lower_case(uscript_getName(most->first));

  int english = 0;
  int foreign = 0;
  for (const Sentence& sentence : sentences) {
    for (const Word& word : sentence.words) {
      english += is_english_stop_word(word.lower);
      foreign += is_foreign_stop_word(word.lower);
    }
  }
  return foreign > english ? "latin" : "en";
}

BioMeasures measure_bio(std::string_view bio) {
  const std::vector<Sentence> sentences = take_apart(bio);
  BioMeasures measures;
  measures.language = language_of(bio, sentences);
  measures.characters = static_cast<int>(base::count_code_points(bio));
  measures.emoji = count_emoji(bio);
  measures.sentences = static_cast<int>(sentences.size());
  for (const Sentence& sentence : sentences) measures.words += static_cast<int>(sentence.words.size());
  measures.words_per_sentence = share(measures.words, measures.sentences);
  measures.variety = spread_of_lengths(sentences);
  if (measures.language == "en") measure_english(measures, sentences);

  measures.harsh_words =
      static_cast<int>(std::ranges::count(find_listed(bio), Concern::kInsult, &Finding::concern));
  measures.machine_orders = addresses_a_machine(bio);
  return measures;
}

}  // namespace pharos::mirror
