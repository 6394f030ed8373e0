// What can be counted in a text about oneself: nothing here knows what anything means.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/measuring/words.h"

namespace pharos::mirror {

/// What makes a stretch of text concrete.
struct Details {
  int numbers = 0;  ///< digits and number words
  int names = 0;    ///< capitalised words that do not start a sentence ("Lisbon")
  int places = 0;   ///< place prepositions before a name or a concrete word
  int things = 0;   ///< words of the concrete list
  int results = 0;  ///< verbs of what was done

  int total() const { return numbers + names + places + things + results; }
  /// How many of the five kinds occur.
  int kinds() const;
};

struct BioMeasures {
  std::string language;  ///< "en"; else the script: "latin", "arabic", ...; "none" without letters
  int characters = 0;    ///< code points
  int words = 0;
  int sentences = 0;
  int emoji = 0;

  // Of any language.
  double words_per_sentence = 0;
  double variety = 0;  ///< spread of sentence lengths: standard deviation over mean; 0 for one sentence

  // English only; 0 otherwise.
  double reading_ease = 0;  ///< Flesch 1948: 206.835 − 1.015·words/sentence − 84.6·syllables/word
  double concreteness = 0;  ///< details for 100 words
  double tone = 0;          ///< mean valence of the words that have one, −1 to 1; 0 without any
  int tone_words = 0;
  double vague_share = 0;     ///< vague words over all
  double first_person = 0;    ///< I, me, my over all words
  double towards_others = 0;  ///< you, we, others over all words
  double wishes = 0;          ///< words that look ahead
  double distinct_share = 0;  ///< different words over all
  Details details;

  // Signals.
  int harsh_words = 0;          ///< insults; never quoted
  bool machine_orders = false;  ///< part of it speaks to a language model
};

BioMeasures measure_bio(std::string_view bio);

/// The details of one sentence.
Details details_of(const Sentence& sentence);

/// Mean valence of a sentence's listed words; a negation turns the next three round at half strength, an
/// intensifier strengthens the next by half. `count`, when given, gets how many words had a valence.
double tone_of_words(const std::vector<Word>& words, int* count = nullptr);

/// Vowel groups of an English word, a silent e left out; at least 1.
int syllables_in(std::string_view lower_case_word);

/// "en", a script's name in lower case, or "none".
std::string language_of(std::string_view text, const std::vector<Sentence>& sentences);

}  // namespace pharos::mirror
