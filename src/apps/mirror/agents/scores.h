// Every number on the 0 to 10 scale, computed from measurements: one place to read how a score comes about.
//
// All functions are pure, and give a value in range for any measurement, not-a-number included (which counts
// as nothing good: 0).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/report.h"

namespace pharos::mirror {

inline constexpr double kNeutralScore = 5.0;
inline constexpr double kNoAgentConfidence = 0.5;
inline constexpr double kFallbackConfidence = 0.3;
inline constexpr double kEmergencyConfidence = 0.1;
/// Above this an input is a strength, below the other it is one to improve.
inline constexpr double kStrengthAbove = 7.0;
inline constexpr double kImproveBelow = 5.0;
/// An angle whose photo and mirror image disagree by more is not scored.
inline constexpr double kReliableDegrees = 3.0;

/// `value` to two decimals; halves away from zero.
double round2(double value);

/// 0 up to `zero_low`, rising to 10 at `full_low`, 10 up to `full_high`, falling to 0 at `zero_high`.
double trapezoid(double value, double zero_low, double full_low, double full_high, double zero_high);

/// 0 at `zero`, 10 at `full`, straight between, held outside; `zero` may be the larger.
double ramp(double value, double zero, double full);

/// The parts' mean by their shares, only of parts that are there; empty without any. Two decimals.
std::optional<double> weighted_mean(const std::map<std::string, double>& parts,
                                    const std::map<std::string, double>& shares);

// Posture: u = 10·|dy| / |dx| in pixels = 10·tan|tilt|, so neither resolution nor distance matters.

/// Shoulders and hips: 10 − 2u.
double level_term(double tilt_degrees);
/// Ears: 10 − 3u.
double ears_term(double tilt_degrees);
/// Trunk: 10·max(0, 1 − |lean| / 10°).
double spine_term(double lean_degrees);
/// The terms of those raw angles that are there, by name: "shoulders", "hips", "ears", "spine".
std::map<std::string, double> posture_terms(const vision::Angles& raw);

// Portrait: how well a face can be read in this photo. Nothing here looks at features.

/// The detector's certainty, falling as the head turns beyond 20° from the camera (0 at 70°); half without a
/// confirmed mesh.
double visible_score(double detector, const vision::HeadPose* head);
double sharp_score(double sharpness);
/// Mean L* of the face (full from 28 to 82, wide so that no skin is marked down), evenness of both halves
/// (full from 0.7), and the photo's clipped share (none from 25 %): the mean of the first two, times the
/// last.
double lit_score(const vision::Quality& quality);
/// The face's share of the picture's height (full from 0.10 to 0.50), and how much of its box is inside.
double framed_score(const vision::Box& face, double image_width, double image_height);
/// Both eyes open (a blink is 0, any opening from 0.12 of an eye's width is full), mouth not wide open, head
/// tilted less than 12°: the mean.
double relaxed_score(const vision::Expression& expression, const vision::HeadPose& head);
/// Of visible 0.25, sharp 0.25, lit 0.20, framed 0.20, relaxed 0.10.
std::optional<double> face_score(const std::map<std::string, double>& parts);

// Style: how clearly the colours read as one outfit in this photo.

/// 4 + 6·fit: no hue template is worth more than another, only a clear one more than none.
double harmony_score(const vision::Harmony& harmony);
/// Difference in L* of lightest and darkest colour: 4 without any, 10 from 30 on.
double contrast_score(const vision::Harmony& harmony);
/// How sure the regions were read, 0 to 1, on 0 to 10.
double clarity_score(std::span<const vision::Garment> garments);
/// Of harmony 0.4, contrast 0.3, clarity 0.3.
std::optional<double> fashion_score(const std::map<std::string, double>& parts);

// Composites.

struct ScoreInputs {
  std::optional<double> face;
  std::optional<double> fashion;
  std::optional<double> posture;
  std::optional<double> bio;
};

struct Composition {
  Scores scores;
  std::map<std::string, std::vector<ScorePart>>
      parts;                          ///< score → what it was computed from ("portrait" is attractiveness)
  std::vector<std::string> defaults;  ///< inputs that were the neutral 5.0
};

/// attractiveness = 0.6 face + 0.4 posture; style = 0.8 fashion + 0.2 posture; presence = 0.4 posture + 0.3
/// bio + 0.3 face; overall = 0.35 attractiveness + 0.35 style + 0.30 presence. Missing inputs are 5.0.
/// Composites are rounded before overall is computed, so that the report's own figures add up.
Composition compose(const ScoreInputs& inputs);

/// ≥ 8 "excellent", ≥ 6.5 "strong", ≥ 5 "solid", else "developing".
std::string_view tone_of(double overall);

/// One analyst's certainty and how much it counts: face 1, fashion 0.8, posture 0.6, bio 0.4.
struct Vote {
  double confidence = 0;
  double criticality = 1;
};
/// Mean by criticality; 0.5 without votes. Two decimals.
double overall_confidence(std::span<const Vote> votes);
/// By an analyst's name.
double criticality_of(std::string_view analyst);

}  // namespace pharos::mirror
