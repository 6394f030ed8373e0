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

/// Along one axis, for every pixel of a target row: the two source pixels about its position and their
/// weights in steps. Taps outside the photo are moved to its edge; on a black border they weigh nothing, so
/// that no pixel needs a branch.
struct Axis {
  explicit Axis(std::size_t size)
      : steps(size), first(size), second(size), first_weight(size), second_weight(size) {}

  std::vector<std::int32_t> steps;
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> second;
  std::vector<std::int32_t> first_weight;
  std::vector<std::int32_t> second_weight;
};

/// Plain loops over plain arrays: the compiler turns them into vector instructions.
void plan(Axis& axis, double start, double slope, std::int32_t length, Border border) {
  const std::size_t size = axis.steps.size();
  for (std::size_t u = 0; u < size; ++u) {
    const auto index = static_cast<double>(static_cast<std::int32_t>(u));
    axis.steps[u] = round_half_even(clamp_position(start + index * slope));
  }
  const std::int32_t last = length - 1;
  const std::int32_t weight_outside = border == Border::kBlack ? 0 : -1;  // as a mask
  for (std::size_t u = 0; u < size; ++u) {
    const std::int32_t first = axis.steps[u] >> 5;
    const std::int32_t second = first + 1;
    const std::int32_t share = axis.steps[u] & (kSteps - 1);
    axis.first[u] = std::min(std::max(first, 0), last);
    axis.second[u] = std::min(std::max(second, 0), last);
    axis.first_weight[u] = (kSteps - share) & (axis.first[u] == first ? -1 : weight_outside);
    axis.second_weight[u] = share & (axis.second[u] == second ? -1 : weight_outside);
  }
}

void mix_row(const Image& image, const Axis& across, const Axis& down, std::uint8_t* target) {
  const auto stride = static_cast<std::ptrdiff_t>(image.width) * kChannels;
  const std::uint8_t* source = image.rgb.data();
  for (std::size_t u = 0; u < across.steps.size(); ++u, target += kChannels) {
    const std::uint8_t* top = source + down.first[u] * stride;
    const std::uint8_t* bottom = source + down.second[u] * stride;
    const std::ptrdiff_t left = std::ptrdiff_t{across.first[u]} * kChannels;
    const std::ptrdiff_t right = std::ptrdiff_t{across.second[u]} * kChannels;
    const std::int32_t w00 = across.first_weight[u] * down.first_weight[u];
    const std::int32_t w01 = across.second_weight[u] * down.first_weight[u];
    const std::int32_t w10 = across.first_weight[u] * down.second_weight[u];
    const std::int32_t w11 = across.second_weight[u] * down.second_weight[u];
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
  Axis across(static_cast<std::size_t>(size));
  Axis down(static_cast<std::size_t>(size));
  for (int v = 0; v < size; ++v) {
    plan(across, mapping.origin.x + v * mapping.down.x, mapping.along.x, image.width, border);
    plan(down, mapping.origin.y + v * mapping.down.y, mapping.along.y, image.height, border);
    mix_row(image, across, down, &crop.rgb[static_cast<std::size_t>(v) * row_bytes]);
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
