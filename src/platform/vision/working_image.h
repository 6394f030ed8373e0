// A photo at the size colours are read at, and what is looked at of it.
#pragma once

#include <cstddef>
#include <vector>

#include "platform/vision/bitmap.h"
#include "platform/vision/colour.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"

namespace pharos::vision {

inline constexpr int kWorkingSide = 512;

struct WorkingImage {
  Image rgb;
  double scale = 1;  ///< pixels of the photo to one of these

  int width() const { return rgb.width; }
  int height() const { return rgb.height; }
};

/// Shrinks by area to a longest side of at most 512 pixels.
WorkingImage working_image(const Image& image);

/// The colours inside a box of a working image; coordinates are the image's.
struct LabPatch {
  PixelBox box;
  std::vector<LabPixel> pixels;

  const LabPixel& at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y - box.top) * static_cast<std::size_t>(box.width()) +
                  static_cast<std::size_t>(x - box.left)];
  }
};
LabPatch colours_in(const PixelBox& box, const WorkingImage& image);

/// The person mask on a grid. Of a working image it has a cell for every second pixel: near the mask's own
/// resolution, and a quarter of the work.
struct PersonGrid {
  static constexpr int kStep = 2;
  int width = 0;
  int height = 0;
  std::vector<float> values;  ///< 0 to 1

  /// At a working pixel.
  float at(int x, int y) const {
    return values[static_cast<std::size_t>(y / kStep) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x / kStep)];
  }
  Bitmap above(float threshold) const;
};
/// `step` pixels of the photo to a cell, read at the cells' centres.
PersonGrid person_grid(const PersonMask& mask, int width, int height, double step);
PersonGrid person_grid(const PersonMask& mask, const WorkingImage& image);

}  // namespace pharos::vision
