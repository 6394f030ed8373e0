// Draws clothed figures whose pose, mask and colours are known: for tests of everything that reads clothes.
#pragma once

#include <functional>

#include "platform/vision/face.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"

namespace pharos::vision::testing {

/// Colours are 0xRRGGBB.
struct Mannequin {
  unsigned upper = 0x2f66b4;
  unsigned lower = 0x88898a;
  unsigned shoes = 0x6d4428;
  unsigned skin = 0xd9a584;
  unsigned background = 0xb9c2b4;
  bool long_sleeves = true;
  bool shorts = false;
  bool half_body = false;  ///< cut below the waist
  bool seen_from_side = false;
  bool arms_crossed = false;
  unsigned open_jacket = 0;                     ///< its colour, over `upper`; 0 = none
  std::function<unsigned(int x, int y)> cloth;  ///< of upper garment and sleeves, in place of `upper`
  double light = 1;                             ///< share of light on the brighter side
  double shade = 1;  ///< share of that on the darker side: from left to right across the picture
  double folds = 0;  ///< how far light swings in folds, 0 to 1
  double noise = 0;  ///< standard deviation in 8-bit levels
  int height = 640;  ///< of the picture; everything scales with it
};

struct Staged {
  Image image;
  Pose pose;
  Face face;
};

Staged stage(const Mannequin& mannequin);

/// One colour everywhere.
Image plain_image(int width, int height, unsigned rgb);
/// A Gaussian blur of that many pixels.
Image blurred(const Image& image, double sigma);
/// Repeatable noise of that standard deviation in 8-bit levels.
Image with_noise(const Image& image, double deviation, unsigned seed = 1);

}  // namespace pharos::vision::testing
