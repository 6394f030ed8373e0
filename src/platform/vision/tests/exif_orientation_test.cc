#include <array>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/exif.h"
#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

using test::exif_block;
using test::worst_difference;

/// What undoes each orientation: quarter turns undo each other, all others themselves.
constexpr std::array kInverse{0, 1, 2, 3, 4, 5, 8, 7, 6};

/// Where the upright pixel (x, y) of a picture w × h lies when a camera stored it so. Source:
/// EXIF 2.32, 4.6.2, "the 0th row represents the visual … side of the image".
std::pair<int, int> stored_place(int orientation, int x, int y, int w, int h) {
  switch (orientation) {
    case 2:
      return {w - 1 - x, y};  // 0th row top, 0th column right
    case 3:
      return {w - 1 - x, h - 1 - y};  // bottom, right
    case 4:
      return {x, h - 1 - y};  // bottom, left
    case 5:
      return {y, x};  // left, top
    case 6:
      return {y, w - 1 - x};  // right, top
    case 7:
      return {h - 1 - y, w - 1 - x};  // right, bottom
    case 8:
      return {h - 1 - y, x};  // left, bottom
    default:
      return {x, y};
  }
}

Image as_stored(const Image& upright, int orientation) {
  const bool swapped = orientation >= 5;
  Image stored{swapped ? upright.height : upright.width, swapped ? upright.width : upright.height,
               std::vector<std::uint8_t>(upright.rgb.size())};
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      const auto [column, row] = stored_place(orientation, x, y, upright.width, upright.height);
      const std::size_t to = static_cast<std::size_t>(row * stored.width + column) * 3;
      std::copy_n(upright.pixel(x, y), 3, stored.rgb.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
  return stored;
}

TEST(ExifOrientation, IsReadInBothByteOrdersWithAndWithoutPrefix) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      const std::string block = exif_block(orientation, big_endian);
      EXPECT_EQ(exif_orientation(block), orientation);
      EXPECT_EQ(exif_orientation(std::string("Exif\0\0", 6) + block), orientation);
    }
  }
}

TEST(ExifOrientation, ABrokenBlockMeansUpright) {
  const std::string good = exif_block(6, true);
  for (std::size_t size = 0; size < 32; ++size) EXPECT_EQ(exif_orientation(good.substr(0, size)), 1) << size;
  const auto changed = [&](std::size_t at, std::string_view bytes) {
    std::string block = good;
    return block.replace(at, bytes.size(), bytes);
  };
  EXPECT_EQ(exif_orientation(changed(0, "XX")), 1);
  EXPECT_EQ(exif_orientation(changed(2, "XX")), 1);
  EXPECT_EQ(exif_orientation(changed(4, "\xFF\xFF\xFF\xFF")), 1);  // directory beyond the block
  EXPECT_EQ(exif_orientation(changed(25, "\x02")), 1);             // not a number
  EXPECT_EQ(exif_orientation(changed(29, "\x02")), 1);             // two of them
  for (const int value : {0, 9, 0xFFFF}) EXPECT_EQ(exif_orientation(exif_block(value, false)), 1);
  const std::string many_entries = changed(8, "\xFF\xFF");
  EXPECT_EQ(exif_orientation(many_entries), 6) << "the entry is found before the block ends";
  EXPECT_EQ(exif_orientation(exif_block(1, true).replace(22, 2, "\xFF\xFF")), 1);
}

TEST(ExifOrientation, EveryOrientationIsShownUprightFromEveryFormat) {
  const Image upright = test::blocks(4, 3);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image stored = as_stored(upright, orientation);
    for (const bool big_endian : {false, true}) {
      const std::string block = exif_block(orientation, big_endian);
      const Photo png = decode(test::png_with_chunk(encode_png(stored), "eXIf", block), 0);
      EXPECT_EQ(worst_difference(png.image, upright), 0) << orientation;
      EXPECT_EQ(worst_difference(decode(test::webp_with_exif(stored, block), 0).image, upright), 0)
          << orientation;
      const std::string jpeg = test::write_jpeg(stored.width, stored.height, stored.rgb, {});
      EXPECT_LE(worst_difference(decode(test::jpeg_with_exif(jpeg, block), 0).image, upright), 4)
          << orientation;
      EXPECT_EQ(png.original_width, 32);
      EXPECT_EQ(png.original_height, 24);
    }
  }
}

TEST(ExifOrientation, ABrokenBlockInAFileDoesNotSpoilThePhoto) {
  const Image image = test::blocks(2, 2);
  const std::string jpeg = encode_jpeg(image, 95);
  const Image plain = decode(jpeg, 0).image;
  for (const std::string_view block : {"", "MM", "not an EXIF block at all"}) {
    EXPECT_EQ(decode(test::jpeg_with_exif(jpeg, block), 0).image.rgb, plain.rgb);
  }
}

TEST(ExifOrientation, ShrinkingAndTurningGoTogether) {
  const Image upright = test::blocks(8, 4);
  const std::string file =
      test::png_with_chunk(encode_png(as_stored(upright, 6)), "eXIf", exif_block(6, true));
  const Photo photo = decode(file, 8);
  EXPECT_EQ(photo.image.width, 8);
  EXPECT_EQ(photo.image.height, 4);
  EXPECT_EQ(photo.original_width, 64);
  EXPECT_DOUBLE_EQ(photo.scale, 8);
  EXPECT_EQ(worst_difference(photo.image, shrink(upright, 8, 4)), 0);
}

RC_GTEST_PROP(ExifOrientation, IsUndoneByItsInverse, ()) {
  const Image image = test::colourful(*rc::gen::inRange(1, 70), *rc::gen::inRange(1, 70));
  const int orientation = *rc::gen::inRange(1, 9);
  const Image turned = turn_upright(image, orientation);
  RC_ASSERT((turned.width == image.height) || !swaps_sides(orientation));
  RC_ASSERT(turn_upright(turned, kInverse.at(static_cast<std::size_t>(orientation))).rgb == image.rgb);
}

}  // namespace
}  // namespace pharos::vision
