// Whether a garment region shows two garments, such as an open jacket over a shirt.
#pragma once

#include <span>

#include "platform/vision/bitmap.h"
#include "platform/vision/colour.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {

struct Layers {
  bool layered = false;  ///< two colours, each in one to three large separate areas
  Bitmap main;           ///< working pixels of the main colour's large areas; the whole area when not layered
};

/// `palette` is the area's own, largest share first.
Layers find_layers(const Bitmap& area, const LabPatch& colours, std::span<const Swatch> palette);

}  // namespace pharos::vision
