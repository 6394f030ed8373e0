#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/vision/appearance.h"
#include "platform/vision/tests/support_mannequin.h"
#include "platform/vision/vision.h"

namespace pharos::vision {
namespace {

using testing::Mannequin;
using testing::stage;
using testing::Staged;

Lab lab_of(unsigned rgb) {
  return to_lab(Rgb{static_cast<std::uint8_t>(rgb >> 16U), static_cast<std::uint8_t>(rgb >> 8U),
                    static_cast<std::uint8_t>(rgb)});
}

Outfit read(const Mannequin& mannequin) {
  const Staged staged = stage(mannequin);
  return read_outfit(staged.image, staged.pose, &staged.face);
}

const Garment* find(const Outfit& outfit, Slot slot) {
  const auto found = std::ranges::find(outfit.garments, slot, &Garment::slot);
  return found == outfit.garments.end() ? nullptr : &*found;
}

const Garment& get(const Outfit& outfit, Slot slot) {
  const Garment* found = find(outfit, slot);
  if (found == nullptr) {
    throw std::runtime_error("that garment was not found");
  }
  return *found;
}

std::string why_not(const Outfit& outfit, Slot slot) {
  const auto found = std::ranges::find(outfit.not_visible, slot, &std::pair<Slot, std::string>::first);
  return found == outfit.not_visible.end() ? "" : found->second;
}

bool in_top_two(const Garment& garment, unsigned rgb) {
  const std::string expected = name_of(lab_of(rgb)).basic;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, garment.palette.size()); ++i) {
    if (garment.palette[i].basic == expected) {
      return true;
    }
  }
  return false;
}

constexpr std::array kClothColours{
    0x1a1a1bU, 0xf5f5f5U, 0x88898aU, 0x5b5d5fU, 0xc9142bU, 0x5c1426U, 0xee7b27U, 0xf3d02bU, 0x2f8a45U,
    0x214d2dU, 0x6a6b34U, 0xa1ae94U, 0x2f66b4U, 0x1d2542U, 0x4c698eU, 0xa9c6e5U, 0x11717bU, 0x6c398bU,
    0xc5b7e1U, 0xf09ab4U, 0xec3c8bU, 0x6d4428U, 0xbf9561U, 0xd8c6a9U, 0xefe5cdU};
constexpr std::array kSkinTones{0xf2d3bfU, 0xd9a584U, 0xb27a52U, 0x8a5a3bU, 0x5a3a28U, 0x3a241aU};

struct Light {
  double bright;
  double shade;
};
constexpr std::array<Light, 3> kLights{{{1, 0.45}, {0.8, 0.8}, {1.15, 0.9}}};

TEST(Outfit, ColoursAreRightInTheTopTwoUnderUnevenLightAndNoise) {
  int upper_right = 0;
  int lower_right = 0;
  int total = 0;
  for (std::size_t i = 0; i < kClothColours.size(); ++i) {
    for (std::size_t light = 0; light < kLights.size(); ++light) {
      const Mannequin mannequin{.upper = kClothColours[i],
                                .lower = kClothColours[(i * 7 + 3) % kClothColours.size()],
                                .skin = kSkinTones[(i + light) % kSkinTones.size()],
                                .long_sleeves = i % 2 == 0,
                                .light = kLights[light].bright,
                                .shade = kLights[light].shade,
                                .folds = 0.12,
                                .noise = light % 2 == 0 ? 6.0 : 0.0,
                                .height = 400};
      const Outfit outfit = read(mannequin);
      ++total;
      upper_right += in_top_two(get(outfit, Slot::kUpper), mannequin.upper) ? 1 : 0;
      lower_right += in_top_two(get(outfit, Slot::kLower), mannequin.lower) ? 1 : 0;
    }
  }
  EXPECT_GE(upper_right, 0.95 * total) << upper_right << " of " << total;
  EXPECT_GE(lower_right, 0.95 * total) << lower_right << " of " << total;
}

