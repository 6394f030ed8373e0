#include "apps/mirror/agents/insights.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/wording/guard_rails.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

// How much of the overall score each input carries, by the composites' formulas.
constexpr double kFaceShare = 0.35 * 0.6 + 0.30 * 0.3;
constexpr double kFashionShare = 0.35 * 0.8;
constexpr double kPostureShare = 0.35 * 0.4 + 0.35 * 0.2 + 0.30 * 0.4;
constexpr double kBioShare = 0.30 * 0.3;
/// Nothing is recommended where this much is reached.
constexpr double kGoodEnough = 8.5;

/// `gain`: how far the overall score could rise.
struct Advice {
  double gain = 0;
  std::string text;
};

bool usable(Status status) {
  return status == Status::kOk || status == Status::kFallback;
}

// ---- Insights

std::string portrait_insight(const FaceData& face) {
  if (face.faces.empty()) return {};
  const MeasuredFace& main = face.faces.front();
  std::string text = "The face is " + main.quality;
  if (main.head_pose)
    text += fmt::format(", {} ({})", turn_words(*main.head_pose), degrees(main.head_pose->yaw));
  return text + ".";
}

std::string light_insight(const FaceData& face) {
  if (!face.quality || !face.quality->light_evenness) return {};
  const double evenness = *face.quality->light_evenness;
  return fmt::format("The light on the face is {}: its darker half has {} of the lighter half's lightness.",
                     evenness_words(evenness), percent(std::clamp(evenness, 0.0, 1.0)));
}

std::string colour_insight(const FashionData& fashion) {
  if (fashion.items.empty() || !fashion.harmony) return {};
  const FashionItem& main = fashion.items.front();
  std::string text = fmt::format(
      "The clothes are {}: {}, with {} contrast in lightness", palette_words(main.palette, false),
      harmony_words(fashion.harmony->hue_template), contrast_words(fashion.harmony->lightness_contrast));
  if (!fashion.surroundings.empty())
    text += fmt::format(", before {}", palette_words(fashion.surroundings, false));
  return text + ".";
}

std::string posture_insight(const PostureData& posture) {
  std::vector<std::string> words;
  for (const Band& band : posture.bands) {
    if (band.band == "not reliable") continue;
    std::string said =
        fmt::format("{} {} ({}", band.of, band.band, degrees_with_doubt(band.degrees, band.uncertainty));
    if (!band.side.empty() && band.band != "even") said += ", " + band.side;
    words.push_back(said + ")");
  }
  if (words.empty()) return {};
  return fmt::format("Read from the landmarks: {}. Small asymmetries are the norm.", list_words(words));
}

std::string bio_insight(const BioData& bio) {
  if (!bio.quotes.empty() && bio.quotes.front().why.starts_with("concrete")) {
    return fmt::format("The text is {}: “{}”", bio.quotes.front().why, bio.quotes.front().text);
  }
  return bio.vibe_summary;
}

// ---- Recommendations

struct PartAdvice {
  const char* part;
  double share;
  std::string text;
};

void add_parts(const std::map<std::string, double>& parts, double input_share, std::vector<PartAdvice> list,
               std::vector<Advice>& all) {
  for (PartAdvice& advice : list) {
    const auto part = parts.find(advice.part);
    if (part == parts.end() || part->second >= kGoodEnough || advice.text.empty()) continue;
    all.push_back({(10.0 - part->second) * advice.share * input_share, std::move(advice.text)});
  }
}

std::string framing_advice(const FaceData& face) {
  const double share = face.quality->face_share.value_or(0);
  if (share > 0.5)
    return fmt::format("Step back a little. The face takes {} of the picture's height.", percent(share));
  if (share < 0.10)
    return fmt::format("Come closer to the camera. The face takes {} of the picture's height.",
                       percent(share));
  return "Leave some room around the face. Part of it lies at the border of the picture.";
}

std::string light_advice(const FaceData& face) {
  const vision::Quality& quality = *face.quality;
  if (quality.exposure < 28)
    return fmt::format("Turn towards a window or a lamp. The face's lightness is {:.0f} of 100.",
                       quality.exposure);
  if (quality.exposure > 82)
    return fmt::format("Move out of the hard light. The face's lightness is {:.0f} of 100.",
                       quality.exposure);
  if (quality.light_evenness.value_or(1) < 0.7) {
    return fmt::format(
        "Turn the face a little towards the light. Its darker half has {} of the lighter half's lightness.",
        percent(*quality.light_evenness));
  }
  return fmt::format("Avoid the lamp or sky in the frame. {} of the picture is pure black or white.",
                     percent(quality.clipped_dark + quality.clipped_light));
}

std::string relaxed_advice(const MeasuredFace& main) {
  if (!main.expression) return {};
  const double eyes = std::min(main.expression->left_eye_open, main.expression->right_eye_open);
  if (eyes < 0.12) return "Take two or three shots in a row. In this one an eye is nearly closed.";
  if (std::abs(main.head_pose->roll) > 12) {
    return fmt::format("Bring the head upright. It is tilted by {}.", degrees(main.head_pose->roll));
  }
  return "Let the mouth come to rest before the shutter. It is wide open here.";
}

