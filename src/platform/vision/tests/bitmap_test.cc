#include "platform/vision/bitmap.h"

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/outline.h"

namespace pharos::vision {
namespace {

constexpr std::size_t kPlenty = 60;

Bitmap rectangle(int width, int height, PixelBox box) {
  Bitmap bitmap(width, height);
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      bitmap.cells[bitmap.index(x, y)] = 1;
    }
  }
  return bitmap;
}

double area_of(const std::vector<Point>& ring) {
  double twice = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i];
    const Point b = ring[(i + 1) % ring.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

TEST(Bitmap, AHullCoversThePixelsWhoseCentresItHolds) {
  Bitmap bitmap(20, 20);
  fill_hull(bitmap, std::array{Point{2, 3}, Point{12, 3}, Point{12, 9}, Point{2, 9}, Point{6, 6}});
  EXPECT_EQ(bitmap.count(), 60);
  EXPECT_TRUE(bitmap.at(2, 3));
  EXPECT_FALSE(bitmap.at(12, 3));
}

TEST(Bitmap, ShapesOutsideOfThePictureAreCutNotFatal) {
  constexpr double kFar = 1e12;
  Bitmap bitmap(10, 10);
  fill_hull(bitmap,
            std::array{Point{-kFar, -kFar}, Point{kFar, -kFar}, Point{kFar, kFar}, Point{-kFar, kFar}});
  EXPECT_EQ(bitmap.count(), 100);
  fill_capsule(bitmap, {-kFar, 5}, {-kFar, 5}, 3, false);
  fill_capsule(bitmap, {5, 5}, {5, 5}, 1e9, false);
  EXPECT_EQ(bitmap.count(), 0);
  fill_hull(bitmap, std::array{Point{1, 1}, Point{2, 2}});
  EXPECT_EQ(bitmap.count(), 0) << "two points have no inside";
}

TEST(Bitmap, ACapsuleIsALineWithRoundEnds) {
  Bitmap bitmap(60, 30);
  fill_capsule(bitmap, {15, 15}, {45, 15}, 8);
  EXPECT_NEAR(bitmap.count(), 30 * 16 + 3.1416 * 64, 20);
  EXPECT_FALSE(bitmap.at(8, 8));
}

TEST(Bitmap, ErosionTakesABorderButNotWhereThePictureEnds) {
  const Bitmap small = eroded(rectangle(20, 20, {0, 0, 10, 20}), 3);
  EXPECT_EQ(bounds(small).right, 7);
  EXPECT_EQ(bounds(small).left, 0);
  EXPECT_EQ(small.count(), 7 * 20);
  EXPECT_EQ(eroded(rectangle(20, 20, {4, 4, 9, 9}), 3).count(), 0);
}

TEST(Bitmap, TheBoundsOfNothingAreEmpty) {
  EXPECT_EQ(bounds(Bitmap(5, 5)).width(), 0);
  const PixelBox box = bounds(rectangle(20, 20, {3, 5, 11, 6}));
  EXPECT_EQ(box.left, 3);
  EXPECT_EQ(box.top, 5);
  EXPECT_EQ(box.right, 11);
  EXPECT_EQ(box.bottom, 6);
}

TEST(Components, AreasThatTouchOnlyAtCornersAreApart) {
  Bitmap bitmap = rectangle(10, 10, {0, 0, 3, 3});
  bitmap.cells[bitmap.index(3, 3)] = 1;
  const Components found = components(bitmap);
  ASSERT_EQ(found.sizes.size(), 2U);
  EXPECT_EQ(found.sizes[0], 9);
  EXPECT_EQ(found.sizes[1], 1);
}

TEST(Outline, ARectangleHasFourCorners) {
  const std::vector<Point> ring = outline_of(rectangle(40, 30, {5, 6, 25, 16}), kPlenty, 0);
  EXPECT_EQ(ring.size(), 4U);
  EXPECT_DOUBLE_EQ(area_of(ring), 200);
}

TEST(Outline, ADiscKeepsItsAreaWithFewCorners) {
  Bitmap disc(100, 100);
  fill_capsule(disc, {50, 50}, {50, 50}, 40);
  const std::vector<Point> ring = outline_of(disc, kPlenty, 0);
  EXPECT_LE(ring.size(), kPlenty);
  EXPECT_NEAR(area_of(ring), disc.count(), 0.04 * disc.count());
}

TEST(Outline, TwoNearAreasBecomeOneRing) {
  Bitmap legs = rectangle(60, 60, {10, 10, 20, 50});
  for (int y = 10; y < 50; ++y) {
    for (int x = 24; x < 34; ++x) {
      legs.cells[legs.index(x, y)] = 1;
    }
  }
  EXPECT_DOUBLE_EQ(area_of(outline_of(legs, kPlenty, 5)), 800);
  EXPECT_DOUBLE_EQ(area_of(outline_of(legs, kPlenty, 3)), 400) << "further apart than the bridge is long";
}

TEST(Outline, NothingHasNone) {
  EXPECT_TRUE(outline_of(Bitmap(9, 9), kPlenty, 3).empty());
}

RC_GTEST_PROP(Outline, IsShortAndInsideOfThePicture, ()) {
  Bitmap bitmap(31, 27);
  for (std::uint8_t& cell : bitmap.cells) {
    cell = *rc::gen::inRange(0, 4) > 0 ? 1 : 0;
  }
  for (const Point corner : outline_of(bitmap, kPlenty, 10)) {
    RC_ASSERT(corner.x >= 0 && corner.y >= 0 && corner.x <= 31 && corner.y <= 27);
  }
  RC_ASSERT(outline_of(bitmap, kPlenty, 10).size() <= kPlenty);
}

}  // namespace
}  // namespace pharos::vision
