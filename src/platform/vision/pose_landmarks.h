// Reads one body: from a region of a photo to 33 landmarks and a mask.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "platform/inference/model.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"
#include "platform/vision/pose_detector.h"
#include "platform/vision/warp.h"

namespace pharos::vision {

/// A landmark in units of its region: x and y from 0 to 1 inside.
struct RegionLandmark {
  double x = 0;
  double y = 0;
  double z = 0;
  double visibility = 0;
  double presence = 0;
};

/// What the network says about one crop.
struct BodyReading {
  std::array<RegionLandmark, kLandmarkCount> landmarks{};
  double flag = 0;                 ///< 0 to 1: this is a body
  std::vector<float> mask_logits;  ///< 256 × 256, before the sigmoid; empty when not asked for
};

BodyReading decode_body(std::span<const inference::Output> outputs);

/// Moves a landmark to the centre of gravity of the 9 × 9 cells about it, when the map is sure of it.
/// `heat_map` is 64 × 64 × 39 before the sigmoid, the landmarks' values of a cell side by side.
void refine(RegionLandmark& landmark, std::span<const float> heat_map, std::size_t index);

/// The landmarks of the mirrored crop, as if they had been read from the crop itself.
BodyReading unmirror(BodyReading reading);

/// The mean of two readings of one crop; the mask is the first one's.
BodyReading average(const BodyReading& a, const BodyReading& b);

/// Puts a reading back on the photo.
Pose place_on_image(const BodyReading& reading, const Body& body);

/// Thread-safe.
class PoseLandmarker {
 public:
  /// Throws base::Error as Model does, and kUnavailable when the file is not this network.
  PoseLandmarker(const std::filesystem::path& file, int requests);

  /// One pass over the crop; empty when the network sees no body there.
  std::optional<Pose> read(const Image& image, const Body& body) const;
  /// The mean of the crop and its mirror image, with their disagreement.
  std::optional<Pose> read_twice(const Image& image, const Body& body) const;

  const inference::Model& model() const { return model_; }

 private:
  inference::Model model_;
  inference::Model landmarks_only_;  ///< for the mirror image: the mask costs a third of the time
};

}  // namespace pharos::vision
