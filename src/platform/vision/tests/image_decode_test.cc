#include <cmath>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include "core/base/file.h"
#include "platform/vision/image.h"
#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

using base::Code;
using test::expect_error;
using test::mean_difference;
using test::worst_difference;

unsigned long checksum(const Image& image) {
  return crc32(0, image.rgb.data(), static_cast<uInt>(image.rgb.size()));
}

/// 21 × 23 pixels of the sample photo, colour at half resolution.
std::string small_jpeg() {
  return test::unhex(
      "ffd8ffe000104a46494600010100000100010000ffdb0043000a07070807060a0808080b0a0a0b0e18100e0d0d0e1d1516"
      "1118231f2524221f2221262b372f26293429212230413134393b3e3e3e252e4449433c48373d3e3bffdb0043010a0b0b0e"
      "0d0e1c10101c3b2822283b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b"
      "3b3b3b3b3b3b3b3b3b3b3bffc00011080017001503012200021101031101ffc40019000100030101000000000000000000"
      "0000000406070305ffc4002510000202010206020300000000000000000102000311041205061321617114312351c1ffc4"
      "00160101010100000000000000000000000000000104ffc40017110101010100000000000000000000000000011102ffda"
      "000c03010002110311003f00b26929aadc7594300720193db8ef09e1a196cbaa047daa8c91ee41d469ed3495af2accb8dc"
      "0cafaf2ba26975df2296bf51623746d6276a13e3fb30f2db5efdbcc7cbd7d858d54b9fdeccc4cdace54e225c01a07ac2a0"
      "5fc4fbb79ef963e7c089748d8a9a548ee33ee7634ec19455eff59888823dba4b2d218f4c7a11112e0fffd9");
}

/// Expects that no beginning of the file passes for a whole photo, unless only what follows the pixels is
/// missing.
void expect_every_cut_noticed(const std::string& file) {
  const Image whole = decode(file, 0).image;
  int refused = 0;
  for (std::size_t size = 1; size < file.size(); ++size) {
    try {
      EXPECT_EQ(decode(std::string_view(file).substr(0, size), 0).image.rgb, whole.rgb) << size;
    } catch (const base::Error& error) {
      EXPECT_TRUE(base::is_users_mistake(error.code()));
      if (std::string_view(error.what()).find("ends too early") != std::string_view::npos) ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(file.size()) * 8 / 10);
}

/// Soft light without hard edges, on which ways to shrink agree.
Image waves(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const double length : {40.0, 90.0, 200.0}) {
        image.rgb.push_back(
            static_cast<std::uint8_t>(128 + 60 * std::sin(x / length) + 60 * std::cos(y / length)));
      }
    }
  }
  return image;
}

TEST(DecodeJpeg, PixelsEqualThoseOfOpenCv) {
  const Photo photo = decode(small_jpeg(), 0);
  EXPECT_EQ(photo.format, "jpeg");
  ASSERT_EQ(photo.image.width, 21);
  ASSERT_EQ(photo.image.height, 23);
  EXPECT_EQ(checksum(photo.image), 0x5E072A34UL) << "crc32 of what OpenCV 4.11 decodes";
}

TEST(DecodePng, SamplePhotoEqualsTheReference) {
  const Photo photo = decode(base::read_file(PHAROS_SOURCE_DIR "/build/samples/astronaut.png"), 0);
  EXPECT_EQ(photo.format, "png");
  ASSERT_EQ(photo.image.width, 512);
  ASSERT_EQ(photo.image.height, 512);
  EXPECT_DOUBLE_EQ(photo.scale, 1);
  EXPECT_EQ(checksum(photo.image), 0xFDCAA55FUL) << "crc32 of what OpenCV 4.11 decodes";
}

TEST(Decode, OnePixelIsDecoded) {
  const Image dot = test::colourful(1, 1);
  EXPECT_EQ(decode(encode_png(dot), 1600).image.rgb, dot.rgb);
  EXPECT_LE(worst_difference(decode(encode_jpeg(dot, 100), 1600).image, dot), 3);
  EXPECT_EQ(decode(test::lossless_webp(dot), 1600).image.rgb, dot.rgb);
}

TEST(DecodeJpeg, LargePhotosComeAtTheAskedSizeAndLookTheSame) {
  const Image image = waves(1000, 750);
  const std::string file = test::write_jpeg(1000, 750, image.rgb, {});
  for (const int side : {999, 640, 500, 499, 300, 125, 60, 1}) {
    const Photo photo = decode(file, side);
    ASSERT_EQ(photo.image.width, side);
    EXPECT_EQ(photo.original_width, 1000);
    EXPECT_EQ(photo.original_height, 750);
    EXPECT_DOUBLE_EQ(photo.scale, 1000.0 / side);
    EXPECT_LE(mean_difference(photo.image, shrink(image, photo.image.width, photo.image.height)), 1) << side;
  }
  EXPECT_EQ(decode(file, 2000).image.width, 1000) << "never enlarged";
}

