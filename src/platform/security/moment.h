// Times as tables keep them.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/base/clock.h"

namespace pharos::security {

/// Microseconds since 1970.
using Moment = std::int64_t;

inline Moment moment_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline base::WallTime time_of(Moment moment) {
  return base::WallTime(
      std::chrono::duration_cast<base::WallTime::duration>(std::chrono::microseconds(moment)));
}
/// A length of time in the same unit.
constexpr Moment micros(std::chrono::microseconds length) {
  return length.count();
}

}  // namespace pharos::security
