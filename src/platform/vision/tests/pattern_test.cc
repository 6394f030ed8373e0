#include "platform/vision/pattern.h"

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "platform/vision/tests/support_mannequin.h"

namespace pharos::vision {
namespace {

constexpr int kSide = 110;
constexpr double kScale = 120;

struct Cloth {
  unsigned first;
  unsigned second;
};
const std::vector<Cloth> kCloths{{0xf5f5f5, 0x1d2542}, {0xc9142b, 0x214d2d}, {0xa9c6e5, 0x2f66b4}};

using Weave = std::function<bool(int x, int y)>;

PatternReading read(const Image& image) {
  const WorkingImage working = working_image(image);
  Bitmap area(image.width, image.height);
  fill_capsule(area, {kSide / 2.0, 30}, {kSide / 2.0, kSide - 30}, kSide / 2.0);
  return read_pattern(area, colours_in({0, 0, image.width, image.height}, working), kScale);
}

Image woven(const Cloth& cloth, const Weave& is_first, double noise = 4) {
  Image image = testing::plain_image(kSide, kSide, cloth.second);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const unsigned rgb = is_first(x, y) ? cloth.first : cloth.second;
      for (unsigned channel = 0; channel < 3; ++channel) {
        image.rgb[static_cast<std::size_t>((y * kSide + x) * 3) + channel] =
            static_cast<std::uint8_t>(rgb >> (16 - 8 * channel));
      }
    }
  }
  return testing::with_noise(testing::blurred(image, 0.6), noise);
}

Image shaded(Image image, const std::function<double(int x, int y)>& light) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        std::uint8_t& byte = image.rgb[static_cast<std::size_t>((y * image.width + x) * 3 + channel)];
        byte = static_cast<std::uint8_t>(std::lround(byte * std::min(1.0, light(x, y))));
      }
    }
  }
  return image;
}

void expect_everywhere(Pattern expected, const std::string& what, const Weave& weave) {
  for (const Cloth& cloth : kCloths) {
    const PatternReading reading = read(woven(cloth, weave));
    EXPECT_EQ(reading.pattern, expected) << what << " in " << std::hex << cloth.first;
    EXPECT_GE(reading.confidence, 0.5) << what;
    EXPECT_LE(reading.confidence, 1) << what;
  }
}

TEST(Pattern, PlainClothIsSolidUnderNoiseShadingAndFolds) {
  for (const unsigned colour : {0xf5f5f5U, 0x1a1a1bU, 0xc9142bU, 0x4c698eU}) {
    for (const double noise : {0.0, 4.0, 8.0}) {
      const Image plain = testing::with_noise(testing::plain_image(kSide, kSide, colour), noise);
      EXPECT_EQ(read(plain).pattern, Pattern::kSolid) << noise;
      const Image side_lit = shaded(plain, [](int x, int) { return 1 - 0.6 * x / kSide; });
      EXPECT_EQ(read(side_lit).pattern, Pattern::kSolid) << noise;
      const Image folded = shaded(plain, [](int x, int y) {
        return 0.85 + 0.15 * std::sin(0.15 * x + 0.06 * y + 2 * std::sin(0.03 * y));
      });
      EXPECT_EQ(read(folded).pattern, Pattern::kSolid) << noise;
    }
  }
}

TEST(Pattern, StripesOfAnyDirectionAndWidthAreStriped) {
  for (const int period : {6, 12, 24}) {
    const int half = period / 2;
    expect_everywhere(Pattern::kStriped, "upright", [=](int x, int) { return x % period < half; });
    expect_everywhere(Pattern::kStriped, "level", [=](int, int y) { return y % period < half; });
    if (period > 6) {
      expect_everywhere(Pattern::kStriped, "slanting", [=](int x, int y) { return (x + y) % period < half; });
    }
  }
  expect_everywhere(Pattern::kStriped, "pin stripes", [](int x, int) { return x % 12 < 2; });
}

TEST(Pattern, SquaresAreChecked) {
  for (const int period : {8, 14, 24}) {
    const int half = period / 2;
    expect_everywhere(Pattern::kChecked, "a chessboard",
                      [=](int x, int y) { return (x % period < half) != (y % period < half); });
  }
  expect_everywhere(Pattern::kChecked, "window panes", [](int x, int y) { return x % 16 < 3 || y % 16 < 3; });
}

TEST(Pattern, DotsAndBlotchesArePatterned) {
  for (const int period : {12, 20}) {
    expect_everywhere(Pattern::kPatterned, "dots", [=](int x, int y) {
      return std::hypot(x % period - period / 2.0, y % period - period / 2.0) < 0.3 * period;
    });
  }
  expect_everywhere(Pattern::kPatterned, "blotches", [](int x, int y) {
    return std::sin(0.4 * x + 2 * std::sin(0.13 * y)) + std::sin(0.45 * y + 2.3 * std::sin(0.11 * x)) > 0.3;
  });
}

TEST(Pattern, TooLittleClothIsUnsure) {
  Bitmap area(kSide, kSide);
  fill_capsule(area, {20, 20}, {20, 20}, 8);
  const WorkingImage image = working_image(testing::plain_image(kSide, kSide, 0x2f66b4));
  const PatternReading reading = read_pattern(area, colours_in(bounds(area), image), kScale);
  EXPECT_EQ(reading.pattern, Pattern::kUnsure);
  EXPECT_EQ(reading.confidence, 0);
}

TEST(Pattern, FaintMottlingIsUnsureOrSolidButNeverAPattern) {
  const Cloth denim{0x5a7699, 0x46628a};
  const PatternReading reading =
      read(woven(denim, [](int x, int y) { return (x * 7 + y * 13 + x * y) % 11 < 4; }));
  EXPECT_TRUE(reading.pattern == Pattern::kUnsure || reading.pattern == Pattern::kSolid);
}

}  // namespace
}  // namespace pharos::vision
