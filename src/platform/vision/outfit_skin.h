// The colour of a person's skin as their face shows it in this light: to tell bare limbs from cloth. Used
// within the reading of one photo only, never reported.
#pragma once

#include <optional>

#include "platform/vision/colour.h"
#include "platform/vision/face.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {

class SkinReference {
 public:
  /// From cheeks and nose. Empty when they are too small, or their colour cannot be skin's (chroma 5 to 45,
  /// hue 10° to 95°): a mask, a strong cast, no true face.
  static std::optional<SkinReference> of(const Face& face, const WorkingImage& image);

  bool matches(const LabPixel& pixel) const { return cloth_distance(colour_, pixel.exact()) < tolerance_; }

 private:
  explicit SkinReference(const Lab& colour);

  Lab colour_;
  double tolerance_;
};

}  // namespace pharos::vision
