// Finds faces: boxes and six points, in whole photos and in parts of them.
#pragma once

#include <filesystem>
#include <vector>

#include "platform/vision/detector.h"
#include "platform/vision/face.h"
#include "platform/vision/geometry.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"

namespace pharos::vision {

struct Faces {
  std::vector<Face> sure;  ///< best score first
  int unsure = 0;          ///< how many more there may be
};

/// Thread-safe. Faces come without mesh.
class FaceDetector {
 public:
  /// Throws base::Error as Detector does.
  FaceDetector(const std::filesystem::path& file, int requests);

  Faces detect(const Image& image, const Region& square, FaceSource source) const;

  const inference::Model& model() const { return detector_.model(); }

 private:
  Detector detector_;
};

/// Where a body's head is: small faces, which the whole image is too coarse for, are found there.
Region head_region(const Pose& pose);

/// 3 × 3 overlapping squares of half the long side, for groups of small faces.
std::vector<Region> tiles(int width, int height);

/// Adds those of `more` that do not cover, or lie within, a face already known.
void merge_faces(std::vector<Face>& known, const std::vector<Face>& more);

}  // namespace pharos::vision
