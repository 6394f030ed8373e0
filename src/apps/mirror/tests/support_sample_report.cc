#include "apps/mirror/tests/support_sample_report.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numbers>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/file.h"
#include "core/base/json.h"

namespace pharos::mirror {
namespace {

using vision::Point;

/// x, y and visibility of the 33 landmarks of a half-length portrait of 512 × 512.
constexpr std::array<std::array<double, 3>, vision::kLandmarkCount> kLandmarks{{
    {223, 128, 1},   {241, 111, 1},   {249, 112, 1},   {256, 114, 1},   {214, 106, 1},   {205, 103, 1},
    {197, 102, 1},   {268, 123, 1},   {190, 107, 1},   {234, 154, 1},   {206, 148, 1},   {306, 257, 1},
    {113, 240, 1},   {323, 375, 0.3}, {65, 414, 0.8},  {326, 461, 0.1}, {135, 477, 0.3}, {331, 496, 0.1},
    {159, 524, 0.2}, {325, 485, 0.1}, {173, 504, 0.3}, {318, 471, 0.1}, {170, 487, 0.3}, {242, 502, 0.2},
    {128, 531, 0.2}, {245, 739, 0},   {130, 742, 0},   {237, 918, 0},   {127, 924, 0},   {237, 946, 0},
    {127, 950, 0},   {230, 980, 0},   {120, 985, 0},
}};

std::vector<vision::Keypoint> keypoints() {
  std::vector<vision::Keypoint> points;
  for (std::size_t i = 0; i < kLandmarks.size(); ++i) {
    const auto [x, y, visibility] = kLandmarks[i];
    points.push_back({"landmark", x, y, 0, visibility, visibility});
  }
  return points;
}

std::vector<Point> ellipse(Point centre, double width, double height, int points) {
  std::vector<Point> outline;
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    outline.push_back({centre.x + width / 2 * std::cos(angle), centre.y + height / 2 * std::sin(angle)});
  }
  return outline;
}

void add_lines(const std::vector<Point>& chain, bool closed, std::vector<std::array<Point, 2>>& lines) {
  for (std::size_t i = 1; i < chain.size(); ++i) lines.push_back({chain[i - 1], chain[i]});
  if (closed) lines.push_back({chain.back(), chain.front()});
}

MeasuredFace face() {
  MeasuredFace face{.bbox = {178, 83, 95, 95}, .score = 0.92, .quality = "sharp"};
  face.landmarks = {{201, 105}, {246, 109}, {220, 127}, {220, 149}, {178, 116}, {272, 124}};
  face.outline = ellipse({225, 124}, 92, 106, 36);
  add_lines(ellipse({204, 102}, 20, 8, 10), true, face.features);
  add_lines(ellipse({247, 106}, 20, 8, 10), true, face.features);
  add_lines(ellipse({223, 148}, 44, 15, 14), true, face.features);
  add_lines({{191, 92}, {204, 87}, {216, 92}}, false, face.features);
  add_lines({{235, 94}, {248, 91}, {260, 98}}, false, face.features);
  add_lines({{226, 100}, {222, 128}, {232, 131}}, false, face.features);
  face.head_pose = vision::HeadPose{.yaw = -8, .pitch = 2, .roll = 6};
  face.expression = vision::Expression{.mouth_corners = 0.11,
                                       .mouth_open = 0.12,
                                       .left_eye_open = 0.31,
                                       .right_eye_open = 0.29,
                                       .brows_raised = 0.6};
  return face;
}

AgentResult<FaceData> face_result() {
  AgentResult<FaceData> result{.status = Status::kOk,
                               .engine = "mediapipe face_detection_short_range, face_landmark (OpenVINO f32)",
                               .confidence = 0.92,
                               .duration_ms = 0.4};
  result.data.num_faces = 1;
  result.data.faces = {face()};
  result.data.score = 8.5;
  result.data.score_parts = {
      {"visible", 9.8}, {"sharp", 8.9}, {"lit", 9.1}, {"framed", 6.2}, {"relaxed", 8.4}};
  result.data.quality = vision::Quality{.sharpness = 0.82,
                                        .exposure = 63,
                                        .clipped_dark = 0.05,
                                        .clipped_light = 0.01,
                                        .contrast = 71,
                                        .cast_chroma = 3,
                                        .cast = "none",
                                        .face_height_px = 95,
                                        .light_evenness = 0.91,
                                        .face_share = 0.19};
  return result;
}

AgentResult<FashionData> fashion_result() {
  AgentResult<FashionData> result{
      .status = Status::kOk, .engine = "regions and colour, CIELAB", .confidence = 0.74, .duration_ms = 9.2};
  FashionData& data = result.data;
  data.style = "one strong warm hue, plain cloth";
  data.palette = {{"#d5561f", "burnt orange", "orange", 0.68, {}},
                  {"#e9e3dc", "off-white", "white", 0.17, {}},
                  {"#3a3f52", "slate", "grey", 0.09, {}}};
  data.surroundings = {{"#20304f", "navy", "blue", 0.41, {}},
                       {"#cfc7bd", "stone", "grey", 0.33, {}},
                       {"#8f2f35", "brick red", "red", 0.12, {}}};
  FashionItem upper{.slot = "upper", .score = 0.83, .bbox = {122, 262, 170, 140}};
  upper.outline = {{143, 262}, {280, 274}, {292, 392}, {240, 400}, {122, 402}};
  upper.dominant_color = "#d5561f";
  upper.color_name = "burnt orange";
  upper.pattern = "solid";
  upper.palette = data.palette;
  FashionItem sleeves{.slot = "sleeves", .score = 0.46, .bbox = {60, 262, 70, 140}};
  sleeves.outline = {{100, 262}, {126, 270}, {92, 402}, {60, 396}};
  sleeves.dominant_color = "#c44d1e";
  sleeves.color_name = "burnt orange";
  sleeves.pattern = "unsure";
  data.items = {upper, sleeves};
  data.not_visible = {{"lower", "outside the picture"}, {"shoes", "outside the picture"}};
  data.harmony = vision::Harmony{.hue_template = "complementary", .hue_fit = 0.82, .lightness_contrast = 62};
  data.overall_rating = 7.3;
  data.score_parts = {{"harmony", 8.9}, {"contrast", 10}, {"clarity", 6.6}};
  return result;
}

AgentResult<PostureData> posture_result() {
  AgentResult<PostureData> result{.status = Status::kOk,
                                  .engine = "mediapipe pose_landmark_full (OpenVINO f32)",
                                  .confidence = 0.58,
                                  .duration_ms = 0.3};
  PostureData& data = result.data;
  data.keypoints = keypoints();
  data.alignment_score = 7.0;
  data.score_parts = {{"shoulders", 8.2}, {"head", 5.8}};
  data.angles_deg = {.shoulders = 5, .hips = {}, .ears = 11, .trunk_lean = {}};
  data.uncertainty_deg = {.shoulders = 1.6, .hips = {}, .ears = 0.9, .trunk_lean = {}};
  data.reasons = {
      {"hips", "the left hip is hidden"},
      {"trunk_lean", "the left hip is hidden"},
      {"view", "head and shoulders only: the view rests on guessed hips, as the left hip is hidden"}};
  data.bands = {{"shoulders", 5, 1.6, "slight", "lower on the right of the picture"},
                {"head", 11, 0.9, "marked", "lower on the right of the picture"}};
  data.view = vision::View::kFrontal;
  data.facing = vision::Facing::kFront;
  data.head_offset = 0.08;
  data.people = 1;
  data.tips = {"Let both shoulders drop once before the shutter."};
  return result;
}

AgentResult<BioData> bio_result() {
  AgentResult<BioData> result{.status = Status::kOk,
                              .engine = "measured text, all-MiniLM-L6-v2 (OpenVINO f32)",
                              .confidence = 0.66,
                              .duration_ms = 2.1};
  BioData& data = result.data;
  data.vibe_summary =
      "Concrete and specific: a place, a number, a result. It says what you do more than what you would like "
      "next.";
  data.strengths = {"Names a place and a number", "Short sentences with one idea each"};
  data.weaknesses = {"Nothing yet about what comes next"};
  data.improvements = {"End with a wish or a question"};
  data.score = 6.6;
  data.score_parts = {{"readability", 7.8}, {"specificity", 8.1}, {"tone", 6.0}};
  data.measures = {{"words", 22},  {"sentences", 2},     {"reading_ease", 74},  {"concreteness", 23},
                   {"tone", 0.12}, {"vague_share", 0.0}, {"first_person", 0.05}};
  data.topics = {{"making things", 0.52}, {"the sea", 0.47}};
  data.quotes = {{"last year forty of them crossed the bay", "A number and a result: easy to picture."},
                 {"I build wooden boats in Lisbon", "A place and a craft in six words."}};
  data.language = "en";
  return result;
}

AgentResult<AggregatorData> aggregator_result(const Scores& scores) {
  AgentResult<AggregatorData> result{
      .status = Status::kOk, .engine = "weighted composition", .confidence = 0.71, .duration_ms = 0.1};
  AggregatorData& data = result.data;
  data.scores = scores;
  data.composition = {
      {"attractiveness", {{"face", 0.6, 8.5, false}, {"posture", 0.4, 7.0, false}}},
      {"style", {{"fashion", 0.8, 7.3, false}, {"posture", 0.2, 7.0, false}}},
      {"presence", {{"posture", 0.4, 7.0, false}, {"bio", 0.3, 6.6, false}, {"face", 0.3, 8.5, false}}},
      {"overall",
       {{"portrait", 0.35, 7.9, false}, {"style", 0.35, 7.24, false}, {"presence", 0.3, 7.33, false}}}};
  data.strengths = {"light on the face", "one strong colour"};
  data.improvements = {"framing"};
  data.tone = "strong";
  return result;
}

template <class Data>
void skip(AgentResult<Data>& agent, std::string reason) {
  agent = {.status = Status::kSkipped,
           .engine = "",
           .confidence = 0,
           .duration_ms = 0,
           .reason = std::move(reason),
           .data = {}};
}

/// `value` with every string in it replaced, but for those that must be an enumerator's name.
base::json::value with_every_text(base::json::value value, const std::string& text) {
  static const std::set<std::string_view> kEnumerators{"mode", "status", "view", "facing"};
  if (auto* object = value.if_object()) {
    for (auto& [key, item] : *object) {
      if (!kEnumerators.contains(std::string_view(key))) item = with_every_text(std::move(item), text);
    }
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array) item = with_every_text(std::move(item), text);
  } else if (value.is_string()) {
    value = base::json::string(text);
  }
  return value;
}

}  // namespace

