// The grid of places where a single-shot detector looks.
#pragma once

#include <span>
#include <vector>

#include "platform/vision/geometry.h"

namespace pharos::vision {

/// Centres of the cells of each layer, in units of the input's side, row by row: two a cell for every stride;
/// equal neighbouring strides share a grid.
std::vector<Point> make_anchors(int input_size, std::span<const int> strides);

}  // namespace pharos::vision
