// How the colours of an outfit go together: described, not judged.
#pragma once

#include <optional>
#include <span>

#include "platform/vision/appearance.h"

namespace pharos::vision {

/// Of the garments' main colours, each weighted by its pixels and chroma. The hue templates are those of
/// Matsuda as Cohen-Or et al. (2006) use them, of which the simplest that fits is named. Empty when no
/// garment has a colour.
std::optional<Harmony> measure_harmony(std::span<const Garment> garments);

}  // namespace pharos::vision
