// The photo of a report with what was found drawn over it.
#pragma once

#include <string_view>

#include "apps/mirror/rendering/html.h"
#include "apps/mirror/report.h"
#include "platform/vision/image.h"

namespace pharos::mirror {

/// The photo embedded as JPEG, landmarks, face outlines, face boxes and garments as layers over it, and a
/// switch for each layer that has something to show. `photo` times `scale` are the report's pixels. An empty
/// photo gives an empty frame with a word in it.
Html photo_figure(const Report& report, const vision::Image& photo, double scale,
                  std::string_view description);

/// The photo as a `data:` address of a JPEG whose longest side is at most `longest`.
Html photo_address(const vision::Image& photo, int longest);

}  // namespace pharos::mirror