TEST(DecodeJpeg, GrayAndProgressiveFilesAreRgb) {
  const Image image = test::blocks(5, 4);
  const Photo progressive = decode(test::write_jpeg(40, 32, image.rgb, {.progressive = true}), 0);
  EXPECT_LE(worst_difference(progressive.image, image), 4);

  std::vector<std::uint8_t> gray;
  Image wanted{40, 32, {}};
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    gray.push_back(image.rgb[i]);
    wanted.rgb.insert(wanted.rgb.end(), 3, image.rgb[i]);
  }
  EXPECT_LE(worst_difference(decode(test::write_jpeg(40, 32, gray, {.components = 1}), 0).image, wanted), 1);
}

TEST(DecodeJpeg, InksAreMixedToRgb) {
  // Light that each ink lets through: half red, all green, a quarter of blue, and three quarters after black.
  std::vector<std::uint8_t> light;
  std::vector<std::uint8_t> inks;
  for (int i = 0; i < 64; ++i) {
    for (const int value : {128, 255, 64, 191}) {
      light.push_back(static_cast<std::uint8_t>(value));
      inks.push_back(static_cast<std::uint8_t>(255 - value));
    }
  }
  Image wanted{8, 8, {}};
  for (int i = 0; i < 64; ++i) wanted.rgb.insert(wanted.rgb.end(), {96, 191, 48});
  const auto read = [](const std::vector<std::uint8_t>& samples, test::JpegKind kind) {
    return decode(test::write_jpeg(8, 8, samples, kind), 0).image;
  };
  EXPECT_LE(worst_difference(read(light, {.components = 4}), wanted), 2) << "Adobe CMYK is inverted";
  EXPECT_LE(worst_difference(read(light, {.components = 4, .ycck = true}), wanted), 3) << "Adobe YCCK";
  EXPECT_LE(worst_difference(read(inks, {.components = 4, .adobe_marker = false}), wanted), 2)
      << "plain CMYK";
}

TEST(DecodeJpeg, FilesCutOffAnywhereAreNoticed) {
  expect_every_cut_noticed(small_jpeg());
  const Image image = test::colourful(40, 32);
  expect_every_cut_noticed(test::write_jpeg(40, 32, image.rgb, {.progressive = true}));
}

TEST(DecodeJpeg, APhotoCutOffBeforeItsEndMarkerEndsTooEarly) {
  const std::string file = encode_jpeg(test::colourful(200, 200), 90);
  for (const std::size_t size : {file.size() / 3, file.size() / 2, file.size() - 40}) {
    expect_error(Code::kInvalidInput, "ends too early", [&] { decode(file.substr(0, size), 0); });
  }
  const std::string closed = file.substr(0, file.size() / 2) + "\xFF\xD9";
  expect_error(Code::kInvalidInput, "ends too early", [&] { decode(closed, 0); });
}

TEST(DecodeJpeg, TwoSizesInOneFileAreRefused) {
  const std::string good = small_jpeg();
  const std::string frame = "\xFF\xC0" + test::be(11, 2) + test::be(8, 1) + test::be(8, 2) + test::be(8, 2) +
                            std::string("\1\1\x11\0", 4);
  expect_error(Code::kInvalidInput, "is broken",
               [&] { decode(good.substr(0, 2) + frame + good.substr(2), 0); });
}

TEST(DecodeJpeg, KindsThatAreNotReadableSaySo) {
  std::string lossless = small_jpeg();
  lossless[lossless.find("\xFF\xC0") + 1] = '\xC3';
  expect_error(Code::kUnsupported, "usual 8-bit colour JPEG", [&] { decode(lossless, 0); });
  std::string twelve_bits = small_jpeg();
  twelve_bits[twelve_bits.find("\xFF\xC0") + 4] = 12;
  expect_error(Code::kUnsupported, "usual 8-bit colour JPEG", [&] { decode(twelve_bits, 0); });
}

TEST(DecodeJpeg, EndlessScansAreRefused) {
  const Image image = test::colourful(16, 16);
  const std::string file = test::write_jpeg(16, 16, image.rgb, {.progressive = true});
  const std::size_t scan = file.find("\xFF\xDA");  // the first may come again as often as one likes
  const std::size_t next = file.find("\xFF\xC4", scan);
  std::string bomb = file.substr(0, file.size() - 2);
  for (int i = 0; i < 200; ++i) bomb += file.substr(scan, next - scan);
  expect_error(Code::kInvalidInput, "more scans than any camera writes",
               [&] { decode(bomb + "\xFF\xD9", 0); });
}

