// The outline of a bitmap's area as a polygon.
#pragma once

#include <cstddef>
#include <vector>

#include "platform/vision/bitmap.h"
#include "platform/vision/geometry.h"

namespace pharos::vision {

/// The border of the largest area, clockwise in the picture, of at most `most_points` corners; along the
/// pixels' edges before it is simplified (Douglas and Peucker 1973). A second area of at least a third of
/// the largest one's size and no further than `bridge` pixels is joined to it by a line. Empty when nothing
/// is set.
std::vector<Point> outline_of(const Bitmap& bitmap, std::size_t most_points, double bridge);

}  // namespace pharos::vision
