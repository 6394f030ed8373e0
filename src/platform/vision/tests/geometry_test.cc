#include "platform/vision/geometry.h"

#include <numbers>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pharos::vision {
namespace {

constexpr double kPi = std::numbers::pi;

TEST(Boxes, SharedAreaIsMeasuredAgainstBothOrTheSmaller) {
  const Box large{0, 0, 10, 10};
  const Box inside{2, 2, 2, 5};
  const Box beside{10, 0, 5, 5};
  EXPECT_DOUBLE_EQ(intersection_over_union(large, large), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(large, inside), 0.1);
  EXPECT_DOUBLE_EQ(intersection_over_smaller(large, inside), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(large, beside), 0);
  EXPECT_DOUBLE_EQ(intersection_over_smaller(large, beside), 0);
}

TEST(Boxes, WithoutAreaTheyShareNothing) {
  EXPECT_DOUBLE_EQ(intersection_over_union({1, 1, 0, 0}, {1, 1, 0, 0}), 0);
}

TEST(Regions, TheUnitSquaresCornersLieWhereTheTurnedSquareHasThem) {
  const Region turned{.centre = {10, 20}, .side = 4, .rotation = kPi / 2};
  const Point corner = on_image(turned, {0, 0});
  EXPECT_NEAR(corner.x, 12, 1e-9);
  EXPECT_NEAR(corner.y, 18, 1e-9);
  const Point centre = on_image(turned, {0.5, 0.5});
  EXPECT_NEAR(centre.x, 10, 1e-9);
  EXPECT_NEAR(centre.y, 20, 1e-9);
}

RC_GTEST_PROP(Regions, ThereAndBackIsTheSamePlace, ()) {
  const auto number = [](int low, int high) { return *rc::gen::inRange(low * 100, high * 100) / 100.0; };
  const Region region{
      .centre = {number(-500, 500), number(-500, 500)}, .side = number(1, 900), .rotation = number(-7, 7)};
  const Point unit{number(-2, 3), number(-2, 3)};
  const Point back = in_region(region, on_image(region, unit));
  RC_ASSERT(distance(back, unit) < 1e-9);
}

TEST(Regions, TheWholeImageSitsInTheMiddleOfItsSquare) {
  const Region square = whole_image(300, 100);
  EXPECT_DOUBLE_EQ(square.side, 300);
  EXPECT_DOUBLE_EQ(on_image(square, {0, 0}).y, -100);
  EXPECT_DOUBLE_EQ(on_image(square, {0, 0}).x, 0);
}

TEST(Angles, WrapIntoHalfATurnEitherWay) {
  EXPECT_NEAR(wrap_radians(3 * kPi / 2), -kPi / 2, 1e-12);
  EXPECT_NEAR(wrap_radians(-3 * kPi / 2), kPi / 2, 1e-12);
  EXPECT_NEAR(wrap_radians(0.3), 0.3, 1e-12);
  EXPECT_NEAR(wrap_radians(0.3 + 8 * kPi), 0.3, 1e-12);
}

}  // namespace
}  // namespace pharos::vision
