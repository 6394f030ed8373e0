#include "platform/jobs/cron_expression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::jobs {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr std::size_t kLongestText = 256;
/// A 29th of February may be eight years away.
constexpr int kDaysAhead = 366 * 9;

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Shorthand {
  std::string_view name;
  std::string_view means;
};
constexpr std::array kShorthands{Shorthand{"@hourly", "0 * * * *"}, Shorthand{"@daily", "0 0 * * *"},
                                 Shorthand{"@weekly", "0 0 * * 0"}, Shorthand{"@monthly", "0 0 1 * *"},
                                 Shorthand{"@yearly", "0 0 1 1 *"}};

/// What a field may hold.
struct Field {
  std::string_view name;
  int first;
  int last;
  std::span<const std::string_view> names;  ///< of `first`, `first + 1`, …
};

[[noreturn]] void refuse(const Field& field, std::string_view part) {
  throw base::Error(
      base::Code::kInvalidInput,
      fmt::format("'{}' is no {} of a cron expression: write *, numbers from {} to {}, ranges such "
                  "as {}-{}, steps such as */2, or several with commas",
                  part, field.name, field.first, field.last, field.first, field.last));
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return number;
}

int value_of(const Field& field, std::string_view text, std::string_view part) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const auto named = std::ranges::find(field.names, upper);
  if (named != field.names.end()) return field.first + static_cast<int>(named - field.names.begin());
  const auto number = text.empty() ? std::nullopt : number_of(text);
  if (!number || *number < field.first || *number > field.last) refuse(field, part);
  return *number;
}

/// `*`, `a`, `a-b`, each with `/n` or without; `a/n` goes on to the end.
template <std::size_t size>
void add_part(const Field& field, std::string_view part, std::bitset<size>& set) {
  const std::size_t slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  const bool has_step = slash != std::string_view::npos;
  const auto step =
      has_step && slash + 1 < part.size() ? number_of(part.substr(slash + 1)) : std::optional(1);
  if (range.empty() || !step || *step < 1 || (has_step && slash + 1 == part.size())) refuse(field, part);
  const std::size_t dash = range.find('-');
  int from = field.first;
  int to = field.last;
  if (range != "*") {
    from = value_of(field, range.substr(0, dash), part);
    if (dash != std::string_view::npos) {
      to = value_of(field, range.substr(dash + 1), part);
    } else if (!has_step) {
      to = from;
    }
  }
  if (from > to) refuse(field, part);
  for (int value = from; value <= to; value += std::min(*step, 1000))
    set.set(static_cast<std::size_t>(value) % size);
}

/// Gives true when everything is meant.
template <std::size_t size>
bool read_field(const Field& field, std::string_view text, std::bitset<size>& set) {
  for (const std::string& part : base::split(text, ',')) add_part(field, part, set);
  return text.starts_with('*');
}

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> fields;
  for (const std::string& word : base::split(text, ' ')) {
    if (!base::trim(word).empty()) fields.emplace_back(base::trim(word));
  }
  return fields;
}

}  // namespace

CronExpression::CronExpression(std::string_view text) {
  if (text.size() > kLongestText) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("a cron expression has at most {} characters", kLongestText));
  }
  const auto shorthand = std::ranges::find(kShorthands, base::trim(text), &Shorthand::name);
  const std::vector<std::string> fields = fields_of(shorthand == kShorthands.end() ? text : shorthand->means);
  if (fields.size() != 5) {
    throw base::Error(
        base::Code::kInvalidInput,
        fmt::format("a cron expression has five fields (minute, hour, day, month, weekday), such as "
                    "'0 8 * * MON', and this has {}",
                    fields.size()));
  }
  read_field({.name = "minute", .first = 0, .last = 59, .names = {}}, fields[0], minutes_);
  read_field({.name = "hour", .first = 0, .last = 23, .names = {}}, fields[1], hours_);
  any_day_ = read_field({.name = "day of the month", .first = 1, .last = 31, .names = {}}, fields[2], days_);
  read_field({.name = "month", .first = 1, .last = 12, .names = kMonths}, fields[3], months_);
  any_weekday_ = read_field({.name = "day of the week", .first = 0, .last = 7, .names = kWeekdays}, fields[4],
                            weekdays_);
  next(base::WallTime());
}

bool CronExpression::names_day(std::chrono::year_month_day day, unsigned weekday) const {
  const bool is_day = days_.test(static_cast<unsigned>(day.day()));
  const bool is_weekday = weekdays_.test(weekday);
  if (any_day_ || any_weekday_) return is_day && is_weekday;
  return is_day || is_weekday;
}

/// The first such minute at `given` or after it; both are what a clock shows.
base::WallTime CronExpression::first_from(base::WallTime given) const {
  const auto first = std::chrono::ceil<minutes>(given);
  const sys_days first_day = std::chrono::floor<days>(first);
  for (sys_days day = first_day; day < first_day + days(kDaysAhead); day += days(1)) {
    const std::chrono::year_month_day date(day);
    if (!months_.test(static_cast<unsigned>(date.month()))) continue;
    if (!names_day(date, std::chrono::weekday(day).c_encoding())) continue;
    int minute = day == first_day ? static_cast<int>((first - day).count()) : 0;
    for (; minute < 24 * 60; ++minute) {
      if (hours_.test(static_cast<std::size_t>(minute / 60)) &&
          minutes_.test(static_cast<std::size_t>(minute % 60))) {
        return day + minutes(minute);
      }
    }
  }
  throw base::Error(
      base::Code::kInvalidInput,
      "there is no day that this cron expression names: look at its day of the month and its month");
}

base::WallTime CronExpression::next(base::WallTime after, const TimeZone& zone) const {
  base::WallTime from = std::chrono::floor<minutes>(after) + minutes(1);
  while (true) {
    const TimeZone::Period period = zone.period(from);
    const base::WallTime shown = first_from(from + period.offset);
    const base::WallTime time = shown - period.offset;
    const bool is_here = time < period.end;
    const bool is_second = shown - period.offset_before < period.begin;
    const bool is_leapt_over = shown - period.offset_after < period.end;
    if (is_here && (hours_.all() || !is_second)) return time;
    if (!is_here && !hours_.all() && is_leapt_over) return period.end;
    from = is_here ? time + minutes(1) : period.end;
  }
}

}  // namespace pharos::jobs
