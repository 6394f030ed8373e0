#include "apps/mirror/agents/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace pharos::mirror {

namespace {

double within(double value, double low, double high) {
  return value > low ? std::min(value, high) : low;  // not-a-number compares false
}

double tenfold_tangent(double degrees) {
  return 10.0 * std::abs(std::tan(degrees * std::numbers::pi / 180.0));
}

ScorePart part(std::string of, double share, const std::optional<double>& score) {
  return {std::move(of), share, score.value_or(kNeutralScore), !score.has_value()};
}

double sum(const std::vector<ScorePart>& parts) {
  double total = 0;
  for (const ScorePart& each : parts) total += each.share * within(each.score, 0, 10);
  return round2(total);
}

}  // namespace

double round2(double value) {
  return std::round(value * 100.0 + (value < 0 ? -1e-9 : 1e-9)) / 100.0;
}

double ramp(double value, double zero, double full) {
  return 10.0 * within((value - zero) / (full - zero), 0, 1);
}

double trapezoid(double value, double zero_low, double full_low, double full_high, double zero_high) {
  return std::min(ramp(value, zero_low, full_low), ramp(value, zero_high, full_high));
}

std::optional<double> weighted_mean(const std::map<std::string, double>& parts,
                                    const std::map<std::string, double>& shares) {
  double total = 0;
  double share = 0;
  for (const auto& [name, score] : parts) {
    const auto found = shares.find(name);
    if (found == shares.end()) continue;
    total += found->second * within(score, 0, 10);
    share += found->second;
  }
  if (share <= 0) return std::nullopt;
  return round2(total / share);
}

double level_term(double tilt_degrees) {
  return within(10.0 - 2.0 * tenfold_tangent(tilt_degrees), 0, 10);
}

double ears_term(double tilt_degrees) {
  return within(10.0 - 3.0 * tenfold_tangent(tilt_degrees), 0, 10);
}

double spine_term(double lean_degrees) {
  return within(10.0 * (1.0 - std::abs(lean_degrees) / 10.0), 0, 10);
}

std::map<std::string, double> posture_terms(const vision::Angles& raw) {
  std::map<std::string, double> terms;
  if (raw.shoulders) terms["shoulders"] = round2(level_term(*raw.shoulders));
  if (raw.hips) terms["hips"] = round2(level_term(*raw.hips));
  if (raw.ears) terms["ears"] = round2(ears_term(*raw.ears));
  if (raw.trunk_lean) terms["spine"] = round2(spine_term(*raw.trunk_lean));
  return terms;
}

double visible_score(double detector, const vision::HeadPose* head) {
  if (head == nullptr) return 5.0 * within(detector, 0, 1);
  const double turned = std::max(std::abs(head->yaw), std::abs(head->pitch));
  return within(detector, 0, 1) * ramp(turned, 70, 20);
}

double sharp_score(double sharpness) {
  return 10.0 * within(sharpness, 0, 1);
}

double lit_score(const vision::Quality& quality) {
  const double exposure = trapezoid(quality.exposure, 8, 28, 82, 99);
  const double evenness = quality.light_evenness ? ramp(*quality.light_evenness, 0.1, 0.7) : exposure;
  const double clipped = ramp(quality.clipped_dark + quality.clipped_light, 0.5, 0.25) / 10.0;
  return (exposure + evenness) / 2.0 * (0.5 + 0.5 * clipped);
}

double framed_score(const vision::Box& face, double image_width, double image_height) {
  const double area = face.area();
  if (!(area > 0) || !(image_width > 0) || !(image_height > 0)) return 0;
  const double share = trapezoid(face.height / image_height, 0.01, 0.10, 0.50, 1.0);
  const double wide = std::min(face.x + face.width, image_width) - std::max(face.x, 0.0);
  const double high = std::min(face.y + face.height, image_height) - std::max(face.y, 0.0);
  const double inside = std::max(wide, 0.0) * std::max(high, 0.0) / area;
  return within(share * 0.6 + 4.0 * within(inside, 0, 1), 0, 10);
}

double relaxed_score(const vision::Expression& expression, const vision::HeadPose& head) {
  const double eyes = ramp(std::min(expression.left_eye_open, expression.right_eye_open), 0.03, 0.12);
  const double mouth = ramp(expression.mouth_open, 1.0, 0.45);
  const double level = ramp(std::abs(head.roll), 45, 12);
  return (eyes + mouth + level) / 3.0;
}

std::optional<double> face_score(const std::map<std::string, double>& parts) {
  return weighted_mean(
      parts, {{"visible", 0.25}, {"sharp", 0.25}, {"lit", 0.20}, {"framed", 0.20}, {"relaxed", 0.10}});
}

double harmony_score(const vision::Harmony& harmony) {
  return 4.0 + 6.0 * within(harmony.hue_fit, 0, 1);
}

double contrast_score(const vision::Harmony& harmony) {
  return 4.0 + 0.6 * ramp(harmony.lightness_contrast, 0, 30);
}

double clarity_score(std::span<const vision::Garment> garments) {
  if (garments.empty()) return 0;
  double total = 0;
  for (const vision::Garment& garment : garments) total += within(garment.confidence, 0, 1);
  return 10.0 * total / static_cast<double>(garments.size());
}

std::optional<double> fashion_score(const std::map<std::string, double>& parts) {
  return weighted_mean(parts, {{"harmony", 0.4}, {"contrast", 0.3}, {"clarity", 0.3}});
}

Composition compose(const ScoreInputs& inputs) {
  Composition made;
  made.parts["attractiveness"] = {part("face", 0.6, inputs.face), part("posture", 0.4, inputs.posture)};
  made.parts["style"] = {part("fashion", 0.8, inputs.fashion), part("posture", 0.2, inputs.posture)};
  made.parts["presence"] = {part("posture", 0.4, inputs.posture), part("bio", 0.3, inputs.bio),
                            part("face", 0.3, inputs.face)};
  made.scores.attractiveness = sum(made.parts["attractiveness"]);
  made.scores.style = sum(made.parts["style"]);
  made.scores.presence = sum(made.parts["presence"]);
  made.parts["overall"] = {part("portrait", 0.35, made.scores.attractiveness),
                           part("style", 0.35, made.scores.style),
                           part("presence", 0.30, made.scores.presence)};
  made.scores.overall = sum(made.parts["overall"]);

  if (!inputs.face) made.defaults.emplace_back("face");
  if (!inputs.fashion) made.defaults.emplace_back("fashion");
  if (!inputs.posture) made.defaults.emplace_back("posture");
  if (!inputs.bio) made.defaults.emplace_back("bio");
  return made;
}

std::string_view tone_of(double overall) {
  if (overall >= 8.0) return "excellent";
  if (overall >= 6.5) return "strong";
  if (overall >= 5.0) return "solid";
  return "developing";
}

double overall_confidence(std::span<const Vote> votes) {
  double total = 0;
  double weight = 0;
  for (const Vote& vote : votes) {
    total += vote.criticality * within(vote.confidence, 0, 1);
    weight += vote.criticality;
  }
  return weight > 0 ? round2(total / weight) : kNoAgentConfidence;
}

double criticality_of(std::string_view analyst) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kCriticality{
      {{"face", 1.0}, {"fashion", 0.8}, {"posture", 0.6}, {"bio", 0.4}}};
  const auto* found = std::ranges::find(kCriticality, analyst, &std::pair<std::string_view, double>::first);
  return found == kCriticality.end() ? 0.0 : found->second;
}

}  // namespace pharos::mirror
