// Where garments can be read: shapes laid along a pose's limbs, inside of the person.
//
//        head ─ banned          upper    shoulders → hips, 0.15 to 0.82, inset 12 % a side
//     ┌─┬────┬─┐                lower    thighs 0.22 to 0.92, and what lies between them
//     │s│ up │s│                sleeves  upper arms 0.15 to 0.9
//     │ │ per│ │ ─ hands and    shoes    heel → toes
//     └─┤────├─┘   forearms banned
//       │low │
//       └─┬┬─┘
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "platform/vision/appearance.h"
#include "platform/vision/bitmap.h"
#include "platform/vision/pose.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {

inline constexpr int kFewestPixels = 400;

/// A pose's landmarks in working pixels.
class Figure {
 public:
  Figure(const Pose& pose, const WorkingImage& image);

  Point at(Landmark landmark) const { return points_[landmark]; }
  bool usable(Landmark landmark) const { return usable_[landmark]; }
  double visibility(Landmark landmark) const { return visibility_[landmark]; }
  /// Below or beside the picture rather than hidden in it.
  bool outside(Landmark landmark) const;
  /// The shoulders' width, or half the torso when that is longer: the figure's size in any view.
  double scale() const { return scale_; }
  /// The hips: the pose's own, or below the shoulders where hips are when the pose's make no body.
  std::pair<Point, Point> hips() const { return hips_; }

 private:
  int width_;
  int height_;
  std::array<Point, kLandmarkCount> points_{};
  std::array<bool, kLandmarkCount> usable_{};
  std::array<double, kLandmarkCount> visibility_{};
  std::pair<Point, Point> hips_;
  double scale_ = 0;
};

struct GarmentRegion {
  Slot slot = Slot::kUpper;
  Bitmap area;            ///< working pixels whose colours count
  Bitmap core;            ///< the part whose pattern counts: further from borders
  double visibility = 0;  ///< of the landmarks it rests on, 0 to 1
};

struct GarmentRegions {
  std::vector<GarmentRegion> found;
  std::vector<std::pair<Slot, std::string>> not_visible;  ///< slot and why
};

/// Each region has at least kFewestPixels pixels.
GarmentRegions find_garment_regions(const Figure& figure, const PersonGrid& person,
                                    const WorkingImage& image);

}  // namespace pharos::vision
