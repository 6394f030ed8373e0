#include "platform/vision/colour.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pharos::vision {
namespace {

Rgb rgb(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 16U), static_cast<std::uint8_t>(value >> 8U),
          static_cast<std::uint8_t>(value)};
}

ColourName name_of(unsigned value) {
  return vision::name_of(to_lab(rgb(value)));
}

const std::set<std::string> kBasic{"black", "white", "grey",   "red",  "orange", "yellow",
                                   "green", "blue",  "purple", "pink", "brown"};

TEST(Lab, AgreesWithPublishedValues) {
  const std::vector<std::pair<unsigned, Lab>> cases{
      {0xffffff, {100, 0, 0}},
      {0x000000, {0, 0, 0}},
      {0xff0000, {53.2408, 80.0925, 67.2032}},
      {0x00ff00, {87.7347, -86.1827, 83.1793}},
      {0x0000ff, {32.2970, 79.1875, -107.8602}},
      {0x777777, {50.0344, 0, 0}},
  };
  for (const auto& [colour, expected] : cases) {
    const Lab lab = to_lab(rgb(colour));
    EXPECT_NEAR(lab.l, expected.l, 2e-3) << hex(rgb(colour));
    EXPECT_NEAR(lab.a, expected.a, 2e-3) << hex(rgb(colour));
    EXPECT_NEAR(lab.b, expected.b, 2e-3) << hex(rgb(colour));
  }
}

TEST(Lab, ChromaAndHueArePolarCoordinates) {
  EXPECT_DOUBLE_EQ((Lab{50, 3, 4}).chroma(), 5);
  EXPECT_DOUBLE_EQ((Lab{50, 0, -2}).hue(), 270);
  EXPECT_DOUBLE_EQ((Lab{50, 0, 0}).hue(), 0);
}

TEST(Lab, GoesToRgbAndBackWithoutLoss) {
  for (int r = 0; r < 256; r += 5) {
    for (int g = 0; g < 256; g += 5) {
      for (int b = 0; b < 256; b += 5) {
        const Rgb colour{static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                         static_cast<std::uint8_t>(b)};
        ASSERT_EQ(hex(to_rgb(to_lab(colour))), hex(colour));
      }
    }
  }
}

TEST(Lab, OutsideOfTheGamutIsClipped) {
  EXPECT_EQ(hex(to_rgb({120, 0, 0})), "#ffffff");
  EXPECT_EQ(hex(to_rgb({-5, 0, 0})), "#000000");
}

TEST(Lab, WholeImagesAreConvertedWithinTwoHundredths) {
  std::vector<std::uint8_t> bytes;
  for (int r = 0; r < 256; r += 3) {
    for (int g = 0; g < 256; g += 3) {
      for (int b = 0; b < 256; b += 3) {
        for (const int value : {r, g, b}) {
          bytes.push_back(static_cast<std::uint8_t>(value));
        }
      }
    }
  }
  std::vector<LabPixel> fast(bytes.size() / 3);
  to_lab(bytes, fast);
  double worst = 0;
  for (std::size_t i = 0; i < fast.size(); ++i) {
    const Lab exact = to_lab(Rgb{bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]});
    const Lab table = fast[i].exact();
    worst = std::max(
        {worst, std::abs(exact.l - table.l), std::abs(exact.a - table.a), std::abs(exact.b - table.b)});
  }
  EXPECT_LT(worst, 0.02);
}

struct Pair {
  Lab first;
  Lab second;
  double difference;
};

