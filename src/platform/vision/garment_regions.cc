#include "platform/vision/garment_regions.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <span>
#include <string_view>

namespace pharos::vision {
namespace {

constexpr float kPersonAbove = 0.6F;
constexpr double kErosion = 0.03;  // of the figure's scale, as are the radii of head and hands

struct Side {
  Landmark shoulder, elbow, wrist, index, pinky, hip, knee, ankle, heel, toe;
};
constexpr Side kSides[] = {
    {kLeftShoulder, kLeftElbow, kLeftWrist, kLeftIndex, kLeftPinky, kLeftHip, kLeftKnee, kLeftAnkle,
     kLeftHeel, kLeftFootIndex},
    {kRightShoulder, kRightElbow, kRightWrist, kRightIndex, kRightPinky, kRightHip, kRightKnee, kRightAnkle,
     kRightHeel, kRightFootIndex},
};

Point between(Point a, Point b, double share) {
  return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

/// Hips below the shoulders, for figures whose pose has none that make a body.
std::pair<Point, Point> hips_below(Point left, Point right) {
  constexpr double kTorsoLength = 1.4;  // shoulder widths
  constexpr double kHipInset = 0.15;
  Point down{-(right.y - left.y), right.x - left.x};
  if (down.y < 0) {
    down = {-down.x, -down.y};
  }
  const auto hip = [&](Point shoulder, Point other) {
    const Point inset = between(shoulder, other, kHipInset);
    return Point{inset.x + down.x * kTorsoLength, inset.y + down.y * kTorsoLength};
  };
  return {hip(left, right), hip(right, left)};
}

/// Draws the shapes of each garment; what is drawn is not yet cut by the person's mask.
class Tailor {
 public:
  Tailor(const Figure& figure, int width, int height) : figure_(figure), width_(width), height_(height) {}

  Bitmap upper(double from, double to, double inset) const {
    Bitmap shape(width_, height_);
    const Point left = figure_.at(kLeftShoulder);
    const Point right = figure_.at(kRightShoulder);
    const auto [left_hip, right_hip] = figure_.hips();
    std::vector<Point> corners;
    for (const double along : {from, to}) {
      auto [a, b] = widened(between(left, left_hip, along), between(right, right_hip, along));
      corners.push_back(between(a, b, inset));
      corners.push_back(between(b, a, inset));
    }
    fill_hull(shape, corners);
    return shape;
  }

  Bitmap lower() const {
    constexpr double kFrom = 0.22;
    constexpr double kTo = 0.92;
    constexpr double kRadius = 0.14;  // of the thigh
    Bitmap shape(width_, height_);
    std::vector<Point> corners;
    for (const Side& side : kSides) {
      if (!leg_in_view(side)) {
        continue;
      }
      const Point from = between(figure_.at(side.hip), figure_.at(side.knee), kFrom);
      const Point to = between(figure_.at(side.hip), figure_.at(side.knee), kTo);
      fill_capsule(shape, from, to, kRadius * distance(figure_.at(side.hip), figure_.at(side.knee)));
      corners.insert(corners.end(), {from, to});
    }
    fill_hull(shape, corners);
    return shape;
  }

  Bitmap sleeves() const {
    constexpr double kRadius = 0.09;  // of the figure's scale
    Bitmap shape(width_, height_);
    for (const Side& side : kSides) {
      if (arm_in_view(side)) {
        fill_capsule(shape, between(figure_.at(side.shoulder), figure_.at(side.elbow), 0.15),
                     between(figure_.at(side.shoulder), figure_.at(side.elbow), 0.9),
                     kRadius * figure_.scale());
      }
    }
    return shape;
  }

  Bitmap shoes() const {
    constexpr double kRadius = 0.09;  // of the shank
    Bitmap shape(width_, height_);
    for (const Side& side : kSides) {
      if (foot_in_view(side)) {
        fill_capsule(shape, figure_.at(side.heel), figure_.at(side.toe),
                     kRadius * distance(figure_.at(side.knee), figure_.at(side.ankle)));
      }
    }
    return shape;
  }

  void cut_head(Bitmap& shape) const {
    const Point left = figure_.at(kLeftEar);
    const Point right = figure_.at(kRightEar);
    const double radius = std::max(0.95 * distance(left, right), 0.25 * figure_.scale());
    fill_capsule(shape, middle(left, right), figure_.at(kNose), radius, false);
  }

  void cut_hands(Bitmap& shape) const {
    constexpr double kReach = 0.22;
    constexpr double kRadius = 0.13;
    for (const Side& side : kSides) {
      if (!figure_.usable(side.wrist)) {
        continue;
      }
      const Point wrist = figure_.at(side.wrist);
      const Point knuckles = middle(figure_.at(side.index), figure_.at(side.pinky));
      const double length = std::max(distance(wrist, knuckles), 1.0);
      const double reach = kReach * figure_.scale() / length;
      fill_capsule(shape, wrist, between(wrist, knuckles, reach), kRadius * figure_.scale(), false);
    }
  }

  void cut_forearms(Bitmap& shape) const {
    constexpr double kRadius = 0.13;
    for (const Side& side : kSides) {
      if (figure_.usable(side.elbow) && figure_.usable(side.wrist)) {
        fill_capsule(shape, figure_.at(side.elbow), figure_.at(side.wrist), kRadius * figure_.scale(), false);
      }
    }
  }

  bool torso_in_view() const {
    const int shoulders = figure_.usable(kLeftShoulder) + figure_.usable(kRightShoulder);
    const int hips = figure_.usable(kLeftHip) + figure_.usable(kRightHip);
    return shoulders == 2 || (shoulders == 1 && hips >= 1);
  }

  /// A knee below the picture's edge leaves the thigh above it readable; a hidden one does not.
  bool leg_in_view(const Side& side) const {
    return figure_.usable(side.hip) && (figure_.usable(side.knee) || figure_.outside(side.knee));
  }
  bool arm_in_view(const Side& side) const {
    return figure_.usable(side.shoulder) && figure_.usable(side.elbow);
  }
  bool foot_in_view(const Side& side) const {
    return figure_.usable(side.ankle) && figure_.usable(side.heel) && figure_.usable(side.toe);
  }

 private:
  /// A torso seen from the side is deeper than its shoulders are apart.
  std::pair<Point, Point> widened(Point a, Point b) const {
    constexpr double kNarrowest = 0.5;  // of the figure's scale
    const double width = distance(a, b);
    const double least = kNarrowest * figure_.scale();
    if (width >= least) {
      return {a, b};
    }
    const Point centre = middle(a, b);
    const double half = std::copysign(least / 2, b.x - a.x);
    return {{centre.x - half, centre.y}, {centre.x + half, centre.y}};
  }

  const Figure& figure_;
  int width_;
  int height_;
};

/// Clears what is not the person; `person` is on the half grid.
void cut_background(Bitmap& shape, const Bitmap& person) {
  for (int y = 0; y < shape.height; ++y) {
    std::uint8_t* row = &shape.cells[shape.index(0, y)];
    const std::uint8_t* inside = &person.cells[person.index(0, y / PersonGrid::kStep)];
    for (int x = 0; x < shape.width; ++x) {
      row[x] &= inside[x / PersonGrid::kStep];
    }
  }
}

double mean_visibility(const Figure& figure, std::span<const Landmark> landmarks) {
  double sum = 0;
  for (const Landmark landmark : landmarks) {
    sum += figure.visibility(landmark);
  }
  return sum / static_cast<double>(landmarks.size());
}

class Wardrobe {
 public:
  Wardrobe(const Figure& figure, const PersonGrid& grid, int width, int height)
      : figure_(figure), tailor_(figure, width, height), loose_(grid.above(0.5F)) {
    const Bitmap sure = grid.above(kPersonAbove);
    empty_ = sure.count() == 0;
    person_ = eroded(
        sure, std::max(1, static_cast<int>(std::lround(kErosion * figure.scale() / PersonGrid::kStep))));
  }

  GarmentRegions find() {
    add_upper();
    add_lower();
    add_sleeves();
    add_shoes();
    return std::move(regions_);
  }

 private:
  void add_upper() {
    if (!tailor_.torso_in_view()) {
      return missing(Slot::kUpper, "the shoulders are not in view");
    }
    GarmentRegion region{.slot = Slot::kUpper,
                         .area = tailor_.upper(0.15, 0.82, 0.12),
                         .core = tailor_.upper(0.22, 0.72, 0.18)};
    for (Bitmap* shape : {&region.area, &region.core}) {
      tailor_.cut_head(*shape);
      tailor_.cut_hands(*shape);
      cut_background(*shape, person_);
    }
    cut_arms_unless_they_hide_all(region);
    region.visibility = mean_visibility(figure_, std::array{kLeftShoulder, kRightShoulder});
    add(std::move(region), "too little of the torso can be seen");
  }

  void cut_arms_unless_they_hide_all(GarmentRegion& region) const {
    constexpr double kEnough = 0.3;
    GarmentRegion without = region;
    tailor_.cut_forearms(without.area);
    tailor_.cut_forearms(without.core);
    if (without.area.count() > kEnough * region.area.count()) {
      region = std::move(without);
    }
  }

  void add_lower() {
    if (!figure_.usable(kLeftHip) && !figure_.usable(kRightHip)) {
      return missing(Slot::kLower, "the hips are not in view");
    }
    if (!tailor_.leg_in_view(kSides[0]) && !tailor_.leg_in_view(kSides[1])) {
      return missing(Slot::kLower, "the legs are hidden");
    }
    GarmentRegion region{.slot = Slot::kLower, .area = tailor_.lower(), .core = {}};
    tailor_.cut_hands(region.area);
    cut_background(region.area, person_);
    region.core = eroded(region.area, 2);
    region.visibility = mean_visibility(figure_, std::array{kLeftHip, kRightHip, kLeftKnee, kRightKnee});
    add(std::move(region), "too little of the legs can be seen");
  }

  void add_sleeves() {
    if (!tailor_.arm_in_view(kSides[0]) && !tailor_.arm_in_view(kSides[1])) {
      return missing(Slot::kSleeves, "the arms are not in view");
    }
    GarmentRegion region{.slot = Slot::kSleeves, .area = tailor_.sleeves(), .core = {}};
    remove(region.area, tailor_.upper(0.15, 0.82, 0.12));
    tailor_.cut_head(region.area);
    tailor_.cut_hands(region.area);
    cut_background(region.area, person_);
    region.core = eroded(region.area, 2);
    region.visibility =
        mean_visibility(figure_, std::array{kLeftShoulder, kRightShoulder, kLeftElbow, kRightElbow});
    add(std::move(region), "too little of the arms can be seen");
  }

  void add_shoes() {
    if (!tailor_.foot_in_view(kSides[0]) && !tailor_.foot_in_view(kSides[1])) {
      return missing(Slot::kShoes, "the feet are not in view");
    }
    GarmentRegion region{.slot = Slot::kShoes, .area = tailor_.shoes(), .core = {}};
    cut_background(region.area, loose_);  // feet are small: eroding would leave nothing of them
    region.core = eroded(region.area, 2);
    region.visibility =
        mean_visibility(figure_, std::array{kLeftHeel, kRightHeel, kLeftFootIndex, kRightFootIndex});
    add(std::move(region), "the feet are too small in the picture");
  }

  void add(GarmentRegion region, std::string_view why_not) {
    if (region.area.count() < kFewestPixels) {
      missing(region.slot, why_not);
    } else {
      regions_.found.push_back(std::move(region));
    }
  }

  void missing(Slot slot, std::string_view why) {
    regions_.not_visible.emplace_back(
        slot, empty_ ? "the person does not stand out from the background" : std::string(why));
  }

  const Figure& figure_;
  Tailor tailor_;
  Bitmap loose_;
  Bitmap person_;
  bool empty_ = false;
  GarmentRegions regions_;
};

}  // namespace

Figure::Figure(const Pose& pose, const WorkingImage& image) : width_(image.width()), height_(image.height()) {
  const int photo_width = static_cast<int>(std::lround(image.width() * image.scale));
  const int photo_height = static_cast<int>(std::lround(image.height() * image.scale));
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const Keypoint& keypoint = pose.keypoints[i];
    if (!std::isfinite(keypoint.x) || !std::isfinite(keypoint.y)) {
      continue;
    }
    points_[i] = {keypoint.x / image.scale, keypoint.y / image.scale};
    usable_[i] = is_usable(keypoint, photo_width, photo_height);
    visibility_[i] = keypoint.visibility;
  }
  const double shoulders = distance(at(kLeftShoulder), at(kRightShoulder));
  const Point neck = middle(at(kLeftShoulder), at(kRightShoulder));
  const double torso = distance(neck, middle(at(kLeftHip), at(kRightHip)));
  hips_ = {at(kLeftHip), at(kRightHip)};
  const bool seen = usable(kLeftHip) || usable(kRightHip);
  const bool plausible = torso > 0.6 * shoulders && torso < 3.5 * shoulders;
  if (!seen && !plausible) {
    hips_ = hips_below(at(kLeftShoulder), at(kRightShoulder));
    scale_ = shoulders;
  } else {
    scale_ = std::max(shoulders, torso / 2);
  }
}

bool Figure::outside(Landmark landmark) const {
  const Point point = at(landmark);
  return point.x < 0 || point.y < 0 || point.x >= width_ || point.y >= height_;
}

GarmentRegions find_garment_regions(const Figure& figure, const PersonGrid& person,
                                    const WorkingImage& image) {
  return Wardrobe(figure, person, image.width(), image.height()).find();
}

}  // namespace pharos::vision
