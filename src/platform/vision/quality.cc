// How well a photo can be read: sharpness, light, clipping, colour cast, size of the face.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

#include "platform/vision/appearance.h"
#include "platform/vision/warp.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {
namespace {

constexpr int kSharpnessSide = 128;  ///< faces are judged at this width, in pixels, whatever the camera had
constexpr double kHalfSharp = 60;   ///< variance of the Laplacian (8-bit levels) that counts as 0.5
constexpr double kVisibleCast = 8;   ///< chroma

PixelBox clipped_box(const Box& box, int width, int height) {
  const auto inside = [](double value, int limit) { return std::clamp(static_cast<int>(value), 0, limit); };
  return {inside(box.x, width), inside(box.y, height), inside(std::ceil(box.x + box.width), width),
          inside(std::ceil(box.y + box.height), height)};
}

Box scaled(const Box& box, double factor) {
  return {box.x * factor, box.y * factor, box.width * factor, box.height * factor};
}

/// The square about what the photo is of: the face, else the picture's middle.
Region looked_at(const Image& image, const Face* face) {
  if (face != nullptr)
    return {.centre = face->box.centre(), .side = std::max(face->box.width, face->box.height)};
  return {.centre = {image.width / 2.0, image.height / 2.0},
          .side = static_cast<double>(std::min(image.width, image.height))};
}

/// The square at 128 × 128: by area while it is much larger, so that detail is not skipped, then by the warp.
Crop at_fixed_width(const Image& image, Region square) {
  const double reduction = square.side / kSharpnessSide;
  const PixelBox box = clipped_box(
      {square.centre.x - square.side / 2, square.centre.y - square.side / 2, square.side, square.side},
      image.width, image.height);
  if (reduction < 2 || box.width() < 4 || box.height() < 4)
    return warp(image, square, kSharpnessSide, Border::kReplicate);
  Image cut{.width = box.width(), .height = box.height(), .rgb = {}};
  for (int y = box.top; y < box.bottom; ++y) {
    const auto* row = image.pixel(box.left, y);
    cut.rgb.insert(cut.rgb.end(), row, row + static_cast<std::ptrdiff_t>(box.width()) * 3);
  }
  const auto reduced = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(length / reduction)));
  };
  const Image small = shrink(cut, reduced(cut.width), reduced(cut.height));
  return warp(small,
              {.centre = {small.width / 2.0, small.height / 2.0},
               .side = static_cast<double>(std::min(small.width, small.height))},
              kSharpnessSide, Border::kReplicate);
}

/// Variance of the Laplacian of luma (Pech-Pacheco et al. 2000), mapped to 0..1 by v / (v + half).
double sharpness_of(const Crop& crop) {
  const auto luma = [&](int x, int y) {
    const std::size_t i = (static_cast<std::size_t>(y) * kSharpnessSide + static_cast<std::size_t>(x)) * 3;
    return 0.299 * crop.rgb[i] + 0.587 * crop.rgb[i + 1] + 0.114 * crop.rgb[i + 2];
  };
  double sum = 0;
  double squares = 0;
  constexpr int kInner = kSharpnessSide - 2;
  for (int y = 1; y <= kInner; ++y) {
    for (int x = 1; x <= kInner; ++x) {
      const double laplacian =
          luma(x - 1, y) + luma(x + 1, y) + luma(x, y - 1) + luma(x, y + 1) - 4 * luma(x, y);
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  constexpr double kCount = static_cast<double>(kInner) * kInner;
  const double variance = squares / kCount - (sum / kCount) * (sum / kCount);
  return variance / (variance + kHalfSharp);
}

/// Lightness of the whole photo in 101 bins, and its near-greys.
struct Light {
  std::array<double, 101> histogram{};
  double count = 0;
  double greys = 0;
  double grey_a = 0;
  double grey_b = 0;
};

Light read_light(const LabPatch& patch) {
  constexpr float kGreyChroma = 20;
  Light light;
  for (const LabPixel& pixel : patch.pixels) {
    light.histogram[static_cast<std::size_t>(std::clamp(pixel.l, 0.0F, 100.0F))] += 1;
    const bool grey = pixel.a * pixel.a + pixel.b * pixel.b < kGreyChroma * kGreyChroma;
    if (!grey || pixel.l < 25 || pixel.l > 96) continue;
    light.greys += 1;
    light.grey_a += static_cast<double>(pixel.a);
    light.grey_b += static_cast<double>(pixel.b);
  }
  light.count = static_cast<double>(patch.pixels.size());
  return light;
}

double lightness_below(const Light& light, double share) {
  double seen = 0;
  for (std::size_t bin = 0; bin < light.histogram.size(); ++bin) {
    seen += light.histogram[bin];
    if (seen >= share * light.count) return static_cast<double>(bin);
  }
  return 100;
}

/// A cast is claimed only when enough of the photo is near grey to show it.
void read_cast(const Light& light, Quality& quality) {
  constexpr double kEvidence = 0.1;
  if (light.greys < kEvidence * light.count) {
    quality.cast = "unknown";
    return;
  }
  const Lab mean{.l = 50, .a = light.grey_a / light.greys, .b = light.grey_b / light.greys};
  quality.cast_chroma = mean.chroma();
  const double hue = mean.hue();
  if (quality.cast_chroma <= kVisibleCast) {
    quality.cast = "none";
  } else if (hue >= 30 && hue < 110) {
    quality.cast = "warm";
  } else if (hue >= 110 && hue < 190) {
    quality.cast = "green";
  } else if (hue >= 190 && hue < 300) {
    quality.cast = "cool";
  } else {
    quality.cast = "magenta";
  }
}

/// Mean lightness of the columns [left, right) of a box; empty when there are none.
std::optional<double> mean_lightness(const LabPatch& patch, const PixelBox& box) {
  double sum = 0;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) sum += static_cast<double>(patch.at(x, y).l);
  }
  const double count = static_cast<double>(box.width()) * box.height();
  if (!(count > 0)) return std::nullopt;
  return sum / count;
}

