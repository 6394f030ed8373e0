// Finds bodies: where to look for landmarks, for each person in a photo.
#pragma once

#include <filesystem>
#include <vector>

#include "platform/vision/detector.h"
#include "platform/vision/geometry.h"
#include "platform/vision/image.h"

namespace pharos::vision {

/// One body as the detector saw it.
struct Body {
  Region region;     ///< the turned square that holds the whole body
  double score = 0;  ///< 0 to 1
};

struct Bodies {
  std::vector<Body> sure;  ///< best score first
  int unsure = 0;          ///< how many more there may be
};

/// The square about the hips' middle, turned so that the body stands upright, that holds a whole body.
Region body_region(Point mid_hip, Point full_body);

/// Thread-safe.
class PoseDetector {
 public:
  /// Throws base::Error as Detector does.
  PoseDetector(const std::filesystem::path& file, int requests);

  Bodies detect(const Image& image) const;

  const inference::Model& model() const { return detector_.model(); }

 private:
  Detector detector_;
};

/// Puts the person a photo is most likely about first: the largest region × score, and the nearer to the
/// centre of two that are about as large. The best score alone is sometimes a passer-by.
void order_by_prominence(std::vector<Body>& bodies, int width, int height);

}  // namespace pharos::vision
