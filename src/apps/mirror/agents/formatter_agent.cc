#include "apps/mirror/agents/formatter_agent.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/mirror/agents/insights.h"
#include "apps/mirror/agents/scores.h"
#include "apps/mirror/measuring/bio_signals.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

constexpr double kWarnBelowConfidence = 0.6;

template <class Data>
bool answered(const AgentResult<Data>& result) {
  return result.status == Status::kOk || result.status == Status::kFallback;
}

// ---- Headline and summary

std::string headline_of(const MirrorState& state) {
  const FaceData& face = state.face.data;
  const FashionData& fashion = state.fashion.data;
  std::vector<std::string> words;
  if (!face.faces.empty() && face.quality) {
    words.push_back(fmt::format("a {} portrait", sharpness_words(face.quality->sharpness)));
  } else if (state.face.status != Status::kSkipped) {
    words.emplace_back("a photo without a clear face");
  }
  if (!fashion.items.empty() && !fashion.items.front().color_name.empty()) {
    words.push_back(words.empty() ? capital(fashion.items.front().color_name)
                                  : "in " + fashion.items.front().color_name);
  }
  if (words.empty()) return state.bio.data.score ? "Your words" : "What could be read";
  return capital(fmt::format("{}", fmt::join(words, " ")));
}

std::string score_sentence(const AggregatorData& data) {
  if (data.not_scored || !data.scores.overall) return {};
  std::vector<std::pair<double, std::string_view>> parts{{*data.scores.attractiveness, "attractiveness"},
                                                         {*data.scores.style, "style"},
                                                         {*data.scores.presence, "presence"}};
  std::ranges::sort(parts);
  const auto& [high, best] = parts.back();
  const auto& [low, least] = parts.front();
  std::string text = fmt::format("Overall {} of 10, {}", one_decimal(*data.scores.overall), data.tone);
  if (high - low < 0.3) return text + ".";
  return text + fmt::format("; {} is highest at {}, {} lowest at {}.", label_of(best), one_decimal(high),
                            label_of(least), one_decimal(low));
}

std::string default_sentence(const AggregatorData& data) {
  if (data.defaults.empty()) return {};
  std::vector<std::string> names;
  for (const std::string& name : data.defaults) names.emplace_back(subject_of(name));
  return fmt::format("A neutral 5.0 stands in for {}, which {} not scored.", list_words(names),
                     names.size() == 1 ? "was" : "were");
}

std::string photo_sentence(const MirrorState& state) {
  const FaceData& face = state.face.data;
  const FashionData& fashion = state.fashion.data;
  std::vector<std::string> words;
  if (!face.faces.empty()) words.push_back("the face is " + face.faces.front().quality);
  if (!fashion.items.empty()) {
    words.push_back(fmt::format("the main colour of the clothes is {}",
                                palette_words(fashion.items.front().palette, false)));
  }
  if (words.empty()) return {};
  return capital(list_words(words)) + ".";
}

std::string summary_of(const MirrorState& state) {
  if (state.subject->not_scored) return *state.subject->not_scored;
  std::vector<std::string> sentences{score_sentence(state.aggregator.data), photo_sentence(state)};
  if (answered(state.bio)) sentences.push_back(state.bio.data.vibe_summary);
  sentences.push_back(default_sentence(state.aggregator.data));
  std::erase_if(sentences, [](const std::string& sentence) { return sentence.empty(); });
  return fmt::format("{}", fmt::join(sentences, " "));
}

// ---- Detailed analysis

std::string parts_sentence(const std::map<std::string, double>& parts) {
  std::vector<std::string> words;
  for (const auto& [name, score] : parts) words.push_back(fmt::format("{} {}", name, one_decimal(score)));
  return words.empty() ? std::string() : fmt::format("Parts of the score: {}.", list_words(words));
}

