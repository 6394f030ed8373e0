// Times as tables have them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/clock.h"

namespace pharos::storage {

/// Microseconds since 1970.
inline std::int64_t time_number(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline std::int64_t time_number(const base::Clock& clock) {
  return time_number(clock.wall_now());
}

inline base::WallTime time_of(std::int64_t number) {
  return base::WallTime(
      std::chrono::duration_cast<base::WallTime::duration>(std::chrono::microseconds(number)));
}
/// `2026-11-21T09:41:03.120Z`
inline std::string time_text(std::int64_t number) {
  return base::iso8601(time_of(number));
}

}  // namespace pharos::storage
