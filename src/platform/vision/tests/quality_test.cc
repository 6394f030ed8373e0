#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "platform/vision/appearance.h"
#include "platform/vision/tests/support_mannequin.h"

namespace pharos::vision {
namespace {

using testing::blurred;
using testing::plain_image;
using testing::stage;

Image portrait() {
  std::ifstream file(PHAROS_SOURCE_DIR "/build/samples/astronaut.png", std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return decode(bytes.str(), 0).image;
}

/// Where the detector sees the portrait's face.
Face portrait_face() {
  Face face;
  face.box = {177.6, 82.9, 95.3, 95.3};
  face.keypoints = {
      {{201.5, 104.9}, {245.8, 109.1}, {220.4, 127.3}, {219.8, 148.6}, {178.2, 115.7}, {272.2, 123.9}}};
  return face;
}

/// Each byte through a curve of its place and channel.
Image changed(Image image, const std::function<double(int x, int channel, double level)>& curve) {
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    const int x = static_cast<int>(i / 3) % image.width;
    const double level = curve(x, static_cast<int>(i % 3), image.rgb[i]);
    image.rgb[i] = static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
  }
  return image;
}

Quality measure(const Image& image) {
  const Face face = portrait_face();
  return measure_quality(image, nullptr, &face, 1);
}

TEST(Quality, BlurLowersSharpnessStepByStep) {
  const Image sharp = portrait();
  double last = measure(sharp).sharpness;
  EXPECT_GT(last, 0.6);
  EXPECT_LT(last, 1);
  for (const double sigma : {0.7, 1.0, 1.5, 2.0, 3.0, 5.0}) {
    const double next = measure(blurred(sharp, sigma)).sharpness;
    EXPECT_LT(next, last) << sigma;
    EXPECT_GE(next, 0) << sigma;
    last = next;
  }
  EXPECT_LT(last, 0.05);
}

TEST(Quality, SharpnessIsOfTheFaceNotOfTheBackground) {
  Image image = portrait();
  const Image soft = blurred(image, 3);
  for (int y = 60; y < 200; ++y) {
    for (std::size_t i = 150U * 3; i < 300U * 3; ++i) {
      const std::size_t at = static_cast<std::size_t>(y) * 512 * 3 + i;
      image.rgb[at] = soft.rgb[at];
    }
  }
  EXPECT_NEAR(measure(image).sharpness, measure(soft).sharpness, 0.02);
}

TEST(Quality, APhotoWithoutAFaceIsJudgedByThePersonOrByItself) {
  const auto staged = stage({.noise = 2});
  const Quality person = measure_quality(staged.image, &staged.pose, nullptr, 1);
  EXPECT_FALSE(person.face_height_px.has_value());
  EXPECT_FALSE(person.face_share.has_value());
  EXPECT_FALSE(person.light_evenness.has_value());
  EXPECT_LT(measure_quality(blurred(staged.image, 4), &staged.pose, nullptr, 1).sharpness, person.sharpness);
  const Quality alone = measure_quality(portrait(), nullptr, nullptr, 1);
  EXPECT_LT(measure_quality(blurred(portrait(), 3), nullptr, nullptr, 1).sharpness, alone.sharpness);
}

TEST(Quality, ExposureIsTheLightnessOfTheFaceThenThePersonThenThePhoto) {
  EXPECT_NEAR(measure_quality(plain_image(200, 150, 0x777777), nullptr, nullptr, 1).exposure, 50, 0.2);
  const auto staged = stage({.upper = 0x111111, .lower = 0x111111, .background = 0xffffff});
  const double person = measure_quality(staged.image, &staged.pose, nullptr, 1).exposure;
  const double photo = measure_quality(staged.image, nullptr, nullptr, 1).exposure;
  EXPECT_LT(person, 30);
  EXPECT_GT(photo, 60);
  const Quality dim = measure(changed(portrait(), [](int, int, double level) { return 0.4 * level; }));
  EXPECT_LT(dim.exposure, 0.6 * measure(portrait()).exposure);
}

TEST(Quality, ClippingIsTheShareOfLostPixels) {
  Image image = plain_image(100, 100, 0x808080);
  std::fill(image.rgb.begin(), image.rgb.begin() + 3000, std::uint8_t{255});
  std::fill(image.rgb.end() - 6000, image.rgb.end(), std::uint8_t{0});
  const Quality quality = measure_quality(image, nullptr, nullptr, 1);
  EXPECT_NEAR(quality.clipped_light, 0.1, 0.01);
  EXPECT_NEAR(quality.clipped_dark, 0.2, 0.01);
  EXPECT_NEAR(quality.contrast, 100, 0.1);
}

TEST(Quality, AFlatPhotoHasNoContrast) {
  EXPECT_NEAR(measure_quality(plain_image(64, 64, 0x888888), nullptr, nullptr, 1).contrast, 0, 1e-9);
}

Image tinted(double r, double g, double b) {
  return changed(portrait(), [=](int, int channel, double level) {
    return level * (channel == 0 ? r : channel == 1 ? g : b);
  });
}

TEST(Quality, ACastIsNamedByTheGreysOfThePhoto) {
  EXPECT_EQ(measure(portrait()).cast, "none");
  EXPECT_LT(measure(portrait()).cast_chroma, 8);
  EXPECT_EQ(measure(tinted(1, 0.93, 0.78)).cast, "warm");
  EXPECT_GT(measure(tinted(1, 0.93, 0.78)).cast_chroma, 8);
  EXPECT_EQ(measure(tinted(0.8, 0.93, 1.05)).cast, "cool");
  EXPECT_EQ(measure(tinted(0.88, 1, 0.82)).cast, "green");
  EXPECT_EQ(measure(tinted(1, 0.83, 0.98)).cast, "magenta");
}

TEST(Quality, ATintedWallOrVividColoursAreNoEvidenceOfACast) {
  const auto wall = stage({.background = 0xd8c6a9});
  EXPECT_EQ(measure_quality(wall.image, &wall.pose, &wall.face, 1).cast, "unknown");
  const auto vivid = stage({.background = 0x2f8a45});
  const Quality quality = measure_quality(vivid.image, &vivid.pose, &vivid.face, 1);
  EXPECT_EQ(quality.cast, "unknown");
  EXPECT_EQ(quality.cast_chroma, 0);
}

TEST(Quality, FaceHeightIsInPixelsOfTheOriginalAndInSharesOfThePhoto) {
  const Face face = portrait_face();
  const Quality quality = measure_quality(portrait(), nullptr, &face, 2.5);
  EXPECT_NEAR(quality.face_height_px.value(), 95.3 * 2.5, 1e-9);
  EXPECT_NEAR(quality.face_share.value(), 95.3 / 512, 1e-9);
}

TEST(Quality, LightFromTheSideMakesTheFaceUneven) {
  const double even = measure(portrait()).light_evenness.value();
  EXPECT_GT(even, 0.85);
  const Image side_lit =
      changed(portrait(), [](int x, int, double level) { return x > 220 ? 0.35 * level : level; });
  EXPECT_LT(measure(side_lit).light_evenness.value(), 0.6);
}

TEST(Quality, AFaceCutByTheEdgeOrOutsideDoesNoHarm) {
  const Image image = portrait();
  Face face = portrait_face();
  for (const double shift : {-200.0, 1000.0, -1e9, std::nan("")}) {
    face.box.x = shift;
    face.keypoints[2].x = shift;
    const Quality quality = measure_quality(image, nullptr, &face, 1);
    EXPECT_TRUE(quality.sharpness >= 0 && quality.sharpness <= 1);
    EXPECT_FALSE(quality.light_evenness.has_value());
  }
  EXPECT_EQ(measure_quality({}, nullptr, nullptr, 1).cast, "unknown");
  EXPECT_EQ(measure_quality(plain_image(1, 1, 0xffffff), nullptr, nullptr, 1).sharpness, 0);
}

}  // namespace
}  // namespace pharos::vision
