#include "platform/vision/outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace pharos::vision {
namespace {

constexpr double kFinestTolerance = 1.2;  // pixels

/// Walks round one area with it on the right hand, along the edges between its pixels and the others.
std::vector<Point> border(const Components& found, const Bitmap& bitmap, int area) {
  const auto inside = [&](int x, int y) {
    return bitmap.holds(x, y) && found.area_of[bitmap.index(x, y)] == area;
  };
  const auto first = std::ranges::find(found.area_of, area) - found.area_of.begin();
  const int start_x = static_cast<int>(first) % bitmap.width;
  const int start_y = static_cast<int>(first) / bitmap.width;
  // Directions: right, down, left, up; from a corner, the pixels ahead on the left and on the right hand.
  constexpr std::array<std::array<int, 2>, 4> kStep{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
  constexpr std::array<std::array<int, 2>, 4> kLeft{{{0, -1}, {0, 0}, {-1, 0}, {-1, -1}}};
  constexpr std::array<std::array<int, 2>, 4> kRight{{{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}};
  std::vector<Point> corners;
  int x = start_x;
  int y = start_y;
  std::size_t direction = 0;
  do {
    corners.push_back({static_cast<double>(x), static_cast<double>(y)});
    x += kStep[direction][0];
    y += kStep[direction][1];
    const bool left = inside(x + kLeft[direction][0], y + kLeft[direction][1]);
    const bool right = inside(x + kRight[direction][0], y + kRight[direction][1]);
    if (!right) {
      direction = (direction + 1) % 4;
    } else if (left) {
      direction = (direction + 3) % 4;
    }
  } while (x != start_x || y != start_y || direction != 0);
  return corners;
}

double distance_to_line(Point p, Point a, Point b) {
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  return length > 0 ? std::abs((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) / length
                    : std::hypot(p.x - a.x, p.y - a.y);
}

/// Marks which points between `first` and `last` must stay.
void keep_corners(const std::vector<Point>& points, std::size_t first, std::size_t last, double tolerance,
                  std::vector<bool>& keep) {
  double furthest = tolerance;
  std::size_t corner = first;
  for (std::size_t i = first + 1; i < last; ++i) {
    const double away = distance_to_line(points[i], points[first], points[last]);
    if (away > furthest) {
      furthest = away;
      corner = i;
    }
  }
  if (corner != first) {
    keep[corner] = true;
    keep_corners(points, first, corner, tolerance, keep);
    keep_corners(points, corner, last, tolerance, keep);
  }
}

std::vector<Point> simplified(std::vector<Point> ring, double tolerance) {
  if (ring.size() < 4) {
    return ring;
  }
  ring.push_back(ring.front());
  // A ring is two lines: from its start to the point furthest from it, and back.
  std::size_t opposite = 0;
  double furthest = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const double away = std::hypot(ring[i].x - ring[0].x, ring[i].y - ring[0].y);
    if (away > furthest) {
      furthest = away;
      opposite = i;
    }
  }
  std::vector<bool> keep(ring.size(), false);
  keep[0] = keep[opposite] = true;
  keep_corners(ring, 0, opposite, tolerance, keep);
  keep_corners(ring, opposite, ring.size() - 1, tolerance, keep);
  std::vector<Point> kept;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    if (keep[i]) {
      kept.push_back(ring[i]);
    }
  }
  return kept;
}

std::vector<Point> simplified_to(const std::vector<Point>& ring, std::size_t most_points) {
  double tolerance = kFinestTolerance;
  std::vector<Point> result = simplified(ring, tolerance);
  while (result.size() > most_points) {
    tolerance *= 1.3;
    result = simplified(ring, tolerance);
  }
  return result;
}

/// One ring through both, over the shortest line between their corners; `first` alone when that is longer
/// than `bridge`.
std::vector<Point> bridged(const std::vector<Point>& first, const std::vector<Point>& second, double bridge) {
  double nearest = bridge;
  std::size_t leave = first.size();
  std::size_t enter = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < second.size(); ++j) {
      const double away = std::hypot(first[i].x - second[j].x, first[i].y - second[j].y);
      if (away <= nearest) {
        nearest = away;
        leave = i;
        enter = j;
      }
    }
  }
  if (leave == first.size()) {
    return first;
  }
  std::vector<Point> ring(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(leave) + 1);
  for (std::size_t j = 0; j <= second.size(); ++j) {
    ring.push_back(second[(enter + j) % second.size()]);
  }
  ring.insert(ring.end(), first.begin() + static_cast<std::ptrdiff_t>(leave), first.end());
  return ring;
}

}  // namespace

std::vector<Point> outline_of(const Bitmap& bitmap, std::size_t most_points, double bridge) {
  const Components found = components(bitmap);
  if (found.sizes.empty()) {
    return {};
  }
  const auto largest = std::ranges::max_element(found.sizes);
  const auto area_of = [&](auto size) { return static_cast<int>(size - found.sizes.begin()) + 1; };
  const std::vector<Point> ring = border(found, bitmap, area_of(largest));
  auto second = found.sizes.end();
  for (auto size = found.sizes.begin(); size != found.sizes.end(); ++size) {
    if (size != largest && 3 * *size >= *largest && (second == found.sizes.end() || *size > *second)) {
      second = size;
    }
  }
  if (second == found.sizes.end()) {
    return simplified_to(ring, most_points);
  }
  const std::size_t half = most_points / 2 - 1;  // the bridge takes two more
  return bridged(simplified_to(ring, half), simplified_to(border(found, bitmap, area_of(second)), half),
                 bridge);
}

}  // namespace pharos::vision
