// How well a photo can be read: sharpness, exposure, clipping, contrast, colour cast, the light on the face.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "platform/vision/appearance.h"
#include "platform/vision/warp.h"
#include "platform/vision/working_image.h"

namespace pharos::vision {
namespace {

/// A photo's colours at every n-th pixel of every n-th row: enough for means and shares, and nothing is
/// averaged, so that clipped pixels stay clipped.
struct Sampled {
  double step = 1;  ///< pixels of the photo to one of these
  LabPatch patch;

  /// A box of the photo, in these pixels.
  PixelBox box_of(const Box& box) const {
    const auto cell = [this](double edge, int count) {
      return static_cast<int>(std::fmin(std::fmax(std::round(edge / step), 0.0), count));
    };
    return {cell(box.x, patch.box.right), cell(box.y, patch.box.bottom),
            cell(box.x + box.width, patch.box.right), cell(box.y + box.height, patch.box.bottom)};
  }
};

Sampled sample(const Image& image) {
  constexpr int kLongestSide = 256;
  const int step = std::max(1, (std::max(image.width, image.height) + kLongestSide - 1) / kLongestSide);
  const int width = (image.width + step - 1) / step;
  const int height = (image.height + step - 1) / step;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < image.height; y += step) {
    for (int x = 0; x < image.width; x += step) {
      const std::uint8_t* pixel = image.pixel(x, y);
      rgb.insert(rgb.end(), pixel, pixel + 3);
    }
  }
  Sampled sampled{static_cast<double>(step), {{0, 0, width, height}, std::vector<LabPixel>(rgb.size() / 3)}};
  to_lab(rgb, sampled.patch.pixels);
  return sampled;
}

// ── sharpness

/// A square of the photo and the width at which its detail is judged.
struct Detail {
  Region square;
  int side;
};

/// A face is judged at 128 pixels, whatever the camera had; a person without one by the square from head to
/// waist, a photo without a person by its middle.
Detail detail_of(const Image& image, const Pose* pose, const Face* face) {
  if (face != nullptr) {
    return {{.centre = face->box.centre(), .side = std::max(face->box.width, face->box.height)}, 128};
  }
  if (pose != nullptr) {
    const auto at = [&](Landmark landmark) {
      return Point{pose->keypoints[landmark].x, pose->keypoints[landmark].y};
    };
    const Point neck = middle(at(kLeftShoulder), at(kRightShoulder));
    const Point hips = middle(at(kLeftHip), at(kRightHip));
    return {{.centre = neck, .side = 2 * distance(neck, hips)}, 384};
  }
  return {
      {.centre = {image.width / 2.0, image.height / 2.0}, .side = 1.0 * std::min(image.width, image.height)},
      384};
}

/// The part of the square inside the photo; by area when it shrinks, mixed linearly when it grows.
Image at_side(const Image& image, const Detail& detail) {
  const double half = detail.square.side / 2;
  const auto pixel = [](double edge, int count) {
    return static_cast<int>(std::fmin(std::fmax(std::round(edge), 0.0), count));
  };
  const int left = pixel(detail.square.centre.x - half, image.width);
  const int top = pixel(detail.square.centre.y - half, image.height);
  Image cut{pixel(detail.square.centre.x + half, image.width) - left,
            pixel(detail.square.centre.y + half, image.height) - top,
            {}};
  if (cut.width < 1 || cut.height < 1) {
    return {};
  }
  for (int y = top; y < top + cut.height; ++y) {
    const std::uint8_t* row = image.pixel(left, y);
    cut.rgb.insert(cut.rgb.end(), row, row + 3 * static_cast<std::ptrdiff_t>(cut.width));
  }
  if (detail.square.side < detail.side) {
    return {detail.side, detail.side, warp(image, detail.square, detail.side, Border::kReplicate).rgb};
  }
  const auto reduced = [&](int length) {
    return std::max(1, static_cast<int>(std::lround(length * detail.side / detail.square.side)));
  };
  return shrink(cut, reduced(cut.width), reduced(cut.height));
}

/// Variance of the Laplacian of luma (Pech-Pacheco et al. 2000), mapped to 0..1 by v / (v + half).
double sharpness_of(const Image& image) {
  constexpr double kHalf = 60;  // squared 8-bit levels
  if (image.width < 3 || image.height < 3) {
    return 0;
  }
  std::vector<double> luma;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    luma.push_back(0.299 * image.rgb[i] + 0.587 * image.rgb[i + 1] + 0.114 * image.rgb[i + 2]);
  }
  const auto width = static_cast<std::size_t>(image.width);
  const auto height = static_cast<std::size_t>(image.height);
  double sum = 0;
  double squares = 0;
  for (std::size_t y = 1; y + 1 < height; ++y) {
    for (std::size_t i = y * width + 1; i + 1 < (y + 1) * width; ++i) {
      const double laplacian = luma[i - 1] + luma[i + 1] + luma[i - width] + luma[i + width] - 4 * luma[i];
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const auto count = static_cast<double>((width - 2) * (height - 2));
  const double variance = squares / count - (sum / count) * (sum / count);
  return variance / (variance + kHalf);
}

// ── light

double mean_lightness(const LabPatch& patch, const PixelBox& box) {
  double sum = 0;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      sum += static_cast<double>(patch.at(x, y).l);
    }
  }
  return sum / std::max(1, box.width() * box.height());
}

