#include "platform/vision/pose_landmarks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "platform/vision/geometry.h"
#include "platform/vision/outputs.h"

namespace pharos::vision {
namespace {

constexpr int kInputSize = 256;
constexpr std::size_t kPoints = 39;  // the 33, and six helpers that only video needs
constexpr std::size_t kPointValues = 5;
constexpr int kHeatCells = 64;
constexpr std::size_t kHeatValues = kPoints * kHeatCells * kHeatCells;
constexpr std::size_t kMaskValues = std::size_t{kInputSize} * kInputSize;
constexpr double kMinFlag = 0.5;

float sigmoid(float value) {
  return 1.0F / (1.0F + std::exp(-value));
}

/// The landmark on the other side of the body; 0 is its own.
std::size_t other_side(std::size_t index) {
  if (index == kNose) return kNose;
  if (index <= kRightEyeOuter) return index <= kLeftEyeOuter ? index + 3 : index - 3;
  return index % 2 == 1 ? index + 1 : index - 1;
}

/// Signed: mirror image minus photo, in pixels of the photo.
std::vector<Point> disagreement(const BodyReading& straight, const BodyReading& mirrored,
                                const Region& region) {
  std::vector<Point> offsets(kLandmarkCount);
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const Point a = on_image(region, {straight.landmarks[i].x, straight.landmarks[i].y});
    const Point b = on_image(region, {mirrored.landmarks[i].x, mirrored.landmarks[i].y});
    offsets[i] = {b.x - a.x, b.y - a.y};
  }
  return offsets;
}

BodyReading infer(const inference::Model& model, const Crop& crop) {
  BodyReading reading;
  model.infer([&](std::span<float> input) { to_floats(crop, 0, 1, input); },
              [&](std::span<const inference::Output> outputs) { reading = decode_body(outputs); });
  return reading;
}

}  // namespace

void refine(RegionLandmark& landmark, std::span<const float> heat_map, std::size_t index) {
  constexpr int kReach = 4;
  constexpr float kSure = 0.5F;
  const int column = static_cast<int>(landmark.x * kHeatCells);
  const int row = static_cast<int>(landmark.y * kHeatCells);
  if (column < 0 || row < 0 || column >= kHeatCells || row >= kHeatCells) return;
  double total = 0;
  double x = 0;
  double y = 0;
  float most = 0;
  for (int r = std::max(0, row - kReach); r <= std::min(kHeatCells - 1, row + kReach); ++r) {
    for (int c = std::max(0, column - kReach); c <= std::min(kHeatCells - 1, column + kReach); ++c) {
      const auto cell = static_cast<std::size_t>(r * kHeatCells + c);
      const float weight = sigmoid(heat_map[cell * kPoints + index]);
      most = std::max(most, weight);
      total += static_cast<double>(weight);
      x += static_cast<double>(weight) * c;
      y += static_cast<double>(weight) * r;
    }
  }
  if (most < kSure) return;
  landmark.x = x / total / kHeatCells;
  landmark.y = y / total / kHeatCells;
}

BodyReading decode_body(std::span<const inference::Output> outputs) {
  const auto points = output_of(outputs, kPoints * kPointValues);
  const auto heat_map = output_of(outputs, kHeatValues);
  const auto mask = find_output(outputs, kMaskValues);
  BodyReading reading{.flag = static_cast<double>(output_of(outputs, 1).front()),
                      .mask_logits = {mask.begin(), mask.end()}};
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const float* point = &points[i * kPointValues];
    const auto unit = [&](int axis) { return static_cast<double>(point[axis]) / kInputSize; };
    reading.landmarks[i] = {.x = unit(0),
                            .y = unit(1),
                            .z = unit(2),
                            .visibility = static_cast<double>(sigmoid(point[3])),
                            .presence = static_cast<double>(sigmoid(point[4]))};
    refine(reading.landmarks[i], heat_map, i);
  }
  return reading;
}

BodyReading unmirror(BodyReading reading) {
  for (RegionLandmark& landmark : reading.landmarks) landmark.x = 1 - landmark.x;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    if (i < other_side(i)) std::swap(reading.landmarks[i], reading.landmarks[other_side(i)]);
  }
  return reading;
}

BodyReading average(const BodyReading& a, const BodyReading& b) {
  BodyReading mean = a;
  mean.flag = (a.flag + b.flag) / 2;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const RegionLandmark& other = b.landmarks[i];
    RegionLandmark& mine = mean.landmarks[i];
    mine = {.x = (mine.x + other.x) / 2,
            .y = (mine.y + other.y) / 2,
            .z = (mine.z + other.z) / 2,
            .visibility = (mine.visibility + other.visibility) / 2,
            .presence = (mine.presence + other.presence) / 2};
  }
  return mean;
}

Pose place_on_image(const BodyReading& reading, const Body& body) {
  Pose pose{.mask = {.region = body.region, .size = kInputSize}, .score = body.score, .region = body.region};
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const RegionLandmark& landmark = reading.landmarks[i];
    const Point pixel = on_image(body.region, {landmark.x, landmark.y});
    pose.keypoints[i] = {.name = std::string(kLandmarkNames[i]),
                         .x = pixel.x,
                         .y = pixel.y,
                         .z = landmark.z * body.region.side,
                         .visibility = landmark.visibility,
                         .presence = landmark.presence};
  }
  pose.mask.cells.resize(reading.mask_logits.size());
  std::ranges::transform(reading.mask_logits, pose.mask.cells.begin(), sigmoid);
  return pose;
}

PoseLandmarker::PoseLandmarker(const std::filesystem::path& file, int requests)
    : model_({.file = file, .precision = inference::Precision::kF32, .requests = requests}),
      landmarks_only_({.file = file,
                       .precision = inference::Precision::kF32,
                       .requests = requests,
                       .outputs = {"Identity", "Identity_1", "Identity_3"}}) {
  require_input(model_, file, kInputSize);
}

std::optional<Pose> PoseLandmarker::read(const Image& image, const Body& body) const {
  const BodyReading reading = infer(model_, warp(image, body.region, kInputSize, Border::kReplicate));
  if (!(reading.flag > kMinFlag)) return std::nullopt;
  return place_on_image(reading, body);
}

std::optional<Pose> PoseLandmarker::read_twice(const Image& image, const Body& body) const {
  const Crop crop = warp(image, body.region, kInputSize, Border::kReplicate);
  const BodyReading straight = infer(model_, crop);
  if (!(straight.flag > kMinFlag)) return std::nullopt;
  const BodyReading mirrored = unmirror(infer(landmarks_only_, mirror_image(crop)));
  Pose pose = place_on_image(average(straight, mirrored), body);
  pose.uncertainty = disagreement(straight, mirrored, body.region);
  return pose;
}

}  // namespace pharos::vision
