#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/vision/shrink.h"
#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

double mean(const Image& image, std::size_t channel) {
  double sum = 0;
  for (std::size_t i = channel; i < image.rgb.size(); i += 3) sum += image.rgb[i];
  return sum * 3 / static_cast<double>(image.rgb.size());
}

/// The definition, pixel by pixel.
double area_mean(const Image& source, Size target, int x, int y, int channel) {
  const double step_x = static_cast<double>(source.width) / target.width;
  const double step_y = static_cast<double>(source.height) / target.height;
  double sum = 0;
  for (int sy = 0; sy < source.height; ++sy) {
    const double height = std::min(sy + 1.0, (y + 1) * step_y) - std::max<double>(sy, y * step_y);
    if (height <= 0) continue;
    for (int sx = 0; sx < source.width; ++sx) {
      const double width = std::min(sx + 1.0, (x + 1) * step_x) - std::max<double>(sx, x * step_x);
      if (width > 0) sum += width * height * source.pixel(sx, sy)[channel];
    }
  }
  return sum / (step_x * step_y);
}

Image random_image() {
  const int width = *rc::gen::inRange(1, 40);
  const int height = *rc::gen::inRange(1, 40);
  const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  return {width, height,
          *rc::gen::container<std::vector<std::uint8_t>>(count, rc::gen::arbitrary<std::uint8_t>())};
}

Size random_target(const Image& image) {
  return {*rc::gen::inRange(1, image.width + 1), *rc::gen::inRange(1, image.height + 1)};
}

RC_GTEST_PROP(Shrink, EachPixelIsTheMeanOfTheAreaUnderIt, ()) {
  const Image image = random_image();
  const Size target = random_target(image);
  const Image small = shrink(image, target.width, target.height);
  RC_ASSERT((Size{small.width, small.height} == target));
  for (int y = 0; y < target.height; ++y) {
    for (int x = 0; x < target.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const double wanted = area_mean(image, target, x, y, channel);
        RC_ASSERT(std::abs(small.pixel(x, y)[channel] - wanted) <= 0.502);
      }
    }
  }
}

RC_GTEST_PROP(Shrink, KeepsTheMeanWithinOneLevelAndTheRange, ()) {
  const Image image = random_image();
  const Size target = random_target(image);
  const Image small = shrink(image, target.width, target.height);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    RC_ASSERT(std::abs(mean(small, channel) - mean(image, channel)) <= 1);
  }
  const auto [low, high] = std::ranges::minmax(image.rgb);
  RC_ASSERT(std::ranges::all_of(small.rgb, [&](int value) { return value >= low && value <= high; }));
}

TEST(Shrink, TheSameSizeIsTheSamePicture) {
  const Image image = test::colourful(31, 17);
  EXPECT_EQ(shrink(image, 31, 17).rgb, image.rgb);
}

TEST(Shrink, WhiteStaysWhiteAtAnyRatio) {
  const Image white{997, 5, std::vector<std::uint8_t>(997 * 5 * 3, 255)};
  for (const int width : {996, 700, 499, 333, 100, 7, 1}) {
    EXPECT_EQ(std::ranges::min(shrink(white, width, 3).rgb), 255) << width;
  }
}

TEST(Shrink, EnlargingAndEmptySizesAreRefused) {
  const Image image = test::colourful(4, 4);
  for (const Size size : {Size{5, 4}, Size{4, 5}, Size{0, 4}, Size{4, 0}, Size{-1, 1}}) {
    test::expect_error(base::Code::kInvalidInput, "between one pixel and its own",
                       [&] { shrink(image, size.width, size.height); });
  }
}

TEST(Shrink, RowsBeyondThePictureAreIgnored) {
  const Image image = test::colourful(4, 4);
  AreaShrinker shrinker({4, 4}, {2, 2});
  for (int y = 0; y < 8; ++y) shrinker.push(image.pixel(0, y % 4));
  EXPECT_EQ(shrinker.take().rgb, shrink(image, 2, 2).rgb);
}

TEST(Fit, KeepsProportionsAndNeverEnlarges) {
  EXPECT_EQ(fit({4000, 3000}, 1600), (Size{1600, 1200}));
  EXPECT_EQ(fit({3000, 4000}, 1600), (Size{1200, 1600}));
  EXPECT_EQ(fit({1280, 960}, 1600), (Size{1280, 960}));
  EXPECT_EQ(fit({1280, 960}, 0), (Size{1280, 960}));
  EXPECT_EQ(fit({5000, 2}, 100), (Size{100, 1}));
}

}  // namespace
}  // namespace pharos::vision
