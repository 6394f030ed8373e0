#include <cmath>
#include <numbers>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/face.h"

namespace pharos::vision {
namespace {

struct Known {
  std::size_t index;
  MeshPoint point;
};

/// The sample photo's mesh where it is measured, in pixels: an open smile, nearly straight to the camera.
constexpr Known kSample[] = {
    {1, {224.1F, 131.2F, -23.3F}},  {2, {224.0F, 133.9F, -11.8F}},   {6, {225.6F, 106.4F, -13.8F}},
    {10, {227.5F, 72.4F, -11.2F}},  {13, {223.5F, 142.7F, -5.8F}},   {14, {223.1F, 149.6F, -3.4F}},
    {33, {194.6F, 100.9F, 3.9F}},   {52, {199.4F, 89.9F, -7.1F}},    {61, {201.8F, 139.5F, 6.9F}},
    {105, {198.0F, 86.7F, -6.9F}},  {127, {179.0F, 102.5F, 37.3F}},  {129, {209.1F, 125.1F, -4.6F}},
    {133, {213.8F, 103.6F, 0.5F}},  {144, {200.7F, 103.6F, 0.3F}},   {145, {204.4F, 104.2F, -0.7F}},
    {153, {207.9F, 104.2F, -0.8F}}, {158, {206.5F, 98.4F, -1.9F}},   {159, {202.8F, 97.8F, -1.8F}},
    {160, {199.1F, 98.3F, -0.8F}},  {168, {225.9F, 101.0F, -11.2F}}, {234, {179.0F, 111.1F, 41.4F}},
    {263, {256.7F, 104.1F, 4.5F}},  {282, {253.3F, 92.8F, -6.7F}},   {291, {245.9F, 142.2F, 7.2F}},
    {334, {255.0F, 89.8F, -6.5F}},  {356, {271.9F, 107.8F, 38.0F}},  {358, {239.6F, 126.8F, -4.5F}},
    {362, {237.4F, 104.8F, 0.8F}},  {373, {250.4F, 106.1F, 0.8F}},   {374, {246.7F, 106.2F, -0.3F}},
    {380, {243.3F, 105.9F, -0.5F}}, {385, {245.2F, 100.3F, -1.5F}},  {386, {248.9F, 100.2F, -1.3F}},
    {387, {252.6F, 101.0F, -0.2F}}, {454, {270.9F, 116.3F, 42.1F}},
};

/// Right and left partners among them.
constexpr std::pair<std::size_t, std::size_t> kPartners[] = {
    {33, 263},  {52, 282},  {61, 291},  {105, 334}, {127, 356}, {129, 358}, {133, 362},
    {144, 373}, {145, 374}, {153, 380}, {158, 385}, {159, 386}, {160, 387}, {234, 454},
};

FaceMesh sample_mesh() {
  FaceMesh mesh;
  for (const Known& known : kSample) mesh.points.at(known.index) = known.point;
  return mesh;
}

FaceMesh moved(FaceMesh mesh, const auto& move) {
  for (MeshPoint& point : mesh.points) point = move(point);
  return mesh;
}

float number(double value) {
  return static_cast<float>(value);
}

/// Turns by degrees: + towards the right of the picture.
FaceMesh with_yaw(const FaceMesh& mesh, double angle) {
  const double c = std::cos(angle * std::numbers::pi / 180);
  const double s = std::sin(angle * std::numbers::pi / 180);
  return moved(mesh, [&](MeshPoint p) {
    return MeshPoint{number(c * p.x - s * p.z), p.y, number(s * p.x + c * p.z)};
  });
}

/// Turns by degrees: + up.
FaceMesh with_pitch(const FaceMesh& mesh, double angle) {
  const double c = std::cos(angle * std::numbers::pi / 180);
  const double s = std::sin(angle * std::numbers::pi / 180);
  return moved(mesh, [&](MeshPoint p) {
    return MeshPoint{p.x, number(c * p.y + s * p.z), number(c * p.z - s * p.y)};
  });
}

/// Turns by degrees: + clockwise in the picture.
FaceMesh with_roll(const FaceMesh& mesh, double angle) {
  const double c = std::cos(angle * std::numbers::pi / 180);
  const double s = std::sin(angle * std::numbers::pi / 180);
  return moved(mesh, [&](MeshPoint p) {
    return MeshPoint{number(c * p.x - s * p.y), number(s * p.x + c * p.y), p.z};
  });
}

/// The sample's face turned straight to the camera.
FaceMesh straight_mesh() {
  const HeadPose pose = measure_head_pose(sample_mesh());
  return with_roll(with_pitch(with_yaw(sample_mesh(), -pose.yaw), -pose.pitch), -pose.roll);
}

/// As a mirror shows it; every point keeps its meaning.
FaceMesh mirrored(const FaceMesh& mesh) {
  FaceMesh mirror = moved(mesh, [](MeshPoint p) { return MeshPoint{512 - p.x, p.y, p.z}; });
  for (const auto& [right, left] : kPartners) std::swap(mirror.points.at(right), mirror.points.at(left));
  return mirror;
}

void expect_pose(const HeadPose& pose, double yaw, double pitch, double roll, double within = 2) {
  EXPECT_NEAR(pose.yaw, yaw, within);
  EXPECT_NEAR(pose.pitch, pitch, within);
  EXPECT_NEAR(pose.roll, roll, within);
}

TEST(HeadPose, SamplePhotoLooksNearlyStraightAhead) {
  expect_pose(measure_head_pose(sample_mesh()), 0, -5, 3);
}

TEST(HeadPose, StraightIsZero) {
  expect_pose(measure_head_pose(straight_mesh()), 0, 0, 0, 0.1);
}

TEST(HeadPose, SignsAreThoseOfThePicture) {
  FaceMesh mesh = straight_mesh();
  expect_pose(measure_head_pose(with_yaw(mesh, 25)), 25, 0, 0);
  expect_pose(measure_head_pose(with_pitch(mesh, 20)), 0, 20, 0);
  expect_pose(measure_head_pose(with_roll(mesh, 15)), 0, 0, 15);
  const FaceMesh right = with_yaw(mesh, 25);
  EXPECT_GT(right.points[1].x - (right.points[33].x + right.points[263].x) / 2,
            mesh.points[1].x - (mesh.points[33].x + mesh.points[263].x) / 2)
      << "the nose moves to the right of the picture";
  const FaceMesh up = with_pitch(mesh, 20);
  EXPECT_LT(up.points[1].y - up.points[6].y, mesh.points[1].y - mesh.points[6].y) << "the nose moves up";
  const FaceMesh tilted = with_roll(mesh, 15);
  EXPECT_GT(tilted.points[263].y, tilted.points[33].y) << "the eye further right is lower";
}

RC_GTEST_PROP(HeadPose, KnownTurnsAreMeasured, ()) {
  const double yaw = *rc::gen::inRange(-60, 61);
  const double pitch = *rc::gen::inRange(-40, 41);
  const double roll = *rc::gen::inRange(-80, 81);
  const FaceMesh mesh = with_yaw(with_pitch(with_roll(straight_mesh(), roll), pitch), yaw);
  const HeadPose pose = measure_head_pose(mesh);
  RC_ASSERT(std::abs(pose.yaw - yaw) < 0.1);
  RC_ASSERT(std::abs(pose.pitch - pitch) < 0.1);
  RC_ASSERT(std::abs(pose.roll - roll) < 0.1);
}

RC_GTEST_PROP(HeadPose, DoesNotDependOnPlaceAndSize, ()) {
  const double size = *rc::gen::inRange(2, 40) / 10.0;
  const double shift = *rc::gen::inRange(-2000, 2000);
  const HeadPose pose = measure_head_pose(moved(sample_mesh(), [&](MeshPoint p) {
    return MeshPoint{number(p.x * size + shift), number(p.y * size - shift), number(p.z * size)};
  }));
  const HeadPose wanted = measure_head_pose(sample_mesh());
  RC_ASSERT(std::abs(pose.yaw - wanted.yaw) < 0.1);
  RC_ASSERT(std::abs(pose.pitch - wanted.pitch) < 0.1);
  RC_ASSERT(std::abs(pose.roll - wanted.roll) < 0.1);
}

TEST(HeadPose, AMirrorImageTurnsTheOtherWay) {
  const FaceMesh mesh = with_yaw(with_pitch(with_roll(straight_mesh(), 12), 10), 30);
  expect_pose(measure_head_pose(mirrored(mesh)), -30, 10, -12, 0.5);
}

TEST(HeadPose, AMeshWithoutDepthOrSizeCountsAsStraight) {
  expect_pose(measure_head_pose(FaceMesh{}), 0, 0, 0, 0);
  expect_pose(measure_head_pose(moved(sample_mesh(), [](MeshPoint p) { return MeshPoint{p.x, p.y, 0}; })), 0,
              0, 0, 0);
  expect_pose(measure_head_pose(moved(sample_mesh(), [](MeshPoint p) { return MeshPoint{p.x, p.y, NAN}; })),
              0, 0, 0, 0);
}

TEST(Expression, SamplePhotoSmilesWithOpenMouthAndEyes) {
  const Expression found = measure_expression(sample_mesh());
  EXPECT_GT(found.mouth_corners, 0.05);
  EXPECT_NEAR(found.mouth_open, 0.16, 0.02);
  EXPECT_NEAR(found.left_eye_open, 0.3, 0.05);
  EXPECT_NEAR(found.right_eye_open, 0.3, 0.05);
  EXPECT_NEAR(found.brows_raised, 0.75, 0.15);
}

TEST(Expression, EachMeasureFollowsItsOwnPart) {
  const FaceMesh mesh = straight_mesh();
  const Expression before = measure_expression(mesh);

  FaceMesh changed = mesh;
  changed.points[61].y += 8;
  changed.points[291].y += 8;
  EXPECT_LT(measure_expression(changed).mouth_corners, before.mouth_corners - 0.1) << "corners lowered";
  EXPECT_DOUBLE_EQ(measure_expression(changed).left_eye_open, before.left_eye_open);

  changed = mesh;
  changed.points[14].y += 10;
  EXPECT_GT(measure_expression(changed).mouth_open, before.mouth_open + 0.15);

  changed = mesh;
  for (const auto& [upper, lower] : {std::pair{387, 373}, {386, 374}, {385, 380}}) {
    changed.points.at(static_cast<std::size_t>(upper)) = changed.points.at(static_cast<std::size_t>(lower));
  }
  EXPECT_DOUBLE_EQ(measure_expression(changed).left_eye_open, 0) << "the person's own left eye is shut";
  EXPECT_DOUBLE_EQ(measure_expression(changed).right_eye_open, before.right_eye_open);

  changed = mesh;
  for (const std::size_t brow : {52, 105, 282, 334}) changed.points.at(brow).y -= 4;
  EXPECT_GT(measure_expression(changed).brows_raised, before.brows_raised + 0.1);
}

RC_GTEST_PROP(Expression, DoesNotChangeWhenTheHeadTurns, ()) {
  const Expression wanted = measure_expression(straight_mesh());
  const double angle = *rc::gen::inRange(-40, 41);
  const Expression found =
      measure_expression(with_roll(with_yaw(with_pitch(straight_mesh(), angle / 2), angle), angle));
  RC_ASSERT(std::abs(found.mouth_corners - wanted.mouth_corners) < 0.01);
  RC_ASSERT(std::abs(found.mouth_open - wanted.mouth_open) < 0.01);
  RC_ASSERT(std::abs(found.left_eye_open - wanted.left_eye_open) < 0.01);
  RC_ASSERT(std::abs(found.brows_raised - wanted.brows_raised) < 0.01);
}

TEST(Expression, AMeshWithoutSizeMeasuresZero) {
  const Expression found = measure_expression(FaceMesh{});
  EXPECT_EQ(found.mouth_open, 0);
  EXPECT_EQ(found.brows_raised, 0);
}

TEST(MeshDrawing, TheOutlineGoesRoundTheFaceOnce) {
  const auto& outline = mesh_outline();
  EXPECT_EQ(outline.size(), 36U);
  EXPECT_EQ(std::set<int>(outline.begin(), outline.end()).size(), 36U);
  EXPECT_EQ(outline.front(), 10) << "starts at the forehead";
  EXPECT_EQ(outline[18], 152) << "half way is the chin";
}

TEST(MeshDrawing, FeaturesAreTheLinesOfBrowsEyesLipsAndNose) {
  std::set<std::pair<int, int>> lines;
  for (const auto& [a, b] : mesh_features()) {
    EXPECT_NE(a, b);
    EXPECT_LT(std::max(a, b), static_cast<int>(kMeshPoints));
    lines.insert(std::minmax(a, b));
  }
  EXPECT_EQ(lines.size(), 16U + 32U + 40U + 25U) << "brows, eyes, lips, nose; none twice";
  EXPECT_EQ(mesh_features().size(), lines.size());
}

}  // namespace
}  // namespace pharos::vision
