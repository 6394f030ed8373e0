// Crops are what the reference library cuts, bit for bit up to ties; the golden crops come from
// tests/oracle/warp_golden.py.
#include "platform/vision/warp.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/file.h"

namespace pharos::vision {
namespace {

Image photo_at(const std::string& path) {
  return decode(base::read_file(PHAROS_SOURCE_DIR + path), 0).image;
}

/// Every pixel tells where it lies.
Image ramp(int width, int height) {
  Image image{.width = width, .height = height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x * 7 + y * 3, x * 5, y * 11}) {
        image.rgb.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  return image;
}

Image plain(int width, int height, std::uint8_t value) {
  const auto bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  return {.width = width, .height = height, .rgb = std::vector<std::uint8_t>(bytes, value)};
}

struct Golden {
  std::string name;
  Region region;
  int size;
  Border border;
};

class GoldenWarp : public testing::TestWithParam<Golden> {};

TEST_P(GoldenWarp, AgreesWithOpenCv) {
  const auto& [name, region, size, border] = GetParam();
  const Image golden = photo_at("/src/platform/vision/tests/data/warp_" + name + ".png");
  const Crop crop = warp(photo_at("/build/samples/astronaut.png"), region, size, border);
  ASSERT_EQ(golden.width * 4, size);
  double difference = 0;
  int far = 0;
  for (int y = 0; y < golden.height; ++y) {
    for (int x = 0; x < golden.width * 3; ++x) {
      const int expected = golden.pixel(0, y)[x];
      const int got = crop.rgb[static_cast<std::size_t>((y * 4 * size + x / 3 * 4) * 3 + x % 3)];
      difference += std::abs(got - expected);
      far += std::abs(got - expected) > 1 ? 1 : 0;
    }
  }
  const auto count = static_cast<double>(golden.rgb.size());
  EXPECT_LE(difference / count, 0.002);
  EXPECT_LE(far / count, 2e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Crops, GoldenWarp,
    testing::Values(Golden{"body", {{158.7292, 524.0119}, 1254.9214, 0.160093}, 256, Border::kReplicate},
                    Golden{"face", {{225.2376, 130.5433}, 143.0163, 0.094311}, 192, Border::kReplicate},
                    Golden{"corner", {{40.37, 470.21}, 333.33, -0.7}, 128, Border::kBlack}),
    [](const auto& info) { return info.param.name; });

RC_GTEST_PROP(Warp, TheWholeOfASquareAtItsOwnSizeIsThePhotoItself, ()) {
  const int size = *rc::gen::inRange(1, 40);
  const Image image = ramp(size, size);
  RC_ASSERT(warp(image, whole_image(size, size), size, Border::kBlack).rgb == image.rgb);
}

RC_GTEST_PROP(Warp, APhotoOfOneColourStaysSoHoweverItIsCut, ()) {
  const auto value = *rc::gen::arbitrary<std::uint8_t>();
  const Image image = plain(*rc::gen::inRange(1, 50), *rc::gen::inRange(1, 50), value);
  const Region region{.centre = {*rc::gen::inRange(-60, 120) * 0.37, *rc::gen::inRange(-60, 120) * 0.41},
                      .side = *rc::gen::inRange(1, 900) * 0.31,
                      .rotation = *rc::gen::inRange(-31, 31) * 0.1};
  const Crop crop = warp(image, region, *rc::gen::inRange(1, 30), Border::kReplicate);
  RC_ASSERT(std::ranges::all_of(crop.rgb, [value](std::uint8_t each) { return each == value; }));
}

TEST(Warp, CornersMapToCornersWithoutHalfPixelCentres) {
  // Four pixels of the source for one of the target: the first of each four is read, nothing is averaged.
  const Image image = ramp(16, 16);
  const Crop crop = warp(image, whole_image(16, 16), 4, Border::kBlack);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) {
      EXPECT_TRUE(std::equal(image.pixel(x * 4, y * 4), image.pixel(x * 4, y * 4) + 3,
                             crop.rgb.begin() + (y * 4 + x) * 3));
    }
  }
}

TEST(Warp, HalfwayBetweenTwoPixelsIsTheirMeanRoundedUp) {
  Image image = plain(2, 1, 10);
  std::fill_n(image.rgb.begin() + 3, 3, std::uint8_t{21});
  const Crop crop = warp(image, {.centre = {1, 0.5}, .side = 1}, 1, Border::kReplicate);
  EXPECT_EQ(crop.rgb, (std::vector<std::uint8_t>{16, 16, 16}));
}

TEST(Warp, AQuarterTurnReadsColumnsAsRows) {
  const Image image = ramp(8, 8);
  const Region turned{.centre = {4, 4}, .side = 8, .rotation = std::numbers::pi / 2};
  const Crop crop = warp(image, turned, 8, Border::kReplicate);
  // Target (u, v) reads source (8 − v, u).
  for (int v = 1; v < 8; ++v) {
    for (int u = 0; u < 8; ++u)
      EXPECT_EQ(crop.rgb[static_cast<std::size_t>((v * 8 + u) * 3)], image.pixel(8 - v, u)[0]);
  }
}

TEST(Warp, OutsideIsBlackForDetectorsAndTheEdgeForLandmarks) {
  const Image image = plain(10, 4, 200);
  const Crop black = warp(image, whole_image(10, 4), 10, Border::kBlack);
  const Crop edge = warp(image, whole_image(10, 4), 10, Border::kReplicate);
  EXPECT_EQ(black.rgb.front(), 0);
  EXPECT_EQ(black.rgb[5 * 10 * 3], 200);
  EXPECT_EQ(black.rgb.back(), 0);
  EXPECT_EQ(edge.rgb.front(), 200);
  EXPECT_EQ(edge.rgb.back(), 200);
}

TEST(Warp, ABlackBorderIsMixedInTapByTap) {
  const Image image = plain(2, 2, 100);
  // Half a pixel left of the photo: half of it is outside.
  const Crop crop = warp(image, {.centre = {0, 1}, .side = 1}, 1, Border::kBlack);
  EXPECT_EQ(crop.rgb.front(), 50);
}

TEST(Warp, RegionsFarAwayAndHugeOnesAreHarmless) {
  const Image image = plain(3, 3, 9);
  EXPECT_EQ(warp(image, {.centre = {1e12, -1e12}, .side = 5}, 2, Border::kBlack).rgb.front(), 0);
  EXPECT_EQ(warp(image, {.centre = {1e12, -1e12}, .side = 5}, 2, Border::kReplicate).rgb.front(), 9);
  EXPECT_EQ(warp(image, {.centre = {1, 1}, .side = 1e15}, 2, Border::kReplicate).rgb.back(), 9);
}

TEST(Warp, MirroringTwiceGivesTheCropBack) {
  const Crop crop = warp(ramp(9, 9), whole_image(9, 9), 9, Border::kBlack);
  const Crop mirrored = mirror_image(crop);
  EXPECT_NE(mirrored.rgb, crop.rgb);
  EXPECT_TRUE(std::equal(crop.rgb.begin(), crop.rgb.begin() + 3, mirrored.rgb.begin() + 8 * 3));
  EXPECT_EQ(mirror_image(mirrored).rgb, crop.rgb);
}

TEST(Warp, BytesBecomeTheRangeANetworkWants) {
  const Crop crop{.size = 1, .rgb = {0, 51, 255}};
  std::vector<float> values(3);
  to_floats(crop, -1, 1, values);
  EXPECT_FLOAT_EQ(values[0], -1);
  EXPECT_NEAR(values[1], -0.6, 1e-6);
  EXPECT_FLOAT_EQ(values[2], 1);
}

}  // namespace
}  // namespace pharos::vision
