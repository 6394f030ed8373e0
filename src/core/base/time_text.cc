#include "core/base/time_text.h"

#include <charconv>

namespace pharos::base {
namespace {

/// Takes parts from the front of a text.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (failure != std::errc() || end != rest_.data() + count || rest_.front() == '-') return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char letter) {
    if (!rest_.starts_with(letter)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// The part of a second behind the point.
  std::optional<std::chrono::microseconds> fraction() {
    std::int64_t micros = 0;
    std::int64_t unit = 100'000;
    const std::size_t before = rest_.size();
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
         rest_.remove_prefix(1), unit /= 10) {
      micros += unit * (rest_.front() - '0');
    }
    if (rest_.size() == before) return std::nullopt;
    return std::chrono::microseconds(micros);
  }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::minutes> offset_in(Parts& parts) {
  if (parts.take('Z')) return std::chrono::minutes(0);
  const bool is_behind = parts.take('-');
  if (!is_behind && !parts.take('+')) return std::nullopt;
  const auto hours = parts.digits(2);
  parts.take(':');
  const auto minutes = parts.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return is_behind ? -offset : offset;
}

}  // namespace

std::optional<WallTime> parse_iso8601(std::string_view text) {
  Parts parts(text);
  const auto year = parts.digits(4);
  const bool has_month = year && parts.take('-');
  const auto month = has_month ? parts.digits(2) : std::nullopt;
  const auto day = month && parts.take('-') ? parts.digits(2) : std::nullopt;
  const auto hour = day && parts.take('T') ? parts.digits(2) : std::nullopt;
  const auto minute = hour && parts.take(':') ? parts.digits(2) : std::nullopt;
  const auto second = minute && parts.take(':') ? parts.digits(2) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::chrono::microseconds fraction(0);
  if (parts.take('.')) {
    const auto given = parts.fraction();
    if (!given) return std::nullopt;
    fraction = *given;
  }
  const auto offset = offset_in(parts);
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!offset || !parts.is_at_end() || !date.ok()) return std::nullopt;
  const auto since = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + std::chrono::seconds(*second) + fraction - *offset;
  return WallTime(std::chrono::duration_cast<WallTime::duration>(since));
}

}  // namespace pharos::base
