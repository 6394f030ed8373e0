// Landmarks are put back on the photo, refined by heat maps and averaged with the mirror image.
#include "platform/vision/pose.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/vision/pose_detector.h"
#include "platform/vision/pose_landmarks.h"

namespace pharos::vision {
namespace {

constexpr std::size_t kHeatPoints = 39;

/// A heat map of −20 everywhere but in one cell.
std::vector<float> heat_at(int column, int row, std::size_t landmark, float logit) {
  std::vector<float> map(64 * 64 * kHeatPoints, -20.F);
  map[static_cast<std::size_t>(row * 64 + column) * kHeatPoints + landmark] = logit;
  return map;
}

BodyReading reading_at(double x, double y) {
  BodyReading reading{.flag = 1, .mask_logits = std::vector<float>(256 * 256, 20.F)};
  for (RegionLandmark& landmark : reading.landmarks)
    landmark = {.x = x, .y = y, .visibility = 1, .presence = 1};
  return reading;
}

TEST(Landmarks, Have33DifferentNames) {
  EXPECT_EQ(std::set(kLandmarkNames.begin(), kLandmarkNames.end()).size(), kLandmarkCount);
  EXPECT_EQ(kLandmarkNames[kLeftShoulder], "left_shoulder");
  EXPECT_EQ(kLandmarkNames[kRightFootIndex], "right_foot_index");
}

TEST(Landmarks, AreUsableOnlyWhenSeenAndInsideThePicture) {
  const Keypoint good{.x = 5, .y = 5, .visibility = 0.5, .presence = 0.5};
  EXPECT_TRUE(is_usable(good, 10, 10));
  for (const Keypoint& bad : {Keypoint{.x = 10, .y = 5, .visibility = 1, .presence = 1},
                              Keypoint{.x = 5, .y = -0.1, .visibility = 1, .presence = 1},
                              Keypoint{.x = 5, .y = 5, .visibility = 0.49, .presence = 1},
                              Keypoint{.x = 5, .y = 5, .visibility = 1, .presence = 0.49}}) {
    EXPECT_FALSE(is_usable(bad, 10, 10));
  }
}

TEST(Refinement, MovesALandmarkToASureHeatWithinFourCells) {
  RegionLandmark landmark{.x = 20.5 / 64, .y = 30.5 / 64};
  refine(landmark, heat_at(24, 27, 3, 9.F), 3);
  EXPECT_NEAR(landmark.x, 24.0 / 64, 1e-6);
  EXPECT_NEAR(landmark.y, 27.0 / 64, 1e-6);
}

TEST(Refinement, LeavesALandmarkWithoutSureHeatNearby) {
  for (const auto& map : {heat_at(24, 27, 3, -0.1F), heat_at(25, 30, 3, 9.F), heat_at(20, 30, 4, 9.F)}) {
    RegionLandmark landmark{.x = 20.5 / 64, .y = 30.5 / 64};
    refine(landmark, map, 3);
    EXPECT_DOUBLE_EQ(landmark.x, 20.5 / 64);
    EXPECT_DOUBLE_EQ(landmark.y, 30.5 / 64);
  }
}

TEST(Refinement, ClipsAtTheMapsEdgeAndSkipsLandmarksOutside) {
  RegionLandmark corner{.x = 0.2 / 64, .y = 63.9 / 64};
  refine(corner, heat_at(2, 61, 0, 9.F), 0);
  EXPECT_NEAR(corner.x, 2.0 / 64, 1e-6);
  EXPECT_NEAR(corner.y, 61.0 / 64, 1e-6);
  RegionLandmark outside{.x = 64.0 / 64, .y = 0.5};
  refine(outside, heat_at(63, 32, 0, 9.F), 0);
  EXPECT_DOUBLE_EQ(outside.x, 1);
}

TEST(MirrorImage, SwapsSidesAndTurnsPlacesRound) {
  BodyReading mirrored = reading_at(0.5, 0.5);
  mirrored.landmarks[kLeftShoulder].x = 0.2;
  mirrored.landmarks[kRightEyeOuter].x = 0.9;
  mirrored.landmarks[kNose].x = 0.4;
  const BodyReading straight = unmirror(mirrored);
  EXPECT_DOUBLE_EQ(straight.landmarks[kRightShoulder].x, 0.8);
  EXPECT_NEAR(straight.landmarks[kLeftEyeOuter].x, 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(straight.landmarks[kNose].x, 0.6);
  EXPECT_DOUBLE_EQ(unmirror(straight).landmarks[kLeftShoulder].x, 0.2);
}

TEST(MirrorImage, EveryLandmarkHasItsOwnCounterpart) {
  BodyReading numbered;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) numbered.landmarks[i].z = static_cast<double>(i);
  const BodyReading swapped = unmirror(numbered);
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    std::string name(kLandmarkNames[i]);
    const auto side = name.find("left");
    const auto other = name.find("right");
    if (side != std::string::npos) name.replace(side, 4, "right");
    if (other != std::string::npos) name.replace(other, 5, "left");
    EXPECT_EQ(kLandmarkNames[static_cast<std::size_t>(swapped.landmarks[i].z)], name);
  }
}

TEST(MirrorImage, TheMeanOfTwoReadingsLiesBetweenThem) {
  const BodyReading mean = average(reading_at(0.2, 0.4), reading_at(0.4, 0.8));
  EXPECT_NEAR(mean.landmarks[kNose].x, 0.3, 1e-12);
  EXPECT_NEAR(mean.landmarks[kNose].y, 0.6, 1e-12);
}

TEST(Placing, ALandmarkInTheRegionsMiddleIsItsCentre) {
  const Body body{.region = {.centre = {30, 40}, .side = 20, .rotation = 1.2}, .score = 0.7};
  BodyReading reading = reading_at(0.5, 0.5);
  reading.landmarks[kNose].z = -0.5;
  const Pose pose = place_on_image(reading, body);
  EXPECT_NEAR(pose.keypoints[kNose].x, 30, 1e-9);
  EXPECT_NEAR(pose.keypoints[kNose].y, 40, 1e-9);
  EXPECT_NEAR(pose.keypoints[kNose].z, -10, 1e-9);
  EXPECT_EQ(pose.keypoints[kNose].name, "nose");
  EXPECT_DOUBLE_EQ(pose.score, 0.7);
}

TEST(PersonMask, IsOneInsideTheRegionAndZeroOutside) {
  const Pose pose = place_on_image(
      reading_at(0.5, 0.5), {.region = {.centre = {50, 50}, .side = 20, .rotation = 0.7853981633974483}});
  EXPECT_NEAR(pose.mask.at(50, 50), 1, 1e-6);
  EXPECT_NEAR(pose.mask.at(50, 50 + 13), 1, 1e-6);  // the turned square's corner
  EXPECT_FLOAT_EQ(pose.mask.at(50 + 9, 50 + 9), 0);
  EXPECT_FLOAT_EQ(pose.mask.at(-1e9, 1e9), 0);
}

TEST(PersonMask, IsMixedBetweenCells) {
  const PersonMask mask{.region = {.centre = {1, 1}, .side = 2}, .size = 2, .cells = {0, 1, 0, 1}};
  EXPECT_FLOAT_EQ(mask.at(0, 0), 0);
  EXPECT_FLOAT_EQ(mask.at(0.5, 0), 0.5);
  EXPECT_FLOAT_EQ(mask.at(1, 1), 1);
  EXPECT_FLOAT_EQ(mask.at(1.9, 1.9), 1);
  EXPECT_FLOAT_EQ(mask.at(2, 1), 0);
}

TEST(PersonMask, AnEmptyOneIsZeroEverywhere) {
  EXPECT_FLOAT_EQ(PersonMask{}.at(0, 0), 0);
}

TEST(BodyRegion, OfSomeoneUprightIsUpright) {
  const Region region = body_region({50, 60}, {50, 20});
  EXPECT_NEAR(region.rotation, 0, 1e-12);
  EXPECT_NEAR(region.side, 100, 1e-12);
  EXPECT_DOUBLE_EQ(region.centre.y, 60);
}

TEST(BodyRegion, TurnsWithThePerson) {
  EXPECT_NEAR(body_region({50, 60}, {90, 60}).rotation, std::acos(0.0), 1e-12);   // lying, head to the right
  EXPECT_NEAR(body_region({50, 60}, {10, 60}).rotation, -std::acos(0.0), 1e-12);  // head to the left
}

TEST(Prominence, TheLargerPersonComesFirstEvenWithALowerScore) {
  std::vector<Body> bodies = {{.region = {.centre = {10, 10}, .side = 20}, .score = 0.9},
                              {.region = {.centre = {80, 50}, .side = 60}, .score = 0.7}};
  order_by_prominence(bodies, 100, 100);
  EXPECT_DOUBLE_EQ(bodies[0].region.side, 60);
}

TEST(Prominence, OfTwoAboutAsLargeTheNearerToTheCentreComesFirst) {
  std::vector<Body> bodies = {{.region = {.centre = {10, 10}, .side = 51}, .score = 0.8},
                              {.region = {.centre = {50, 50}, .side = 50}, .score = 0.8},
                              {.region = {.centre = {50, 51}, .side = 20}, .score = 0.8}};
  order_by_prominence(bodies, 100, 100);
  EXPECT_DOUBLE_EQ(bodies[0].region.centre.x, 50);
  EXPECT_DOUBLE_EQ(bodies[1].region.centre.x, 10);
  std::vector<Body> nobody;
  order_by_prominence(nobody, 100, 100);
}

TEST(Readings, OfAnotherNetworkAreRefusedWithASentence) {
  try {
    decode_body({});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_NE(std::string(error.what()).find("./run --build-only"), std::string::npos);
  }
}

}  // namespace
}  // namespace pharos::vision
