// Whether cloth is plain, striped, checked or patterned.
#pragma once

#include "platform/vision/appearance.h"
#include "platform/vision/bitmap.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {

struct PatternReading {
  Pattern pattern = Pattern::kUnsure;
  double confidence = 0;  ///< 0 to 1
};

/// Reads the pattern inside `area`, of one garment layer.
///
/// What varies is looked at along the colour axis on which it varies most, without what is wider than
/// `scale` / 5 pixels (light and shadow). The structure tensor tells whether edges share one direction or two
/// at right angles (Bigün and Granlund 1987); the autocorrelation along and across it whether they repeat.
PatternReading read_pattern(const Bitmap& area, const LabPatch& colours, double scale);

}  // namespace pharos::vision
