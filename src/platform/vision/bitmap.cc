#include "platform/vision/bitmap.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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

/// The cells of a line of `count` whose centres lie in [from, to]: first and one past the last.
std::pair<int, int> centres_between(double from, double to, int count) {
  const auto cell = [count](double edge) {
    return static_cast<int>(std::fmin(std::fmax(edge, 0.0), count));  // these two also take NaN
  };
  return {cell(std::ceil(from - 0.5)), cell(std::floor(to + 0.5))};
}

}  // namespace

int Bitmap::count() const {
  return std::accumulate(cells.begin(), cells.end(), 0);
}

PixelBox bounds(const Bitmap& bitmap) {
  PixelBox box{bitmap.width, bitmap.height, 0, 0};
  for (int y = 0; y < bitmap.height; ++y) {
    const auto row =
        std::span(bitmap.cells).subspan(bitmap.index(0, y), static_cast<std::size_t>(bitmap.width));
    const void* first = std::memchr(row.data(), 1, row.size());
    if (first == nullptr) {
      continue;
    }
    const auto last = std::find(row.rbegin(), row.rend(), 1);
    box = {std::min(box.left, static_cast<int>(static_cast<const std::uint8_t*>(first) - row.data())),
           std::min(box.top, y), std::max(box.right, static_cast<int>(row.rend() - last)), y + 1};
  }
  return box.right == 0 ? PixelBox{} : box;
}

void fill_hull(Bitmap& bitmap, std::span<const Point> points, bool value) {
  if (points.size() < 3) {
    return;
  }
  const std::vector<Point> hull = convex_hull(points);
  const auto [highest, lowest] = std::ranges::minmax(hull, {}, &Point::y);
  const auto [first, end] = centres_between(highest.y, lowest.y, bitmap.height);
  for (int row = first; row < end; ++row) {
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
    const auto [left, right] = centres_between(from, to, bitmap.width);
    for (int column = left; column < right; ++column) {
      bitmap.cells[bitmap.index(column, row)] = value ? 1 : 0;
    }
  }
}

void fill_capsule(Bitmap& bitmap, Point a, Point b, double radius, bool value) {
  const Point along{b.x - a.x, b.y - a.y};
  const double length = std::hypot(along.x, along.y);
  const auto [first, end] =
      centres_between(std::min(a.y, b.y) - radius, std::max(a.y, b.y) + radius, bitmap.height);
  const auto [left, right] =
      centres_between(std::min(a.x, b.x) - radius, std::max(a.x, b.x) + radius, bitmap.width);
  for (int row = first; row < end; ++row) {
    for (int column = left; column < right; ++column) {
      const Point from_a{column + 0.5 - a.x, row + 0.5 - a.y};
      const double share =
          length > 0 ? std::clamp((from_a.x * along.x + from_a.y * along.y) / (length * length), 0.0, 1.0)
                     : 0;
      const Point away{from_a.x - share * along.x, from_a.y - share * along.y};
      if (away.x * away.x + away.y * away.y <= radius * radius) {
        bitmap.cells[bitmap.index(column, row)] = value ? 1 : 0;
      }
    }
  }
}

Bitmap eroded(const Bitmap& bitmap, int radius) {
  const auto width = static_cast<std::size_t>(bitmap.width);
  const auto reach = static_cast<std::size_t>(radius);
  Bitmap across = bitmap;
  for (int y = 0; y < bitmap.height; ++y) {
    const std::uint8_t* from = &bitmap.cells[bitmap.index(0, y)];
    std::uint8_t* to = &across.cells[bitmap.index(0, y)];
    for (std::size_t shift = 1; shift <= reach && shift < width; ++shift) {
      for (std::size_t x = shift; x < width; ++x) {
        to[x] &= from[x - shift];
      }
      for (std::size_t x = 0; x < width - shift; ++x) {
        to[x] &= from[x + shift];
      }
    }
  }
  Bitmap result = across;
  for (int y = 0; y < bitmap.height; ++y) {
    std::uint8_t* to = &result.cells[result.index(0, y)];
    for (int other = std::max(0, y - radius); other <= std::min(bitmap.height - 1, y + radius); ++other) {
      const std::uint8_t* from = &across.cells[across.index(0, other)];
      for (std::size_t x = 0; x < width; ++x) {
        to[x] &= from[x];
      }
    }
  }
  return result;
}

Bitmap halved(const Bitmap& bitmap) {
  Bitmap half((bitmap.width + 1) / 2, (bitmap.height + 1) / 2);
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x < half.width; ++x) {
      half.cells[half.index(x, y)] = bitmap.at(2 * x, 2 * y) ? 1 : 0;
    }
  }
  return half;
}

void remove(Bitmap& bitmap, const Bitmap& other) {
  for (std::size_t i = 0; i < bitmap.cells.size(); ++i) {
    bitmap.cells[i] = static_cast<std::uint8_t>(bitmap.cells[i] & (other.cells[i] ^ 1U));
  }
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
