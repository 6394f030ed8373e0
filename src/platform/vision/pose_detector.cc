#include "platform/vision/pose_detector.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <numbers>

namespace pharos::vision {
namespace {

DetectorDesign design() {
  return {.input_size = 224, .strides = {8, 16, 32, 32, 32}, .keypoints = 4, .unsure_from = 0.25};
}

// Of the detector's points: 2 is the shoulders' middle, 3 the upper body.
constexpr std::size_t kMidHip = 0;
constexpr std::size_t kFullBody = 1;

}  // namespace

Region body_region(Point mid_hip, Point full_body) {
  constexpr double kRoom = 1.25;
  const double direction = std::atan2(mid_hip.y - full_body.y, full_body.x - mid_hip.x);
  return {.centre = mid_hip,
          .side = 2 * distance(mid_hip, full_body) * kRoom,
          .rotation = wrap_radians(std::numbers::pi / 2 - direction)};
}

PoseDetector::PoseDetector(const std::filesystem::path& file, int requests)
    : detector_(file, design(), requests) {}

Bodies PoseDetector::detect(const Image& image) const {
  const Sightings sightings = detector_.detect(image, whole_image(image.width, image.height));
  Bodies bodies{.unsure = sightings.unsure};
  for (const Detection& one : sightings.sure) {
    bodies.sure.push_back(
        {.region = body_region(one.keypoints[kMidHip], one.keypoints[kFullBody]), .score = one.score});
  }
  return bodies;
}

void order_by_prominence(std::vector<Body>& bodies, int width, int height) {
  constexpr double kAboutAsLarge = 0.95;
  const Point centre{width / 2.0, height / 2.0};
  const auto prominence = [](const Body& body) { return body.region.side * body.score; };
  const auto off_centre = [&](const Body& body) { return distance(body.region.centre, centre); };
  std::ranges::sort(bodies, std::greater{}, prominence);
  if (bodies.empty()) return;
  const double least = prominence(bodies.front()) * kAboutAsLarge;
  const auto rivals_end =
      std::ranges::find_if(bodies, [&](const Body& body) { return prominence(body) < least; });
  std::ranges::sort(bodies.begin(), rivals_end, std::less{}, off_centre);
}

}  // namespace pharos::vision
