// A text taken apart into sentences and words by the Unicode rules, with the places where they stand in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::mirror {

struct Word {
  std::string_view text;  ///< as written
  std::string lower;      ///< lower case, with plain apostrophes
  std::size_t begin = 0;  ///< bytes from the start of the whole text
  bool number = false;    ///< starts with a digit

  std::size_t end() const { return begin + text.size(); }
};

struct Sentence {
  std::string_view text;  ///< without white space at both ends
  std::size_t begin = 0;
  std::vector<Word> words;
};

/// Sentences that hold at least one word or number (UAX #29). `text` must be well-formed UTF-8 and outlive
/// the result.
std::vector<Sentence> take_apart(std::string_view text);

/// The words of a text regardless of sentences.
std::vector<Word> words_of(std::string_view text);

/// Lower case by Unicode's rules, typographic apostrophes made plain.
std::string lower_case(std::string_view text);

}  // namespace pharos::mirror
