#include "platform/vision/face_detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace pharos::vision {
namespace {

DetectorDesign design() {
  return {.input_size = 128, .strides = {8, 16, 16, 16}, .keypoints = 6, .unsure_from = 0.3};
}

Point position(const Keypoint& point) {
  return {point.x, point.y};
}

}  // namespace

FaceDetector::FaceDetector(const std::filesystem::path& file, int requests)
    : detector_(file, design(), requests) {}

Faces FaceDetector::detect(const Image& image, const Region& square, FaceSource source) const {
  const Sightings sightings = detector_.detect(image, square);
  Faces faces{.unsure = sightings.unsure};
  for (const Detection& one : sightings.sure) {
    Face& face = faces.sure.emplace_back(Face{.box = one.box, .score = one.score, .source = source});
    std::ranges::copy(one.keypoints, face.keypoints.begin());
  }
  return faces;
}

Region head_region(const Pose& pose) {
  constexpr std::array kHead = {kNose, kLeftEye, kRightEye, kLeftEar, kRightEar, kMouthLeft, kMouthRight};
  Point sum;
  Point low = position(pose.keypoints[kNose]);
  Point high = low;
  for (const Landmark landmark : kHead) {
    const Point point = position(pose.keypoints[landmark]);
    sum = {sum.x + point.x, sum.y + point.y};
    low = {std::min(low.x, point.x), std::min(low.y, point.y)};
    high = {std::max(high.x, point.x), std::max(high.y, point.y)};
  }
  const Point left_shoulder = position(pose.keypoints[kLeftShoulder]);
  const Point right_shoulder = position(pose.keypoints[kRightShoulder]);
  const Point hips = middle(position(pose.keypoints[kLeftHip]), position(pose.keypoints[kRightHip]));
  const double shoulders = distance(left_shoulder, right_shoulder);
  const double torso = distance(middle(left_shoulder, right_shoulder), hips);
  return {
      .centre = {sum.x / kHead.size(), sum.y / kHead.size()},
      .side = std::max(3.2 * std::max(high.x - low.x, high.y - low.y), 0.9 * std::max(shoulders, torso / 2))};
}

std::vector<Region> tiles(int width, int height) {
  constexpr std::array kPlaces = {0.0, 0.5, 1.0};
  const double side = std::max(width, height) / 2.0;
  const auto centre = [side](double length, double place) {
    return side / 2 + place * std::max(0.0, length - side) + std::min(0.0, length - side) / 2;
  };
  std::vector<Region> squares;
  for (const double y : kPlaces) {
    if (height <= side && y > 0) break;
    for (const double x : kPlaces) {
      if (width <= side && x > 0) break;
      squares.push_back({.centre = {centre(width, x), centre(height, y)}, .side = side});
    }
  }
  return squares;
}

void merge_faces(std::vector<Face>& known, const std::vector<Face>& more) {
  constexpr double kSameFace = 0.3;
  for (const Face& face : more) {
    const bool seen = std::ranges::any_of(
        known, [&](const Face& other) { return intersection_over_smaller(face.box, other.box) > kSameFace; });
    if (!seen) known.push_back(face);
  }
}

}  // namespace pharos::vision
