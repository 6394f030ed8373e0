#include "platform/storage/redis/resp.h"

#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage::redis {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10;
constexpr std::int64_t kMostItems = 1 << 20;
constexpr std::size_t kDeepest = 8;
constexpr std::size_t kKeptBytes = std::size_t{64} << 10;

[[noreturn]] void throw_no_reply(std::string_view what) {
  throw base::Error(base::Code::kUnavailable,
                    fmt::format("Redis sends {}: is another program at that address?", what));
}

std::int64_t number_of(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure != std::errc() || end != digits.data() + digits.size()) throw_no_reply("a number that is none");
  return number;
}

template <class Kind>
const Kind& get(const Reply& reply, std::string_view kind) {
  if (const Kind* found = std::get_if<Kind>(&reply.content)) return *found;
  throw base::Error(base::Code::kUnavailable,
                    fmt::format("Redis answers with something that is no {}", kind));
}

}  // namespace

std::int64_t Reply::number() const {
  return get<std::int64_t>(*this, "number");
}

const std::string& Reply::text() const {
  return get<std::string>(*this, "text");
}

const Reply::Items& Reply::items() const {
  return get<Items>(*this, "list");
}

std::string write_command(std::span<const std::string> words) {
  std::string bytes = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) {
    bytes += fmt::format("${}\r\n", word.size());
    bytes += word;
    bytes += "\r\n";
  }
  return bytes;
}

std::optional<Reply> ReplyReader::next() {
  while (true) {
    std::optional<Reply> reply;
    if (!read_one(reply)) {
      if (read_ > kKeptBytes || read_ == buffer_.size()) {
        buffer_.erase(0, read_);
        read_ = 0;
      }
      return std::nullopt;
    }
    if (reply) reply = close_lists(std::move(*reply));
    if (reply) return reply;
  }
}

/// Up to the next line's end, which is left behind too.
std::optional<std::string_view> ReplyReader::line() {
  const std::size_t end = buffer_.find("\r\n", read_);
  if (end == std::string::npos ? buffer_.size() - read_ > kLongestLine : end - read_ > kLongestLine) {
    throw_no_reply("a line without an end");
  }
  if (end == std::string::npos) return std::nullopt;
  const std::string_view found = std::string_view(buffer_).substr(read_, end - read_);
  read_ = end + 2;
  return found;
}

/// False when there are not enough bytes. True without a reply when a list or a text has begun.
bool ReplyReader::read_one(std::optional<Reply>& reply) {
  if (text_bytes_) {
    reply = text_of(*text_bytes_);
    return reply.has_value();
  }
  const std::optional<std::string_view> found = line();
  if (!found) return false;
  if (found->empty()) throw_no_reply("an empty line");
  const std::string_view rest = found->substr(1);
  switch (found->front()) {
    case '+':
      reply = Reply{std::string(rest)};
      return true;
    case '-':
      reply = Reply{Refusal{std::string(rest)}};
      return true;
    case ':':
      reply = Reply{number_of(rest)};
      return true;
    case '$': {
      const std::int64_t length = number_of(rest);
      if (length < -1 || length > static_cast<std::int64_t>(most_bytes_)) throw_no_reply("a text too long");
      if (length == -1) reply = Reply{nullptr};
      if (length >= 0) text_bytes_ = length;
      return true;
    }
    case '*': {
      const std::int64_t length = number_of(rest);
      if (length < -1 || length > kMostItems || lists_.size() == kDeepest) throw_no_reply("a list too long");
      if (length == -1) reply = Reply{nullptr};
      if (length == 0) reply = Reply{Reply::Items{}};
      if (length > 0) lists_.push_back({.items = {}, .missing = static_cast<std::size_t>(length)});
      return true;
    }
    default:
      throw_no_reply("what is no reply");
  }
}

std::optional<Reply> ReplyReader::text_of(std::int64_t length) {
  const auto bytes = static_cast<std::size_t>(length);
  if (buffer_.size() - read_ < bytes + 2) return std::nullopt;
  if (std::string_view(buffer_).substr(read_ + bytes, 2) != "\r\n")
    throw_no_reply("a text of another length");
  Reply reply{buffer_.substr(read_, bytes)};
  read_ += bytes + 2;
  text_bytes_.reset();
  return reply;
}

/// Puts a reply into the list that waits for it; the outermost list that has become whole, if one has.
std::optional<Reply> ReplyReader::close_lists(Reply reply) {
  while (!lists_.empty()) {
    OpenList& list = lists_.back();
    list.items.push_back(std::move(reply));
    if (--list.missing > 0) return std::nullopt;
    reply = Reply{std::move(list.items)};
    lists_.pop_back();
  }
  return reply;
}

}  // namespace pharos::storage::redis
