// What face, fashion and posture make of measurements.
#include <gtest/gtest.h>

#include "apps/mirror/agents/embedder_agent.h"
#include "apps/mirror/agents/face_agent.h"
#include "apps/mirror/agents/fashion_agent.h"
#include "apps/mirror/agents/posture_agent.h"
#include "apps/mirror/tests/support.h"

namespace pharos::mirror {
namespace {

using namespace testing;  // NOLINT: the support of these tests

FaceMeasurements faces(int count) {
  return {face_search(count), quality(), kWidth, kHeight, 2.0};
}

TEST(FaceReading, GivesPixelsOfTheOriginal) {
  const FaceData data = read_faces(faces(1)).data;
  EXPECT_EQ(data.num_faces, 1);
  EXPECT_EQ(data.faces[0].bbox, (std::array<double, 4>{340, 120, 120, 160}));
  EXPECT_EQ(data.faces[0].landmarks[0].x, 370);
  EXPECT_EQ(data.faces[0].landmarks[0].y, 180);
}

TEST(FaceReading, ScoresOnlyWhatWasMeasured) {
  const FaceData data = read_faces(faces(1)).data;
  EXPECT_EQ(data.score_parts.at("sharp"), 9.0);
  EXPECT_EQ(data.score_parts.at("lit"), 10.0);
  EXPECT_EQ(data.score_parts.at("framed"), 10.0);
  EXPECT_EQ(data.score_parts.at("visible"), 4.75);  // half of 9.5: the mesh did not confirm the face
  EXPECT_FALSE(data.score_parts.contains("relaxed"));
  // (0.25·4.75 + 0.25·9 + 0.2·10 + 0.2·10) / 0.9
  EXPECT_EQ(data.score, 8.26);
}

TEST(FaceReading, WithoutAFaceThereIsNoScoreAndAReason) {
  const AgentResult<FaceData> result = read_faces(faces(0));
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(result.data.score, std::nullopt);
  EXPECT_EQ(result.reason, "no face was found in the photo");
  EXPECT_LE(result.confidence, 0.3);
}

TEST(FaceReading, AsksWhichOneWhenThereAreSeveralAndKeepsFive) {
  const AgentResult<FaceData> result = read_faces(faces(7));
  EXPECT_EQ(result.data.num_faces, 7);
  EXPECT_EQ(result.data.faces.size(), 5U);
  EXPECT_NE(result.data.question.find("Seven faces"), std::string::npos);
  EXPECT_NE(result.data.question.find('?'), std::string::npos);
}

TEST(FaceReading, ASmallFaceIsLessSure) {
  FaceMeasurements small = faces(1);
  small.quality.face_height_px = 30;
  EXPECT_LT(read_faces(small).confidence, read_faces(faces(1)).confidence);
}

TEST(FashionReading, NamesRegionsColoursAndPatternAndScalesThem) {
  const FashionData data = read_fashion(outfit(), quality(), 2.0).data;
  ASSERT_EQ(data.items.size(), 1U);
  EXPECT_EQ(data.items[0].slot, "upper");
  EXPECT_EQ(data.items[0].bbox, (std::array<double, 4>{300, 320, 200, 300}));
  EXPECT_EQ(data.items[0].dominant_color, "#d5561f");
  EXPECT_EQ(data.items[0].color_name, "burnt orange");
  EXPECT_EQ(data.items[0].pattern, "solid");
  EXPECT_EQ(data.not_visible.at("lower"), "outside the picture");
  EXPECT_EQ(data.style, "strong warm burnt orange, opposite hues, clear contrast, without a pattern");
}

TEST(FashionReading, RatesHarmonyContrastAndClarity) {
  const FashionData data = read_fashion(outfit(), quality(), 1.0).data;
  EXPECT_EQ(data.score_parts.at("harmony"), 8.8);
  EXPECT_EQ(data.score_parts.at("contrast"), 10.0);
  EXPECT_EQ(data.score_parts.at("clarity"), 8.0);
  EXPECT_EQ(data.overall_rating, 8.92);  // 0.4·8.8 + 0.3·10 + 0.3·8
}

TEST(FashionReading, WithoutClothesThereIsNoRating) {
  const AgentResult<FashionData> result = read_fashion({}, quality(), 1.0);
  EXPECT_EQ(result.data.overall_rating, std::nullopt);
  EXPECT_TRUE(result.reason.has_value());
}

TEST(FashionReading, ABareArmIsNoGarment) {
  vision::Outfit worn = outfit();
  worn.garments.push_back(worn.garments[0]);
  worn.garments[1].slot = vision::Slot::kSleeves;
  worn.garments[1].bare = true;
  const FashionData data = read_fashion(worn, quality(), 1.0).data;
  EXPECT_EQ(data.items.size(), 1U);
  EXPECT_TRUE(data.not_visible.contains("sleeves"));
}

TEST(FashionReading, AVisibleCastLowersTheConfidence) {
  vision::Quality cast = quality();
  cast.cast_chroma = 15;
  EXPECT_LT(read_fashion(outfit(), cast, 1.0).confidence, read_fashion(outfit(), quality(), 1.0).confidence);
}

TEST(FashionReading, OneNameIsOneSwatchOfTheWholePalette) {
  vision::Outfit worn = outfit();
  worn.garments.push_back(worn.garments[0]);
  worn.garments[1].slot = vision::Slot::kLower;
  const FashionData data = read_fashion(worn, quality(), 1.0).data;
  ASSERT_EQ(data.palette.size(), 2U);
  EXPECT_NEAR(data.palette[0].share, 0.7, 1e-9);
}

PostureData posture(const vision::PoseSearch& search) {
  return read_posture(search, kWidth, kHeight, 2.0).data;
}

TEST(PostureReading, ALevelPersonScoresTen) {
  const PostureData data = posture(pose_search());
  EXPECT_EQ(data.alignment_score, 10.0);
  EXPECT_EQ(data.keypoints.size(), vision::kLandmarkCount);
  EXPECT_EQ(data.keypoints[vision::kLeftShoulder].x, 500);
  EXPECT_TRUE(data.tips.empty());
}

TEST(PostureReading, ScoresTheRawTiltByTheFormula) {
  // 10 px over 100: u = 1, so shoulders 8; the trunk leans a little since the shoulders' middle stays put.
  const PostureData data = posture(pose_search(10));
  EXPECT_EQ(data.score_parts.at("shoulders"), 8.0);
  EXPECT_EQ(data.score_parts.at("hips"), 10.0);
  EXPECT_EQ(data.score_parts.at("ears"), 10.0);
  EXPECT_EQ(data.score_parts.at("spine"), 10.0);
  EXPECT_EQ(data.alignment_score, 9.5);
  EXPECT_EQ(data.bands[0].of, "shoulders");
  EXPECT_EQ(data.bands[0].degrees, 6);
  EXPECT_EQ(data.bands[0].band, "marked");
  EXPECT_EQ(data.bands[0].side, "lower on the right of the picture");
}

TEST(PostureReading, GivesTipsBelowSix) {
  vision::PoseSearch crooked = pose_search(60);
  crooked.main->keypoints[vision::kLeftEar].y += 25;
  crooked.main->keypoints[vision::kLeftHip].y += 30;
  const PostureData data = posture(crooked);
  ASSERT_LT(*data.alignment_score, 6.0);
  EXPECT_FALSE(data.tips.empty());
}

TEST(PostureReading, FromBehindIsNotScoredAndSaysSo) {
  vision::PoseSearch turned = pose_search();
  std::swap(turned.main->keypoints[vision::kLeftShoulder].x,
            turned.main->keypoints[vision::kRightShoulder].x);
  const AgentResult<PostureData> result = read_posture(turned, kWidth, kHeight, 1.0);
  EXPECT_EQ(result.data.alignment_score, std::nullopt);
  EXPECT_NE(result.data.reasons.at("alignment_score").find("from behind"), std::string::npos);
  EXPECT_EQ(result.data.facing, vision::Facing::kBack);
}

TEST(PostureReading, FromTheSideOrAtAnAngleIsNotScored) {
  for (const double half : {12.0, 28.0}) {
    vision::PoseSearch turned = pose_search();
    turned.main->keypoints[vision::kLeftShoulder].x = 200 + half;
    turned.main->keypoints[vision::kRightShoulder].x = 200 - half;
    EXPECT_EQ(posture(turned).alignment_score, std::nullopt) << half;
  }
}

TEST(PostureReading, AnUnsureShoulderIsNotScored) {
  vision::PoseSearch unsure = pose_search(10);
  unsure.main->uncertainty[vision::kLeftShoulder] = {0, 20};
  const PostureData data = posture(unsure);
  EXPECT_EQ(data.alignment_score, std::nullopt);
  EXPECT_EQ(data.bands[0].band, "not reliable");
}

TEST(PostureReading, ASinglePassIsNotScoredForItsErrorIsUnknown) {
  vision::PoseSearch single = pose_search();
  single.main->uncertainty.clear();
  EXPECT_EQ(posture(single).alignment_score, std::nullopt);
}

TEST(PostureReading, NobodyIsAReasonForEachAngle) {
  const PostureData data = posture({});
  EXPECT_EQ(data.alignment_score, std::nullopt);
  EXPECT_TRUE(data.keypoints.empty());
  for (const char* angle : {"shoulders", "hips", "ears", "trunk_lean"})
    EXPECT_TRUE(data.reasons.contains(angle)) << angle;
}

TEST(Bands, AreNamedOnlyWhenTheDoubtFitsIn) {
  EXPECT_EQ(band_of(1.0, 0.5, false), "even");
  EXPECT_EQ(band_of(-3.5, 1.0, false), "slight");
  EXPECT_EQ(band_of(6.0, 1.0, false), "marked");
  EXPECT_EQ(band_of(2.5, 1.6, false), "even to slight");
  EXPECT_EQ(band_of(4.5, 1.6, false), "slight to marked");
  EXPECT_EQ(band_of(4.5, 2.9, false), "not reliable");
  EXPECT_EQ(band_of(6.0, 1.0, true), "slight");
  EXPECT_EQ(band_of(2.9, 0.5, true), "even");
  EXPECT_EQ(band_of(11.0, 0.9, true), "marked");
}

TEST(Description, HoldsWhatWasMeasuredAndNothingThatWasNotAllowed) {
  const FaceData face = read_faces(faces(1)).data;
  const FashionData fashion = read_fashion(outfit(), quality(), 1.0).data;
  const PostureData stance = posture(pose_search());
  const std::string all = describe(&face, &fashion, &stance);
  EXPECT_NE(all.find("burnt orange"), std::string::npos);
  EXPECT_NE(all.find("one face, very sharp"), std::string::npos);
  EXPECT_NE(all.find("frontal view"), std::string::npos);
  const std::string clothes = describe(nullptr, &fashion, nullptr);
  EXPECT_EQ(clothes.find("face"), std::string::npos);
  EXPECT_EQ(clothes.find("view"), std::string::npos);
  EXPECT_EQ(describe(nullptr, nullptr, nullptr), "A photo.");
}

}  // namespace
}  // namespace pharos::mirror
