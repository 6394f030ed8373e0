// Redis' protocol, RESP2: commands as bytes, bytes as replies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pharos::storage::redis {

/// What a command was refused with: `WRONGTYPE Operation against …`.
struct Refusal {
  std::string why;

  bool operator==(const Refusal&) const = default;
};

/// Nothing, a number, a text (or bytes), a refusal, or a list of them.
struct Reply {
  using Items = std::vector<Reply>;

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(content); }
  /// Each throws base::Error (kUnavailable) when the reply is of another kind.
  std::int64_t number() const;
  const std::string& text() const;
  const Items& items() const;

  bool operator==(const Reply&) const = default;

  std::variant<std::nullptr_t, std::int64_t, std::string, Refusal, Items> content;
};

/// A command with its arguments.
std::string write_command(std::span<const std::string> words);

/// Makes replies out of pieces, however they were cut. Used by one thread at a time.
class ReplyReader {
 public:
  /// `most_bytes` of a single text.
  explicit ReplyReader(std::size_t most_bytes = std::size_t{64} << 20) : most_bytes_(most_bytes) {}

  void add(std::string_view piece) { buffer_.append(piece); }
  /// The next whole reply. Throws base::Error (kUnavailable) for what is no reply or over the limits: the
  /// connection is of no use then.
  std::optional<Reply> next();

 private:
  /// A list that is not complete yet.
  struct OpenList {
    Reply::Items items;
    std::size_t missing;
  };

  std::optional<std::string_view> line();
  bool read_one(std::optional<Reply>& reply);
  std::optional<Reply> text_of(std::int64_t length);
  std::optional<Reply> close_lists(Reply reply);

  std::size_t most_bytes_;
  std::string buffer_;
  std::size_t read_ = 0;                    ///< of the buffer
  std::optional<std::int64_t> text_bytes_;  ///< of the text that comes next
  std::vector<OpenList> lists_;             ///< the innermost last
};

}  // namespace pharos::storage::redis
