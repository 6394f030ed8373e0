#include "platform/vision/exif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/error.h"
#include "platform/vision/bytes.h"

namespace pharos::vision {
namespace {

constexpr std::string_view kPrefix{"Exif\0\0", 6};
constexpr std::uint64_t kOrientationTag = 0x0112;
constexpr std::uint64_t kShort = 3;
constexpr std::size_t kEntrySize = 12;

int orientation_of(std::string_view tiff) {
  const Bytes bytes(tiff);
  const std::string_view order = bytes.piece(0, 2);
  if (order != "II" && order != "MM") return 1;
  const auto number = [&](std::size_t offset, std::size_t count) {
    return order == "II" ? bytes.little_endian(offset, count) : bytes.big_endian(offset, count);
  };
  if (number(2, 2) != 42) return 1;
  const std::size_t directory = number(4, 4);
  const std::size_t entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntrySize;
    if (number(entry, 2) != kOrientationTag) continue;
    if (number(entry + 2, 2) != kShort || number(entry + 4, 4) != 1) return 1;
    const std::uint64_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

/// Where upright pixels lie in the stored picture, in pixels: the first one and the steps to the next.
struct Walk {
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t right = 0;
  std::ptrdiff_t down = 0;
};

Walk walk_of(int width, int height, int orientation) {
  const bool mirrors_columns = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool mirrors_rows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::ptrdiff_t row = width;
  Walk walk;
  if (mirrors_columns) walk.origin += row - 1;
  if (mirrors_rows) walk.origin += row * (height - 1);
  walk.right = mirrors_columns ? -1 : 1;
  walk.down = mirrors_rows ? -row : row;
  if (swaps_sides(orientation)) std::swap(walk.right, walk.down);
  return walk;
}

}  // namespace

int exif_orientation(std::string_view block) noexcept {
  if (block.starts_with(kPrefix)) block.remove_prefix(kPrefix.size());
  try {
    return orientation_of(block);
  } catch (const base::Error&) {
    return 1;
  }
}

Image turn_upright(Image stored, int orientation) {
  if (orientation < 2 || orientation > 8) return stored;
  const Walk walk = walk_of(stored.width, stored.height, orientation);
  Image upright{stored.width, stored.height, std::vector<std::uint8_t>(stored.rgb.size())};
  if (swaps_sides(orientation)) std::swap(upright.width, upright.height);

  constexpr int kTile = 32;  // rows read along columns stay in the cache
  for (int top = 0; top < upright.height; top += kTile) {
    for (int left = 0; left < upright.width; left += kTile) {
      const int right = std::min(left + kTile, upright.width);
      for (int y = top; y < std::min(top + kTile, upright.height); ++y) {
        const std::uint8_t* from = stored.rgb.data() + (walk.origin + walk.right * left + walk.down * y) * 3;
        std::uint8_t* to = upright.rgb.data() + (static_cast<std::ptrdiff_t>(y) * upright.width + left) * 3;
        for (int x = left; x < right; ++x, to += 3, from += walk.right * 3) std::copy_n(from, 3, to);
      }
    }
  }
  return upright;
}

}  // namespace pharos::vision
