// The clocks of places.
#pragma once

#include <string_view>

#include "core/base/clock.h"

namespace date {
class time_zone;
}

namespace pharos::jobs {

/// How far a place's clocks are from UTC. A value; thread-safe.
class TimeZone {
 public:
  /// A time in which the clocks are as far from UTC.
  struct Period {
    base::WallTime begin;
    base::WallTime end;  ///< when they are set again
    std::chrono::seconds offset;
    std::chrono::seconds offset_before;  ///< of the period before; the same when there is none
    std::chrono::seconds offset_after;
  };

  /// UTC.
  TimeZone() = default;
  /// `name` as the IANA has it, such as Europe/Lisbon; empty: UTC. Throws base::Error (kInvalidInput).
  explicit TimeZone(std::string_view name);

  /// The period that the moment lies in.
  Period period(base::WallTime at) const;

 private:
  const date::time_zone* zone_ = nullptr;  ///< lives as long as the program; null: UTC
};

}  // namespace pharos::jobs
