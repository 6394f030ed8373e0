// Posture from landmarks: tilts, lean, view, and how far to trust them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <numbers>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "platform/vision/pose.h"

namespace pharos::vision {
namespace {

using Points = std::array<Point, kLandmarkCount>;

constexpr double kReliableWithin = 3;  // degrees of disagreement between photo and mirror image

double degrees(double radians) {
  return radians * 180 / std::numbers::pi;
}

/// Of the line from the person's right to left point; + = the end further right in the picture is lower.
std::optional<double> tilt(Point right, Point left) {
  const double dx = left.x - right.x;
  const double dy = left.y - right.y;
  if (dx == 0 && dy == 0) return std::nullopt;
  const double angle = degrees(std::atan2(dy, dx));
  if (angle > 90) return angle - 180;
  if (angle <= -90) return angle + 180;
  return angle;
}

/// Of the line from `low` to `high` against the vertical; + = leaning to the right of the picture.
std::optional<double> lean(Point low, Point high) {
  if (low.x == high.x && low.y == high.y) return std::nullopt;
  return degrees(std::atan2(high.x - low.x, low.y - high.y));
}

Point mid_shoulder(const Points& points) {
  return middle(points[kLeftShoulder], points[kRightShoulder]);
}
Point mid_hip(const Points& points) {
  return middle(points[kLeftHip], points[kRightHip]);
}
double shoulder_width(const Points& points) {
  return distance(points[kLeftShoulder], points[kRightShoulder]);
}

Angles measure_angles(const Points& points) {
  return {.shoulders = tilt(points[kRightShoulder], points[kLeftShoulder]),
          .hips = tilt(points[kRightHip], points[kLeftHip]),
          .ears = tilt(points[kRightEar], points[kLeftEar]),
          .trunk_lean = lean(mid_hip(points), mid_shoulder(points))};
}

/// The keypoints moved by `share` of their disagreement: −½ is what the photo said, +½ the mirror image.
Points points_of(const Pose& pose, double share) {
  Points points;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    const Point offset = pose.uncertainty.empty() ? Point{} : pose.uncertainty[i];
    points[i] = {pose.keypoints[i].x + share * offset.x, pose.keypoints[i].y + share * offset.y};
  }
  return points;
}

/// Difference of two directions of lines, which repeat every half turn.
std::optional<double> difference(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return std::abs(std::remainder(*a - *b, 180));
}

Angles measure_uncertainty(const Pose& pose) {
  if (pose.uncertainty.size() != kLandmarkCount) return {};
  const Angles photo = measure_angles(points_of(pose, -0.5));
  const Angles mirrored = measure_angles(points_of(pose, 0.5));
  return {.shoulders = difference(photo.shoulders, mirrored.shoulders),
          .hips = difference(photo.hips, mirrored.hips),
          .ears = difference(photo.ears, mirrored.ears),
          .trunk_lean = difference(photo.trunk_lean, mirrored.trunk_lean)};
}

/// Why the landmarks cannot be measured; empty when they can.
std::string why_unusable(const Pose& pose, std::initializer_list<Landmark> needed, int width, int height) {
  for (const Landmark landmark : needed) {
    const Keypoint& point = pose.keypoints[landmark];
    if (is_usable(point, width, height)) continue;
    std::string part = point.name;
    std::ranges::replace(part, '_', ' ');
    const bool inside = point.x >= 0 && point.y >= 0 && point.x < width && point.y < height;
    return fmt::format("the {} is {}", part, inside ? "hidden" : "outside the picture");
  }
  return {};
}

/// Decides what may be reported of the raw angles.
class Gate {
 public:
  Gate(const Pose& pose, int width, int height, PostureMeasurement& measurement)
      : pose_(pose), width_(width), height_(height), measurement_(measurement) {}

  void admit(const std::string& name, std::optional<double> Angles::* angle,
             std::initializer_list<Landmark> needed) {
    std::string reason = why_unusable(pose_, needed, width_, height_);
    const std::optional<double> doubt = measurement_.uncertainty.*angle;
    if (reason.empty() && doubt && *doubt > kReliableWithin) {
      reason = fmt::format("not reliable: the photo and its mirror image differ by {:.0f}°", *doubt);
    }
    if (reason.empty() && !(measurement_.raw_angles.*angle)) reason = "its two points coincide";
    if (reason.empty()) {
      measurement_.angles.*angle = measurement_.raw_angles.*angle;
    } else {
      measurement_.reasons[name] = std::move(reason);
    }
  }

