// Detectors' outputs become boxes on the grid, and many boxes about one thing become one.
#include "platform/vision/detection.h"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/vision/anchors.h"

namespace pharos::vision {
namespace {

Detection found(Box box, double score) {
  return {.box = box, .score = score, .keypoints = {{box.x, box.y}}};
}

TEST(Anchors, TheBodyDetectorLooksAt2254Places) {
  const std::vector<Point> anchors = make_anchors(224, std::array{8, 16, 32, 32, 32});
  ASSERT_EQ(anchors.size(), 2254U);
  EXPECT_DOUBLE_EQ(anchors[0].x, 0.5 / 28);
  EXPECT_DOUBLE_EQ(anchors[1].x, 0.5 / 28);
  EXPECT_DOUBLE_EQ(anchors[2].x, 1.5 / 28);
  EXPECT_DOUBLE_EQ(anchors[2].y, 0.5 / 28);
  EXPECT_DOUBLE_EQ(anchors[2 * 28 * 28].x, 0.5 / 14);
  // The last layer has six a cell.
  EXPECT_DOUBLE_EQ(anchors[2254 - 6].x, 6.5 / 7);
  EXPECT_DOUBLE_EQ(anchors[2254 - 7].x, 5.5 / 7);
}

TEST(Anchors, TheFaceDetectorLooksAt896Places) {
  const std::vector<Point> anchors = make_anchors(128, std::array{8, 16, 16, 16});
  ASSERT_EQ(anchors.size(), 896U);
  EXPECT_DOUBLE_EQ(anchors.back().y, 7.5 / 8);
}

TEST(Detections, AreDecodedAboutTheirAnchorInUnitsOfTheInput) {
  const std::array values = {10.F, -20.F, 40.F, 60.F, 5.F, 6.F};
  const std::array scores = {0.F};
  const std::array anchors = {Point{0.5, 0.25}};
  const std::vector<Detection> detections = decode_detections(values, scores, anchors, 100, 1, 0.5);
  ASSERT_EQ(detections.size(), 1U);
  EXPECT_DOUBLE_EQ(detections[0].score, 0.5);
  EXPECT_NEAR(detections[0].box.x, 0.5 + 0.1 - 0.2, 1e-12);
  EXPECT_NEAR(detections[0].box.y, 0.25 - 0.2 - 0.3, 1e-12);
  EXPECT_NEAR(detections[0].box.width, 0.4, 1e-12);
  EXPECT_NEAR(detections[0].box.height, 0.6, 1e-12);
  EXPECT_NEAR(detections[0].keypoints.at(0).x, 0.55, 1e-12);
  EXPECT_NEAR(detections[0].keypoints.at(0).y, 0.31, 1e-12);
}

TEST(Detections, UnderTheLeastScoreOrWithANegativeSizeAreDropped) {
  const std::array values = {0.F, 0.F, 9.F, 9.F, 0.F, 0.F, -9.F, 9.F, 0.F, 0.F, 9.F, 9.F};
  const std::array scores = {-0.01F, 3.F, 1e9F};
  const std::array anchors = {Point{}, Point{}, Point{}};
  const std::vector<Detection> detections = decode_detections(values, scores, anchors, 10, 0, 0.5);
  ASSERT_EQ(detections.size(), 1U);
  EXPECT_NEAR(detections[0].score, 1, 1e-12);
}

TEST(Suppression, OverlappingBoxesMeltWeightedByScoreAndKeepTheBestScore) {
  const std::vector<Detection> kept = suppress({found({1, 0, 10, 10}, 0.6), found({0, 0, 10, 10}, 0.9)});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_DOUBLE_EQ(kept[0].score, 0.9);
  EXPECT_NEAR(kept[0].box.x, 0.4, 1e-12);
  EXPECT_NEAR(kept[0].box.width, 10, 1e-12);
  EXPECT_NEAR(kept[0].keypoints[0].x, 0.4, 1e-12);
}

TEST(Suppression, BoxesThatBarelyTouchStayApartBestFirst) {
  const std::vector<Detection> kept =
      suppress({found({0, 0, 10, 10}, 0.6), found({8, 0, 10, 10}, 0.7), found({100, 0, 5, 5}, 0.8)});
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_DOUBLE_EQ(kept[0].score, 0.8);
  EXPECT_DOUBLE_EQ(kept[1].score, 0.7);
  EXPECT_DOUBLE_EQ(kept[2].box.x, 0);
}

TEST(Suppression, ABoxWithoutAreaIsKeptOnce) {
  EXPECT_EQ(suppress({found({3, 3, 0, 0}, 0.7)}).size(), 1U);
  EXPECT_TRUE(suppress({}).empty());
}

TEST(Sightings, UnsureOnesAreCountedApartFromTheSureAndDoNotMoveThem) {
  const Sightings sightings =
      sort_out({found({0, 0, 10, 10}, 0.9), found({3, 0, 10, 10}, 0.4), found({50, 0, 10, 10}, 0.4),
                found({51, 0, 10, 10}, 0.3), found({90, 0, 10, 10}, 0.45)});
  ASSERT_EQ(sightings.sure.size(), 1U);
  EXPECT_DOUBLE_EQ(sightings.sure[0].box.x, 0);
  EXPECT_EQ(sightings.unsure, 2);
}

}  // namespace
}  // namespace pharos::vision
