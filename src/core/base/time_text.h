// Times that were written down.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.h"

namespace pharos::base {

/// Reads `2030-01-31T12:00:00Z`, with a fraction of the second or without, in UTC or with an offset such as
/// `+01:00`. Nothing when it is none, or no such day or time of day exists.
std::optional<WallTime> parse_iso8601(std::string_view text);

}  // namespace pharos::base
