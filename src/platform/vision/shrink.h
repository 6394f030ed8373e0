// Shrinks a picture by area while its rows come in, so that the large original is never held whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "platform/vision/image.h"

namespace pharos::vision {

struct Size {
  int width = 0;
  int height = 0;

  bool operator==(const Size&) const = default;
};

/// The size whose longer side is `max_side`, in the same proportions; the same size when that would enlarge
/// or `max_side` is 0.
Size fit(Size size, int max_side);

/// Takes the rows of a picture from the top down and keeps the mean of the source pixels under each target
/// pixel, counting pixels on a border by their share. Not thread-safe.
class AreaShrinker {
 public:
  /// Throws base::Error (kInvalidInput) unless 1 ≤ target ≤ source on both sides.
  AreaShrinker(Size source, Size target);

  /// `row` holds source.width RGB triples. Rows beyond the source's height are ignored. Never throws.
  void push(const std::uint8_t* row) noexcept;

  /// The picture, once every row was pushed.
  Image take() { return std::move(target_); }

 private:
  void plan_columns();
  void finish_row() noexcept;

  Size source_;
  Image target_;
  std::vector<std::size_t> firsts_;  ///< for each target pixel: where its first source pixel lies in sums_
  std::vector<float> weights_;       ///< for each target pixel: taps_ of them
  std::size_t taps_ = 0;             ///< most source pixels under one target pixel
  std::vector<float> sums_;          ///< the target row in work, at the source's width
  int source_row_ = 0;
  int target_row_ = 0;
};

}  // namespace pharos::vision
