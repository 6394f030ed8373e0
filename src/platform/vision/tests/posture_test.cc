// Posture measured on bodies whose posture is known.
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/pose.h"

namespace pharos::vision {
namespace {

constexpr int kSize = 400;

/// Someone upright who faces the camera in the middle of a 400 × 400 photo, all landmarks seen.
Pose upright() {
  Pose pose;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    pose.keypoints[i] = {
        .name = std::string(kLandmarkNames[i]), .x = 200, .y = 60, .visibility = 0.9, .presence = 0.9};
  }
  const auto put = [&pose](Landmark landmark, double x, double y) {
    pose.keypoints[landmark].x = x;
    pose.keypoints[landmark].y = y;
  };
  put(kLeftEar, 215, 60);
  put(kRightEar, 185, 60);
  put(kLeftShoulder, 240, 110);
  put(kRightShoulder, 160, 110);
  put(kLeftHip, 225, 230);
  put(kRightHip, 175, 230);
  return pose;
}

/// The whole picture turned clockwise about its middle.
Pose turned(Pose pose, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  for (Keypoint& point : pose.keypoints) {
    const double x = point.x - 200;
    const double y = point.y - 200;
    point.x = 200 + std::cos(angle) * x - std::sin(angle) * y;
    point.y = 200 + std::sin(angle) * x + std::cos(angle) * y;
  }
  return pose;
}

/// Seen from the person's left side, looking to the left of the picture.
Pose from_the_side() {
  Pose pose = upright();
  const auto put = [&pose](Landmark landmark, double x, double y) {
    pose.keypoints[landmark].x = x;
    pose.keypoints[landmark].y = y;
  };
  put(kLeftEar, 190, 60);
  put(kLeftShoulder, 205, 110);
  put(kRightShoulder, 200, 110);
  put(kLeftHip, 200, 230);
  put(kRightHip, 200, 230);
  for (const Landmark hidden : {kRightEar, kRightShoulder, kRightHip})
    pose.keypoints[hidden].visibility = 0.1;
  return pose;
}

TEST(Posture, SomeoneUprightHasNoTiltAndNoLean) {
  const PostureMeasurement found = measure_posture(upright(), kSize, kSize);
  EXPECT_NEAR(found.angles.shoulders.value(), 0, 1e-9);
  EXPECT_NEAR(found.angles.hips.value(), 0, 1e-9);
  EXPECT_NEAR(found.angles.ears.value(), 0, 1e-9);
  EXPECT_NEAR(found.angles.trunk_lean.value(), 0, 1e-9);
  EXPECT_NEAR(found.head_offset.value(), 0, 1e-9);
  EXPECT_EQ(found.view, View::kFrontal);
  EXPECT_EQ(found.facing, Facing::kFront);
  EXPECT_NEAR(found.view_ratio.value(), 80.0 / 120, 1e-9);
  EXPECT_TRUE(found.reasons.empty());
  EXPECT_FALSE(found.camera_roll.has_value());
}

TEST(Posture, TheEndFurtherRightBeingLowerIsPositive) {
  Pose pose = upright();
  pose.keypoints[kLeftShoulder].y += 80;  // the person's left is on the right of the picture
  EXPECT_NEAR(measure_posture(pose, kSize, kSize).angles.shoulders.value(), 45, 1e-9);
}

TEST(Posture, SeenFromBehindTheTiltKeepsItsSignAndFacingIsBack) {
  Pose pose = upright();
  std::swap(pose.keypoints[kLeftShoulder].x, pose.keypoints[kRightShoulder].x);
  pose.keypoints[kRightShoulder].y += 80;  // now on the right of the picture
  const PostureMeasurement found = measure_posture(pose, kSize, kSize);
  EXPECT_EQ(found.facing, Facing::kBack);
  EXPECT_NEAR(found.angles.shoulders.value(), 45, 1e-9);
}

TEST(Posture, LeaningToTheRightOfThePictureIsPositive) {
  Pose pose = upright();
  pose.keypoints[kLeftShoulder].x += 120;
  pose.keypoints[kRightShoulder].x += 120;
  EXPECT_NEAR(measure_posture(pose, kSize, kSize).angles.trunk_lean.value(), 45, 1e-9);
}

TEST(Posture, AHeadToTheRightIsAPositiveOffsetInShoulderWidths) {
  Pose pose = upright();
  pose.keypoints[kLeftEar].x += 20;
  pose.keypoints[kRightEar].x += 20;
  EXPECT_NEAR(measure_posture(pose, kSize, kSize).head_offset.value(), 0.25, 1e-9);
}

RC_GTEST_PROP(Posture, TurningThePictureTurnsEveryAngleAlikeAndIsReportedAsTheCamerasRoll, ()) {
  const double degrees = *rc::gen::inRange(-30, 30);
  const PostureMeasurement found = measure_posture(turned(upright(), degrees), kSize, kSize);
  RC_ASSERT(std::abs(found.angles.shoulders.value() - degrees) < 1e-9);
  RC_ASSERT(std::abs(found.angles.hips.value() - degrees) < 1e-9);
  RC_ASSERT(std::abs(found.angles.trunk_lean.value() - degrees) < 1e-9);
  RC_ASSERT(found.camera_roll.has_value() == (std::abs(degrees) > 0.999));
  if (found.camera_roll) RC_ASSERT(std::abs(*found.camera_roll - degrees) < 1e-9);
}

TEST(Posture, TiltsThatDifferAreNotTheCamerasRoll) {
  Pose pose = turned(upright(), 5);
  pose.keypoints[kLeftHip].y -= 3;
  EXPECT_FALSE(measure_posture(pose, kSize, kSize).camera_roll.has_value());
}

TEST(Posture, WhatIsHiddenOrOutsideIsNotMeasuredAndTheReasonIsSaid) {
  Pose pose = upright();
  pose.keypoints[kRightHip].y = 401;
  pose.keypoints[kLeftEar].visibility = 0.2;
  const PostureMeasurement found = measure_posture(pose, kSize, kSize);
  EXPECT_TRUE(found.angles.shoulders.has_value());
  EXPECT_FALSE(found.angles.hips.has_value());
  EXPECT_FALSE(found.angles.ears.has_value());
  EXPECT_FALSE(found.angles.trunk_lean.has_value());
  EXPECT_FALSE(found.head_offset.has_value());
  EXPECT_EQ(found.reasons.at("hips"), "the right hip is outside the picture");
  EXPECT_EQ(found.reasons.at("trunk_lean"), "the right hip is outside the picture");
  EXPECT_EQ(found.reasons.at("ears"), "the left ear is hidden");
  EXPECT_EQ(found.reasons.at("view").substr(0, 23), "head and shoulders only");
  EXPECT_TRUE(found.raw_angles.hips.has_value());
  EXPECT_TRUE(found.raw_angles.ears.has_value());
  EXPECT_TRUE(found.raw_angles.trunk_lean.has_value());
}

TEST(Posture, TurningAwayFromTheCameraChangesTheView) {
  const auto view_at = [](double half_width) {
    Pose pose = upright();
    pose.keypoints[kLeftShoulder].x = 200 + half_width;
    pose.keypoints[kRightShoulder].x = 200 - half_width;
    return measure_posture(pose, kSize, kSize).view;
  };
  EXPECT_EQ(view_at(0.23 * 120), View::kFrontal);
  EXPECT_EQ(view_at(0.22 * 120), View::kOblique);
  EXPECT_EQ(view_at(0.13 * 120), View::kOblique);
  EXPECT_EQ(view_at(0.12 * 120), View::kSide);
}

TEST(Posture, FromTheSideTheNearerEarAndShoulderAreMeasured) {
  const PostureMeasurement found = measure_posture(from_the_side(), kSize, kSize);
  EXPECT_EQ(found.view, View::kSide);
  EXPECT_NEAR(found.ear_shoulder_angle.value(), std::atan2(50, 15) * 180 / std::numbers::pi, 1e-9);
  EXPECT_NEAR(found.shoulder_hip_lean.value(), std::atan2(5, 120) * 180 / std::numbers::pi, 1e-9);
  EXPECT_FALSE(found.angles.shoulders.has_value());
}

TEST(Posture, FromTheOtherSideToo) {
  Pose pose = from_the_side();
  for (const auto& [left, right] : {std::pair(kLeftEar, kRightEar), std::pair(kLeftShoulder, kRightShoulder),
                                    std::pair(kLeftHip, kRightHip)}) {
    std::swap(pose.keypoints[left], pose.keypoints[right]);
  }
  EXPECT_NEAR(measure_posture(pose, kSize, kSize).ear_shoulder_angle.value(),
              std::atan2(50, 15) * 180 / std::numbers::pi, 1e-9);
}

TEST(Posture, FromTheFrontNothingIsMeasuredThatNeedsASideView) {
  const PostureMeasurement found = measure_posture(upright(), kSize, kSize);
  EXPECT_FALSE(found.ear_shoulder_angle.has_value());
  EXPECT_FALSE(found.shoulder_hip_lean.has_value());
}

TEST(Posture, DisagreementOfTheMirrorImageIsTheUncertainty) {
  Pose pose = upright();
  EXPECT_FALSE(measure_posture(pose, kSize, kSize).uncertainty.shoulders.has_value());
  pose.uncertainty.resize(kLandmarkCount);
  pose.uncertainty[kLeftShoulder] = {0, 2};
  const PostureMeasurement found = measure_posture(pose, kSize, kSize);
  EXPECT_NEAR(found.uncertainty.shoulders.value(), 2 * std::atan2(1, 80) * 180 / std::numbers::pi, 1e-9);
  EXPECT_NEAR(found.uncertainty.hips.value(), 0, 1e-9);
  EXPECT_TRUE(found.angles.shoulders.has_value());
}

TEST(Posture, AboveThreeDegreesOfDisagreementNothingIsClaimed) {
  Pose pose = upright();
  pose.uncertainty.resize(kLandmarkCount);
  pose.uncertainty[kLeftShoulder] = {0, 8};
  const PostureMeasurement found = measure_posture(pose, kSize, kSize);
  EXPECT_FALSE(found.angles.shoulders.has_value());
  EXPECT_EQ(found.reasons.at("shoulders"), "not reliable: the photo and its mirror image differ by 6°");
  EXPECT_TRUE(found.raw_angles.shoulders.has_value());
}

TEST(Posture, PointsThatCoincideGiveNoAngle) {
  Pose pose;
  for (Keypoint& point : pose.keypoints)
    point = {.name = "x", .x = 5, .y = 5, .visibility = 1, .presence = 1};
  const PostureMeasurement found = measure_posture(pose, kSize, kSize);
  EXPECT_FALSE(found.angles.shoulders.has_value());
  EXPECT_EQ(found.reasons.at("shoulders"), "its two points coincide");
  EXPECT_EQ(found.view, View::kUnknown);
  EXPECT_EQ(found.facing, Facing::kUnknown);
  EXPECT_FALSE(found.view_ratio.has_value());
  EXPECT_FALSE(found.head_offset.has_value());
}

}  // namespace
}  // namespace pharos::vision