std::string face_paragraph(const AgentResult<FaceData>& result) {
  const FaceData& face = result.data;
  if (face.faces.empty()) {
    return "No face was found. The portrait needs a face of at least 20 pixels, seen from the front or half "
           "from the side.";
  }
  const MeasuredFace& main = face.faces.front();
  std::string text = fmt::format("{} The face is {}.",
                                 face.num_faces == 1 ? "One face was found." : face.question, main.quality);
  if (face.quality && face.quality->face_height_px) {
    text += fmt::format(" It is {:.0f} pixels high.", *face.quality->face_height_px);
  }
  if (main.head_pose) {
    text += fmt::format(" The head is {}: turned {}, tilted {}.", turn_words(*main.head_pose),
                        degrees(main.head_pose->yaw), degrees(main.head_pose->roll));
  }
  if (main.expression) {
    const std::vector<std::string> words = expression_words(*main.expression);
    if (!words.empty()) text += fmt::format(" As geometry: {}.", list_words(words));
  }
  return text + " " + parts_sentence(face.score_parts);
}

std::string fashion_paragraph(const AgentResult<FashionData>& result) {
  const FashionData& fashion = result.data;
  std::string text;
  for (const FashionItem& item : fashion.items) {
    text += fmt::format("{}: {}", capital(item.slot), palette_words(item.palette, false));
    if (item.pattern != "unsure") text += ", " + item.pattern;
    if (!item.notes.empty()) text += " (" + list_words(item.notes) + ")";
    text += ". ";
  }
  for (const auto& [slot, why] : fashion.not_visible)
    text += fmt::format("{}: not read, {}. ", capital(slot), why);
  if (fashion.harmony) {
    text += fmt::format("Together: {}, {} contrast. ", harmony_words(fashion.harmony->hue_template),
                        contrast_words(fashion.harmony->lightness_contrast));
  }
  text +=
      "Which garment it is needs a vision model; none is configured, so only regions, colours and pattern "
      "are named.";
  const std::string parts = parts_sentence(fashion.score_parts);
  return parts.empty() ? text : text + " " + parts;
}

std::string posture_paragraph(const AgentResult<PostureData>& result) {
  const PostureData& posture = result.data;
  std::string text;
  if (posture.people > 1)
    text += fmt::format("{} people were seen; the largest is read. ", capital(count_words(posture.people)));
  if (!posture.alignment_score && posture.reasons.contains("alignment_score")) {
    text += fmt::format("Not scored: {}. ", posture.reasons.at("alignment_score"));
  }
  for (const Band& band : posture.bands) {
    text += fmt::format("{}: {}, {}", capital(band.of), band.band,
                        degrees_with_doubt(band.degrees, band.uncertainty));
    if (!band.side.empty() && band.band != "even") text += ", " + band.side;
    text += ". ";
  }
  for (const auto& [of, why] : posture.reasons) {
    if (of == "alignment_score" || of == "view" || why.starts_with("not reliable")) continue;
    std::string name = of;
    std::ranges::replace(name, '_', ' ');
    text += fmt::format("{}: not measured, {}. ", capital(name), why);
  }
  if (posture.camera_roll)
    text += fmt::format("The camera itself is tilted by {}. ", degrees(*posture.camera_roll));
  if (posture.ear_shoulder_angle) {
    text += fmt::format(
        "From the side, ear to shoulder stands at {}, a rough stand-in for the angle of the neck. ",
        degrees(*posture.ear_shoulder_angle));
  }
  text += "± is the difference between the photo and its mirror image. Small asymmetries are the norm.";
  const std::string parts = parts_sentence(posture.score_parts);
  return parts.empty() ? text : text + " " + parts;
}

std::string bio_paragraph(const AgentResult<BioData>& result) {
  const BioData& bio = result.data;
  std::string text = bio.vibe_summary;
  for (const std::string& strength : bio.strengths) text += " " + strength;
  for (const std::string& weakness : bio.weaknesses) text += " " + weakness;
  if (const auto words = bio.measures.find("words"); words != bio.measures.end()) {
    text += fmt::format(" Measured over {:.0f} words.", words->second);
  }
  const std::string parts = parts_sentence(bio.score_parts);
  return parts.empty() ? text : text + " " + parts;
}

std::map<std::string, std::string> details_of_report(const MirrorState& state) {
  std::map<std::string, std::string> details;
  if (!state.subject->consent.detailed || state.subject->not_scored) return details;
  if (answered(state.face)) details["face"] = face_paragraph(state.face);
  if (answered(state.fashion)) details["fashion"] = fashion_paragraph(state.fashion);
  if (answered(state.posture)) details["posture"] = posture_paragraph(state.posture);
  if (answered(state.bio)) details["bio"] = bio_paragraph(state.bio);
  return details;
}

