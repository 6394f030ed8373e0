#include "platform/vision/harmony.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pharos::vision {
namespace {

Garment garment(unsigned rgb, int pixels = 1000, double share = 1) {
  const Lab lab = to_lab(Rgb{static_cast<std::uint8_t>(rgb >> 16U), static_cast<std::uint8_t>(rgb >> 8U),
                             static_cast<std::uint8_t>(rgb)});
  Garment result;
  result.pixels = pixels;
  result.palette.push_back({.share = share, .lab = {lab.l, lab.a, lab.b}});
  return result;
}

Harmony of(const std::vector<Garment>& garments) {
  return measure_harmony(garments).value();
}

TEST(Harmony, NamesTheSimplestTemplateThatHoldsTheHues) {
  EXPECT_EQ(of({garment(0xf5f5f5), garment(0x1a1a1b)}).hue_template, "neutral");
  EXPECT_EQ(of({garment(0x2f66b4), garment(0xa9c6e5)}).hue_template, "monochromatic");
  EXPECT_EQ(of({garment(0xc9142b), garment(0xee7b27)}).hue_template, "analogous");
  EXPECT_EQ(of({garment(0x2f66b4), garment(0xd9a441)}).hue_template, "complementary");
  EXPECT_EQ(of({garment(0xc9142b), garment(0x2f8a45), garment(0x3a50b8)}).hue_template, "triadic");
  EXPECT_EQ(
      of({garment(0xc9142b), garment(0xf3d02b), garment(0x2f8a45), garment(0x2f66b4), garment(0x6c398b)})
          .hue_template,
      "mixed");
}

TEST(Harmony, GreysDoNotDisturbAHue) {
  const Harmony harmony = of({garment(0x2f66b4), garment(0x88898a)});
  EXPECT_EQ(harmony.hue_template, "monochromatic");
  EXPECT_DOUBLE_EQ(harmony.hue_fit, 1);
}

TEST(Harmony, ContrastIsOfTheLightestAndDarkestMainColours) {
  EXPECT_NEAR(of({garment(0xffffff), garment(0x000000)}).lightness_contrast, 100, 1e-3);
  EXPECT_NEAR(of({garment(0x777777), garment(0x777777)}).lightness_contrast, 0, 1e-3);
  Garment trimmed = garment(0x777777);
  trimmed.palette.push_back({.share = 0.05, .lab = {100, 0, 0}});
  EXPECT_NEAR(of({trimmed}).lightness_contrast, 0, 1e-3) << "trimming is no main colour";
}

TEST(Harmony, WithoutGarmentsThereIsNone) {
  EXPECT_FALSE(measure_harmony({}).has_value());
  EXPECT_FALSE(measure_harmony(std::vector<Garment>(1)).has_value()) << "a bare arm has no colours";
}

}  // namespace
}  // namespace pharos::vision