Report sample_report() {
  Report report{.report_id = "0193f2c4-7a10-7c55-9d1e-000000000001",
                .trace_id = "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7",
                .created_at = "2026-11-21T10:12:00Z",
                .image = {512, 512},
                .scores = {.overall = 7.5, .attractiveness = 7.9, .style = 7.24, .presence = 7.33},
                .confidence = 0.71};
  report.summary =
      "The face is well lit and sharp, the orange suit gives one strong colour, and the head leans gently. "
      "Lower "
      "body and hips are outside the picture and were not scored.";
  report.key_insights = {"The light on the face is even: both halves are alike to 91 %.",
                         "Burnt orange covers 68 % of what is worn, against a navy ground.",
                         "The head tilts 11°, more than the ±0.9° of the measurement.",
                         "The text names a place, a number and a result."};
  report.recommendations = {
      "Step back half a metre. With hips in the picture, posture and style can be read in full.",
      "Level the shoulders once before the shutter. They differ by 5°, more than the ±1.6° of the "
      "measurement.",
      "End the text with a wish. One sentence about what you look for next makes it easier to answer."};
  report.disclaimers = {"For entertainment and self-reflection.",
                        "Not professional, medical or psychological advice."};
  report.agents.embedder = {.status = Status::kOk,
                            .engine = "all-MiniLM-L6-v2 (OpenVINO f32); lab-edges-pose-1",
                            .confidence = 1,
                            .duration_ms = 3.9,
                            .reason = {},
                            .data = {}};
  report.agents.face = face_result();
  report.agents.fashion = fashion_result();
  report.agents.posture = posture_result();
  report.agents.bio = bio_result();
  report.agents.aggregator = aggregator_result(report.scores);
  report.agents.formatter = {.status = Status::kOk,
                             .engine = "written templates",
                             .confidence = 1,
                             .duration_ms = 0.2,
                             .reason = {},
                             .data = {.headline = "A warm, sharp portrait"}};
  report.timings_ms = {{"total", 43},       {"decode", 3.1},   {"pose", 17.2},      {"faces", 3.8},
                       {"appearance", 9.4}, {"embedder", 3.9}, {"face", 0.4},       {"fashion", 0.6},
                       {"posture", 0.3},    {"bio", 2.1},      {"aggregator", 0.1}, {"formatter", 0.2}};
  return report;
}

