// The times at which something is to happen again and again: `*/5 8-18 * * MON-FRI`.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "platform/jobs/time_zone.h"

namespace pharos::jobs {

/// Minute, hour, day of the month, month, day of the week, as cron has them. Each is `*`, a number, a
/// name (JAN, MON), a range `a-b`, any of these with a step `/n`, or a list of them with commas; Sunday is 0
/// and 7. When both days are restricted a day is meant that either of them names. Also `@hourly`, `@daily`,
/// `@weekly`, `@monthly`, `@yearly`.
class CronExpression {
 public:
  /// Throws base::Error (kInvalidInput) that names the field, or says that there is no such day.
  explicit CronExpression(std::string_view text);

  /// The first such minute that begins after `after`, by the zone's clocks. A minute that they leap over is
  /// when they leap. Of one that they show twice the first is meant, unless the expression names every hour:
  /// then it comes round at the same distances as ever.
  base::WallTime next(base::WallTime after, const TimeZone& zone = {}) const;

 private:
  base::WallTime first_from(base::WallTime given) const;
  bool names_day(std::chrono::year_month_day day, unsigned weekday) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = true;  ///< of the month
  bool any_weekday_ = true;
};

}  // namespace pharos::jobs
