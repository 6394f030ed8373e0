#include "platform/vision/face_mesh.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "platform/vision/outputs.h"
#include "platform/vision/warp.h"

namespace pharos::vision {
namespace {

constexpr int kInputSize = 192;
constexpr double kMinFlag = 0.5;

FaceMesh place_on_image(std::span<const float> points, double flag, const Region& region) {
  FaceMesh mesh{.score = flag};
  for (std::size_t i = 0; i < kMeshPoints; ++i) {
    const auto unit = [&](std::size_t axis) {
      return static_cast<double>(points[3 * i + axis]) / kInputSize;
    };
    const Point pixel = on_image(region, {unit(0), unit(1)});
    mesh.points[i] = {.x = static_cast<float>(pixel.x),
                      .y = static_cast<float>(pixel.y),
                      .z = static_cast<float>(unit(2) * region.side)};
  }
  return mesh;
}

}  // namespace

Region mesh_region(const Face& face) {
  constexpr double kRoom = 1.5;
  const Point right_eye = face.keypoints[0];
  const Point left_eye = face.keypoints[1];
  const double direction = std::atan2(right_eye.y - left_eye.y, left_eye.x - right_eye.x);
  return {.centre = face.box.centre(),
          .side = std::max(face.box.width, face.box.height) * kRoom,
          .rotation = wrap_radians(-direction)};
}

FaceMesher::FaceMesher(const std::filesystem::path& file, int requests)
    : model_({.file = file, .precision = inference::Precision::kF32, .requests = requests}) {
  require_input(model_, file, kInputSize);
}

std::optional<FaceMesh> FaceMesher::read(const Image& image, const Face& face) const {
  const Region region = mesh_region(face);
  const Crop crop = warp(image, region, kInputSize, Border::kReplicate);
  std::optional<FaceMesh> mesh;
  model_.infer([&](std::span<float> input) { to_floats(crop, 0, 1, input); },
               [&](std::span<const inference::Output> outputs) {
                 const float logit = output_of(outputs, 1).front();
                 const double flag = 1 / (1 + std::exp(-static_cast<double>(logit)));
                 if (!(flag > kMinFlag)) return;
                 mesh = place_on_image(output_of(outputs, kMeshPoints * 3), flag, region);
               });
  return mesh;
}

}  // namespace pharos::vision
