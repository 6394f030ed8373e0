// Cuts turned squares out of photos, exactly as the networks were trained to see them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "platform/vision/geometry.h"
#include "platform/vision/image.h"

namespace pharos::vision {

/// What a sample outside the photo reads.
enum class Border {
  kBlack,
  kReplicate,  ///< the nearest pixel of the edge
};

/// A square of 8-bit RGB, row by row.
struct Crop {
  int size = 0;  ///< pixels a side
  std::vector<std::uint8_t> rgb;
};

/// `region` of `image` as size × size pixels. Pixel (u, v) reads the source at (u/size, v/size) of the
/// region: corners map to corners, without half-pixel centres and without smoothing when it shrinks.
/// Positions are rounded to 1/32 pixel and mixed with integer weights, bit for bit what 8-bit
/// `warpPerspective` of OpenCV up to 4 does: the networks' accuracy depends on it.
Crop warp(const Image& image, const Region& region, int size, Border border);

/// The crop as a mirror shows it.
Crop mirror_image(const Crop& crop);

/// 0..255 → low..high.
void to_floats(const Crop& crop, float low, float high, std::span<float> values);

}  // namespace pharos::vision
