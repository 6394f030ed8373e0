// Which way up a photo is: the orientation in its EXIF block, and turning the pixels by it.
#pragma once

#include <string_view>

#include "platform/vision/image.h"

namespace pharos::vision {

/// The orientation, 1 to 8, in an EXIF block: TIFF in either byte order, with or without "Exif\0\0" before
/// it. 1 when it is absent or the block is broken: that is no reason to refuse a photo. Source:
/// EXIF 2.32, 4.6.2.
int exif_orientation(std::string_view block) noexcept;

/// True when the stored rows are the upright picture's columns.
constexpr bool swaps_sides(int orientation) {
  return orientation >= 5;
}

/// The picture upright. Anything but 2 to 8 leaves it as it is.
Image turn_upright(Image stored, int orientation);

}  // namespace pharos::vision
