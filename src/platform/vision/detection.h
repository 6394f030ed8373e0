// What single-shot detectors find, and how many finds of one thing become one.
#pragma once

#include <span>
#include <vector>

#include "platform/vision/geometry.h"

namespace pharos::vision {

struct Detection {
  Box box;
  double score = 0;  ///< 0 to 1
  std::vector<Point> keypoints;
};

/// Reads a detector's two outputs: for each anchor (x, y, width, height, then `keypoints` points) in pixels
/// of the input about the anchor, and a score before the sigmoid. Keeps scores of at least 0.5; coordinates
/// are in units of the input's side.
std::vector<Detection> decode_detections(std::span<const float> values, std::span<const float> scores,
                                         std::span<const Point> anchors, int input_size, int keypoints,
                                         double min_score);

/// Weighted suppression: boxes that overlap the best one by more than 0.3 (intersection over union) melt into
/// it, weighted by score; its score stays. Best first.
std::vector<Detection> suppress(std::vector<Detection> detections);

/// What a detector sees: things it is sure of, and how many more it may see.
struct Sightings {
  std::vector<Detection> sure;  ///< score ≥ 0.5, best first
  int unsure = 0;               ///< things of a lower score, apart from those and from each other
};

/// Suppresses the sure ones among themselves, so that the unsure do not move them.
Sightings sort_out(std::vector<Detection> detections);

}  // namespace pharos::vision