/// Table 1 of Sharma, Wu and Dalal (2005).
const std::vector<Pair> kSharma{
    {{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
    {{50, 3.1571, -77.2803}, {50, 0, -82.7485}, 2.8615},
    {{50, 2.8361, -74.0200}, {50, 0, -82.7485}, 3.4412},
    {{50, -1.3802, -84.2814}, {50, 0, -82.7485}, 1.0000},
    {{50, -1.1848, -84.8006}, {50, 0, -82.7485}, 1.0000},
    {{50, -0.9009, -85.5211}, {50, 0, -82.7485}, 1.0000},
    {{50, 0, 0}, {50, -1, 2}, 2.3669},
    {{50, -1, 2}, {50, 0, 0}, 2.3669},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0009}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0010}, 7.1792},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0011}, 7.2195},
    {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0012}, 7.2195},
    {{50, -0.0010, 2.4900}, {50, 0.0009, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0010, -2.4900}, 4.8045},
    {{50, -0.0010, 2.4900}, {50, 0.0011, -2.4900}, 4.7461},
    {{50, 2.5, 0}, {50, 0, -2.5}, 4.3065},
    {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
    {{50, 2.5, 0}, {61, -5, 29}, 22.8977},
    {{50, 2.5, 0}, {56, -27, -3}, 31.9030},
    {{50, 2.5, 0}, {58, 24, 15}, 19.4535},
    {{50, 2.5, 0}, {50, 3.1736, 0.5854}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2972, 0}, 1.0000},
    {{50, 2.5, 0}, {50, 1.8634, 0.5757}, 1.0000},
    {{50, 2.5, 0}, {50, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

TEST(DeltaE2000, AgreesWithThePublishedTable) {
  ASSERT_EQ(kSharma.size(), 34U);
  for (std::size_t i = 0; i < kSharma.size(); ++i) {
    EXPECT_NEAR(delta_e_2000(kSharma[i].first, kSharma[i].second), kSharma[i].difference, 1e-4)
        << "pair " << i + 1;
  }
}

Rgb any_colour() {
  return {*rc::gen::arbitrary<std::uint8_t>(), *rc::gen::arbitrary<std::uint8_t>(),
          *rc::gen::arbitrary<std::uint8_t>()};
}

RC_GTEST_PROP(DeltaE2000, IsSymmetricAndZeroOnlyForTheSameColour, ()) {
  const Rgb first = any_colour();
  const Rgb second = any_colour();
  const double there = delta_e_2000(to_lab(first), to_lab(second));
  RC_ASSERT(std::abs(there - delta_e_2000(to_lab(second), to_lab(first))) < 1e-9);
  RC_ASSERT(delta_e_2000(to_lab(first), to_lab(first)) == 0);
  RC_ASSERT(there >= 0 && std::isfinite(there));
  RC_ASSERT((there == 0) == (hex(first) == hex(second)));
}

RC_GTEST_PROP(ColourName, EveryColourHasABasicAndAFinerName, ()) {
  const ColourName name = vision::name_of(to_lab(any_colour()));
  RC_ASSERT(kBasic.contains(name.basic));
  RC_ASSERT(!name.name.empty());
}

TEST(ColourName, ImpossibleColoursHaveNamesToo) {
  for (const Lab& lab : {Lab{-10, 0, 0}, Lab{200, 0, 0}, Lab{50, 300, 0}, Lab{50, 0, -300}}) {
    EXPECT_TRUE(kBasic.contains(vision::name_of(lab).basic));
  }
}

TEST(ColourName, AFineNameAlwaysBelongsToTheSameBasicColour) {
  std::map<std::string, std::set<std::string>> basics;
  for (unsigned colour = 0; colour < 0x1000000; colour += 1237) {
    const ColourName name = name_of(colour);
    basics[name.name].insert(name.basic);
  }
  for (const auto& [name, of] : basics) {
    EXPECT_EQ(of.size(), 1U) << name << " is " << *of.begin() << " and " << *of.rbegin();
  }
  EXPECT_GE(basics.size(), 71U) << "11 basic and about 60 finer names are all in use";
}

TEST(ColourName, FashionColoursAreCalledWhatPeopleCallThem) {
  const std::vector<std::pair<unsigned, ColourName>> cases{
      {0x1f2745, {"blue", "navy"}},
      {0x5e1428, {"red", "burgundy"}},
      {0xb3a27e, {"brown", "khaki"}},
      {0x6b6c37, {"green", "olive"}},
      {0x10727a, {"blue", "teal"}},
      {0xf0e6ce, {"white", "cream"}},
      {0x4f6b90, {"blue", "denim blue"}},
      {0x434548, {"grey", "charcoal"}},
      {0xc19764, {"brown", "camel"}},
      {0xd9c7ab, {"brown", "beige"}},
      {0xd5561f, {"orange", "burnt orange"}},
      {0xf09bb5, {"pink", "pink"}},
      {0xc99e2c, {"yellow", "mustard"}},
      {0xb4dec7, {"green", "mint"}},
      {0xc6b8e2, {"purple", "lavender"}},
      {0xa3471f, {"brown", "rust"}},
      {0xfb7c54, {"orange", "coral"}},
      {0x4b5338, {"green", "army green"}},
      {0x2b4db3, {"blue", "royal blue"}},
      {0x6d4529, {"brown", "brown"}},
      {0xc9152c, {"red", "red"}},
      {0x89898a, {"grey", "grey"}},
  };
  for (const auto& [colour, expected] : cases) {
    const ColourName name = name_of(colour);
    EXPECT_EQ(name.basic, expected.basic) << hex(rgb(colour));
    EXPECT_EQ(name.name, expected.name) << hex(rgb(colour));
  }
}

/// The words of the XKCD colour survey that end in a basic colour, a sample of each.
TEST(ColourName, BasicNamesAgreeWithTheColourSurvey) {
  const std::map<std::string, std::vector<unsigned>> survey{
      {"grey", {0x929591, 0xd8dcd6 - 0x303030, 0x7d7f7c, 0x3c4142, 0x95a3a6, 0x978a84}},
      {"red", {0xe50000, 0x840000, 0xc0022f, 0x9e3623, 0xff474c, 0x7b0323, 0xaf2f0d, 0xb9484e}},
      {"orange", {0xf97306, 0xc65102, 0xc04e01, 0xff964f, 0xfdaa48, 0xd8863b, 0xfb7d07}},
      {"yellow", {0xffff14, 0xd5b60a, 0xfffe7a, 0xfec615, 0xd2bd0a, 0xfce166, 0xfffd74}},
      {"green", {0x15b01a, 0x033500, 0x96f97b, 0x677a04, 0x4b5d16, 0x06470c, 0x88b378, 0x028f1e}},
      {"blue", {0x0343df, 0x00035b, 0x95d0fc, 0x75bbfd, 0x3b5b92, 0x001146, 0xa2cffe, 0x5b7c99, 0x01889f}},
      {"purple", {0x7e1e9c, 0x35063e, 0xbf77f6, 0xb790d4, 0x825f87, 0x4e0550, 0xcaa0ff}},
      {"pink", {0xff81c0, 0xcb416b, 0xffd1df, 0xff028d, 0xd58a94, 0xfe7b7c, 0xffb7ce}},
      {"brown", {0x653700, 0x341c02, 0xad8150, 0x411900, 0xb1916e, 0x7a6a4f, 0x8b2e16, 0xd3b683}},
      {"white", {0xffffff, 0xffffe4}},
      {"black", {0x000000, 0x070d0d}},
  };
  for (const auto& [basic, colours] : survey) {
    for (const unsigned colour : colours) {
      EXPECT_EQ(name_of(colour).basic, basic) << hex(rgb(colour));
    }
  }
}

TEST(ColourName, DarkNavyIsBlueAndAWarmOrCoolBlackIsBlack) {
  EXPECT_EQ(name_of(0x181c2e).basic, "blue");
  EXPECT_EQ(name_of(0x1a1c24).basic, "black");
  EXPECT_EQ(name_of(0x24201e).basic, "black");
  EXPECT_EQ(name_of(0x333435).basic, "black") << "black cloth in daylight";
  EXPECT_EQ(name_of(0x48494b).basic, "grey");
  EXPECT_EQ(name_of(0x3a2a20).basic, "brown");
}

TEST(ColourName, BeigeIsNeitherWhiteNorYellow) {
  EXPECT_EQ(name_of(0xdccbb0).basic, "brown");
  EXPECT_EQ(name_of(0xf3eee2).basic, "white");
  EXPECT_EQ(name_of(0xe9ecef).basic, "white");
  EXPECT_EQ(name_of(0xc9d8ea).basic, "blue") << "a light blue shirt";
}

std::vector<Lab> patches(const std::vector<std::pair<unsigned, int>>& colours) {
  std::vector<Lab> pixels;
  for (const auto& [colour, count] : colours) {
    pixels.insert(pixels.end(), static_cast<std::size_t>(count), to_lab(rgb(colour)));
  }
  return pixels;
}

TEST(Palette, NamesTheColoursWithTheirSharesLargestFirst) {
  const std::vector<Swatch> swatches =
      palette(patches({{0xc9142b, 3000}, {0xf7f7f7, 6000}, {0x1d2542, 1000}}));
  ASSERT_EQ(swatches.size(), 3U);
  EXPECT_EQ(swatches[0].basic, "white");
  EXPECT_EQ(swatches[0].hex, "#f7f7f7");
  EXPECT_NEAR(swatches[0].share, 0.6, 0.01);
  EXPECT_EQ(swatches[1].basic, "red");
  EXPECT_NEAR(swatches[1].share, 0.3, 0.01);
  EXPECT_EQ(swatches[2].name, "navy");
}

TEST(Palette, LightAndShadowOnOneClothAreOneColour) {
  std::vector<Lab> pixels;
  for (int i = 0; i < 8000; ++i) {
    const double light = 0.35 + 0.65 * (i % 100) / 99.0;  // of linear light: folds and shadows
    const Lab lab = to_lab(rgb(0xee7b27));
    const double scale = std::cbrt(light);
    pixels.push_back({(lab.l + 16) * scale - 16, lab.a * scale, lab.b * scale});
  }
  const std::vector<Swatch> swatches = palette(pixels);
  ASSERT_EQ(swatches.size(), 1U);
  EXPECT_EQ(swatches[0].basic, "orange");
}

TEST(Palette, BlackAndWhiteStayApart) {
  const std::vector<Swatch> swatches = palette(patches({{0x1a1a1b, 500}, {0xf0f0f0, 500}}));
  ASSERT_EQ(swatches.size(), 2U);
  EXPECT_NE(swatches[0].basic, swatches[1].basic);
}

TEST(Palette, LittleBitsAreDropped) {
  const std::vector<Swatch> swatches = palette(patches({{0x2f8a45, 970}, {0xc9142b, 30}}));
  ASSERT_EQ(swatches.size(), 1U);
  EXPECT_NEAR(swatches[0].share, 0.97, 1e-9) << "shares are of all pixels looked at";
}

TEST(Palette, NothingHasNoColours) {
  EXPECT_TRUE(palette({}).empty());
}

RC_GTEST_PROP(Palette, SharesSumToAtMostOneAndTheSamePixelsGiveTheSameAnswer, ()) {
  const auto count = *rc::gen::inRange(1, 300);
  std::vector<Lab> pixels;
  for (int i = 0; i < count; ++i) {
    pixels.push_back(to_lab(any_colour()));
  }
  const std::vector<Swatch> swatches = palette(pixels);
  double sum = 0;
  double last = 1;
  for (const Swatch& swatch : swatches) {
    RC_ASSERT(swatch.share >= 0.04 && swatch.share <= last);
    last = swatch.share;
    sum += swatch.share;
  }
  RC_ASSERT(sum <= 1 + 1e-9);
  RC_ASSERT(!swatches.empty());
  const std::vector<Swatch> again = palette(pixels);
  RC_ASSERT(again.size() == swatches.size() && again[0].hex == swatches[0].hex &&
            again[0].share == swatches[0].share);
}

}  // namespace
}  // namespace pharos::vision
