// The four cards of a report: what was measured, in words first, and what was not, in the same place.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "apps/mirror/rendering/report_view.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

using Limits = std::initializer_list<std::pair<double, std::string_view>>;

/// The word of the first limit that `value` reaches, else the last one's.
std::string word_for(double value, Limits limits) {
  const auto* reached = std::ranges::find_if(limits, [&](const auto& limit) { return value >= limit.first; });
  return std::string(reached == limits.end() ? std::prev(limits.end())->second : reached->second);
}

Fact not_measured(std::string label, std::string why) {
  return {.label = std::move(label), .value = std::move(why), .measured = false};
}

std::string degrees(double value) {
  return figure(std::abs(value), 0) + "°";
}

/// Sentences and table cells begin with a capital.
void capitalise(std::string& text) {
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
}

/// The card as a person reads it: a table says what the paragraph would say again.
Card finished(Card card) {
  if (!card.facts.empty()) card.lead.clear();
  for (Fact& fact : card.facts) capitalise(fact.tag ? fact.tag->text : fact.value);
  for (Tag& tag : card.tags) capitalise(tag.text);
  for (Palette& palette : card.palettes) {
    for (vision::Swatch& swatch : palette.swatches) capitalise(swatch.name);
  }
  return card;
}

/// A card with what every agent says about itself.
template <class Data>
Card card_of(const Report& report, std::string_view agent, const AgentResult<Data>& result) {
  Card card{.title = display_name(agent), .status = result.status, .confidence = result.confidence};
  if (result.status != Status::kOk) card.reason = result.reason.value_or("no reason was given");
  if (const auto found = report.detailed_analysis.find(std::string(agent));
      found != report.detailed_analysis.end()) {
    card.lead = found->second;
  }
  return card;
}

bool has_answer(Status status) {
  return status != Status::kSkipped && status != Status::kFailed;
}

std::vector<Meter> meters(const std::map<std::string, double>& parts) {
  std::vector<Meter> meters;
  for (const auto& [name, score] : parts) meters.push_back({.label = display_name(name), .value = score});
  return meters;
}

void add_quality(const vision::Quality& quality, std::vector<Fact>& facts) {
  facts.push_back({.label = "Sharpness",
                   .value = word_for(quality.sharpness, {{0.6, "high"}, {0.3, "fair"}, {0, "low"}}),
                   .beside = figure(quality.sharpness, 2) + " of 1"});
  if (quality.light_evenness) {
    facts.push_back(
        {.label = "Light on the face",
         .value = word_for(*quality.light_evenness,
                           {{0.85, "even"}, {0.65, "a little from one side"}, {0, "from one side"}}),
         .beside = "halves alike to " + percent(*quality.light_evenness)});
  } else {
    facts.push_back(not_measured("Light on the face", "no face to read it from"));
  }
  facts.push_back({.label = "Brightness",
                   .value = word_for(quality.exposure, {{85, "very bright"}, {40, "balanced"}, {0, "dark"}}),
                   .beside = figure(quality.exposure, 0) + " of 100"});
  if (quality.clipped_light > 0.02) {
    facts.push_back({.label = "Highlights",
                     .value = "some detail lost",
                     .beside = percent(quality.clipped_light) + " of the photo"});
  }
  if (quality.clipped_dark > 0.02) {
    facts.push_back({.label = "Shadows",
                     .value = "some detail lost",
                     .beside = percent(quality.clipped_dark) + " of the photo"});
  }
  if (quality.cast != "none" && !quality.cast.empty()) {
    facts.push_back({.label = "Colour cast",
                     .value = quality.cast,
                     .beside = quality.cast == "unknown" ? "" : "C* " + figure(quality.cast_chroma, 0)});
  }
}

