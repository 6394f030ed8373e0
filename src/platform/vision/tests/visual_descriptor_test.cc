#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "platform/vision/appearance.h"
#include "platform/vision/tests/support_mannequin.h"

namespace pharos::vision {
namespace {

using testing::Mannequin;
using testing::stage;
using testing::Staged;

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<float> describe(const Mannequin& mannequin) {
  const Staged staged = stage(mannequin);
  return visual_descriptor(staged.image, &staged.pose);
}

TEST(VisualDescriptor, HasLengthOneAlsoOfNothing) {
  for (const auto& vector :
       {describe({}), visual_descriptor(testing::plain_image(300, 200, 0), nullptr),
        visual_descriptor(testing::plain_image(1, 1, 0xffffff), nullptr), visual_descriptor({}, nullptr)}) {
    EXPECT_NEAR(cosine(vector, vector), 1, 1e-5);
    EXPECT_EQ(vector.size(), describe({}).size());
  }
}

TEST(VisualDescriptor, TheSamePhotoIsTheSameHoweverItIsStored) {
  const Mannequin mannequin{.shade = 0.6, .folds = 0.1, .noise = 4, .height = 960};
  const Staged staged = stage(mannequin);
  const std::vector<float> original = visual_descriptor(staged.image, &staged.pose);
  EXPECT_EQ(original, visual_descriptor(staged.image, &staged.pose));
  const Image again = decode(encode_jpeg(staged.image, 60), 0).image;
  EXPECT_GT(cosine(original, visual_descriptor(again, &staged.pose)), 0.98);
  EXPECT_GT(cosine(original, visual_descriptor(testing::with_noise(staged.image, 5), &staged.pose)), 0.98);

  Mannequin small = mannequin;
  small.height = 640;
  EXPECT_GT(cosine(original, describe(small)), 0.97) << "the same scene in fewer pixels";
}

TEST(VisualDescriptor, OtherClothesPlacesAndPosesAreLessAlike) {
  const Mannequin mannequin{.noise = 3};
  const std::vector<float> original = describe(mannequin);
  Mannequin dressed = mannequin;
  dressed.upper = 0xc9142b;
  dressed.lower = 0x1a1a1b;
  Mannequin elsewhere = mannequin;
  elsewhere.background = 0x214d2d;
  Mannequin crossed = mannequin;
  crossed.arms_crossed = true;
  Mannequin all = dressed;
  all.background = 0x214d2d;
  all.half_body = true;
  for (const Mannequin& other : {dressed, elsewhere, crossed}) {
    EXPECT_LT(cosine(original, describe(other)), 0.98);
  }
  EXPECT_LT(cosine(original, describe(all)),
            std::min(cosine(original, describe(dressed)), cosine(original, describe(elsewhere))));
}

TEST(VisualDescriptor, ItsNameSaysWhatTheNumbersMean) {
  EXPECT_EQ(visual_descriptor_name(), "lab-edges-pose-1");
}

}  // namespace
}  // namespace pharos::vision
