#include "platform/vision/warp.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace pharos::vision {
namespace {

constexpr int kChannels = 3;
constexpr int kSteps = 32;  // positions a pixel along one axis

/// Source position of target pixel (u, v): origin + u·along + v·down, in steps.
struct Mapping {
  Point origin;
  Point along;
  Point down;
};

struct Corner {
  float x;
  float y;
};

/// The corners are rounded to floats because the reference passes them so; the rest is exact.
Mapping map_region(const Region& region, int size) {
  const auto cosine = static_cast<float>(std::cos(region.rotation)) * 0.5F;
  const auto sine = static_cast<float>(std::sin(region.rotation)) * 0.5F;
  const auto x = static_cast<float>(region.centre.x);
  const auto y = static_cast<float>(region.centre.y);
  const auto side = static_cast<float>(region.side);
  const Corner bottom_left{x - sine * side - cosine * side, y + cosine * side - sine * side};
  const Corner top_left{x + sine * side - cosine * side, y - cosine * side - sine * side};
  const Corner top_right{2 * x - bottom_left.x, 2 * y - bottom_left.y};
  const double step = static_cast<double>(kSteps) / size;
  const auto per_pixel = [step](float to, float from) {
    return (static_cast<double>(to) - static_cast<double>(from)) * step;
  };
  return {.origin = {static_cast<double>(top_left.x) * kSteps, static_cast<double>(top_left.y) * kSteps},
          .along = {per_pixel(top_right.x, top_left.x), per_pixel(top_right.y, top_left.y)},
          .down = {per_pixel(bottom_left.x, top_left.x), per_pixel(bottom_left.y, top_left.y)}};
}

/// Nearest whole number, half to even, for |value| < 2^31: the sum's low bits are the answer.
std::int32_t round_half_even(double value) {
  constexpr double kMagic = 6755399441055744.0;  // 1.5 · 2^52
  return static_cast<std::int32_t>(std::bit_cast<std::int64_t>(value + kMagic));
}

/// Far outside every photo, and safely inside what can be rounded.
double clamp_position(double steps) {
  return std::clamp(steps, -1e9, 1e9);
}

struct Sample {
  std::int32_t column;  // of the upper left one of four pixels
  std::int32_t row;
  std::int32_t right;  // weights in steps
  std::int32_t below;
};

Sample sample_at(const Mapping& mapping, int u, int v) {
  const double x = mapping.origin.x + u * mapping.along.x + v * mapping.down.x;
  const double y = mapping.origin.y + u * mapping.along.y + v * mapping.down.y;
  const std::int32_t x_steps = round_half_even(clamp_position(x));
  const std::int32_t y_steps = round_half_even(clamp_position(y));
  return {x_steps >> 5, y_steps >> 5, x_steps & (kSteps - 1), y_steps & (kSteps - 1)};
}

void mix(const Sample& sample, const std::array<const std::uint8_t*, 4>& taps, std::uint8_t* target) {
  const std::int32_t right = sample.right;
  const std::int32_t below = sample.below;
  const std::int32_t w00 = (kSteps - right) * (kSteps - below);
  const std::int32_t w01 = right * (kSteps - below);
  const std::int32_t w10 = (kSteps - right) * below;
  const std::int32_t w11 = right * below;
  for (int channel = 0; channel < kChannels; ++channel) {
    const std::int32_t sum =
        taps[0][channel] * w00 + taps[1][channel] * w01 + taps[2][channel] * w10 + taps[3][channel] * w11;
    target[channel] = static_cast<std::uint8_t>((sum + 512) >> 10);
  }
}

/// For samples of which some of the four pixels may lie outside.
void mix_at_border(const Image& image, const Sample& sample, Border border, std::uint8_t* target) {
  static constexpr std::uint8_t kBlackPixel[kChannels] = {0, 0, 0};
  const auto tap = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < image.width && y < image.height;
    if (!inside && border == Border::kBlack) return &kBlackPixel[0];
    return image.pixel(std::clamp(x, 0, image.width - 1), std::clamp(y, 0, image.height - 1));
  };
  mix(sample,
      {tap(sample.column, sample.row), tap(sample.column + 1, sample.row), tap(sample.column, sample.row + 1),
       tap(sample.column + 1, sample.row + 1)},
      target);
}

struct Range {
  int begin;
  int end;
};

/// The part of `range` where low ≤ start + u·slope ≤ high.
Range narrow(Range range, double start, double slope, double low, double high) {
  if (low > high) return {range.begin, range.begin};
  if (std::abs(slope) < 1e-9) {
    return start >= low && start <= high ? range : Range{range.begin, range.begin};
  }
  double from = (low - start) / slope;
  double to = (high - start) / slope;
  if (from > to) std::swap(from, to);
  const double begin = std::clamp(std::ceil(from), double(range.begin), double(range.end));
  const double end = std::clamp(std::floor(to) + 1, begin, double(range.end));
  return {static_cast<int>(begin), static_cast<int>(end)};
}

/// The target columns of row v whose four pixels all lie inside the photo.
Range inner_columns(const Image& image, const Mapping& mapping, int v, int size) {
  constexpr double kMargin = 1;  // one step
  const Point start{mapping.origin.x + v * mapping.down.x, mapping.origin.y + v * mapping.down.y};
  const double last_x = (image.width - 1) * double(kSteps) - 1 - kMargin;
  const double last_y = (image.height - 1) * double(kSteps) - 1 - kMargin;
  const Range by_x = narrow({0, size}, start.x, mapping.along.x, kMargin, last_x);
  return narrow(by_x, start.y, mapping.along.y, kMargin, last_y);
}

}  // namespace

Crop warp(const Image& image, const Region& region, int size, Border border) {
  const Mapping mapping = map_region(region, size);
  const auto stride = static_cast<std::ptrdiff_t>(image.width) * kChannels;
  Crop crop{.size = size,
            .rgb = std::vector<std::uint8_t>(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) *
                                             kChannels)};
  std::uint8_t* target = crop.rgb.data();
  for (int v = 0; v < size; ++v) {
    const Range inner = inner_columns(image, mapping, v, size);
    int u = 0;
    for (; u < inner.begin; ++u, target += kChannels) {
      mix_at_border(image, sample_at(mapping, u, v), border, target);
    }
    for (; u < inner.end; ++u, target += kChannels) {
      const Sample sample = sample_at(mapping, u, v);
      const std::uint8_t* first = image.pixel(sample.column, sample.row);
      mix(sample, {first, first + kChannels, first + stride, first + stride + kChannels}, target);
    }
    for (; u < size; ++u, target += kChannels) {
      mix_at_border(image, sample_at(mapping, u, v), border, target);
    }
  }
  return crop;
}

Crop mirror_image(const Crop& crop) {
  Crop mirrored{.size = crop.size, .rgb = std::vector<std::uint8_t>(crop.rgb.size())};
  const auto row_bytes = static_cast<std::size_t>(crop.size) * kChannels;
  for (std::size_t row = 0; row < crop.rgb.size(); row += row_bytes) {
    for (std::size_t pixel = 0; pixel < row_bytes; pixel += kChannels) {
      std::memcpy(&mirrored.rgb[row + row_bytes - kChannels - pixel], &crop.rgb[row + pixel], kChannels);
    }
  }
  return mirrored;
}

void to_floats(const Crop& crop, float low, float high, std::span<float> values) {
  const float scale = (high - low) / 255.0F;
  for (std::size_t i = 0; i < crop.rgb.size(); ++i) values[i] = static_cast<float>(crop.rgb[i]) * scale + low;
}

}  // namespace pharos::vision