void add_head(const MeasuredFace& face, std::vector<Fact>& facts) {
  if (face.head_pose) {
    const double yaw = face.head_pose->yaw;
    const double pitch = face.head_pose->pitch;
    facts.push_back({.label = "Head turn",
                     .value = word_for(std::abs(yaw),
                                       {{5, yaw > 0 ? "to the right" : "to the left"}, {0, "to the camera"}}),
                     .beside = degrees(yaw)});
    facts.push_back({.label = "Chin",
                     .value = word_for(std::abs(pitch), {{5, pitch > 0 ? "up" : "down"}, {0, "level"}}),
                     .beside = degrees(pitch)});
  } else {
    facts.push_back(not_measured("Head turn", "the face's outline was not confirmed"));
  }
  if (!face.expression) return;
  const double corners = face.expression->mouth_corners;
  facts.push_back({.label = "Mouth corners",
                   .value = word_for(corners, {{0.03, "raised"}, {-0.03, "level"}, {-1e9, "lowered"}}),
                   .beside = figure(corners * 100, 0) + " % of mouth width"});
  const double eye = std::min(face.expression->left_eye_open, face.expression->right_eye_open);
  facts.push_back({.label = "Eyes",
                   .value = word_for(eye, {{0.12, "open"}, {-1e9, "nearly closed"}}),
                   .beside = "gap " + figure(std::max(eye, 0.0) * 100, 0) + " % of width"});
}

Fact face_fact(const Report& report, const FaceData& data) {
  if (data.faces.empty()) return not_measured("Face", "none was found");
  const MeasuredFace& face = data.faces.front();
  const double height =
      data.quality && data.quality->face_height_px ? *data.quality->face_height_px : face.bbox[3];
  std::string beside = figure(height, 0) + " px high";
  if (report.image.height > 0) beside += fmt::format(" of {}", report.image.height);
  return {.label = data.num_faces > 1 ? "Face 1" : "Face",
          .value = face.quality.empty() ? "found" : face.quality,
          .beside = std::move(beside)};
}

std::string slot_name(const std::string& slot) {
  return slot == "upper" || slot == "lower" ? display_name(slot) + " garment" : display_name(slot);
}

Fact garment_fact(const FashionItem& item) {
  std::vector<std::string> words{item.color_name};
  if (item.palette.size() > 1) words.front() += " and " + item.palette[1].name;
  if (!item.pattern.empty() && item.pattern != "unsure") words.push_back(item.pattern);
  words.insert(words.end(), item.notes.begin(), item.notes.end());
  return {.label = slot_name(item.slot),
          .value = base::join(words, ", "),
          .beside = "confidence " + figure(item.score, 2),
          .colour = item.dominant_color};
}

std::string hue_words(const std::string& hue_template) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"neutral", "neutral colours"},      {"monochromatic", "one hue"},
      {"analogous", "neighbouring hues"},  {"complementary", "opposite hues"},
      {"triadic", "three hues far apart"}, {"mixed", "several unrelated hues"},
  };
  const auto* known =
      std::ranges::find(kWords, hue_template, &std::pair<std::string_view, std::string_view>::first);
  return known == std::end(kWords) ? hue_template : std::string(known->second);
}

void add_harmony(const vision::Harmony& harmony, std::vector<Fact>& facts) {
  facts.push_back({.label = "Colours together",
                   .value = hue_words(harmony.hue_template),
                   .beside = "fit " + percent(harmony.hue_fit)});
  facts.push_back(
      {.label = "Contrast",
       .value = word_for(harmony.lightness_contrast, {{50, "strong"}, {25, "medium"}, {0, "soft"}}),
       .beside = figure(harmony.lightness_contrast, 0) + " of 100 apart"});
}

Fact band_fact(const Band& band) {
  constexpr std::string_view kOfThePicture = " of the picture";
  std::string side = band.side;
  if (side.ends_with(kOfThePicture)) side.resize(side.size() - kOfThePicture.size());
  const bool reliable = band.band != "not reliable";
  const Tone tone = band.band == "marked" ? Tone::kNotable : Tone::kPlain;
  return {
      .label = display_name(band.of),
      .value = reliable ? side : "the measurement is too unsure to say",
      .beside = degrees(band.degrees) + " ± " + figure(std::max(1.0, std::ceil(band.uncertainty)), 0) + "°",
      .measured = reliable,
      .tag = Tag{band.band, tone},
      .tilt = Tilt{band.degrees, band.uncertainty}};
}

