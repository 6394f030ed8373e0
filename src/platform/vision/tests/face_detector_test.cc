// Where to look for faces, and which finds are one face.
#include "platform/vision/face_detector.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/face_mesh.h"

namespace pharos::vision {
namespace {

Pose pose_with_head(double head_width, double shoulder_width) {
  Pose pose;
  for (Keypoint& point : pose.keypoints) point = {.name = "", .x = 100, .y = 50};
  pose.keypoints[kLeftEar].x += head_width / 2;
  pose.keypoints[kRightEar].x -= head_width / 2;
  pose.keypoints[kLeftShoulder] = {.name = "", .x = 100 + shoulder_width / 2, .y = 90};
  pose.keypoints[kRightShoulder] = {.name = "", .x = 100 - shoulder_width / 2, .y = 90};
  pose.keypoints[kLeftHip] = pose.keypoints[kRightHip] = {.name = "", .x = 100, .y = 190};
  return pose;
}

TEST(HeadRegion, HoldsTheHeadWithRoomAroundIt) {
  const Region region = head_region(pose_with_head(40, 80));
  EXPECT_NEAR(region.centre.x, 100, 1e-9);
  EXPECT_NEAR(region.centre.y, 50, 1e-9);
  EXPECT_NEAR(region.side, 3.2 * 40, 1e-9);
}

TEST(HeadRegion, OfAHeadInProfileIsSizedByTheBody) {
  EXPECT_NEAR(head_region(pose_with_head(2, 90)).side, 0.9 * 90, 1e-9);
  EXPECT_NEAR(head_region(pose_with_head(2, 20)).side, 0.9 * 50, 1e-9);  // half the torso
}

RC_GTEST_PROP(Tiles, TogetherCoverTheImageAndOverlap, ()) {
  const int width = *rc::gen::inRange(1, 2000);
  const int height = *rc::gen::inRange(1, 2000);
  const std::vector<Region> squares = tiles(width, height);
  RC_ASSERT(squares.size() <= 9);
  const auto covered = [&](double x, double y) {
    return std::ranges::any_of(squares, [&](const Region& square) {
      const double reach = square.side / 2 + 1e-9;
      return std::abs(x - square.centre.x) <= reach && std::abs(y - square.centre.y) <= reach;
    });
  };
  for (const double x : {0.0, 0.26, 0.5, 0.74, 1.0}) {
    for (const double y : {0.0, 0.26, 0.5, 0.74, 1.0}) RC_ASSERT(covered(x * width, y * height));
  }
}

TEST(Tiles, AreNineForASquareAndThreeForAPanorama) {
  EXPECT_EQ(tiles(1000, 1000).size(), 9U);
  EXPECT_EQ(tiles(1000, 400).size(), 3U);
  EXPECT_EQ(tiles(300, 1000).size(), 3U);
  EXPECT_DOUBLE_EQ(tiles(1000, 400)[0].side, 500);
  EXPECT_DOUBLE_EQ(tiles(1000, 400)[0].centre.y, 200);
}

TEST(MergeFaces, KeepsTheKnownOneOfTwoThatCoverEachOther) {
  std::vector<Face> known = {{.box = {0, 0, 100, 100}, .score = 0.6}};
  merge_faces(known, {{.box = {10, 10, 20, 20}, .score = 0.9},    // within the known one
                      {.box = {200, 0, 100, 100}, .score = 0.8},  // elsewhere
                      {.box = {205, 5, 100, 100}, .score = 0.7}});
  ASSERT_EQ(known.size(), 2U);
  EXPECT_DOUBLE_EQ(known[0].score, 0.6);
  EXPECT_DOUBLE_EQ(known[1].score, 0.8);
}

TEST(MeshRegion, TurnsWithTheEyesAndHasRoomAroundTheBox) {
  Face face{.box = {10, 20, 40, 60}};
  face.keypoints[0] = {20, 30};
  face.keypoints[1] = {40, 50};  // the person's left eye is lower in the picture
  const Region region = mesh_region(face);
  EXPECT_DOUBLE_EQ(region.side, 90);
  EXPECT_DOUBLE_EQ(region.centre.x, 30);
  EXPECT_NEAR(region.rotation, std::atan(1.0), 1e-12);
}

}  // namespace
}  // namespace pharos::vision
