#include "platform/vision/detection.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>

namespace pharos::vision {
namespace {

constexpr double kSure = 0.5;
constexpr float kScoreLimit = 100;
constexpr double kSameThing = 0.3;

Detection decode_one(const float* value, Point anchor, int input_size, int keypoints) {
  const auto point = [&](const float* xy) {
    return Point{static_cast<double>(xy[0]) / input_size + anchor.x,
                 static_cast<double>(xy[1]) / input_size + anchor.y};
  };
  const Point centre = point(value);
  const double width = static_cast<double>(value[2]) / input_size;
  const double height = static_cast<double>(value[3]) / input_size;
  Detection detection{.box = {centre.x - width / 2, centre.y - height / 2, width, height}};
  for (int i = 0; i < keypoints; ++i) detection.keypoints.push_back(point(value + 4 + std::ptrdiff_t{2} * i));
  return detection;
}

/// `group` is not empty and begins with the best.
Detection melt(std::span<const Detection> group) {
  Detection melted{.score = group.front().score,
                   .keypoints = std::vector<Point>(group.front().keypoints.size())};
  double total = 0;
  for (const Detection& one : group) total += one.score;
  for (const Detection& one : group) {
    const double weight = one.score / total;
    melted.box.x += one.box.x * weight;
    melted.box.y += one.box.y * weight;
    melted.box.width += one.box.width * weight;
    melted.box.height += one.box.height * weight;
    for (std::size_t i = 0; i < melted.keypoints.size(); ++i) {
      melted.keypoints[i].x += one.keypoints[i].x * weight;
      melted.keypoints[i].y += one.keypoints[i].y * weight;
    }
  }
  return melted;
}

}  // namespace

std::vector<Detection> decode_detections(std::span<const float> values, std::span<const float> scores,
                                         std::span<const Point> anchors, int input_size, int keypoints,
                                         double min_score) {
  const auto width = static_cast<std::size_t>(4 + 2 * keypoints);
  std::vector<Detection> detections;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const double clamped = std::clamp(scores[i], -kScoreLimit, kScoreLimit);
    const double score = 1 / (1 + std::exp(-clamped));
    if (!(score >= min_score)) continue;
    Detection detection = decode_one(&values[i * width], anchors[i], input_size, keypoints);
    if (!(detection.box.width >= 0 && detection.box.height >= 0)) continue;
    detection.score = score;
    detections.push_back(std::move(detection));
  }
  return detections;
}

std::vector<Detection> suppress(std::vector<Detection> detections) {
  std::ranges::sort(detections, std::greater{}, &Detection::score);
  std::vector<Detection> kept;
  while (!detections.empty()) {
    // The best one belongs to its own group even when its box has no area.
    std::vector<Detection> group = {std::move(detections.front())};
    std::vector<Detection> rest;
    for (Detection& other : std::span(detections).subspan(1)) {
      const bool same = intersection_over_union(group.front().box, other.box) > kSameThing;
      (same ? group : rest).push_back(std::move(other));
    }
    kept.push_back(melt(group));
    detections = std::move(rest);
  }
  return kept;
}

Sightings sort_out(std::vector<Detection> detections) {
  std::vector<Detection> sure;
  std::vector<Detection> unsure;
  for (Detection& one : detections) (one.score >= kSure ? sure : unsure).push_back(std::move(one));
  Sightings sightings{.sure = suppress(std::move(sure))};
  const auto is_new = [&](const Detection& one) {
    return std::ranges::none_of(sightings.sure, [&](const Detection& known) {
      return intersection_over_smaller(one.box, known.box) > kSameThing;
    });
  };
  sightings.unsure = static_cast<int>(std::ranges::count_if(suppress(std::move(unsure)), is_new));
  return sightings;
}

}  // namespace pharos::vision