double mean_lightness(const LabPatch& patch, const PersonGrid& person) {
  constexpr float kInside = 0.6F;
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < patch.pixels.size(); ++i) {
    if (person.values[i] > kInside) {
      sum += static_cast<double>(patch.pixels[i].l);
      ++count;
    }
  }
  return count > 0 ? sum / count : mean_lightness(patch, patch.box);
}

/// Without hair and background at its edges.
Box inner_face(const Face& face) {
  return {face.box.x + 0.15 * face.box.width, face.box.y + 0.1 * face.box.height, 0.7 * face.box.width,
          0.8 * face.box.height};
}

/// The darker half of the face over the lighter one, split at the nose; empty when either is too small.
std::optional<double> light_evenness(const Sampled& photo, const Face& face) {
  constexpr int kFewestColumns = 3;
  const PixelBox box = photo.box_of(inner_face(face));
  const PixelBox nose = photo.box_of({face.keypoints[2].x, 0, 0, 0});
  const PixelBox left{box.left, box.top, std::min(nose.left, box.right), box.bottom};
  const PixelBox right{std::max(nose.left, box.left), box.top, box.right, box.bottom};
  if (left.width() < kFewestColumns || right.width() < kFewestColumns || box.height() < kFewestColumns) {
    return std::nullopt;
  }
  const double a = mean_lightness(photo.patch, left);
  const double b = mean_lightness(photo.patch, right);
  return std::max(a, b) > 0 ? std::min(a, b) / std::max(a, b) : 1;
}

double lightness_at(std::vector<float>& lightness, double share) {
  const auto at =
      lightness.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(lightness.size() - 1));
  std::ranges::nth_element(lightness, at);
  return static_cast<double>(*at);
}

void read_tones(const LabPatch& patch, Quality& quality) {
  std::vector<float> lightness;
  lightness.reserve(patch.pixels.size());
  for (const LabPixel& pixel : patch.pixels) {
    lightness.push_back(pixel.l);
  }
  const auto share_of = [&](auto condition) {
    return static_cast<double>(std::ranges::count_if(lightness, condition)) /
           static_cast<double>(lightness.size());
  };
  quality.clipped_dark = share_of([](float l) { return l < 2; });
  quality.clipped_light = share_of([](float l) { return l > 98; });
  quality.contrast = lightness_at(lightness, 0.95) - lightness_at(lightness, 0.05);
}

// ── colour cast

/// Near-greys of one band of lightness, brought to a common lightness.
struct Greys {
  double a = 0;
  double b = 0;
  double count = 0;

  Lab mean() const { return {0, a / count, b / count}; }
  void add(const Greys& other) { *this = {a + other.a, b + other.b, count + other.count}; }
};

