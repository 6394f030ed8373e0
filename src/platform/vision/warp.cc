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

/// For every pixel of one target row: which four source pixels it mixes and how much of each, in 1/1024. Taps
/// outside the photo are moved to its edge; on a black border they weigh nothing. So no pixel needs a branch.
struct Row {
  explicit Row(int size)
      : left(static_cast<std::size_t>(size)), right(left), top(left), bottom(left), weights(left.size()) {}

  std::vector<std::int32_t> left;  // source columns
  std::vector<std::int32_t> right;
  std::vector<std::int32_t> top;  // source rows
  std::vector<std::int32_t> bottom;
  std::vector<std::array<std::int32_t, 4>> weights;  // top left, top right, bottom left, bottom right
};

/// The two pixels of one axis about a position, and their weights in steps.
struct Taps {
  std::int32_t first;
  std::int32_t second;
  std::int32_t first_weight;
  std::int32_t second_weight;
};

Taps taps_at(double position, std::int32_t length, Border border) {
  const std::int32_t steps = round_half_even(clamp_position(position));
  const std::int32_t first = steps >> 5;
  const std::int32_t second_weight = steps & (kSteps - 1);
  const bool black = border == Border::kBlack;
  const bool first_outside = first < 0 || first >= length;
  const bool second_outside = first < -1 || first >= length - 1;
  return {.first = std::clamp(first, 0, length - 1),
          .second = std::clamp(first + 1, 0, length - 1),
          .first_weight = black && first_outside ? 0 : kSteps - second_weight,
          .second_weight = black && second_outside ? 0 : second_weight};
}

void plan_row(const Image& image, const Mapping& mapping, int v, Border border, Row& row) {
  const double start_x = mapping.origin.x + v * mapping.down.x;
  const double start_y = mapping.origin.y + v * mapping.down.y;
  for (std::size_t u = 0; u < row.weights.size(); ++u) {
    const auto step = static_cast<double>(static_cast<std::int32_t>(u));
    const Taps x = taps_at(start_x + step * mapping.along.x, image.width, border);
    const Taps y = taps_at(start_y + step * mapping.along.y, image.height, border);
    row.left[u] = x.first * kChannels;
    row.right[u] = x.second * kChannels;
    row.top[u] = y.first;
    row.bottom[u] = y.second;
    row.weights[u] = {x.first_weight * y.first_weight, x.second_weight * y.first_weight,
                      x.first_weight * y.second_weight, x.second_weight * y.second_weight};
  }
}

void mix_row(const Image& image, const Row& row, std::uint8_t* target) {
  const auto stride = static_cast<std::ptrdiff_t>(image.width) * kChannels;
  const std::uint8_t* source = image.rgb.data();
  for (std::size_t u = 0; u < row.weights.size(); ++u, target += kChannels) {
    const std::uint8_t* top = source + row.top[u] * stride;
    const std::uint8_t* bottom = source + row.bottom[u] * stride;
    const std::ptrdiff_t left = row.left[u];
    const std::ptrdiff_t right = row.right[u];
    const auto [w00, w01, w10, w11] = row.weights[u];
    for (std::ptrdiff_t channel = 0; channel < kChannels; ++channel) {
      const std::int32_t sum = top[left + channel] * w00 + top[right + channel] * w01 +
                               bottom[left + channel] * w10 + bottom[right + channel] * w11;
      target[channel] = static_cast<std::uint8_t>((sum + 512) >> 10);
    }
  }
}

}  // namespace

Crop warp(const Image& image, const Region& region, int size, Border border) {
  const Mapping mapping = map_region(region, size);
  const auto row_bytes = static_cast<std::size_t>(size) * kChannels;
  Crop crop{.size = size, .rgb = std::vector<std::uint8_t>(static_cast<std::size_t>(size) * row_bytes)};
  Row row(size);
  for (int v = 0; v < size; ++v) {
    plan_row(image, mapping, v, border, row);
    mix_row(image, row, &crop.rgb[static_cast<std::size_t>(v) * row_bytes]);
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
