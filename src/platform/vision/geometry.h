// Points and boxes in pixels of the upright image: x to the right, y down.
#pragma once

#include <boost/describe/class.hpp>

namespace pharos::vision {

struct Point {
  double x = 0;
  double y = 0;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

struct Box {
  double x = 0;  ///< left
  double y = 0;  ///< top
  double width = 0;
  double height = 0;

  double area() const { return width * height; }
  Point centre() const { return {x + width / 2, y + height / 2}; }
};
BOOST_DESCRIBE_STRUCT(Box, (), (x, y, width, height))

/// A square turned by `rotation` radians (clockwise in the picture) about its centre.
struct Region {
  Point centre;
  double side = 0;
  double rotation = 0;
};
BOOST_DESCRIBE_STRUCT(Region, (), (centre, side, rotation))

Point middle(Point a, Point b);
double distance(Point a, Point b);

/// Shared area over joint area, 0 to 1.
double intersection_over_union(const Box& a, const Box& b);
/// Shared area over the smaller one's area, 0 to 1.
double intersection_over_smaller(const Box& a, const Box& b);

/// The pixel of the image at (x, y) of the region's own unit square: (0, 0) is its top left corner.
Point on_image(const Region& region, Point unit);
/// Where a pixel of the image lies in the region's own unit square.
Point in_region(const Region& region, Point pixel);

/// The centred upright square that holds a whole image.
Region whole_image(int width, int height);

/// The same angle, from −π to π.
double wrap_radians(double angle);

}  // namespace pharos::vision
