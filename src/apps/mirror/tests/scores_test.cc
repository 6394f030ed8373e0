#include "apps/mirror/agents/scores.h"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace pharos::mirror {
namespace {

TEST(Composites, FollowTheWorkedExample) {
  const Composition made = compose({.face = 8.5, .fashion = 7.3, .posture = 7.0, .bio = 5.5});
  EXPECT_EQ(made.scores.attractiveness, 7.90);
  EXPECT_EQ(made.scores.style, 7.24);
  EXPECT_EQ(made.scores.presence, 7.00);
  EXPECT_EQ(made.scores.overall, 7.40);
  EXPECT_TRUE(made.defaults.empty());
  EXPECT_FALSE(made.parts.at("presence")[0].is_default);
}

TEST(Composites, MissingInputsAreTheNeutralFiveAndAreNamed) {
  const Composition made = compose({.face = 8.0});
  EXPECT_EQ(made.scores.attractiveness, 6.80);  // 0.6·8 + 0.4·5
  EXPECT_EQ(made.scores.style, 5.0);
  EXPECT_EQ(made.scores.presence, 5.90);  // 0.4·5 + 0.3·5 + 0.3·8
  EXPECT_EQ(made.scores.overall, 5.90);   // 0.35·6.8 + 0.35·5 + 0.3·5.9
  EXPECT_EQ(made.defaults, (std::vector<std::string>{"fashion", "posture", "bio"}));
  EXPECT_TRUE(made.parts.at("style")[0].is_default);
  EXPECT_EQ(made.parts.at("style")[0].score, 5.0);
}

TEST(PostureTerms, AreLinearInTheSlopeOfTheLine) {
  // One pixel down for ten across: u = 1.
  const double slope_of_one_in_ten = std::atan(0.1) * 180.0 / std::numbers::pi;
  EXPECT_NEAR(level_term(slope_of_one_in_ten), 8.0, 1e-9);
  EXPECT_NEAR(level_term(-slope_of_one_in_ten), 8.0, 1e-9);
  EXPECT_NEAR(ears_term(slope_of_one_in_ten), 7.0, 1e-9);
  EXPECT_EQ(level_term(0), 10.0);
  EXPECT_EQ(level_term(60), 0.0);
  EXPECT_EQ(ears_term(60), 0.0);
}

TEST(PostureTerms, TheTrunkLosesOnePointADegree) {
  EXPECT_NEAR(spine_term(3), 7.0, 1e-9);
  EXPECT_NEAR(spine_term(-3), 7.0, 1e-9);
  EXPECT_EQ(spine_term(12), 0.0);
}

TEST(PostureTerms, OnlyMeasuredAnglesHaveOne) {
  vision::Angles angles;
  angles.shoulders = 0.0;
  angles.trunk_lean = 5.0;
  EXPECT_EQ(posture_terms(angles), (std::map<std::string, double>{{"shoulders", 10.0}, {"spine", 5.0}}));
}

TEST(Tone, ChangesAtTheThresholdsThemselves) {
  EXPECT_EQ(tone_of(8.0), "excellent");
  EXPECT_EQ(tone_of(7.99), "strong");
  EXPECT_EQ(tone_of(6.5), "strong");
  EXPECT_EQ(tone_of(6.49), "solid");
  EXPECT_EQ(tone_of(5.0), "solid");
  EXPECT_EQ(tone_of(4.99), "developing");
}

TEST(Confidence, IsTheMeanByCriticality) {
  const std::vector<Vote> votes{{0.9, criticality_of("face")}, {0.3, criticality_of("bio")}};
  EXPECT_EQ(overall_confidence(votes), 0.73);  // (0.9·1 + 0.3·0.4) / 1.4
  EXPECT_EQ(overall_confidence({}), 0.5);
}

TEST(Confidence, CountsFaceMostAndBioLeast) {
  EXPECT_EQ(criticality_of("face"), 1.0);
  EXPECT_EQ(criticality_of("fashion"), 0.8);
  EXPECT_EQ(criticality_of("posture"), 0.6);
  EXPECT_EQ(criticality_of("bio"), 0.4);
  EXPECT_EQ(criticality_of("formatter"), 0.0);
}

TEST(Portrait, PartsThatWereNotMeasuredDoNotPullTheScoreDown) {
  EXPECT_EQ(face_score({{"visible", 8.0}, {"sharp", 6.0}}), 7.0);
  EXPECT_EQ(face_score({}), std::nullopt);
}

TEST(Portrait, LightIsFullOverAWideRangeOfSkinAndFallsAtTheEnds) {
  vision::Quality quality;
  quality.light_evenness = 0.9;
  for (const double lightness : {30.0, 45.0, 60.0, 80.0}) {
    quality.exposure = lightness;
    EXPECT_EQ(lit_score(quality), 10.0) << lightness;
  }
  quality.exposure = 8;
  EXPECT_LT(lit_score(quality), 6.0);
  quality.exposure = 60;
  quality.clipped_light = 0.6;
  EXPECT_EQ(lit_score(quality), 5.0);
}

TEST(Portrait, AFaceCutByTheBorderIsFramedLess) {
  const vision::Box inside{100, 100, 60, 80};
  const vision::Box cut{-30, 100, 60, 80};
  EXPECT_EQ(framed_score(inside, 400, 400), 10.0);
  EXPECT_EQ(framed_score(cut, 400, 400), 8.0);
  EXPECT_EQ(framed_score({}, 400, 400), 0.0);
}

TEST(Portrait, AnyOpenEyeCountsFullAndABlinkDoesNot) {
  vision::Expression expression;
  expression.left_eye_open = expression.right_eye_open = 0.13;
  EXPECT_EQ(relaxed_score(expression, {}), 10.0);
  expression.left_eye_open = 0.0;
  EXPECT_NEAR(relaxed_score(expression, {}), 20.0 / 3.0, 1e-9);
}

TEST(Portrait, AHeadTurnedAwayIsLessVisible) {
  const vision::HeadPose ahead{10, 5, 0};
  const vision::HeadPose away{70, 0, 0};
  EXPECT_EQ(visible_score(1.0, &ahead), 10.0);
  EXPECT_EQ(visible_score(1.0, &away), 0.0);
  EXPECT_EQ(visible_score(1.0, nullptr), 5.0);
}

TEST(Style, IsComposedOfHarmonyContrastAndClarity) {
  vision::Harmony harmony;
  harmony.hue_fit = 0.5;
  harmony.lightness_contrast = 15;
  EXPECT_EQ(harmony_score(harmony), 7.0);
  EXPECT_EQ(contrast_score(harmony), 7.0);
  vision::Garment garment;
  garment.confidence = 0.8;
  EXPECT_EQ(clarity_score(std::vector{garment}), 8.0);
  EXPECT_EQ(clarity_score({}), 0.0);
  EXPECT_EQ(fashion_score({{"harmony", 7.0}, {"contrast", 7.0}, {"clarity", 8.0}}), 7.3);
}

double any_number() {
  static const std::vector<double> kOdd{std::numeric_limits<double>::quiet_NaN(),
                                        std::numeric_limits<double>::infinity(),
                                        -std::numeric_limits<double>::infinity(),
                                        0.0,
                                        -0.0,
                                        1e308};
  return *rc::gen::oneOf(rc::gen::arbitrary<double>(), rc::gen::elementOf(kOdd),
                         rc::gen::map(rc::gen::inRange(-1000, 1000), [](int n) { return n / 10.0; }));
}

void expect_in_range(double score) {
  RC_ASSERT(score >= 0.0 && score <= 10.0);
}

RC_GTEST_PROP(Scores, StayInRangeForAnyMeasurement, ()) {
  const vision::HeadPose head{any_number(), any_number(), any_number()};
  vision::Quality quality;
  quality.exposure = any_number();
  quality.light_evenness = any_number();
  quality.clipped_dark = any_number();
  quality.clipped_light = any_number();
  vision::Expression expression{any_number(), any_number(), any_number(), any_number(), any_number()};
  vision::Harmony harmony{"mixed", any_number(), any_number()};
  vision::Garment garment;
  garment.confidence = any_number();

  expect_in_range(level_term(any_number()));
  expect_in_range(ears_term(any_number()));
  expect_in_range(spine_term(any_number()));
  expect_in_range(visible_score(any_number(), &head));
  expect_in_range(visible_score(any_number(), nullptr));
  expect_in_range(sharp_score(any_number()));
  expect_in_range(lit_score(quality));
  expect_in_range(
      framed_score({any_number(), any_number(), any_number(), any_number()}, any_number(), any_number()));
  expect_in_range(relaxed_score(expression, head));
  expect_in_range(harmony_score(harmony));
  expect_in_range(contrast_score(harmony));
  expect_in_range(clarity_score(std::vector{garment}));
}

RC_GTEST_PROP(Scores, CompositesStayInRangeForAnyInputs, ()) {
  const Composition made =
      compose({.face = any_number(), .fashion = any_number(), .posture = any_number(), .bio = any_number()});
  expect_in_range(*made.scores.overall);
  expect_in_range(*made.scores.attractiveness);
  expect_in_range(*made.scores.style);
  expect_in_range(*made.scores.presence);
}

}  // namespace
}  // namespace pharos::mirror
