// A person's body in a photo: 33 landmarks, a mask, and what can be measured from them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "platform/vision/geometry.h"

namespace pharos::vision {

/// The 33 landmarks, in the model's order. Left and right are the person's own.
enum Landmark : std::uint8_t {
  kNose,
  kLeftEyeInner,
  kLeftEye,
  kLeftEyeOuter,
  kRightEyeInner,
  kRightEye,
  kRightEyeOuter,
  kLeftEar,
  kRightEar,
  kMouthLeft,
  kMouthRight,
  kLeftShoulder,
  kRightShoulder,
  kLeftElbow,
  kRightElbow,
  kLeftWrist,
  kRightWrist,
  kLeftPinky,
  kRightPinky,
  kLeftIndex,
  kRightIndex,
  kLeftThumb,
  kRightThumb,
  kLeftHip,
  kRightHip,
  kLeftKnee,
  kRightKnee,
  kLeftAnkle,
  kRightAnkle,
  kLeftHeel,
  kRightHeel,
  kLeftFootIndex,
  kRightFootIndex,
};
inline constexpr std::size_t kLandmarkCount = 33;

/// "nose", "left_eye_inner", ... in the model's order.
extern const std::array<std::string_view, kLandmarkCount> kLandmarkNames;

struct Keypoint {
  std::string name;
  double x = 0;  ///< pixels
  double y = 0;
  double z = 0;           ///< pixels towards (negative) or away from the camera, about the hips; rough
  double visibility = 0;  ///< 0 to 1: not hidden
  double presence = 0;    ///< 0 to 1: inside the picture
};
BOOST_DESCRIBE_STRUCT(Keypoint, (), (name, x, y, z, visibility, presence))

/// Where the person is, cell by cell of the rotated square `region`; 0 to 1.
struct PersonMask {
  Region region;
  int size = 0;              ///< cells a side
  std::vector<float> cells;  ///< row by row in the region's own frame

  /// The value at a pixel of the image, bilinear; 0 outside the region.
  float at(double x, double y) const;
};

struct Pose {
  std::array<Keypoint, kLandmarkCount> keypoints;
  PersonMask mask;
  double score = 0;  ///< the detector's, 0 to 1
  Region region;
  /// Disagreement of the photo and its mirror image for each landmark, in pixels: where the mirror image has
  /// it minus where the photo has it; the keypoint lies between. Empty after a single pass.
  std::vector<Point> uncertainty;
  int others = 0;  ///< bodies besides this one, those the detector is unsure of included
};

enum class View { kFrontal, kOblique, kSide, kUnknown };
BOOST_DESCRIBE_ENUM(View, kFrontal, kOblique, kSide, kUnknown)

enum class Facing { kFront, kBack, kUnknown };
BOOST_DESCRIBE_ENUM(Facing, kFront, kBack, kUnknown)

/// Degrees; + when the end further right in the picture is lower, and for the trunk when the shoulders are to
/// the right of the hips. Empty when the landmarks it needs are not usable.
struct Angles {
  std::optional<double> shoulders;
  std::optional<double> hips;
  std::optional<double> ears;
  std::optional<double> trunk_lean;
};
BOOST_DESCRIBE_STRUCT(Angles, (), (shoulders, hips, ears, trunk_lean))

/// What the landmarks say about how the person stands.
struct PostureMeasurement {
  Angles angles;                               ///< empty where not usable, see `reasons`
  Angles raw_angles;                           ///< of all landmarks, usable or not
  Angles uncertainty;                          ///< ± degrees; empty after a single pass
  std::map<std::string, std::string> reasons;  ///< angle name → why it was not measured
  View view = View::kUnknown;
  Facing facing = Facing::kUnknown;
  std::optional<double> view_ratio;   ///< |Δx of the shoulders| over the torso's length
  std::optional<double> head_offset;  ///< ears' middle from the shoulders' middle, in shoulder widths
  std::optional<double> camera_roll;  ///< a tilt that shoulders, hips and ears share, degrees
  std::optional<double>
      ear_shoulder_angle;                   ///< side view only: a proxy of the craniovertebral angle, degrees
  std::optional<double> shoulder_hip_lean;  ///< side view only, degrees
};
BOOST_DESCRIBE_STRUCT(PostureMeasurement, (),
                      (angles, raw_angles, uncertainty, reasons, view, facing, view_ratio, head_offset,
                       camera_roll, ear_shoulder_angle, shoulder_hip_lean))

/// Visibility and presence at least 0.5, and inside an image of that size.
bool is_usable(const Keypoint& point, int width, int height);

/// Measures posture from the landmarks of a photo of that size.
PostureMeasurement measure_posture(const Pose& pose, int width, int height);

}  // namespace pharos::vision
