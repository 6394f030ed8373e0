#include "platform/vision/detector.h"

#include <span>
#include <string>

#include "core/base/error.h"
#include "platform/vision/anchors.h"
#include "platform/vision/outputs.h"
#include "platform/vision/warp.h"

namespace pharos::vision {
namespace {

/// From units of the square to pixels of the image.
void place(Detection& detection, const Region& square) {
  const auto pixel = [&](Point unit) { return on_image(square, unit); };
  const Point corner = pixel({detection.box.x, detection.box.y});
  detection.box = {corner.x, corner.y, detection.box.width * square.side, detection.box.height * square.side};
  for (Point& keypoint : detection.keypoints) keypoint = pixel(keypoint);
}

}  // namespace

Detector::Detector(const std::filesystem::path& file, const DetectorDesign& design, int requests)
    : design_(design),
      anchors_(make_anchors(design.input_size, design.strides)),
      model_({.file = file, .precision = inference::Precision::kF32, .requests = requests}) {
  require_input(model_, file, design.input_size);
}

Sightings Detector::detect(const Image& image, const Region& square) const {
  const Crop crop = warp(image, square, design_.input_size, Border::kBlack);
  Sightings sightings;
  model_.infer([&](std::span<float> input) { to_floats(crop, -1, 1, input); },
               [&](std::span<const inference::Output> outputs) {
                 const std::size_t values = static_cast<std::size_t>(4 + 2 * design_.keypoints);
                 sightings = sort_out(decode_detections(
                     output_of(outputs, anchors_.size() * values), output_of(outputs, anchors_.size()),
                     anchors_, design_.input_size, design_.keypoints, design_.unsure_from));
               });
  for (Detection& detection : sightings.sure) place(detection, square);
  return sightings;
}

}  // namespace pharos::vision