// ---- Warnings

template <class Data>
void warn_of_failure(const AgentResult<Data>& result, std::string_view name,
                     std::vector<std::string>& warnings) {
  const std::string reason = result.reason.value_or("no reason is known");
  switch (result.status) {
    case Status::kFallback:
      warnings.push_back(fmt::format("The {} agent took its simpler way: {}.", name, reason));
      break;
    case Status::kEmergency:
      warnings.push_back(
          fmt::format("The {} agent could not work; neutral values stand in: {}.", name, reason));
      break;
    case Status::kFailed:
      warnings.push_back(fmt::format("The {} agent failed: {}.", name, reason));
      break;
    case Status::kOk:
    case Status::kSkipped:
      break;
  }
}

void warn_of_text(const MirrorState& state, std::vector<std::string>& warnings) {
  if (!answered(state.bio) || !state.subject->bio) return;
  const std::string& bio = *state.subject->bio;
  if (mentions_self_harm(bio)) warnings.push_back(state.bio.data.vibe_summary);
  if (addresses_a_machine(bio)) {
    warnings.emplace_back(
        "Part of the text gives orders to a machine; it was read as words only and changed nothing.");
  }
  if (!state.bio.data.score && state.bio.reason && !mentions_self_harm(bio)) {
    warnings.push_back(fmt::format("The text was not scored: {}.", *state.bio.reason));
  }
}

}  // namespace

std::vector<std::string> warnings_of(const MirrorState& state) {
  std::vector<std::string> warnings;
  if (state.subject->mode == Mode::kMock) {
    warnings.emplace_back("This report is a mock: its answers are fixed and say nothing about the photo.");
  }
  if (state.subject->not_scored) warnings.push_back(*state.subject->not_scored);
  warn_of_text(state, warnings);
  warn_of_failure(state.embedder, "embedder", warnings);
  warn_of_failure(state.face, "face", warnings);
  warn_of_failure(state.fashion, "fashion", warnings);
  warn_of_failure(state.posture, "posture", warnings);
  warn_of_failure(state.bio, "bio", warnings);
  warn_of_failure(state.aggregator, "aggregator", warnings);
  warn_of_failure(state.formatter, "formatter", warnings);
  if (!state.face.data.question.empty()) warnings.push_back(state.face.data.question);
  if (state.aggregator.confidence < kWarnBelowConfidence && !state.subject->not_scored) {
    warnings.push_back(fmt::format("Confidence is {:.2f}, below 0.6: read the scores as a rough hint.",
                                   state.aggregator.confidence));
  }
  return warnings;
}

std::vector<std::string> disclaimers_for(const Consent& consent) {
  std::vector<std::string> disclaimers{"This report is for entertainment and self-reflection.",
                                       "It is not professional advice."};
  if (consent.biometric) {
    disclaimers.emplace_back(
        "It holds face geometry, kept because you agreed to it; delete the report and it is gone. It serves "
        "no identification.");
  }
  return disclaimers;
}

ReportText format_report(const MirrorState& state) {
  ReportText text;
  text.headline = state.subject->not_scored ? "No scores for this one" : headline_of(state);
  text.summary = summary_of(state);
  text.key_insights = key_insights(state);
  text.recommendations = recommendations(state);
  text.detailed_analysis = details_of_report(state);
  return text;
}

base::Task<AgentResult<ReportText>> formatter_agent(const MirrorState& state) {
  AgentResult<ReportText> result;
  result.status = Status::kOk;
  result.engine = "written templates over measurements";
  result.confidence = state.aggregator.confidence;
  result.data = format_report(state);
  co_return result;
}

base::Task<AgentResult<ReportText>> formatter_fallback(const MirrorState& state) {
  AgentResult<ReportText> result;
  result.engine = "written templates over scores";
  result.data = emergency_text(*state.subject);
  const std::string sentence = score_sentence(state.aggregator.data);
  if (!sentence.empty()) result.data.summary = sentence;
  co_return result;
}

ReportText emergency_text(const Subject& subject) {
  ReportText text;
  text.headline = "Your report";
  text.summary = subject.not_scored.value_or(
      "The report could not be put into words; what was measured is listed with each agent.");
  return text;
}

}  // namespace pharos::mirror
