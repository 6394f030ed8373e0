// Identifiers: UUID version 7, which sort by the time they were made.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace pharos::base {

/// Makes identifiers from a clock and a seed. Thread-safe. Two of one generator never repeat, and sort in the
/// order they were made as long as the clock does not go back (RFC 9562, version 7).
class Ids {
 public:
  /// Seeded from the machine's randomness.
  explicit Ids(const Clock& clock);
  Ids(const Clock& clock, std::uint64_t seed);

  /// `0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7`.
  std::string next();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::mt19937_64 random_;
  std::int64_t last_millisecond_ = -1;
  std::uint16_t counter_ = 0;
};

/// The 36 characters of the UUID of those bits, in lower case.
std::string uuid_text(std::uint64_t high, std::uint64_t low);

/// True for the 36 characters of a UUID of any version, in lower case.
bool is_uuid(std::string_view text);

}  // namespace pharos::base