 private:
  const Pose& pose_;
  int width_;
  int height_;
  PostureMeasurement& measurement_;
};

Facing facing(const Points& points) {
  const double across = points[kLeftShoulder].x - points[kRightShoulder].x;
  if (across == 0) return Facing::kUnknown;
  return across > 0 ? Facing::kFront : Facing::kBack;
}

View view(std::optional<double> ratio) {
  constexpr double kFrontalAbove = 0.45;
  constexpr double kSideBelow = 0.25;
  if (!ratio) return View::kUnknown;
  if (*ratio > kFrontalAbove) return View::kFrontal;
  return *ratio < kSideBelow ? View::kSide : View::kOblique;
}

std::optional<double> view_ratio(const Points& points) {
  const double torso = distance(mid_shoulder(points), mid_hip(points));
  if (!(torso > 0)) return std::nullopt;
  return std::abs(points[kLeftShoulder].x - points[kRightShoulder].x) / torso;
}

std::optional<double> head_offset(const Points& points) {
  const double width = shoulder_width(points);
  if (!(width > 0)) return std::nullopt;
  return (middle(points[kLeftEar], points[kRightEar]).x - mid_shoulder(points).x) / width;
}

/// Shoulders, hips and ears rarely lean alike by themselves.
std::optional<double> camera_roll(const Angles& angles) {
  constexpr double kAlikeWithin = 2;
  constexpr double kVisibleFrom = 1;
  if (!angles.shoulders || !angles.hips || !angles.ears) return std::nullopt;
  const auto [low, high] = std::minmax({*angles.shoulders, *angles.hips, *angles.ears});
  const double mean = (*angles.shoulders + *angles.hips + *angles.ears) / 3;
  if (high - low > kAlikeWithin || std::abs(mean) < kVisibleFrom) return std::nullopt;
  return mean;
}

/// Seen from the side, only the nearer ear, shoulder and hip are really there.
void measure_side(const Pose& pose, const Points& points, int width, int height, PostureMeasurement& found) {
  const auto seen = [&](Landmark ear, Landmark shoulder, Landmark hip) {
    return pose.keypoints[ear].visibility + pose.keypoints[shoulder].visibility +
           pose.keypoints[hip].visibility;
  };
  const bool left = seen(kLeftEar, kLeftShoulder, kLeftHip) >= seen(kRightEar, kRightShoulder, kRightHip);
  const Landmark ear = left ? kLeftEar : kRightEar;
  const Landmark shoulder = left ? kLeftShoulder : kRightShoulder;
  const Landmark hip = left ? kLeftHip : kRightHip;
  if (why_unusable(pose, {ear, shoulder}, width, height).empty()) {
    const double across = std::abs(points[ear].x - points[shoulder].x);
    found.ear_shoulder_angle = degrees(std::atan2(points[shoulder].y - points[ear].y, across));
  }
  if (why_unusable(pose, {shoulder, hip}, width, height).empty()) {
    found.shoulder_hip_lean = lean(points[hip], points[shoulder]);
  }
}

}  // namespace

PostureMeasurement measure_posture(const Pose& pose, int width, int height) {
  const Points points = points_of(pose, 0);
  PostureMeasurement found{.raw_angles = measure_angles(points),
                           .uncertainty = measure_uncertainty(pose),
                           .facing = facing(points),
                           .view_ratio = view_ratio(points)};
  found.view = view(found.view_ratio);

  Gate gate(pose, width, height, found);
  gate.admit("shoulders", &Angles::shoulders, {kLeftShoulder, kRightShoulder});
  gate.admit("hips", &Angles::hips, {kLeftHip, kRightHip});
  gate.admit("ears", &Angles::ears, {kLeftEar, kRightEar});
  gate.admit("trunk_lean", &Angles::trunk_lean, {kLeftShoulder, kRightShoulder, kLeftHip, kRightHip});

  if (const std::string hips = why_unusable(pose, {kLeftHip, kRightHip}, width, height); !hips.empty()) {
    found.reasons["view"] = "head and shoulders only: the view rests on guessed hips, as " + hips;
  }
  if (why_unusable(pose, {kLeftShoulder, kRightShoulder, kLeftEar, kRightEar}, width, height).empty()) {
    found.head_offset = head_offset(points);
  }
  found.camera_roll = camera_roll(found.angles);
  if (found.view == View::kSide) measure_side(pose, points, width, height, found);
  return found;
}

}  // namespace pharos::vision
