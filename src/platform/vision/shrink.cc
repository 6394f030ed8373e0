// Shrinking by area: rows are summed first (long, even loops), then each finished row is narrowed.
#include "platform/vision/shrink.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/base/error.h"

namespace pharos::vision {
namespace {

/// Three channels and an idle lane: one pixel in one SIMD register.
using Lanes = float __attribute__((ext_vector_type(4)));
using IntegerLanes = int __attribute__((ext_vector_type(4)));

std::size_t pixels(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

void set_row(float* sums, const std::uint8_t* row, float weight, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] = weight * static_cast<float>(row[i]);
}

void add_row(float* sums, const std::uint8_t* row, float weight, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(row[i]);
}

}  // namespace

Size fit(Size size, int max_side) {
  const int longest = std::max(size.width, size.height);
  if (max_side <= 0 || longest <= max_side) return size;
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * max_side / longest)));
  };
  return {scaled(size.width), scaled(size.height)};
}

AreaShrinker::AreaShrinker(Size source, Size target) : source_(source) {
  if (target.width < 1 || target.height < 1 || target.width > source.width || target.height > source.height) {
    throw base::Error(base::Code::kInvalidInput,
                      "A picture can only be shrunk to a size between one pixel and its own.");
  }
  target_ = {target.width, target.height, std::vector<std::uint8_t>(pixels(target.width, target.height) * 3)};
  if (source == target) return;
  // In units of 1/(source·target) of the width, source pixel s covers [s·T, (s+1)·T) and target pixel t
  // covers [t·S, (t+1)·S): overlaps are whole numbers.
  const std::int64_t s_width = source.width;
  const std::int64_t t_width = target.width;
  for (std::int64_t t = 0; t < t_width; ++t) {
    const std::int64_t begin = t * s_width;
    const std::int64_t end = begin + s_width;
    const std::int64_t first = begin / t_width;
    const std::int64_t last = (end - 1) / t_width;
    taps_.push_back(
        {static_cast<int>(first), static_cast<int>(last - first + 1), static_cast<int>(weights_.size())});
    for (std::int64_t s = first; s <= last; ++s) {
      const std::int64_t overlap = std::min(end, (s + 1) * t_width) - std::max(begin, s * t_width);
      weights_.push_back(static_cast<float>(overlap) / static_cast<float>(s_width));
    }
  }
  sums_.resize(pixels(source.width, 3) + 1);  // the idle lane of the last pixel
}

void AreaShrinker::push(const std::uint8_t* row) noexcept {
  if (source_row_ >= source_.height) return;
  const std::size_t count = pixels(source_.width, 3);
  if (sums_.empty()) {
    std::memcpy(target_.rgb.data() + static_cast<std::size_t>(source_row_++) * count, row, count);
    return;
  }
  const std::int64_t height = source_.height;
  const std::int64_t begin = std::int64_t{source_row_} * target_.height;
  const std::int64_t end = begin + target_.height;
  const std::int64_t border = (std::int64_t{target_row_} + 1) * height;  // where the target row in work ends
  const bool starts = begin == std::int64_t{target_row_} * height;
  const auto weight = [&](std::int64_t overlap) {
    return static_cast<float>(overlap) / static_cast<float>(height);
  };
  (starts ? set_row : add_row)(sums_.data(), row, weight(std::min(end, border) - begin), count);
  ++source_row_;
  if (end < border) return;
  finish_row();
  if (end > border) set_row(sums_.data(), row, weight(end - border), count);
}

void AreaShrinker::finish_row() noexcept {
  std::uint8_t* out = target_.rgb.data() + pixels(target_.width, 3) * static_cast<std::size_t>(target_row_);
  for (const Taps& taps : taps_) {
    const float* from = sums_.data() + static_cast<std::size_t>(taps.first) * 3;
    const float* weight = weights_.data() + taps.weight;
    Lanes sum = 0.5F;  // rounds
    for (int i = 0; i < taps.count; ++i, from += 3) {
      Lanes value;
      std::memcpy(&value, from, sizeof value);
      sum += value * weight[i];
    }
    const IntegerLanes rounded = __builtin_convertvector(sum, IntegerLanes);
    for (int channel = 0; channel < 3; ++channel) *out++ = static_cast<std::uint8_t>(rounded[channel]);
  }
  ++target_row_;
}

Image shrink(const Image& source, int width, int height) {
  AreaShrinker shrinker({source.width, source.height}, {width, height});
  for (int y = 0; y < source.height; ++y) shrinker.push(source.pixel(0, y));
  return shrinker.take();
}

}  // namespace pharos::vision
