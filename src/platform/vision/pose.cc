#include "platform/vision/pose.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace pharos::vision {

const std::array<std::string_view, kLandmarkCount> kLandmarkNames = {
    "nose",        "left_eye_inner",  "left_eye",        "left_eye_outer", "right_eye_inner",
    "right_eye",   "right_eye_outer", "left_ear",        "right_ear",      "mouth_left",
    "mouth_right", "left_shoulder",   "right_shoulder",  "left_elbow",     "right_elbow",
    "left_wrist",  "right_wrist",     "left_pinky",      "right_pinky",    "left_index",
    "right_index", "left_thumb",      "right_thumb",     "left_hip",       "right_hip",
    "left_knee",   "right_knee",      "left_ankle",      "right_ankle",    "left_heel",
    "right_heel",  "left_foot_index", "right_foot_index"};

float PersonMask::at(double x, double y) const {
  if (size <= 0 || !(region.side > 0)) return 0;
  const Point unit = in_region(region, {x, y});
  if (!(unit.x >= 0 && unit.y >= 0 && unit.x < 1 && unit.y < 1)) return 0;
  const double column = unit.x * size;
  const double row = unit.y * size;
  const auto left = static_cast<int>(column);
  const auto top = static_cast<int>(row);
  const auto cell = [this](int at_column, int at_row) {
    const int c = std::min(at_column, size - 1);
    const int r = std::min(at_row, size - 1);
    return cells[static_cast<std::size_t>(r) * static_cast<std::size_t>(size) + static_cast<std::size_t>(c)];
  };
  const auto right_share = static_cast<float>(column - left);
  const auto low_share = static_cast<float>(row - top);
  const float upper = std::lerp(cell(left, top), cell(left + 1, top), right_share);
  const float lower = std::lerp(cell(left, top + 1), cell(left + 1, top + 1), right_share);
  return std::lerp(upper, lower, low_share);
}

bool is_usable(const Keypoint& point, int width, int height) {
  constexpr double kSure = 0.5;
  return point.visibility >= kSure && point.presence >= kSure && point.x >= 0 && point.y >= 0 &&
         point.x < width && point.y < height;
}

}  // namespace pharos::vision
