// What a photo looks like, as a vector: colours of person and surroundings, edges, pose.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "platform/vision/appearance.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {
namespace {

constexpr int kColourBins = 4;  ///< along each of L*, a*, b*
constexpr std::size_t kColours = std::size_t{kColourBins} * kColourBins * kColourBins;
constexpr int kEdgeCells = 2;  ///< a side
constexpr int kDirections = 8;
constexpr std::size_t kEdges = std::size_t{kEdgeCells} * kEdgeCells * kDirections;
constexpr std::array kJoints = {kNose,      kLeftShoulder, kRightShoulder, kLeftElbow, kRightElbow,
                                kLeftWrist, kRightWrist,   kLeftHip,       kRightHip,  kLeftKnee,
                                kRightKnee, kLeftAnkle,    kRightAnkle};

/// Scales a block to that length; a block of zeros stays.
void normalise(std::span<float> block, float length) {
  double squares = 0;
  for (const float value : block) squares += static_cast<double>(value) * static_cast<double>(value);
  if (!(squares > 0)) return;
  const auto factor = static_cast<float>(length / std::sqrt(squares));
  for (float& value : block) value *= factor;
}

/// The two bins next to a value on 0..1 and how much belongs to the upper one, so that a small change of
/// colour is a small change of the vector.
struct Between {
  int low;
  int high;
  float upper;
};

Between between(float unit) {
  const float position = std::clamp(unit, 0.0F, 1.0F) * (kColourBins - 1);
  const int low = std::min(static_cast<int>(position), kColourBins - 1);
  return {low, std::min(low + 1, kColourBins - 1), position - static_cast<float>(low)};
}

void count_colour(const LabPixel& pixel, std::span<float> histogram) {
  const std::array axes = {between(pixel.l / 100), between((pixel.a + 80) / 160),
                           between((pixel.b + 80) / 160)};
  for (unsigned corner = 0; corner < 8; ++corner) {
    float share = 1;
    int bin = 0;
    for (unsigned axis = 0; axis < 3; ++axis) {
      const bool upper = (corner >> axis & 1U) != 0;
      share *= upper ? axes[axis].upper : 1 - axes[axis].upper;
      bin = bin * kColourBins + (upper ? axes[axis].high : axes[axis].low);
    }
    histogram[static_cast<std::size_t>(bin)] += share;
  }
}

void count_edge(const LabPatch& patch, const WorkingImage& image, int x, int y, std::span<float> histogram) {
  const float dx = patch.at(x + 1, y).l - patch.at(x - 1, y).l;
  const float dy = patch.at(x, y + 1).l - patch.at(x, y - 1).l;
  const float strength = std::sqrt(dx * dx + dy * dy);
  constexpr float kNoise = 4;
  if (strength < kNoise) return;
  // Directions of lines repeat every half turn; strength is shared by the two nearest bins.
  const auto turn = std::atan2(dy, dx) / std::numbers::pi_v<float> + 1;
  const float position = std::fmod(turn, 1.0F) * kDirections;
  const auto low = static_cast<int>(position) % kDirections;
  const float upper = position - std::floor(position);
  const int cell = (y * kEdgeCells / image.height()) * kEdgeCells + x * kEdgeCells / image.width();
  const auto bin = [&](int direction) {
    return static_cast<std::size_t>(cell * kDirections + direction % kDirections);
  };
  histogram[bin(low)] += strength * (1 - upper);
  histogram[bin(low + 1)] += strength * upper;
}

/// Joints about the hips, in torso lengths; zeros without a pose, and for what lies outside of the picture.
void place_joints(const Pose* pose, std::span<float> joints) {
  if (pose == nullptr) return;
  const auto at = [&](Landmark landmark) {
    return Point{pose->keypoints[landmark].x, pose->keypoints[landmark].y};
  };
  const Point hips = middle(at(kLeftHip), at(kRightHip));
  const double torso = distance(hips, middle(at(kLeftShoulder), at(kRightShoulder)));
  if (!(torso > 0)) return;
  for (std::size_t i = 0; i < kJoints.size(); ++i) {
    if (pose->keypoints[kJoints[i]].presence < 0.5) continue;
    const Point joint = at(kJoints[i]);
    joints[2 * i] = static_cast<float>((joint.x - hips.x) / torso);
    joints[2 * i + 1] = static_cast<float>((joint.y - hips.y) / torso);
  }
}

}  // namespace

std::vector<float> visual_descriptor(const Image& image, const Pose* pose) {
  constexpr float kInside = 0.6F;
  std::vector<float> vector(2 * kColours + kEdges + 2 * kJoints.size());
  const std::span person = std::span(vector).first(kColours);
  const std::span surroundings = std::span(vector).subspan(kColours, kColours);
  const std::span edges = std::span(vector).subspan(2 * kColours, kEdges);
  const std::span joints = std::span(vector).subspan(2 * kColours + kEdges);

  const WorkingImage working = working_image(image);
  const LabPatch patch = colours_in({0, 0, working.width(), working.height()}, working);
  const PersonGrid grid = person_grid(pose != nullptr ? pose->mask : PersonMask{}, working);
  for (int y = 1; y + 1 < working.height(); y += PersonGrid::kStep) {
    for (int x = 1; x + 1 < working.width(); x += PersonGrid::kStep) {
      count_colour(patch.at(x, y), grid.at(x, y) > kInside ? person : surroundings);
      count_edge(patch, working, x, y, edges);
    }
  }
  // Roots, so that one large area does not drown the small ones (Arandjelović and Zisserman 2012).
  for (float& count : std::span(vector).first(2 * kColours + kEdges)) count = std::sqrt(count);
  place_joints(pose, joints);
  normalise(person, 1);
  normalise(surroundings, 0.7F);
  normalise(edges, 0.7F);
  normalise(joints, 1);
  if (std::ranges::all_of(vector, [](float value) { return value == 0; })) vector.front() = 1;
  normalise(vector, 1);
  return vector;
}

std::string_view visual_descriptor_name() {
  return "lab-edges-pose-1";
}

}  // namespace pharos::vision