TEST(DecodePng, EveryDepthPaletteAndInterlacingIsRgb) {
  const Image image = test::colourful(9, 7);
  EXPECT_EQ(decode(test::write_png(9, 7, image.rgb, {.interlaced = true}), 0).image.rgb, image.rgb);

  std::vector<std::uint8_t> deep;
  for (const std::uint8_t value : image.rgb) deep.insert(deep.end(), {value, value});
  EXPECT_EQ(decode(test::write_png(9, 7, deep, {.depth = 16}), 0).image.rgb, image.rgb);
  const std::vector<std::uint8_t> between{0x00, 0x7F, 0x00, 0x81, 0xFE, 0xFF};  // 0.49, 0.50 and 254.0 levels
  EXPECT_EQ(decode(test::write_png(1, 1, between, {.depth = 16}), 0).image.rgb,
            (std::vector<std::uint8_t>{0, 1, 254}))
      << "rounded, not cut";

  const std::vector<std::uint8_t> bits{0b1010'0000};
  const std::vector<std::uint8_t> black_and_white{255, 255, 255, 0, 0, 0, 255, 255, 255};
  EXPECT_EQ(
      decode(test::write_png(3, 1, bits, {.colour_type = PNG_COLOR_TYPE_GRAY, .depth = 1}), 0).image.rgb,
      black_and_white);

  const test::PngKind palette{.colour_type = PNG_COLOR_TYPE_PALETTE,
                              .depth = 8,
                              .palette = {9, 8, 7, 1, 2, 3},
                              .transparency = {255, 0}};
  EXPECT_EQ(decode(test::write_png(2, 1, {0, 1}, palette), 0).image.rgb,
            (std::vector<std::uint8_t>{9, 8, 7, 255, 255, 255}));
}

TEST(DecodePng, TransparencyLiesOnWhite) {
  const test::PngKind rgba{.colour_type = PNG_COLOR_TYPE_RGB_ALPHA};
  const std::vector<std::uint8_t> pixels{10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128};
  const std::vector<std::uint8_t> on_white{10, 20, 30, 255, 255, 255, 127, 177, 255};
  EXPECT_EQ(decode(test::write_png(3, 1, pixels, rgba), 0).image.rgb, on_white);
  const test::PngKind interlaced{.colour_type = PNG_COLOR_TYPE_RGB_ALPHA, .interlaced = true};
  EXPECT_EQ(decode(test::write_png(3, 1, pixels, interlaced), 0).image.rgb, on_white);

  const test::PngKind gray_alpha{.colour_type = PNG_COLOR_TYPE_GRAY_ALPHA};
  EXPECT_EQ(decode(test::write_png(2, 1, {40, 255, 40, 0}, gray_alpha), 0).image.rgb,
            (std::vector<std::uint8_t>{40, 40, 40, 255, 255, 255}));
  const test::PngKind one_gray{.colour_type = PNG_COLOR_TYPE_GRAY, .transparent_gray = 7};
  EXPECT_EQ(decode(test::write_png(2, 1, {40, 7}, one_gray), 0).image.rgb,
            (std::vector<std::uint8_t>{40, 40, 40, 255, 255, 255}));
}

TEST(DecodePng, FilesCutOffOrSpoiledAnywhereAreNoticed) {
  const Image image = test::colourful(20, 15);
  expect_every_cut_noticed(encode_png(image));
  expect_every_cut_noticed(test::write_png(20, 15, image.rgb, {.interlaced = true}));
  std::string spoiled = encode_png(image);
  spoiled[spoiled.size() / 2] = static_cast<char>(~spoiled[spoiled.size() / 2]);
  expect_error(Code::kInvalidInput, "PNG file is broken", [&] { decode(spoiled, 0); });
}

TEST(DecodeWebp, LossyLosslessAndTransparentFilesAreRgb) {
  const Image image = test::blocks(4, 3);
  EXPECT_LE(worst_difference(decode(test::lossy_webp(image), 0).image, image), 70);
  EXPECT_EQ(decode(test::lossless_webp(image), 0).image.rgb, image.rgb);
  EXPECT_EQ(decode(test::lossless_webp(image), 16).image.rgb, shrink(image, 16, 12).rgb);
  const std::vector<std::uint8_t> pixels{10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128};
  const Photo transparent = decode(test::lossless_webp_with_alpha(3, 1, pixels), 0);
  EXPECT_EQ(transparent.format, "webp");
  EXPECT_EQ(transparent.image.rgb, (std::vector<std::uint8_t>{10, 20, 30, 255, 255, 255, 127, 177, 255}));
}

TEST(DecodeWebp, FilesCutOffAnywhereAreNoticed) {
  const Image image = test::colourful(32, 24);
  expect_every_cut_noticed(test::lossy_webp(image));
  expect_every_cut_noticed(test::lossless_webp(image));
}

TEST(DecodeWebp, ACanvasThatIsNotThePicturesSizeIsBroken) {
  std::string file = test::webp_with_exif(test::colourful(16, 16), test::exif_block(1, false));
  file[24] = 99;
  expect_error(Code::kInvalidInput, "WebP file is broken", [&] { decode(file, 0); });
}

}  // namespace
}  // namespace pharos::vision