/// Shoulders, head, hips and trunk: each with its band or why it has none.
void add_bands(const PostureData& data, std::vector<Fact>& facts) {
  constexpr std::pair<std::string_view, std::string_view> kLines[] = {
      {"shoulders", "shoulders"}, {"head", "ears"}, {"hips", "hips"}, {"trunk", "trunk_lean"}};
  for (const auto& [of, angle] : kLines) {
    const auto band = std::ranges::find(data.bands, of, &Band::of);
    const auto reason = data.reasons.find(std::string(angle));
    if (band != data.bands.end()) {
      facts.push_back(band_fact(*band));
    } else if (reason != data.reasons.end()) {
      facts.push_back(not_measured(display_name(of), reason->second));
    }
  }
}

Fact view_fact(const PostureData& data) {
  const bool back = data.facing == vision::Facing::kBack;
  switch (data.view) {
    case vision::View::kFrontal:
      return {.label = "View", .value = back ? "from behind" : "from the front"};
    case vision::View::kOblique:
      return {.label = "View", .value = back ? "half from behind" : "half turned"};
    case vision::View::kSide:
      return {.label = "View", .value = "from the side"};
    case vision::View::kUnknown:
      break;
  }
  return not_measured("View", "cannot be told from what is visible");
}

void add_stance(const PostureData& data, std::vector<Fact>& facts) {
  if (data.head_offset) {
    const double offset = *data.head_offset;
    facts.push_back(
        {.label = "Head position",
         .value = word_for(std::abs(offset),
                           {{0.05, offset > 0 ? "more to the right" : "more to the left"}, {0, "centred"}}),
         .beside = percent(std::abs(offset)) + " of the shoulders"});
  }
  if (data.ear_shoulder_angle) {
    facts.push_back({.label = "Ear to shoulder",
                     .value = degrees(*data.ear_shoulder_angle),
                     .beside = "seen from the side"});
  }
  if (data.shoulder_hip_lean) {
    facts.push_back({.label = "Shoulder to hip",
                     .value = degrees(*data.shoulder_hip_lean),
                     .beside = "seen from the side"});
  }
  if (data.camera_roll && std::abs(*data.camera_roll) >= 1) {
    facts.push_back({.label = "Camera",
                     .value = "held at a slant",
                     .beside = degrees(*data.camera_roll),
                     .tilt = Tilt{*data.camera_roll, 0}});
  }
}

/// "41 words in 2 sentences", when both were counted.
std::optional<Fact> length_fact(const std::map<std::string, double>& measures) {
  const auto words = measures.find("words");
  const auto sentences = measures.find("sentences");
  if (words == measures.end() || sentences == measures.end()) return std::nullopt;
  return Fact{.label = "Length",
              .value = fmt::format("{} words", figure(words->second, 0)),
              .beside = fmt::format("in {} {}", figure(sentences->second, 0),
                                    sentences->second == 1 ? "sentence" : "sentences")};
}

std::string share_of_words(double share) {
  return figure(share * 100, 0) + " % of words";
}

/// The measures that a person can read something from, in words; the others stay in the JSON.
void add_measures(const std::map<std::string, double>& measures, std::vector<Fact>& facts) {
  const auto add = [&](const std::string& name, auto describe) {
    if (const auto found = measures.find(name); found != measures.end())
      facts.push_back(describe(found->second));
  };
  if (auto length = length_fact(measures)) facts.push_back(*std::move(length));
  add("reading_ease", [](double value) {
    return Fact{.label = "Reading",
                .value = word_for(value, {{60, "easy"}, {30, "takes some effort"}, {-1e9, "hard"}}),
                .beside = figure(value, 0) + " of 100"};
  });
  add("concreteness", [](double value) {
    return Fact{.label = "Details",
                .value = word_for(value, {{12, "many"}, {5, "some"}, {-1e9, "few"}}),
                .beside = figure(value, 0) + " in 100 words"};
  });
  add("tone", [](double value) {
    return Fact{.label = "Tone",
                .value = word_for(value, {{0.15, "positive"}, {-0.15, "even"}, {-1e9, "negative"}}),
                .beside = figure(value, 2) + " from −1 to 1"};
  });
  add("vague_share", [](double value) {
    return Fact{.label = "Vague words",
                .value = word_for(value, {{0.06, "many"}, {0.02, "some"}, {-1e9, "few"}}),
                .beside = share_of_words(value)};
  });
  add("first_person", [](double value) {
    return Fact{.label = "I, me, my",
                .value = word_for(value, {{0.15, "often"}, {0.03, "now and then"}, {-1e9, "hardly"}}),
                .beside = share_of_words(value)};
  });
}

