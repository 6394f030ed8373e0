// Times as tables have them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/clock.h"

namespace pharos::storage {

/// Microseconds since 1970.
using Moment = std::int64_t;

inline Moment time_number(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline Moment time_number(const base::Clock& clock) {
  return time_number(clock.wall_now());
}

inline base::WallTime time_of(Moment number) {
  return base::WallTime(
      std::chrono::duration_cast<base::WallTime::duration>(std::chrono::microseconds(number)));
}
/// A length of time in the same unit.
constexpr Moment micros(std::chrono::microseconds length) {
  return length.count();
}
/// `2026-11-21T09:41:03.120Z`
inline std::string time_text(Moment number) {
  return base::iso8601(time_of(number));
}

}  // namespace pharos::storage
