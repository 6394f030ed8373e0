// A made-up photo with a made-up person, for tests that need no model.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "apps/mirror/measuring/instruments.h"
#include "apps/mirror/mirror.h"

namespace pharos::mirror::testing {

inline constexpr int kWidth = 400;
inline constexpr int kHeight = 600;

inline constexpr const char* kBoats =
    "I build wooden boats in Lisbon and teach children to sail; last year forty of them crossed the bay.";

inline vision::Photo photo() {
  vision::Photo photo;
  photo.image.width = kWidth;
  photo.image.height = kHeight;
  photo.image.rgb.assign(static_cast<std::size_t>(kWidth) * kHeight * 3, 120);
  photo.original_width = kWidth * 2;
  photo.original_height = kHeight * 2;
  photo.scale = 2.0;
  photo.format = "jpeg";
  return photo;
}

/// Facing the camera, every point visible, the photo and its mirror image agreeing. `tilt` pixels lower on
/// the right at the shoulders.
inline vision::Pose standing(double tilt = 0) {
  vision::Pose pose;
  pose.score = 0.9;
  for (std::size_t i = 0; i < vision::kLandmarkCount; ++i) {
    pose.keypoints[i] = {std::string(vision::kLandmarkNames[i]), 200, 300, 0, 0.99, 0.99};
  }
  const auto put = [&pose](vision::Landmark point, double x, double y) {
    pose.keypoints[point].x = x;
    pose.keypoints[point].y = y;
  };
  put(vision::kLeftEar, 220, 100);
  put(vision::kRightEar, 180, 100);
  put(vision::kLeftShoulder, 250, 160 + tilt);
  put(vision::kRightShoulder, 150, 160);
  put(vision::kLeftHip, 235, 320);
  put(vision::kRightHip, 165, 320);
  pose.uncertainty.assign(vision::kLandmarkCount, {0, 0});
  return pose;
}

inline vision::PoseSearch pose_search(double tilt = 0) {
  vision::PoseSearch search;
  search.main = standing(tilt);
  search.people = 1;
  return search;
}

inline vision::Face face(double x = 170, double y = 60) {
  vision::Face seen;
  seen.box = {x, y, 60, 80};
  seen.score = 0.95;
  seen.keypoints = {{{x + 15, y + 30},
                     {x + 45, y + 30},
                     {x + 30, y + 45},
                     {x + 30, y + 60},
                     {x, y + 35},
                     {x + 60, y + 35}}};
  return seen;
}

inline vision::FaceSearch face_search(int faces = 1) {
  vision::FaceSearch search;
  for (int i = 0; i < faces; ++i) search.faces.push_back(face(170 + 10.0 * i));
  return search;
}

inline vision::Quality quality() {
  vision::Quality quality;
  quality.sharpness = 0.9;
  quality.exposure = 60;
  quality.contrast = 60;
  quality.cast = "none";
  quality.face_height_px = 160;
  quality.light_evenness = 0.9;
  quality.face_share = 80.0 / kHeight;
  return quality;
}

inline vision::Swatch orange(double share = 0.7) {
  return {"#d5561f", "burnt orange", "orange", share, {52, 48, 55}};
}
inline vision::Swatch white(double share = 0.2) {
  return {"#f4f1e8", "off-white", "white", share, {95, 0, 4}};
}

inline vision::Outfit outfit() {
  vision::Garment upper;
  upper.slot = vision::Slot::kUpper;
  upper.box = {150, 160, 100, 150};
  upper.outline = {{150, 160}, {250, 160}, {200, 310}};
  upper.palette = {orange(), white()};
  upper.pattern = vision::Pattern::kSolid;
  upper.confidence = 0.8;
  upper.pixels = 2000;
  vision::Outfit outfit;
  outfit.garments = {upper};
  outfit.not_visible = {{vision::Slot::kLower, "outside the picture"}};
  outfit.harmony = vision::Harmony{"complementary", 0.8, 43};
  outfit.surroundings = {{"#1f2a44", "navy", "blue", 0.6, {18, 2, -18}}};
  return outfit;
}

/// Deterministic unit vectors: the share of letters. Enough to run everything; says nothing about meaning.
inline std::vector<inference::Embedding> letters_of(std::span<const std::string> texts) {
  std::vector<inference::Embedding> vectors;
  for (const std::string& text : texts) {
    inference::Embedding vector(26, 0.01F);
    for (const char letter : text) {
      if (letter >= 'a' && letter <= 'z') vector[static_cast<std::size_t>(letter - 'a')] += 1.0F;
    }
    float length = 0;
    for (const float value : vector) length += value * value;
    for (float& value : vector) value /= std::sqrt(length);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

inline Instruments instruments() {
  return {
      .find_pose = [](const vision::Image&) { return pose_search(); },
      .find_faces = [](const vision::Image&, const vision::Pose*) { return face_search(); },
      .read_outfit = [](const vision::Image&, const vision::Pose&, const vision::Face*) { return outfit(); },
      .measure_quality = [](const vision::Image&, const vision::Pose*, const vision::Face*,
                            double) { return quality(); },
      .describe_look = [](const vision::Image&,
                          const vision::Pose*) { return std::vector<float>{0.6F, 0.8F}; },
      .look_model = "look-1",
      .embed = letters_of,
      .text_model = "letters"};
}

template <class T>
T run(base::Task<T> task) {
  boost::asio::io_context context;
  auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return future.get();
}

}  // namespace pharos::mirror::testing
