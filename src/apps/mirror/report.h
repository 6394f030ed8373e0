// The report of an analysis: its shape is a contract with everyone who reads the JSON.
//
// Scores are 0 to 10, confidence 0 to 1, coordinates pixels of the upright original, angles degrees, times
// milliseconds.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "core/base/json.h"
#include "platform/vision/appearance.h"
#include "platform/vision/face.h"
#include "platform/vision/pose.h"

namespace pharos::mirror {

enum class Mode { kProd, kDev, kMock };
BOOST_DESCRIBE_ENUM(Mode, kProd, kDev, kMock)

/// How an agent came to its answer.
enum class Status {
  kOk,
  kFallback,   ///< its own simpler way, confidence 0.3
  kEmergency,  ///< neutral defaults, confidence 0.1
  kSkipped,    ///< nothing to do, or no consent
  kFailed,
};
BOOST_DESCRIBE_ENUM(Status, kOk, kFallback, kEmergency, kSkipped, kFailed)

/// What the person allows. Stored with its version and time wherever a report is.
struct Consent {
  bool face = true;
  bool fashion = true;
  bool posture = true;
  bool bio = true;
  bool detailed = true;
  bool biometric = false;
  bool technical_metadata = false;
  std::string version = "1";
};
BOOST_DESCRIBE_STRUCT(Consent, (),
                      (face, fashion, posture, bio, detailed, biometric, technical_metadata, version))

/// One score's part: `score` times `share`; `is_default` when nothing was measured and 5.0 stands in.
struct ScorePart {
  std::string of;
  double share = 0;
  double score = 5.0;
  bool is_default = false;
};
BOOST_DESCRIBE_STRUCT(ScorePart, (), (of, share, score, is_default))

/// All empty when nothing may be scored (see AggregatorData::not_scored), else all there.
struct Scores {
  std::optional<double> overall;
  std::optional<double> attractiveness;  ///< the contract's name of photo-face quality with posture; shown as
                                         ///< "Portrait"
  std::optional<double> style;
  std::optional<double> presence;
};
BOOST_DESCRIBE_STRUCT(Scores, (), (overall, attractiveness, style, presence))

struct EmbedderData {
  std::string
      description;  ///< the measured sentence that was embedded; the bio follows it in the vector only
  std::string text_model;
  std::vector<float> text_vector;
  std::string visual_model;
  std::vector<float> visual_vector;
};
BOOST_DESCRIBE_STRUCT(EmbedderData, (), (description, text_model, text_vector, visual_model, visual_vector))

struct MeasuredFace {
  std::array<double, 4> bbox{};  ///< x, y, width, height
  double score = 0;
  std::vector<vision::Point> landmarks;  ///< the six key points; the mesh's outline follows in `outline`
  std::vector<vision::Point> outline;  ///< of the mesh, closed; empty when the mesh did not confirm the face
  std::vector<std::array<vision::Point, 2>> features;  ///< lines along brows, eyes, nose and lips
  std::optional<std::string> crop_url;                 ///< filled by a server that keeps crops
  std::optional<vision::HeadPose> head_pose;
  std::optional<vision::Expression> expression;
  std::string quality;  ///< in words: "sharp", "small", ...
};
BOOST_DESCRIBE_STRUCT(MeasuredFace, (),
                      (bbox, score, landmarks, outline, features, crop_url, head_pose, expression, quality))

struct FaceData {
  int num_faces = 0;
  std::vector<MeasuredFace> faces;            ///< at most 5, the main person's first
  std::optional<double> score;                ///< portrait quality 0 to 10; empty without a face
  std::map<std::string, double> score_parts;  ///< visible, sharp, lit, framed, relaxed: each 0 to 10
  std::optional<vision::Quality> quality;
  std::string question;  ///< asked when several people are seen
};
BOOST_DESCRIBE_STRUCT(FaceData, (), (num_faces, faces, score, score_parts, quality, question))

struct FashionItem {
  std::string slot;  ///< "upper", "lower", "sleeves", "shoes"
  double score = 0;  ///< how sure, 0 to 1
  std::array<double, 4> bbox{};
  std::vector<vision::Point> outline;
  std::optional<std::string> crop_url;
  std::string dominant_color;  ///< hex
  std::string color_name;
  std::string pattern;
  std::vector<vision::Swatch> palette;
  std::vector<std::string> notes;  ///< "mixed colours", "two layers", "too dark to name a hue"
};
BOOST_DESCRIBE_STRUCT(FashionItem, (),
                      (slot, score, bbox, outline, crop_url, dominant_color, color_name, pattern, palette,
                       notes))

struct FashionData {
  std::string style;                               ///< in words, from colours and pattern alone
  std::vector<FashionItem> items;                  ///< at most 20
  std::map<std::string, std::string> not_visible;  ///< slot → why
  std::vector<vision::Swatch> palette;             ///< of all that is worn
  std::vector<vision::Swatch> surroundings;
  std::optional<vision::Harmony> harmony;
  std::optional<double> overall_rating;  ///< 0 to 10; empty when nothing worn could be read
  std::map<std::string, double> score_parts;
};
BOOST_DESCRIBE_STRUCT(FashionData, (),
                      (style, items, not_visible, palette, surroundings, harmony, overall_rating,
                       score_parts))

/// An angle in words: "even", "slight", "marked", or "not reliable" when ± is too large to say.
struct Band {
  std::string of;  ///< "shoulders", "hips", "head", "trunk"
  double degrees = 0;
  double uncertainty = 0;  ///< ± degrees
  std::string band;
  std::string side;  ///< "lower on the right of the picture", ...
};
BOOST_DESCRIBE_STRUCT(Band, (), (of, degrees, uncertainty, band, side))

struct PostureData {
  std::vector<vision::Keypoint> keypoints;  ///< 33, or none when nobody is seen
  std::optional<double> alignment_score;    ///< 0 to 10; empty when not measurable
  std::map<std::string, double> score_parts;
  vision::Angles angles_deg;
  vision::Angles uncertainty_deg;  ///< ±: how much the photo and its mirror image disagree
  std::map<std::string, std::string> reasons;
  std::vector<Band> bands;
  vision::View view = vision::View::kUnknown;
  vision::Facing facing = vision::Facing::kUnknown;
  std::optional<double> head_offset;
  std::optional<double> camera_roll;
  std::optional<double> ear_shoulder_angle;
  std::optional<double> shoulder_hip_lean;
  int people = 0;
  std::vector<std::string> tips;
};
BOOST_DESCRIBE_STRUCT(PostureData, (),
                      (keypoints, alignment_score, score_parts, angles_deg, uncertainty_deg, reasons, bands,
                       view, facing, head_offset, camera_roll, ear_shoulder_angle, shoulder_hip_lean, people,
                       tips))

/// A stretch of the bio that a statement rests on.
struct Quote {
  std::string text;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(Quote, (), (text, why))

struct Topic {
  std::string name;
  double similarity = 0;  ///< cosine to the topic's description
};
BOOST_DESCRIBE_STRUCT(Topic, (), (name, similarity))

struct BioData {
  std::string vibe_summary;            ///< 10 to 200 characters
  std::vector<std::string> strengths;  ///< at most 8
  std::vector<std::string> weaknesses;
  std::vector<std::string> improvements;
  std::optional<double> score;  ///< 0 to 10
  std::map<std::string, double> score_parts;
  std::map<std::string, double> measures;  ///< words, sentences, reading_ease, concreteness, tone, ...
  std::vector<Topic> topics;
  std::vector<Quote> quotes;
  std::string language;  ///< "en", or the script when the text is not English
};
BOOST_DESCRIBE_STRUCT(BioData, (),
                      (vibe_summary, strengths, weaknesses, improvements, score, score_parts, measures,
                       topics, quotes, language))

struct AggregatorData {
  Scores scores;
  std::map<std::string, std::vector<ScorePart>>
      composition;                        ///< score → its parts ("portrait": attractiveness)
  std::vector<std::string> strengths;     ///< at most 5, inputs above 7
  std::vector<std::string> improvements;  ///< at most 5, inputs below 5
  std::vector<std::string> defaults;      ///< inputs that were the neutral 5.0
  std::string tone;  ///< "excellent", "strong", "solid" or "developing"; empty without scores
  std::optional<std::string> not_scored;  ///< why there are no scores at all
};
BOOST_DESCRIBE_STRUCT(AggregatorData, (),
                      (scores, composition, strengths, improvements, defaults, tone, not_scored))

struct FormatterData {
  std::string headline;  ///< a few words for the top of the page
};
BOOST_DESCRIBE_STRUCT(FormatterData, (), (headline))

/// One agent's answer and how it came about.
template <class Data>
struct AgentResult {
  Status status = Status::kSkipped;
  std::string engine;  ///< what produced it, such as "mediapipe pose_landmark_full (OpenVINO f32)"
  double confidence = 0;
  double duration_ms = 0;
  std::optional<std::string> reason;  ///< why it is not `ok`
  Data data;
  BOOST_DESCRIBE_CLASS(AgentResult, (), (status, engine, confidence, duration_ms, reason, data), (), ())
};

struct Agents {
  AgentResult<EmbedderData> embedder;
  AgentResult<FaceData> face;
  AgentResult<FashionData> fashion;
  AgentResult<PostureData> posture;
  AgentResult<BioData> bio;
  AgentResult<AggregatorData> aggregator;
  AgentResult<FormatterData> formatter;
};
BOOST_DESCRIBE_STRUCT(Agents, (), (embedder, face, fashion, posture, bio, aggregator, formatter))

struct Size {
  int width = 0;
  int height = 0;
};
BOOST_DESCRIBE_STRUCT(Size, (), (width, height))

struct Report {
  std::string report_id;
  std::string trace_id;
  Mode mode = Mode::kProd;
  std::string created_at;  ///< ISO 8601, UTC
  Size image;
  Scores scores;
  double confidence = 0;
  std::string summary;
  std::vector<std::string> key_insights;                 ///< at most 5
  std::vector<std::string> recommendations;              ///< at most 5, "Action. Why."
  std::map<std::string, std::string> detailed_analysis;  ///< agent → a paragraph; only what was consented to
  std::vector<std::string> warnings;
  std::vector<std::string> disclaimers;
  Consent consent;
  Agents agents;
  std::map<std::string, double> timings_ms;  ///< total, decode, pose, faces, appearance, one for each agent
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (report_id, trace_id, mode, created_at, image, scores, confidence, summary,
                       key_insights, recommendations, detailed_analysis, warnings, disclaimers, consent,
                       agents, timings_ms))

}  // namespace pharos::mirror
