#include "platform/jobs/time_zone.h"

#include <algorithm>
#include <stdexcept>

#include <date/tz.h>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::jobs {
namespace {

using std::chrono::seconds;

/// Rules reach further than the clock, which these are the ends of.
constexpr date::sys_seconds kFirst = std::chrono::ceil<seconds>(base::WallTime::min());
constexpr date::sys_seconds kLast = std::chrono::floor<seconds>(base::WallTime::max());

}  // namespace

TimeZone::TimeZone(std::string_view name) {
  if (name.empty() || name == "UTC") return;  // without a look at the machine's rules
  try {
    zone_ = date::locate_zone(name);
  } catch (const std::runtime_error&) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("'{}' is no time zone: write a name such as Europe/Lisbon or UTC", name));
  }
}

TimeZone::Period TimeZone::period(base::WallTime at) const {
  constexpr seconds kNone(0);
  if (zone_ == nullptr) {
    return {.begin = base::WallTime::min(),
            .end = base::WallTime::max(),
            .offset = kNone,
            .offset_before = kNone,
            .offset_after = kNone};
  }
  const date::sys_info info = zone_->get_info(at);
  Period period{.begin = std::max(info.begin, kFirst),
                .end = std::min(info.end, kLast),
                .offset = info.offset,
                .offset_before = info.offset,
                .offset_after = info.offset};
  if (info.begin > kFirst) period.offset_before = zone_->get_info(info.begin - seconds(1)).offset;
  if (info.end < kLast) period.offset_after = zone_->get_info(info.end).offset;
  return period;
}

}  // namespace pharos::jobs