TEST(Outfit, BareAndCoveredArmsAreToldApartForEverySkinTone) {
  for (const unsigned skin : kSkinTones) {
    for (const Light light : {Light{1, 1}, Light{0.75, 0.4}}) {
      Mannequin mannequin{.upper = 0x2f66b4,
                          .skin = skin,
                          .long_sleeves = false,
                          .light = light.bright,
                          .shade = light.shade,
                          .noise = 4,
                          .height = 512};
      const Outfit bare = read(mannequin);
      EXPECT_TRUE(get(bare, Slot::kSleeves).bare) << std::hex << skin;
      EXPECT_TRUE(get(bare, Slot::kSleeves).palette.empty()) << "skin is no colour of an outfit";
      mannequin.long_sleeves = true;
      for (const unsigned cloth : {0x2f66b4U, 0xf5f5f5U, 0x1a1a1bU, 0x2f8a45U}) {
        mannequin.upper = cloth;
        const Outfit covered = read(mannequin);
        EXPECT_FALSE(get(covered, Slot::kSleeves).bare) << std::hex << skin << " in " << cloth;
        EXPECT_TRUE(light.shade < 1 || in_top_two(get(covered, Slot::kSleeves), cloth))
            << std::hex << skin << " in " << cloth;
      }
    }
  }
}

TEST(Outfit, ShortsAreReadWithoutTheLegsBelowForEverySkinTone) {
  for (const unsigned skin : kSkinTones) {
    for (const unsigned cloth : {0x2f8a45U, 0xf5f5f5U, 0x1d2542U}) {
      const Outfit outfit = read({.lower = cloth, .skin = skin, .shorts = true, .noise = 3, .height = 512});
      const Garment& lower = get(outfit, Slot::kLower);
      EXPECT_EQ(lower.palette[0].basic, name_of(lab_of(cloth)).basic) << std::hex << skin << " in " << cloth;
      EXPECT_GT(lower.palette[0].share, 0.8) << std::hex << skin << " in " << cloth;
    }
  }
}

TEST(Outfit, TrousersOfTheColourOfSkinAreCloth) {
  const Outfit outfit = read({.lower = 0xd2a07f, .skin = 0xd9a584, .noise = 3, .height = 512});
  const Garment& lower = get(outfit, Slot::kLower);
  EXPECT_FALSE(lower.bare);
  EXPECT_TRUE(in_top_two(lower, 0xd2a07f));
  EXPECT_GT(lower.pixels, 2000);
}

TEST(Outfit, AHalfBodyHasNoLowerGarmentAndSaysWhy) {
  const Outfit outfit = read({.half_body = true});
  EXPECT_EQ(find(outfit, Slot::kLower), nullptr);
  EXPECT_EQ(find(outfit, Slot::kShoes), nullptr);
  EXPECT_EQ(why_not(outfit, Slot::kLower), "the hips are not in view");
  EXPECT_EQ(why_not(outfit, Slot::kShoes), "the feet are not in view");
  EXPECT_TRUE(in_top_two(get(outfit, Slot::kUpper), 0x2f66b4));
}

TEST(Outfit, EachSlotIsEitherReadOrSaidNotToBeVisible) {
  for (const Mannequin& mannequin : {Mannequin{}, Mannequin{.half_body = true},
                                     Mannequin{.seen_from_side = true}, Mannequin{.height = 120}}) {
    const Outfit outfit = read(mannequin);
    for (const Slot slot : {Slot::kUpper, Slot::kLower, Slot::kSleeves, Slot::kShoes}) {
      EXPECT_NE(find(outfit, slot) == nullptr, why_not(outfit, slot).empty());
    }
  }
}

TEST(Outfit, ATinyFigureIsNotRead) {
  const Outfit outfit = read({.height = 120});
  EXPECT_EQ(why_not(outfit, Slot::kShoes), "the feet are too small in the picture");
  EXPECT_EQ(why_not(outfit, Slot::kSleeves), "too little of the arms can be seen");
}

TEST(Outfit, APersonWhoDoesNotStandOutIsNotRead) {
  Staged staged = stage({});
  std::ranges::fill(staged.pose.mask.cells, 0.3F);
  const Outfit outfit = read_outfit(staged.image, staged.pose, &staged.face);
  EXPECT_TRUE(outfit.garments.empty());
  EXPECT_EQ(why_not(outfit, Slot::kUpper), "the person does not stand out from the background");
  EXPECT_FALSE(outfit.harmony.has_value());
  staged.pose.mask = {};
  EXPECT_TRUE(read_outfit(staged.image, staged.pose, nullptr).garments.empty());
}

TEST(Outfit, HiddenLandmarksHideTheirGarment) {
  Staged staged = stage({});
  const auto hide = [&](Landmark landmark) { staged.pose.keypoints[landmark].visibility = 0.1; };
  for (const Landmark landmark :
       {kLeftKnee, kRightKnee, kLeftElbow, kRightElbow, kLeftShoulder, kRightShoulder}) {
    hide(landmark);
  }
  const Outfit outfit = read_outfit(staged.image, staged.pose, &staged.face);
  EXPECT_EQ(why_not(outfit, Slot::kUpper), "the shoulders are not in view");
  EXPECT_EQ(why_not(outfit, Slot::kLower), "the legs are hidden");
  EXPECT_EQ(why_not(outfit, Slot::kSleeves), "the arms are not in view");
}

