#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

using base::Code;
using test::expect_error;
using test::mean_difference;

RC_GTEST_PROP(EncodePng, KeepsEveryPixel, ()) {
  const int width = *rc::gen::inRange(1, 50);
  const int height = *rc::gen::inRange(1, 50);
  const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  const Image image{
      width, height,
      *rc::gen::container<std::vector<std::uint8_t>>(count, rc::gen::arbitrary<std::uint8_t>())};
  const Photo photo = decode(encode_png(image), 0);
  RC_ASSERT(photo.format == "png");
  RC_ASSERT(photo.image.width == width);
  RC_ASSERT(photo.image.rgb == image.rgb);
}

TEST(EncodeJpeg, LooksLikeThePictureAndShrinksWithQuality) {
  const Image image = test::blocks(6, 5);
  const std::string fine = encode_jpeg(image, 95);
  EXPECT_LE(mean_difference(decode(fine, 0).image, image), 7);
  EXPECT_EQ(decode(fine, 0).format, "jpeg");
  EXPECT_LT(encode_jpeg(image, 20).size(), fine.size());
}

TEST(Encode, RefusesWhatIsNoPicture) {
  const Image empty;
  const Image half{4, 4, std::vector<std::uint8_t>(10)};
  for (const Image& image : {empty, half}) {
    expect_error(Code::kInvalidInput, "all its pixels", [&] { encode_jpeg(image, 80); });
    expect_error(Code::kInvalidInput, "all its pixels", [&] { encode_png(image); });
  }
  for (const int quality : {0, 101, -3}) {
    expect_error(Code::kInvalidInput, "1 to 100", [&] { encode_jpeg(test::colourful(4, 4), quality); });
  }
}

TEST(EncodeJpeg, SidesThatJpegCannotHoldAreRefused) {
  const Image ribbon{70'000, 1, std::vector<std::uint8_t>(70'000 * 3)};
  expect_error(Code::kInvalidInput, "cannot be written as JPEG", [&] { encode_jpeg(ribbon, 80); });
}

TEST(EncodePng, SidesThatPngCannotHoldAreRefused) {
  const Image ribbon{1'000'001, 1, std::vector<std::uint8_t>(1'000'001 * 3)};
  expect_error(Code::kInvalidInput, "cannot be written as PNG", [&] { encode_png(ribbon); });
}

}  // namespace
}  // namespace pharos::vision
