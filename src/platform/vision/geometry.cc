#include "platform/vision/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pharos::vision {
namespace {

double shared_area(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0.0;
}

}  // namespace

Point middle(Point a, Point b) {
  return {(a.x + b.x) / 2, (a.y + b.y) / 2};
}

double distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

double intersection_over_union(const Box& a, const Box& b) {
  const double shared = shared_area(a, b);
  return shared > 0 ? shared / (a.area() + b.area() - shared) : 0.0;
}

double intersection_over_smaller(const Box& a, const Box& b) {
  const double shared = shared_area(a, b);
  return shared > 0 ? shared / std::min(a.area(), b.area()) : 0.0;
}

Point on_image(const Region& region, Point unit) {
  const double x = (unit.x - 0.5) * region.side;
  const double y = (unit.y - 0.5) * region.side;
  const double cosine = std::cos(region.rotation);
  const double sine = std::sin(region.rotation);
  return {region.centre.x + cosine * x - sine * y, region.centre.y + sine * x + cosine * y};
}

Point in_region(const Region& region, Point pixel) {
  const double x = pixel.x - region.centre.x;
  const double y = pixel.y - region.centre.y;
  const double cosine = std::cos(region.rotation);
  const double sine = std::sin(region.rotation);
  return {(cosine * x + sine * y) / region.side + 0.5, (cosine * y - sine * x) / region.side + 0.5};
}

Region whole_image(int width, int height) {
  return {.centre = {width / 2.0, height / 2.0}, .side = static_cast<double>(std::max(width, height))};
}

double wrap_radians(double angle) {
  constexpr double kTurn = 2 * std::numbers::pi;
  return angle - kTurn * std::floor((angle + std::numbers::pi) / kTurn);
}

}  // namespace pharos::vision