/// Dark, middle and light greys of what is not the person, whose skin and clothes say nothing of the light.
std::array<Greys, 3> find_greys(const LabPatch& patch, const PersonGrid* person) {
  constexpr float kNotPerson = 0.2F;
  constexpr double kCommonLightness = 60;
  constexpr float kGreyChroma = 22;
  std::array<Greys, 3> bands{};
  for (std::size_t i = 0; i < patch.pixels.size(); ++i) {
    const LabPixel& pixel = patch.pixels[i];
    const bool grey = pixel.a * pixel.a + pixel.b * pixel.b < kGreyChroma * kGreyChroma;
    if (!grey || pixel.l < 25 || pixel.l > 97 || (person != nullptr && person->values[i] > kNotPerson)) {
      continue;
    }
    Greys& band = bands[std::min<std::size_t>(2, static_cast<std::size_t>((pixel.l - 25) / 25))];
    const double scale = (kCommonLightness + 16) / (static_cast<double>(pixel.l) + 16);
    band.a += static_cast<double>(pixel.a) * scale;
    band.b += static_cast<double>(pixel.b) * scale;
    ++band.count;
  }
  return bands;
}

std::string cast_name(double hue) {
  if (hue >= 30 && hue < 110) {
    return "warm";
  }
  if (hue >= 110 && hue < 190) {
    return "green";
  }
  return hue >= 190 && hue < 300 ? "cool" : "magenta";
}

/// One tinted wall is no evidence of tinted light; greys of different lightness that are tinted alike are.
/// Greys without a tint are evidence that there is none.
void read_cast(const std::array<Greys, 3>& bands, double pixels, Quality& quality) {
  constexpr double kVisible = 8;      // chroma
  constexpr double kEvidence = 0.08;  // share of the photo
  constexpr double kEnough = 0.02;    // share of the photo, of one band
  constexpr double kAlike = 6;
  constexpr double kMost = 0.7;  // share of the greys
  const Greys& main = *std::ranges::max_element(bands, {}, &Greys::count);
  Greys all;
  Greys agreeing;
  int bands_agreeing = 0;
  for (const Greys& band : bands) {
    if (band.count < std::max(1.0, kEnough * pixels)) {
      continue;
    }
    all.add(band);
    if (std::hypot(band.mean().a - main.mean().a, band.mean().b - main.mean().b) < kAlike) {
      agreeing.add(band);
      ++bands_agreeing;
    }
  }
  quality.cast = "unknown";
  if (all.count < std::max(1.0, kEvidence * pixels)) {
    return;
  }
  const bool agree = bands_agreeing >= 2 && agreeing.count >= kMost * all.count;
  const Lab mean = agree ? agreeing.mean() : all.mean();
  quality.cast_chroma = mean.chroma();
  if (quality.cast_chroma <= kVisible) {
    quality.cast = "none";
  } else if (agree) {
    quality.cast = cast_name(mean.hue());
  }
}

}  // namespace

Quality measure_quality(const Image& image, const Pose* pose, const Face* face, double scale) {
  Quality quality;
  if (image.width <= 0 || image.height <= 0) {
    quality.cast = "unknown";
    return quality;
  }
  const Sampled photo = sample(image);
  const LabPatch& patch = photo.patch;
  std::optional<PersonGrid> person;
  if (pose != nullptr) {
    person = person_grid(pose->mask, patch.box.width(), patch.box.height(), photo.step);
  }
  quality.sharpness = sharpness_of(at_side(image, detail_of(image, pose, face)));
  quality.exposure = face != nullptr      ? mean_lightness(patch, photo.box_of(inner_face(*face)))
                     : person.has_value() ? mean_lightness(patch, *person)
                                          : mean_lightness(patch, patch.box);
  read_tones(patch, quality);
  read_cast(find_greys(patch, person ? &*person : nullptr), static_cast<double>(patch.pixels.size()),
            quality);
  if (face != nullptr) {
    quality.face_height_px = face->box.height * scale;
    quality.face_share = face->box.height / image.height;
    quality.light_evenness = light_evenness(photo, *face);
  }
  return quality;
}

}  // namespace pharos::vision