/// The darker half of the face over the lighter one, split at the nose.
std::optional<double> light_evenness(const LabPatch& patch, const WorkingImage& working, const Face& face) {
  Box inner = scaled(face.box, 1 / working.scale);
  inner = {inner.x + 0.1 * inner.width, inner.y + 0.1 * inner.height, 0.8 * inner.width, 0.8 * inner.height};
  const PixelBox box = clipped_box(inner, working.width(), working.height());
  const int middle = std::clamp(static_cast<int>(face.keypoints[2].x / working.scale), box.left, box.right);
  const auto left = mean_lightness(patch, {box.left, box.top, middle, box.bottom});
  const auto right = mean_lightness(patch, {middle, box.top, box.right, box.bottom});
  const double most = std::max(left.value_or(0), right.value_or(0));
  if (!left || !right || !(most > 0)) return std::nullopt;
  return std::min(*left, *right) / most;
}

double exposure_of_person(const LabPatch& patch, const WorkingImage& working, const Pose& pose) {
  constexpr float kInside = 0.6F;
  const PersonGrid person = person_grid(pose.mask, working);
  double sum = 0;
  double count = 0;
  for (int y = 0; y < working.height(); y += PersonGrid::kStep) {
    for (int x = 0; x < working.width(); x += PersonGrid::kStep) {
      if (!(person.at(x, y) > kInside)) continue;
      sum += static_cast<double>(patch.at(x, y).l);
      count += 1;
    }
  }
  return count > 0 ? sum / count : 0;
}

double exposure_of(const LabPatch& patch, const WorkingImage& working, const Pose* pose, const Face* face) {
  if (face != nullptr) {
    const PixelBox box = clipped_box(scaled(face->box, 1 / working.scale), working.width(), working.height());
    if (const auto mean = mean_lightness(patch, box)) return *mean;
  }
  if (pose != nullptr) {
    if (const double mean = exposure_of_person(patch, working, *pose); mean > 0) return mean;
  }
  return mean_lightness(patch, patch.box).value_or(0);
}

}  // namespace

Quality measure_quality(const Image& image, const Pose* pose, const Face* face, double scale) {
  const WorkingImage working = working_image(image);
  const LabPatch patch = colours_in({0, 0, working.width(), working.height()}, working);
  const Light light = read_light(patch);
  Quality quality{
      .sharpness = sharpness_of(at_fixed_width(image, looked_at(image, face))),
      .exposure = exposure_of(patch, working, pose, face),
      .clipped_dark = (light.histogram[0] + light.histogram[1]) / light.count,
      .clipped_light = (light.histogram[98] + light.histogram[99] + light.histogram[100]) / light.count,
      .contrast = lightness_below(light, 0.95) - lightness_below(light, 0.05)};
  read_cast(light, quality);
  if (face != nullptr) {
    quality.face_height_px = face->box.height * scale;
    quality.face_share = face->box.height / image.height;
    quality.light_evenness = light_evenness(patch, working, *face);
  }
  return quality;
}

}  // namespace pharos::vision
