// Text as the word pieces that BERT's uncased models read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pharos::inference {

/// Cuts each word greedily into the longest pieces of a fixed vocabulary. A marker such as `[SEP]` written in
/// a text is four ordinary pieces, never the marker. Immutable, so thread-safe.
class WordPiece {
 public:
  using Id = std::int32_t;

  /// `vocabulary` is a vocab.txt: one piece a line, its id the number of the line from 0; pieces that
  /// continue a word begin with `##`. Throws base::Error (kInvalidInput) when [UNK], [CLS] or [SEP] is
  /// missing.
  explicit WordPiece(std::string_view vocabulary);

  /// [CLS], the pieces, [SEP]: at most `limit` ids in all, the rest of the text is not read. A word that the
  /// vocabulary cannot spell, or of more than 100 characters, is one [UNK]. Throws base::Error
  /// (kInvalidInput) when `text` is not UTF-8. `limit` must be at least 2.
  std::vector<Id> encode(std::string_view text, std::size_t limit) const;

  /// Number of ids.
  std::size_t size() const { return size_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view piece) const { return std::hash<std::string_view>{}(piece); }
  };
  using Pieces = std::unordered_map<std::string, Id, Hash, std::equal_to<>>;

  void add(std::string_view piece);
  Id marker(std::string_view name) const;
  void append_word(std::string_view word, std::vector<Id>& ids) const;

  Pieces beginnings_;
  Pieces continuations_;
  std::size_t size_ = 0;
  std::size_t longest_ = 0;
  Id unknown_ = 0;
  Id begin_ = 0;
  Id end_ = 0;
};

}  // namespace pharos::inference