TEST(Outfit, AnOpenJacketIsTwoGarmentsAndNoPattern) {
  const Outfit outfit = read({.upper = 0xf5f5f5, .open_jacket = 0x1d2542, .noise = 3});
  const Garment& upper = get(outfit, Slot::kUpper);
  EXPECT_TRUE(upper.layered);
  EXPECT_EQ(upper.pattern, Pattern::kSolid);
  EXPECT_TRUE(in_top_two(upper, 0xf5f5f5));
  EXPECT_TRUE(in_top_two(upper, 0x1d2542));
}

TEST(Outfit, StripesArePatternAndNotLayers) {
  const Mannequin striped{.cloth = [](int, int y) { return y % 14 < 7 ? 0xf5f5f5U : 0x1d2542U; }, .noise = 3};
  const Garment upper = get(read(striped), Slot::kUpper);
  EXPECT_EQ(upper.pattern, Pattern::kStriped);
  EXPECT_FALSE(upper.layered);
  EXPECT_FALSE(upper.mixed) << "two colours, half and half";
}

TEST(Outfit, BlotchesOfTwoColoursAreNotLayers) {
  const auto blotches = [](int x, int y) {
    const double wave =
        std::sin(x / 4.9 + 2 * std::sin(y * 0.13)) + std::sin(y / 4.1 + 2.3 * std::sin(x * 0.11));
    return wave > 0.3 ? 0xf5f5f5U : 0x1d2542U;
  };
  const Garment upper = get(read({.cloth = blotches}), Slot::kUpper);
  EXPECT_FALSE(upper.layered);
  EXPECT_TRUE(upper.pattern == Pattern::kPatterned || upper.pattern == Pattern::kChecked);
}

TEST(Outfit, ManyColoursAreMixed) {
  const auto confetti = [](int x, int y) {
    constexpr std::array colours{0xc9142bU, 0xf3d02bU, 0x2f8a45U, 0x2f66b4U, 0x6c398bU, 0xf5f5f5U};
    return colours[static_cast<std::size_t>((x / 9) * 7 + (y / 9) * 5) % colours.size()];
  };
  EXPECT_TRUE(get(read({.cloth = confetti}), Slot::kUpper).mixed);
}

TEST(Outfit, NearlyBlackClothIsDark) {
  EXPECT_TRUE(get(read({.upper = 0x151516}), Slot::kUpper).dark);
  EXPECT_FALSE(get(read({.upper = 0x5b5d5f}), Slot::kUpper).dark);
}

TEST(Outfit, CrossedArmsAreNotTheShirt) {
  const Outfit outfit =
      read({.upper = 0x2f8a45, .skin = 0xd9a584, .long_sleeves = false, .arms_crossed = true});
  const Garment& upper = get(outfit, Slot::kUpper);
  EXPECT_EQ(upper.palette[0].basic, "green");
  EXPECT_GT(upper.palette[0].share, 0.85);
  EXPECT_EQ(upper.pattern, Pattern::kSolid);
}

TEST(Outfit, OutlinesAndBoxesAreInPixelsOfTheImageGiven) {
  const Mannequin large{.height = 1280};
  const Staged staged = stage(large);
  const Outfit outfit = read_outfit(staged.image, staged.pose, &staged.face);
  ASSERT_EQ(outfit.garments.size(), 4U);
  const auto at = [&](Landmark landmark) {
    return Point{staged.pose.keypoints[landmark].x, staged.pose.keypoints[landmark].y};
  };
  const Garment& upper = get(outfit, Slot::kUpper);
  EXPECT_GT(upper.box.y, at(kLeftShoulder).y);
  EXPECT_LT(upper.box.y + upper.box.height, at(kLeftHip).y + 4);
  EXPECT_GT(upper.box.x, at(kRightShoulder).x);
  EXPECT_LT(upper.box.x + upper.box.width, at(kLeftShoulder).x);
  EXPECT_GT(upper.box.height, 0.5 * (at(kLeftHip).y - at(kLeftShoulder).y));
  for (const Garment& garment : outfit.garments) {
    EXPECT_LE(garment.outline.size(), 60U);
    EXPECT_GE(garment.outline.size(), 3U);
    for (const Point corner : garment.outline) {
      EXPECT_GE(corner.x, garment.box.x - 6);
      EXPECT_LE(corner.x, garment.box.x + garment.box.width + 6);
      EXPECT_GE(corner.y, garment.box.y - 6);
      EXPECT_LE(corner.y, garment.box.y + garment.box.height + 6);
    }
    EXPECT_GT(garment.confidence, 0.2);
    EXPECT_LE(garment.confidence, 1);
  }
  EXPECT_GT(upper.confidence, get(outfit, Slot::kShoes).confidence);
}