void add_topics(const std::vector<Topic>& topics, std::vector<Fact>& facts) {
  if (topics.empty()) return;
  std::vector<std::string> names;
  std::vector<std::string> similarities;
  for (const Topic& topic : topics) {
    names.push_back(topic.name);
    similarities.push_back(figure(topic.similarity, 2));
  }
  facts.push_back({.label = topics.size() == 1 ? "Nearest topic" : "Nearest topics",
                   .value = base::join(names, ", "),
                   .beside = "similarity " + base::join(similarities, ", ")});
}

}  // namespace

Card portrait_card(const Report& report) {
  const auto& agent = report.agents.face;
  Card card = card_of(report, "face", agent);
  if (!has_answer(agent.status)) return card;
  card.question = agent.data.question;
  card.facts.push_back(face_fact(report, agent.data));
  if (agent.data.quality) add_quality(*agent.data.quality, card.facts);
  if (!agent.data.faces.empty()) add_head(agent.data.faces.front(), card.facts);
  card.parts = meters(agent.data.score_parts);
  return finished(std::move(card));
}

Card style_card(const Report& report) {
  const auto& agent = report.agents.fashion;
  Card card = card_of(report, "fashion", agent);
  if (!has_answer(agent.status)) return card;
  if (!agent.data.palette.empty()) card.palettes.push_back({"Worn", agent.data.palette});
  if (!agent.data.surroundings.empty()) card.palettes.push_back({"Around", agent.data.surroundings});
  if (!agent.data.style.empty()) card.tags.push_back({agent.data.style});
  for (const FashionItem& item : agent.data.items) card.facts.push_back(garment_fact(item));
  for (const auto& [slot, why] : agent.data.not_visible)
    card.facts.push_back(not_measured(slot_name(slot), why));
  if (agent.data.harmony) add_harmony(*agent.data.harmony, card.facts);
  card.parts = meters(agent.data.score_parts);
  return finished(std::move(card));
}

Card posture_card(const Report& report) {
  const auto& agent = report.agents.posture;
  Card card = card_of(report, "posture", agent);
  if (!has_answer(agent.status)) return card;
  if (agent.data.keypoints.empty()) {
    card.facts.push_back(not_measured("Body", "none was found"));
    return finished(std::move(card));
  }
  add_bands(agent.data, card.facts);
  card.facts.push_back(view_fact(agent.data));
  add_stance(agent.data, card.facts);
  card.parts = meters(agent.data.score_parts);
  card.lists.push_back({"To try", agent.data.tips});
  card.note =
      "Small asymmetries are the norm. ± is how much the photo and its mirror image disagree; left and right "
      "are the picture's.";
  if (const auto view = agent.data.reasons.find("view"); view != agent.data.reasons.end()) {
    std::string why = view->second;
    capitalise(why);
    card.note += " " + why + ".";
  }
  return finished(std::move(card));
}

Card words_card(const Report& report) {
  const auto& agent = report.agents.bio;
  Card card = card_of(report, "bio", agent);
  if (!has_answer(agent.status)) return card;
  card.quotes = agent.data.quotes;
  add_measures(agent.data.measures, card.facts);
  add_topics(agent.data.topics, card.facts);
  if (!agent.data.language.empty() && agent.data.language != "en") {
    card.facts.push_back({.label = "Language", .value = agent.data.language});
  }
  card.lists = {{"Works well", agent.data.strengths},
                {"Less clear", agent.data.weaknesses},
                {"To try", agent.data.improvements}};
  card.parts = meters(agent.data.score_parts);
  Card words = finished(std::move(card));
  words.lead = agent.data.vibe_summary;
  return words;
}

}  // namespace pharos::mirror
