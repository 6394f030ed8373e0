// A yes or no for each pixel: shapes are drawn into it, cut out of it, and traced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "platform/vision/geometry.h"

namespace pharos::vision {

struct Bitmap {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> cells;  ///< row by row, 0 or 1

  Bitmap() = default;
  Bitmap(int columns, int rows)
      : width(columns),
        height(rows),
        cells(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
  bool at(int x, int y) const { return cells[index(x, y)] != 0; }
  /// False outside.
  bool holds(int x, int y) const { return x >= 0 && y >= 0 && x < width && y < height && at(x, y); }
  int count() const;
};

/// Columns [left, right) and rows [top, bottom).
struct PixelBox {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

/// The smallest box round all set pixels; empty when there are none.
PixelBox bounds(const Bitmap& bitmap);

/// Sets (or clears) the pixels whose centres lie in the convex hull of the points.
void fill_hull(Bitmap& bitmap, std::span<const Point> points, bool value = true);
/// Sets (or clears) the pixels whose centres are within `radius` of the line from `a` to `b`.
void fill_capsule(Bitmap& bitmap, Point a, Point b, double radius, bool value = true);

/// Keeps the pixels whose whole square neighbourhood of that radius is set; outside counts as set, so that
/// what the picture's edge cuts is not eroded there.
Bitmap eroded(const Bitmap& bitmap, int radius);

/// Every second pixel of every second row.
Bitmap halved(const Bitmap& bitmap);

/// Clears the pixels that `other`, of the same size, has set.
void remove(Bitmap& bitmap, const Bitmap& other);

/// Areas connected by edges: each pixel's area (0 = none, first area 1) and each area's pixels.
struct Components {
  std::vector<int> area_of;
  std::vector<int> sizes;  ///< of area 1, 2, ...
};
Components components(const Bitmap& bitmap);

}  // namespace pharos::vision
