#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "platform/vision/image.h"
#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

using namespace std::string_view_literals;
using base::Code;
using test::be;
using test::expect_error;
using test::le;

/// A JPEG that ends after its frame header.
std::string jpeg_header(std::uint64_t width, std::uint64_t height) {
  return "\xFF\xD8\xFF\xC0" + be(17, 2) + be(8, 1) + be(height, 2) + be(width, 2) + std::string(10, '\1');
}

std::string png_header(std::uint64_t width, std::uint64_t height) {
  return std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"sv) + be(width, 4) + be(height, 4) +
         std::string("\x08\x02\0\0\0\0\0\0\0"sv);
}

std::string webp_file(std::string_view chunk, std::string_view body) {
  return "RIFF" + le(body.size() + 12, 4) + "WEBP" + std::string(chunk) + le(body.size(), 4) +
         std::string(body);
}

std::string webp_canvas(std::uint64_t flags, std::uint64_t width, std::uint64_t height) {
  return webp_file("VP8X", le(flags, 4) + le(width - 1, 3) + le(height - 1, 3));
}

void expect_header(std::string_view file, std::string_view format, int width, int height) {
  const ImageHeader header = read_header(file);
  EXPECT_EQ(header.format, format);
  EXPECT_EQ(header.width, width);
  EXPECT_EQ(header.height, height);
  EXPECT_EQ(header.orientation, 1);
}

TEST(ImageHeader, FormatAndSizeAreReadFromEveryAcceptedFormat) {
  const Image image = test::colourful(40, 30);
  expect_header(encode_jpeg(image, 80), "jpeg", 40, 30);
  expect_header(test::write_jpeg(40, 30, image.rgb, {.progressive = true}), "jpeg", 40, 30);
  expect_header(encode_png(image), "png", 40, 30);
  expect_header(test::lossy_webp(image), "webp", 40, 30);
  expect_header(test::lossless_webp(image), "webp", 40, 30);
  expect_header(webp_canvas(0, 4000, 3000), "webp", 4000, 3000);
  expect_header(test::heic_header(4032, 3024), "heic", 4032, 3024);
}

TEST(ImageHeader, OnePixelIsAPhoto) {
  const Image dot = test::colourful(1, 1);
  expect_header(encode_png(dot), "png", 1, 1);
  expect_header(encode_jpeg(dot, 80), "jpeg", 1, 1);
}

TEST(ImageHeader, StrayBytesAndFillBytesBetweenJpegSegmentsAreSkipped) {
  const std::string file = jpeg_header(40, 30);
  expect_header("\xFF\xD8\xFF\xFF\xFF\x01\xFF\xD0stray" + file.substr(2), "jpeg", 40, 30);
}

TEST(ImageHeader, EmptyFileSaysSo) {
  expect_error(Code::kInvalidInput, "empty", [] { read_header(""); });
}

TEST(ImageHeader, WhatIsNotAPhotoIsNamedTogetherWithWhatIs) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Dear reader, this is no photo.\n", "text"},
      {"Größe 17 – naïve\n", "text"},
      {"x", "text"},
      {"GIF89a\1\0\1\0"sv, "a GIF picture"},
      {"%PDF-1.7\n", "a PDF document"},
      {"PK\3\4\x14\0"sv, "a ZIP archive"},
      {"BM\x36\0\0\0"sv, "a BMP picture"},
      {"II*\0\x08\0\0\0"sv, "a TIFF picture"},
      {"MM\0*\0\0\0\x08"sv, "a TIFF picture"},
      {"\0\0\0\x18"
       "ftypmp42\0\0\0\0mp42isom"sv,
       "an MP4 video"},
      {"\0\0\0\x14"
       "ftypqt  \0\0\0\0qt  "sv,
       "a QuickTime video"},
      {"\0\0\0\x1C"
       "ftypavif\0\0\0\0mif1avif"sv,
       "an AVIF picture"},
      {"\0\0\0\x14"
       "ftypmif1\0\0\0\0avif"sv,
       "a HEIF picture that is not HEIC"},
      {"\0\0\0\x14"
       "ftyphevc\0\0\0\0mif1"sv,
       "a HEIF image sequence"},
      {"RIFF\x10\0\0\0AVI LIST"sv, "an AVI video"},
      {"RIFF\x10\0\0\0WAVEfmt "sv, "a WAV sound"},
      {"\x1A\x45\xDF\xA3\1\2"sv, "a Matroska or WebM video"},
      {"\x7F"
       "ELF\2\1\1\0"sv,
       "a program"},
      {"\0\1\2\3\4\5\6\7"sv, "data of an unknown kind"},
  };
  for (const auto& [file, name] : cases) {
    expect_error(Code::kUnsupported, name, [&] { read_header(file); });
    expect_error(Code::kUnsupported, "JPEG, PNG, WebP or HEIC", [&] { read_header(file); });
  }
}

TEST(ImageHeader, MifFilesThatListHeicAreHeic) {
  std::string file = test::heic_header(100, 50);
  file.replace(8, 4, "mif1");
  expect_header(file, "heic", 100, 50);
}

