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

/// Shared area over joint area, 0 to 1.
double intersection_over_union(const Box& a, const Box& b);

}  // namespace pharos::vision
