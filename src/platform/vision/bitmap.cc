#include "platform/vision/bitmap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace pharos::vision {
namespace {

double cross(Point origin, Point a, Point b) {
  return (a.x - origin.x) * (b.y - origin.y) - (a.y - origin.y) * (b.x - origin.x);
}

/// Andrew's monotone chain.
std::vector<Point> convex_hull(std::span<const Point> given) {
  std::vector<Point> points(given.begin(), given.end());
  std::ranges::sort(points, [](Point a, Point b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  std::vector<Point> hull;
  const auto wrap = [&hull](Point point, std::size_t keep) {
    while (hull.size() >= keep + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0) {
      hull.pop_back();
    }
    hull.push_back(point);
  };
  for (const Point point : points) {
    wrap(point, 0);
  }
  const std::size_t lower = hull.size() - 1;
  for (std::size_t i = points.size() - 1; i-- > 0;) {
    wrap(points[i], lower);
  }
  return hull;
}

/// The columns whose centres lie in [from, to], of that row.
void fill_row(Bitmap& bitmap, int row, double from, double to, bool value) {
  const int left = static_cast<int>(std::ceil(std::max(from - 0.5, 0.0)));
  const int right = static_cast<int>(std::floor(std::min(to - 0.5, bitmap.width - 1.0)));
  for (int x = left; x <= right; ++x) {
    bitmap.cells[bitmap.index(x, row)] = value ? 1 : 0;
  }
}

/// Rows whose centres lie in [from, to].
std::pair<int, int> rows_between(const Bitmap& bitmap, double from, double to) {
  return {static_cast<int>(std::ceil(std::max(from - 0.5, 0.0))),
          static_cast<int>(std::floor(std::min(to - 0.5, bitmap.height - 1.0)))};
}

/// For each place along a line, whether the `radius` before and after it are all set.
void erode_line(const std::uint8_t* from, std::uint8_t* to, int length, std::ptrdiff_t step, int radius) {
  int clear = 0;
  for (int i = 0; i < std::min(radius, length); ++i) {
    clear += from[i * step] == 0 ? 1 : 0;
  }
  for (int i = 0; i < length; ++i) {
    if (i + radius < length) {
      clear += from[(i + radius) * step] == 0 ? 1 : 0;
    }
    to[i * step] = clear == 0 ? 1 : 0;
    if (i >= radius) {
      clear -= from[(i - radius) * step] == 0 ? 1 : 0;
    }
  }
}

}  // namespace

int Bitmap::count() const { return std::accumulate(cells.begin(), cells.end(), 0); }

PixelBox bounds(const Bitmap& bitmap) {
  PixelBox box{bitmap.width, bitmap.height, 0, 0};
  for (int y = 0; y < bitmap.height; ++y) {
    for (int x = 0; x < bitmap.width; ++x) {
      if (bitmap.at(x, y)) {
        box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
               std::max(box.bottom, y + 1)};
      }
    }
  }
  return box.right == 0 ? PixelBox{} : box;
}

void fill_hull(Bitmap& bitmap, std::span<const Point> points, bool value) {
  if (points.size() < 3) {
    return;
  }
  const std::vector<Point> hull = convex_hull(points);
  const auto [highest, lowest] = std::ranges::minmax(hull, {}, &Point::y);
  const auto [first, last] = rows_between(bitmap, highest.y, lowest.y);
  for (int row = first; row <= last; ++row) {
    const double y = row + 0.5;
    double from = std::numeric_limits<double>::infinity();
    double to = -from;
    for (std::size_t i = 0; i < hull.size(); ++i) {
      const Point a = hull[i];
      const Point b = hull[(i + 1) % hull.size()];
      if (a.y != b.y && std::min(a.y, b.y) <= y && y <= std::max(a.y, b.y)) {
        const double x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        from = std::min(from, x);
        to = std::max(to, x);
      }
    }
    fill_row(bitmap, row, from, to, value);
  }
}

void fill_capsule(Bitmap& bitmap, Point a, Point b, double radius, bool value) {
  const Point along{b.x - a.x, b.y - a.y};
  const double length = std::hypot(along.x, along.y);
  const auto [first, last] = rows_between(bitmap, std::min(a.y, b.y) - radius, std::max(a.y, b.y) + radius);
  const int left = std::max(0, static_cast<int>(std::min(a.x, b.x) - radius));
  const int right = std::min(bitmap.width - 1, static_cast<int>(std::max(a.x, b.x) + radius));
  for (int row = first; row <= last; ++row) {
    for (int column = left; column <= right; ++column) {
      const Point from_a{column + 0.5 - a.x, row + 0.5 - a.y};
      const double share =
          length > 0
              ? std::clamp((from_a.x * along.x + from_a.y * along.y) / (length * length), 0.0, 1.0)
              : 0;
      const double away = std::hypot(from_a.x - share * along.x, from_a.y - share * along.y);
      if (away <= radius) {
        bitmap.cells[bitmap.index(column, row)] = value ? 1 : 0;
      }
    }
  }
}

Bitmap eroded(const Bitmap& bitmap, int radius) {
  Bitmap across(bitmap.width, bitmap.height);
  Bitmap result(bitmap.width, bitmap.height);
  for (int y = 0; y < bitmap.height; ++y) {
    erode_line(&bitmap.cells[bitmap.index(0, y)], &across.cells[bitmap.index(0, y)], bitmap.width, 1, radius);
  }
  for (int x = 0; x < bitmap.width; ++x) {
    erode_line(&across.cells[bitmap.index(x, 0)], &result.cells[bitmap.index(x, 0)], bitmap.height,
               bitmap.width, radius);
  }
  return result;
}

Components components(const Bitmap& bitmap) {
  Components found{std::vector<int>(bitmap.cells.size()), {}};
  std::vector<std::pair<int, int>> open;
  for (int y = 0; y < bitmap.height; ++y) {
    for (int x = 0; x < bitmap.width; ++x) {
      if (!bitmap.at(x, y) || found.area_of[bitmap.index(x, y)] != 0) {
        continue;
      }
      found.sizes.push_back(0);
      const int area = static_cast<int>(found.sizes.size());
      found.area_of[bitmap.index(x, y)] = area;
      open.emplace_back(x, y);
      while (!open.empty()) {
        const auto [at_x, at_y] = open.back();
        open.pop_back();
        ++found.sizes.back();
        for (const auto& [nx, ny] : {std::pair(at_x - 1, at_y), std::pair(at_x + 1, at_y),
                                     std::pair(at_x, at_y - 1), std::pair(at_x, at_y + 1)}) {
          if (bitmap.holds(nx, ny) && found.area_of[bitmap.index(nx, ny)] == 0) {
            found.area_of[bitmap.index(nx, ny)] = area;
            open.emplace_back(nx, ny);
          }
        }
      }
    }
  }
  return found;
}

}  // namespace pharos::vision
