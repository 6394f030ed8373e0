// A single-shot detector: one network, its grid, and the way from its outputs to pixels of the photo.
#pragma once

#include <filesystem>
#include <vector>

#include "platform/inference/model.h"
#include "platform/vision/detection.h"
#include "platform/vision/geometry.h"
#include "platform/vision/image.h"

namespace pharos::vision {

/// What tells one detector from another.
struct DetectorDesign {
  int input_size;
  std::vector<int> strides;
  int keypoints;
  double unsure_from;  ///< score from which something may be there; 0.5 is sure
};

/// Thread-safe.
class Detector {
 public:
  /// Throws base::Error as Model does, and kUnavailable when the file is not a detector of that design.
  Detector(const std::filesystem::path& file, const DetectorDesign& design, int requests);

  /// What is seen in an upright square of the image, in pixels of the image. Outside the image is black.
  Sightings detect(const Image& image, const Region& square) const;

  const inference::Model& model() const { return model_; }

 private:
  DetectorDesign design_;
  std::vector<Point> anchors_;
  inference::Model model_;
};

}  // namespace pharos::vision
