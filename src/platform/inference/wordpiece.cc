#include "platform/inference/wordpiece.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/inference/bert_words.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

constexpr std::string_view kContinues = "##";
constexpr std::size_t kLongestWord = 100;

bool begins_character(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xC0U) != 0x80U;
}

/// The longest piece of `pieces` that `rest` begins with, as its length in bytes and its id; length 0 when
/// there is none.
template <class Pieces>
std::pair<std::size_t, WordPiece::Id> longest_piece(const Pieces& pieces, std::string_view rest,
                                                    std::size_t longest) {
  for (std::size_t length = std::min(rest.size(), longest); length > 0; --length) {
    if (!begins_character(rest, length)) continue;
    const auto found = pieces.find(rest.substr(0, length));
    if (found != pieces.end()) return {length, found->second};
  }
  return {0, 0};
}

}  // namespace

WordPiece::WordPiece(std::string_view vocabulary) {
  while (!vocabulary.empty()) {
    const std::size_t end = std::min(vocabulary.find('\n'), vocabulary.size());
    std::string_view piece = vocabulary.substr(0, end);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    add(piece);
    vocabulary.remove_prefix(std::min(end + 1, vocabulary.size()));
  }
  unknown_ = marker("[UNK]");
  begin_ = marker("[CLS]");
  end_ = marker("[SEP]");
}

void WordPiece::add(std::string_view piece) {
  const Id id = static_cast<Id>(size_++);
  const bool continues = piece.size() > kContinues.size() && piece.starts_with(kContinues);
  if (continues) piece.remove_prefix(kContinues.size());
  longest_ = std::max(longest_, piece.size());
  (continues ? continuations_ : beginnings_).emplace(piece, id);
}

WordPiece::Id WordPiece::marker(std::string_view name) const {
  const auto found = beginnings_.find(name);
  if (found == beginnings_.end()) {
    throw Error(Code::kInvalidInput, fmt::format("the vocabulary has no {}: it is not one of BERT's", name));
  }
  return found->second;
}

void WordPiece::append_word(std::string_view word, std::vector<Id>& ids) const {
  const std::size_t before = ids.size();
  if (base::count_code_points(word) > kLongestWord) {
    ids.push_back(unknown_);
    return;
  }
  for (std::size_t position = 0; position < word.size();) {
    const Pieces& pieces = position == 0 ? beginnings_ : continuations_;
    const auto [length, id] = longest_piece(pieces, word.substr(position), longest_);
    if (length == 0) {
      ids.resize(before);
      ids.push_back(unknown_);
      return;
    }
    ids.push_back(id);
    position += length;
  }
}

std::vector<WordPiece::Id> WordPiece::encode(std::string_view text, std::size_t limit) const {
  if (!base::is_utf8(text)) {
    throw Error(Code::kInvalidInput, "the text to embed is not UTF-8: convert it first");
  }
  std::vector<Id> ids = {begin_};
  for_each_bert_word(text, [&](std::string_view word) {
    append_word(word, ids);
    return ids.size() < limit - 1;
  });
  ids.resize(std::min(ids.size(), limit - 1));
  ids.push_back(end_);
  return ids;
}

}  // namespace pharos::inference
