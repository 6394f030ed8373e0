// Photo files for tests, made in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/vision/image.h"

namespace pharos::vision::test {

/// A picture in which every pixel is different from its neighbours.
Image colourful(int width, int height);

/// Blocks of 8 × 8 pixels of one colour each, which JPEG keeps nearly as they are.
Image blocks(int columns, int rows);

/// Largest difference of any channel; 255 when the sizes differ.
int worst_difference(const Image& a, const Image& b);

/// Mean difference of all channels; 255 when the sizes differ.
double mean_difference(const Image& a, const Image& b);

/// A TIFF block with one orientation entry.
std::string exif_block(int orientation, bool big_endian);

std::string jpeg_with_exif(std::string_view jpeg, std::string_view tiff);
std::string png_with_chunk(std::string_view png, std::string_view type, std::string_view body);
/// An extended WebP of one lossless picture and an EXIF chunk.
std::string webp_with_exif(const Image& image, std::string_view tiff);

std::string lossy_webp(const Image& image);
std::string lossless_webp(const Image& image);
/// `rgba` row by row.
std::string lossless_webp_with_alpha(int width, int height, const std::vector<std::uint8_t>& rgba);

struct JpegKind {
  int components = 3;  ///< 1 gray, 3 RGB, 4 CMYK as stored (Adobe: inverted)
  bool progressive = false;
  bool ycck = false;
  bool adobe_marker = true;
};
std::string write_jpeg(int width, int height, const std::vector<std::uint8_t>& samples, JpegKind kind);

struct PngKind {
  int colour_type = 2;  ///< PNG_COLOR_TYPE_…
  int depth = 8;
  bool interlaced = false;
  std::vector<std::uint8_t> palette;       ///< RGB triples
  std::vector<std::uint8_t> transparency;  ///< alpha of palette entries
  int transparent_gray = -1;
};
/// `rows` as PNG stores them, without filter bytes.
std::string write_png(int width, int height, const std::vector<std::uint8_t>& rows, const PngKind& kind);

/// A HEIC file of the given size, with a tile of 512 × 512, whose boxes are right and which has no pixels.
std::string heic_header(std::uint32_t width, std::uint32_t height);

std::string unhex(std::string_view text);

/// Big-endian bytes.
std::string be(std::uint64_t value, int bytes);
/// Little-endian bytes.
std::string le(std::uint64_t value, int bytes);

/// Expects `call` to throw a base::Error of that code whose sentence holds `words`.
template <class Call>
void expect_error(base::Code code, std::string_view words, const Call& call) {
  try {
    call();
    ADD_FAILURE() << "no error; expected one that says: " << words;
  } catch (const base::Error& error) {
    EXPECT_EQ(base::code_name(error.code()), base::code_name(code)) << error.what();
    EXPECT_THAT(error.what(), testing::HasSubstr(std::string(words)));
  }
}

}  // namespace pharos::vision::test
