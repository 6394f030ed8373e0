#include "platform/vision/working_image.h"

#include <algorithm>
#include <cmath>

#include "platform/vision/shrink.h"

namespace pharos::vision {

WorkingImage working_image(const Image& image) {
  const Size size = fit({image.width, image.height}, kWorkingSide);
  const bool same = size.width == image.width;
  return {.rgb = same ? image : shrink(image, size.width, size.height),
          .scale = static_cast<double>(image.width) / size.width};
}

LabPatch colours_in(const PixelBox& box, const WorkingImage& image) {
  const auto width = static_cast<std::size_t>(box.width());
  LabPatch patch{box, std::vector<LabPixel>(width * static_cast<std::size_t>(box.height()))};
  for (int y = box.top; y < box.bottom; ++y) {
    to_lab({image.rgb.pixel(box.left, y), width * 3},
           {&patch.pixels[static_cast<std::size_t>(y - box.top) * width], width});
  }
  return patch;
}

Bitmap PersonGrid::above(float threshold) const {
  Bitmap bitmap(width, height);
  std::ranges::transform(values, bitmap.cells.begin(),
                         [threshold](float value) { return static_cast<std::uint8_t>(value > threshold); });
  return bitmap;
}

PersonGrid person_grid(const PersonMask& mask, const WorkingImage& image) {
  constexpr int kStep = PersonGrid::kStep;
  return person_grid(mask, (image.width() + kStep - 1) / kStep, (image.height() + kStep - 1) / kStep,
                     kStep * image.scale);
}

PersonGrid person_grid(const PersonMask& mask, int width, int height, double step) {
  PersonGrid grid{.width = width, .height = height, .values = {}};
  grid.values.resize(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height));
  if (mask.size <= 0 || !(mask.region.side > 0)) {
    return grid;
  }
  // The way from pixels to cells is affine: three points say all of it.
  const double first = step / 2;
  const Point origin = in_region(mask.region, {first, first});
  const Point right = in_region(mask.region, {first + step, first});
  const Point down = in_region(mask.region, {first, first + step});
  const auto along = [&](Point to) {
    return Point{(to.x - origin.x) * mask.size, (to.y - origin.y) * mask.size};
  };
  const Point across_step = along(right);
  const Point down_step = along(down);
  const auto size = static_cast<std::size_t>(mask.size);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      const double column = origin.x * mask.size + x * across_step.x + y * down_step.x;
      const double row = origin.y * mask.size + x * across_step.y + y * down_step.y;
      if (!(column >= 0 && row >= 0 && column < mask.size && row < mask.size)) {
        continue;
      }
      const auto left = static_cast<std::size_t>(column);
      const auto top = static_cast<std::size_t>(row);
      const float* upper = &mask.cells[top * size];
      const float* lower = &mask.cells[std::min(top + 1, size - 1) * size];
      const std::size_t next = std::min(left + 1, size - 1);
      const auto share = static_cast<float>(column - static_cast<double>(left));
      const auto low_share = static_cast<float>(row - static_cast<double>(top));
      const float above = upper[left] + share * (upper[next] - upper[left]);
      const float below = lower[left] + share * (lower[next] - lower[left]);
      grid.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.width) +
                  static_cast<std::size_t>(x)] = above + low_share * (below - above);
    }
  }
  return grid;
}

}  // namespace pharos::vision
