// Shrinking by area: rows are summed first (long, even loops), then each finished row is narrowed.
#include "platform/vision/shrink.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <type_traits>

#include "core/base/error.h"

namespace pharos::vision {
namespace {

/// Three channels and an idle lane: one pixel in one SIMD register.
using Lanes = float __attribute__((ext_vector_type(4)));
using ByteLanes = std::uint8_t __attribute__((ext_vector_type(4)));
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

struct Columns {
  std::span<const std::size_t> firsts;
  const float* weights;
  const float* sums;
};

/// One finished row to bytes. `taps` is a constant for the usual small ratios, so that the loop unrolls.
void narrow(const Columns& columns, auto taps, std::uint8_t* out) {
  const float* weight = columns.weights;
  const auto next = [&](std::size_t first) {
    const float* from = columns.sums + first;
    Lanes sum = 0.5F;  // rounds
    for (std::size_t i = 0; i < taps; ++i, from += 3) {
      Lanes value;
      std::memcpy(&value, from, sizeof value);
      sum += value * *weight++;
    }
    return __builtin_convertvector(__builtin_convertvector(sum, IntegerLanes), ByteLanes);
  };
  for (const std::size_t first : columns.firsts.first(columns.firsts.size() - 1)) {
    const ByteLanes pixel = next(first);
    std::memcpy(out, &pixel, 4);  // the idle byte is overwritten by the pixel that follows
    out += 3;
  }
  const ByteLanes last = next(columns.firsts.back());
  std::memcpy(out, &last, 3);
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
  if (source != target) plan_columns();
}

void AreaShrinker::plan_columns() {
  // In units of 1/(source·target) of the width, source pixel s covers [s·T, (s+1)·T) and target pixel t
  // covers [t·S, (t+1)·S): overlaps are whole numbers.
  const std::int64_t source = source_.width;
  const std::int64_t target = target_.width;
  for (std::int64_t begin = 0; begin < source * target; begin += source) {
    const std::int64_t first = begin / target;
    const std::int64_t last = (begin + source - 1) / target;
    firsts_.push_back(static_cast<std::size_t>(first) * 3);
    taps_ = std::max(taps_, static_cast<std::size_t>(last - first + 1));
  }
  for (std::int64_t begin = 0; begin < source * target; begin += source) {
    const std::int64_t first = begin / target;
    for (std::int64_t s = first; s < first + static_cast<std::int64_t>(taps_); ++s) {
      const std::int64_t overlap = std::min(begin + source, (s + 1) * target) - std::max(begin, s * target);
      weights_.push_back(static_cast<float>(std::max<std::int64_t>(overlap, 0)) / static_cast<float>(source));
    }
  }
  sums_.resize((pixels(source_.width, 1) + taps_) * 3 + 1);  // idle taps and the idle lane of the last pixel
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
  const Columns columns{firsts_, weights_.data(), sums_.data()};
  std::uint8_t* out = target_.rgb.data() + pixels(target_.width, 3) * static_cast<std::size_t>(target_row_);
  ++target_row_;
  if (taps_ == 2) return narrow(columns, std::integral_constant<std::size_t, 2>{}, out);
  if (taps_ == 3) return narrow(columns, std::integral_constant<std::size_t, 3>{}, out);
  narrow(columns, taps_, out);
}

Image shrink(const Image& source, int width, int height) {
  AreaShrinker shrinker({source.width, source.height}, {width, height});
  for (int y = 0; y < source.height; ++y) shrinker.push(source.pixel(0, y));
  return shrinker.take();
}

}  // namespace pharos::vision