Report nobody_report() {
  Report report = sample_report();
  Agents& agents = report.agents;
  vision::Quality quality = *agents.face.data.quality;
  quality.face_height_px = quality.light_evenness = quality.face_share = std::nullopt;
  agents.face.data = {.quality = quality};
  agents.face.confidence = 0.5;
  agents.fashion.data = {.not_visible = {{"upper", "nobody was found"}, {"lower", "nobody was found"}},
                         .surroundings = agents.fashion.data.surroundings};
  agents.posture.data = {};
  skip(agents.bio, "no text was given");
  for (auto& [score, parts] : agents.aggregator.data.composition) {
    for (ScorePart& part : parts) {
      part.score = 5.0;
      part.is_default = score != "overall";
    }
  }
  agents.aggregator.data.strengths.clear();
  agents.aggregator.data.improvements.clear();
  agents.aggregator.data.defaults = {"face", "fashion", "posture", "bio"};
  agents.formatter.data.headline = "Nobody to be seen";
  report.scores = {.overall = 5.0, .attractiveness = 5.0, .style = 5.0, .presence = 5.0};
  report.confidence = 0.31;
  report.summary = "No person was found, so every score is the neutral 5.0.";
  report.key_insights.clear();
  report.recommendations = {"Use a photo with one person. The face should be at least 80 pixels high."};
  report.warnings = {"The confidence is below 0.6: read the figures with care."};
  return report;
}