TEST(ImageHeader, HugeSizesAreRefusedFromTheHeaderAlone) {
  for (const std::string& file : {jpeg_header(20'000, 20'000), png_header(20'000, 20'000),
                                  test::heic_header(20'000, 20'000), webp_canvas(0, 16'000, 16'000)}) {
    expect_error(Code::kTooLarge, "40 megapixels", [&] { decode(file, 0); });
  }
  expect_error(Code::kTooLarge, "megapixels", [] { read_header(png_header(0xFFFF'FFFF, 0xFFFF'FFFF)); });
  expect_error(Code::kTooLarge, "megapixels",
               [] { read_header(test::heic_header(0xFFFF'FFFF, 0xFFFF'FFFF)); });
}

TEST(ImageHeader, TheLimitIsTheLastSizeAccepted) {
  expect_header(png_header(8000, 5000), "png", 8000, 5000);
  expect_error(Code::kTooLarge, "8000 × 5001", [] { read_header(png_header(8000, 5001)); });
  expect_error(Code::kTooLarge, "0.0012 megapixels",
               [] { read_header(png_header(40, 31), {.max_pixels = 1200}); });
  EXPECT_EQ(read_header(png_header(40, 30), {.max_pixels = 1200}).width, 40);
}

TEST(ImageHeader, ASideWithoutPixelsIsInvalid) {
  const std::string key_frame("\x10\0\0\x9D\x01\x2A\0\0\x10\0"sv);
  for (const std::string& file :
       {jpeg_header(0, 10), jpeg_header(10, 0), png_header(0, 10), png_header(10, 0),
        test::heic_header(0, 10), webp_file("VP8 ", key_frame)}) {
    expect_error(Code::kInvalidInput, "nothing to see", [&] { read_header(file); });
  }
}

TEST(ImageHeader, AnimationsAreRefused) {
  constexpr int kAnimation = 2;
  expect_error(Code::kUnsupported, "animated WebP", [&] { read_header(webp_canvas(kAnimation, 64, 64)); });
  const std::string frames = webp_canvas(0, 64, 64) + "ANMF" + le(0, 4);
  expect_error(Code::kUnsupported, "animated WebP", [&] { read_header(frames); });
  const std::string png = encode_png(test::colourful(4, 4));
  expect_error(Code::kUnsupported, "animated PNG",
               [&] { read_header(test::png_with_chunk(png, "acTL", be(3, 4) + be(0, 4))); });
  expect_header(test::png_with_chunk(png, "acTL", be(1, 4) + be(0, 4)), "png", 4, 4);
}

TEST(ImageHeader, HeadersThatLieAboutTheirStructureAreBroken) {
  for (const std::string& file : {
           "\xFF\xD8\xFF\xE0" + be(1, 2) + "...",                     // segment shorter than its length
           std::string("\xFF\xD8\xFF\xD9"),                           // the end at once
           std::string("\xFF\xD8\xFF\xD8\xFF\xE0"),                   // a start in the start
           std::string("\xFF\xD8\xFF\xDA\0\x08 scan only"sv),         // pixels without a frame
           std::string("\x89PNG\r\n\x1A\n\0\0\0\x04tEXtabcdefgh"sv),  // no IHDR
           webp_file("JUNK", "0123456789012345"), webp_file("VP8 ", std::string(10, '\1')),
           webp_file("VP8L", std::string(10, '\1')),
           test::heic_header(64, 64) + be(4, 4) + "free",  // box shorter than its head
       }) {
    expect_error(Code::kInvalidInput, "is broken", [&] { read_header(file); });
  }
}

TEST(ImageHeader, BoxesWithLongOrOpenLengthsAreRead) {
  const std::string ordinary = test::heic_header(64, 48);
  const std::size_t mdat = ordinary.find("mdat") - 4;
  const std::string ftyp = ordinary.substr(0, 24);
  const std::string meta_body = ordinary.substr(24 + 8, mdat - 24 - 8);
  expect_header(ftyp + be(1, 4) + "meta" + be(16 + meta_body.size(), 8) + meta_body, "heic", 64, 48);
  expect_header(ftyp + be(0, 4) + "meta" + meta_body, "heic", 64, 48);
}

TEST(ImageHeader, AHeicWithoutAPrimaryPictureHasTheSizeOfItsLargest) {
  std::string file = test::heic_header(4032, 3024);
  file.replace(file.find("pitm"), 4, "free");
  expect_header(file, "heic", 4032, 3024);
}

TEST(ImageHeader, ATileOfAHeicCountsForTheLimit) {
  expect_error(Code::kTooLarge, "512 × 512",
               [] { read_header(test::heic_header(64, 48), {.max_pixels = 64 * 48}); });
}

TEST(ImageHeader, AHeicWithoutAnySizeIsCutOff) {
  expect_error(Code::kInvalidInput, "ends too early",
               [] { read_header(test::heic_header(64, 48).substr(0, 24)); });
}

TEST(ImageHeader, EveryBeginningOfAFileIsEitherAnErrorOrTheTruth) {
  const Image image = test::colourful(24, 18);
  for (const std::string& file :
       {test::jpeg_with_exif(encode_jpeg(image, 80), test::exif_block(6, true)),
        test::png_with_chunk(encode_png(image), "eXIf", test::exif_block(6, false)), test::lossy_webp(image),
        test::lossless_webp(image), test::webp_with_exif(image, test::exif_block(6, true)),
        test::heic_header(24, 18)}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      try {
        const ImageHeader header = read_header(std::string_view(file).substr(0, size));
        EXPECT_EQ(header.width, 24);
        EXPECT_EQ(header.height, 18);
      } catch (const base::Error& error) {
        EXPECT_TRUE(base::is_users_mistake(error.code())) << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace pharos::vision