void advise_on_face(const AgentResult<FaceData>& result, std::vector<Advice>& all) {
  if (!usable(result.status)) return;
  const FaceData& face = result.data;
  if (face.faces.empty() || !face.quality) {
    if (result.status == Status::kOk) {
      all.push_back(
          {kFaceShare * kNeutralScore,
           "Use a photo that shows your face. None was found, so a neutral 5.0 stands in for the portrait."});
    }
    return;
  }
  const MeasuredFace& main = face.faces.front();
  add_parts(face.score_parts, kFaceShare,
            {{"visible", 0.25,
              main.head_pose ? fmt::format("Turn towards the camera. The head is turned by {}.",
                                           degrees(main.head_pose->yaw))
                             : "Show the whole face. Its outline could not be confirmed."},
             {"sharp", 0.25,
              fmt::format("Hold the camera still and tap on the face to focus. Sharpness is {} of 10.",
                          one_decimal(sharp_score(face.quality->sharpness)))},
             {"lit", 0.20, light_advice(face)},
             {"framed", 0.20, framing_advice(face)},
             {"relaxed", 0.10, relaxed_advice(main)}},
            all);
}

void advise_on_fashion(const AgentResult<FashionData>& result, std::vector<Advice>& all) {
  if (!usable(result.status) || result.data.items.empty() || !result.data.harmony) return;
  const FashionData& fashion = result.data;
  const FashionItem& main = fashion.items.front();
  const vision::Harmony& harmony = *fashion.harmony;
  add_parts(
      fashion.score_parts, kFashionShare,
      {{"contrast", 0.3,
        fmt::format("Add one piece that is clearly lighter or darker than the {}. The colours differ by "
                    "{:.0f} of 100 in "
                    "lightness now.",
                    main.color_name, harmony.lightness_contrast)},
       {"harmony", 0.4,
        fmt::format("Repeat one colour of the outfit, such as {}. The hues fit one pattern to {} now.",
                    main.color_name, percent(harmony.hue_fit))},
       {"clarity", 0.3,
        fmt::format(
            "Show the clothes in even light and whole. They were read with {} certainty.",
            percent(fashion.score_parts.contains("clarity") ? fashion.score_parts.at("clarity") / 10 : 0))}},
      all);
}

bool hips_missing(const PostureData& posture) {
  const auto reason = posture.reasons.find("hips");
  return reason != posture.reasons.end() && !reason->second.starts_with("not reliable");
}

const char* posture_action(const std::string& of) {
  if (of == "shoulders") return "Let both shoulders drop once before the shutter";
  if (of == "head") return "Bring the head upright";
  if (of == "hips") return "Put the same load on both feet";
  return "Stand tall over both feet";
}

void advise_on_posture(const AgentResult<PostureData>& result, std::vector<Advice>& all) {
  if (result.status != Status::kOk) return;
  const PostureData& posture = result.data;
  const double share =
      posture.score_parts.empty() ? 0 : kPostureShare / static_cast<double>(posture.score_parts.size());
  for (const auto& [term, score] : posture.score_parts) {
    const std::string of = term == "ears" ? "head" : term == "spine" ? "trunk" : term;
    const auto band = std::ranges::find(posture.bands, of, &Band::of);
    if (score >= kGoodEnough || band == posture.bands.end() || band->band == "even" ||
        band->band == "not reliable")
      continue;
    all.push_back(
        {(10.0 - score) * share, fmt::format("{}. {} {}, measured at {}.", posture_action(of), capital(of),
                                             band->side.empty() ? "not level" : band->side,
                                             degrees_with_doubt(band->degrees, band->uncertainty))});
  }
  if (posture.camera_roll) {
    all.push_back({kPostureShare,
                   fmt::format("Hold the camera level. All lines share a tilt of {}, which is the camera's.",
                               degrees(*posture.camera_roll))});
  }
  if (!posture.alignment_score) {
    all.push_back(
        {kPostureShare * kNeutralScore,
         fmt::format(
             "Stand facing the camera, with shoulders and hips in the picture. Posture was not scored: {}.",
             result.reason.value_or("it could not be measured"))});
  } else if (hips_missing(posture)) {
    all.push_back(
        {kPostureShare * 2.0,
         "Step back until your hips are in the picture. Posture now rests on shoulders and head alone."});
  }
}

void advise_on_bio(const AgentResult<BioData>& result, const Consent& consent, std::vector<Advice>& all) {
  if (result.status == Status::kSkipped && consent.bio) {
    all.push_back(
        {kBioShare * kNeutralScore,
         "Add two or three sentences about yourself. Without them a neutral 5.0 stands in for the text."});
    return;
  }
  if (!usable(result.status)) return;
  const double gain = result.data.score ? (10.0 - *result.data.score) * kBioShare : kBioShare * kNeutralScore;
  double part = 0.5;
  for (const std::string& improvement : result.data.improvements) {
    all.push_back({gain * part, improvement});
    part *= 0.8;
  }
}

void add(std::vector<std::string>& list, std::string text) {
  if (!text.empty() && list.size() < kMaxInsights) list.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> key_insights(const MirrorState& state) {
  std::vector<std::string> insights;
  add(insights, portrait_insight(state.face.data));
  if (!state.face.data.faces.empty()) add(insights, light_insight(state.face.data));
  add(insights, colour_insight(state.fashion.data));
  add(insights, posture_insight(state.posture.data));
  if (usable(state.bio.status)) add(insights, bio_insight(state.bio.data));
  return insights;
}

std::vector<std::string> recommendations(const MirrorState& state) {
  if (state.subject->not_scored) return {};
  std::vector<Advice> all;
  advise_on_face(state.face, all);
  advise_on_fashion(state.fashion, all);
  advise_on_posture(state.posture, all);
  advise_on_bio(state.bio, state.subject->consent, all);
  std::ranges::sort(
      all, {}, [](const Advice& advice) { return std::pair(-advice.gain, std::string_view(advice.text)); });
  std::vector<std::string> texts;
  for (Advice& advice : all) add(texts, std::move(advice.text));
  return texts;
}

}  // namespace pharos::mirror