Report mock_report() {
  Report report = sample_report();
  report.mode = Mode::kMock;
  return report;
}

Report refused_report() {
  Report report = sample_report();
  report.consent = {.face = false, .fashion = false, .posture = false, .bio = false, .detailed = false};
  skip(report.agents.face, "you did not allow it");
  skip(report.agents.fashion, "you did not allow it");
  skip(report.agents.posture, "you did not allow it");
  skip(report.agents.bio, "you did not allow it");
  report.scores = {};
  report.agents.aggregator.data = {.not_scored = "Nothing was allowed to be measured."};
  report.agents.formatter.data.headline = "";
  report.confidence = 0.5;
  report.summary = "Nothing was measured, as you asked.";
  report.key_insights.clear();
  report.recommendations.clear();
  return report;
}

Report group_report() {
  Report report = sample_report();
  FaceData& data = report.agents.face.data;
  MeasuredFace second{.bbox = {40, 60, 70, 70}, .score = 0.8, .quality = "small"};
  MeasuredFace third{.bbox = {380, 90, 64, 64}, .score = 0.7, .quality = "small"};
  data.faces.insert(data.faces.end(), {second, third});
  data.num_faces = 3;
  data.question = "Three people were found. Which of them is you? The figures below are of number 1.";
  report.agents.posture.data.people = 3;
  return report;
}

Report unscored_report() {
  Report report = sample_report();
  report.scores = {};
  report.agents.aggregator.data = {.not_scored = "The text indicates a minor, so no scores are given."};
  return report;
}

Report troubled_report() {
  Report report = sample_report();
  Agents& agents = report.agents;
  agents.face.status = Status::kFallback;
  agents.face.reason = "the face mesh took longer than 30 s, so only the box was used";
  agents.face.confidence = 0.3;
  agents.face.data.faces.front().head_pose.reset();
  agents.face.data.faces.front().expression.reset();
  agents.fashion.status = Status::kEmergency;
  agents.fashion.reason = "the colours could not be read";
  agents.fashion.confidence = 0.1;
  agents.fashion.data = {};
  agents.posture.status = Status::kFailed;
  agents.posture.reason = "the pose model stopped with an error";
  agents.posture.data = {};
  agents.bio.data.score.reset();
  auto& composition = agents.aggregator.data.composition;
  composition["attractiveness"][1].is_default = true;
  composition["style"][0].is_default = composition["style"][1].is_default = true;
  composition["presence"][0].is_default = true;
  agents.aggregator.data.defaults = {"fashion", "posture"};
  report.scores = {.overall = 6.1, .attractiveness = 7.1, .style = 5.0, .presence = 6.4};
  report.confidence = 0.34;
  report.mode = Mode::kDev;
  report.warnings = {"The confidence is below 0.6: read the figures with care.",
                     "Posture failed and was left out."};
  return report;
}

Report foreign_report() {
  Report report = sample_report();
  BioData& data = report.agents.bio.data;
  data.language = "arabic";
  data.vibe_summary = "أبني قوارب خشبية في لشبونة وأعلّم الأطفال الإبحار";
  data.quotes = {{"في العام الماضي عبر أربعون منهم الخليج", "رقم ونتيجة"},
                 {"⛵️ I 👩‍🚀 build 🪵 boats ❤️ at "
                  "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
                  "A very long word."},
                 {std::string(400, 'w'), "A word without an end."},
                 {"私はリスボンで木造船を作り、子供たちに帆走を教えています。去年は四十人が湾を渡りました。",
                  "Wide characters."}};
  report.agents.formatter.data.headline = "صورة دافئة وواضحة";
  return report;
}

Report filled_report(const std::string& text) {
  Report report = group_report();
  const auto filled = base::from_json<Report>(with_every_text(base::to_json(report), text));
  return filled;
}

vision::Image sample_photo() {
  const std::filesystem::path file = PHAROS_SOURCE_DIR "/build/samples/astronaut.png";
  if (std::filesystem::exists(file)) return vision::decode(base::read_file(file), 0).image;
  vision::Image grey{.width = 64, .height = 64, .rgb = {}};
  grey.rgb.assign(std::size_t{64} * 64 * 3, std::uint8_t{128});
  return grey;
}

}  // namespace pharos::mirror