TEST(Outfit, TheSurroundingsAreWhatIsNotThePerson) {
  const Outfit outfit = read({.upper = 0xc9142b, .background = 0x2f8a45});
  ASSERT_FALSE(outfit.surroundings.empty());
  EXPECT_EQ(outfit.surroundings[0].basic, "green");
  EXPECT_GT(outfit.surroundings[0].share, 0.95);
}

TEST(Outfit, TheSamePhotoGivesTheSameAnswer) {
  const Staged staged =
      stage({.cloth = [](int x, int y) { return (x / 7 + y / 5) % 2 == 0 ? 0x2f66b4U : 0xee7b27U; },
             .folds = 0.2,
             .noise = 9});
  const Outfit first = read_outfit(staged.image, staged.pose, &staged.face);
  const Outfit second = read_outfit(staged.image, staged.pose, &staged.face);
  ASSERT_EQ(first.garments.size(), second.garments.size());
  for (std::size_t i = 0; i < first.garments.size(); ++i) {
    EXPECT_EQ(first.garments[i].pixels, second.garments[i].pixels);
    EXPECT_EQ(first.garments[i].pattern_confidence, second.garments[i].pattern_confidence);
    ASSERT_EQ(first.garments[i].palette.size(), second.garments[i].palette.size());
    for (std::size_t j = 0; j < first.garments[i].palette.size(); ++j) {
      EXPECT_EQ(first.garments[i].palette[j].lab, second.garments[i].palette[j].lab);
    }
  }
}

TEST(Outfit, NonsenseLandmarksDoNoHarm) {
  const Staged staged = stage({.height = 200});
  for (const double nonsense :
       {1e9, -1e9, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 0.0}) {
    Pose pose = staged.pose;
    for (std::size_t i = 0; i < kLandmarkCount; i += 3) {
      pose.keypoints[i].x = nonsense;
      pose.keypoints[i].y = -nonsense;
    }
    Face face = staged.face;
    face.keypoints[0] = {nonsense, nonsense};
    const Outfit outfit = read_outfit(staged.image, pose, &face);
    EXPECT_EQ(outfit.garments.size() + outfit.not_visible.size(), 4U);
  }
  EXPECT_TRUE(read_outfit({}, staged.pose, nullptr).garments.empty());
}

TEST(Outfit, TheSamplePhotoShowsAnOrangeSuitAndNoLegs) {
  std::ifstream file(PHAROS_SOURCE_DIR "/build/samples/astronaut.png", std::ios::binary);
  ASSERT_TRUE(file) << "run ./run --build-only first: it fetches the sample photo";
  std::stringstream bytes;
  bytes << file.rdbuf();
  const Photo photo = decode(bytes.str(), 0);
  const Vision vision({.models = PHAROS_SOURCE_DIR "/build/models"});
  const PoseSearch search = vision.find_pose(photo.image, Passes::kProduction);
  ASSERT_TRUE(search.main.has_value());
  const FaceSearch faces = vision.find_faces(photo.image, &*search.main, Passes::kProduction);
  ASSERT_FALSE(faces.faces.empty());

  const Outfit outfit = read_outfit(photo.image, *search.main, faces.faces.data());
  const Garment& upper = get(outfit, Slot::kUpper);
  EXPECT_EQ(upper.palette[0].basic, "orange");
  EXPECT_GT(upper.palette[0].share, 0.5);
  EXPECT_NE(upper.pattern, Pattern::kStriped);
  EXPECT_NE(upper.pattern, Pattern::kChecked);
  EXPECT_FALSE(upper.layered);
  EXPECT_EQ(find(outfit, Slot::kLower), nullptr);
  EXPECT_EQ(why_not(outfit, Slot::kLower), "the hips are not in view");
  EXPECT_FALSE(get(outfit, Slot::kSleeves).bare);
}

}  // namespace
}  // namespace pharos::vision
