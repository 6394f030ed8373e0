#include "apps/mirror/agents/posture_agent.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

constexpr double kNotScored = 0.3;
constexpr double kTipsBelow = 6.0;
/// Shoulders this many ear distances wide face the camera; used when the hips are not in the picture.
constexpr double kFrontalShouldersToEars = 1.5;

double distance(const vision::Keypoint& a, const vision::Keypoint& b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

bool shoulders_are_broad(const vision::Pose& pose) {
  const double ears = distance(pose.keypoints[vision::kLeftEar], pose.keypoints[vision::kRightEar]);
  const double shoulders =
      distance(pose.keypoints[vision::kLeftShoulder], pose.keypoints[vision::kRightShoulder]);
  return shoulders > kFrontalShouldersToEars * ears;
}

/// Why the alignment is not scored; empty when it is.
std::string why_not_scored(const vision::Pose& pose, const vision::PostureMeasurement& measured) {
  if (measured.facing == vision::Facing::kBack)
    return "seen from behind: tilts are scored from the front only";
  if (measured.view == vision::View::kSide) return "seen from the side: tilts are scored from the front only";
  if (measured.view == vision::View::kOblique)
    return "seen at an angle: tilts are scored from the front only";
  if (measured.view != vision::View::kFrontal || measured.facing != vision::Facing::kFront) {
    return "the direction of view could not be told";
  }
  if (measured.reasons.contains("view") && !shoulders_are_broad(pose)) {
    return "head and shoulders only, and it cannot be told whether they face the camera";
  }
  if (!measured.angles.shoulders) {
    const auto reason = measured.reasons.find("shoulders");
    return "the shoulders could not be measured" +
           (reason == measured.reasons.end() ? std::string() : ": " + reason->second);
  }
  if (!measured.uncertainty.shoulders) return "how sure the angles are is not known";
  return {};
}

std::string side_of(const std::string& of, double angle) {
  if (std::abs(angle) < 0.5) return "";
  const std::string_view side = angle > 0 ? "right" : "left";
  if (of == "head") return fmt::format("tilted to the {} of the picture", side);
  if (of == "trunk") return fmt::format("leaning to the {} of the picture", side);
  return fmt::format("lower on the {} of the picture", side);
}

struct BandSource {
  const char* name;   ///< in the report
  const char* angle;  ///< among the reasons
  std::optional<double> vision::Angles::* member;
};
constexpr std::array<BandSource, 4> kBands{{{"shoulders", "shoulders", &vision::Angles::shoulders},
                                            {"head", "ears", &vision::Angles::ears},
                                            {"hips", "hips", &vision::Angles::hips},
                                            {"trunk", "trunk_lean", &vision::Angles::trunk_lean}}};

std::vector<Band> bands_of(const vision::PostureMeasurement& measured) {
  std::vector<Band> bands;
  for (const BandSource& source : kBands) {
    const std::optional<double> angle = measured.angles.*source.member;
    const double doubt = (measured.uncertainty.*source.member).value_or(0);
    const std::string name = source.name;
    if (angle) {
      bands.push_back({name, std::round(*angle), std::round(doubt * 10) / 10,
                       band_of(*angle, doubt, name == "head"), side_of(name, *angle)});
      continue;
    }
    const auto reason = measured.reasons.find(source.angle);
    const std::optional<double> raw = measured.raw_angles.*source.member;
    if (raw && reason != measured.reasons.end() && reason->second.starts_with("not reliable")) {
      bands.push_back({name, std::round(*raw), std::round(doubt * 10) / 10, "not reliable", ""});
    }
  }
  return bands;
}

const char* advice_for(const std::string& term) {
  if (term == "shoulders") return "Let both shoulders drop once before the shutter";
  if (term == "hips") return "Put the same load on both feet";
  if (term == "ears") return "Bring the head upright over the collar";
  return "Stand tall over both feet";
}

/// The lowest terms first, each with its number.
std::vector<std::string> tips_for(const PostureData& data) {
  std::vector<std::string> tips;
  if (!data.alignment_score || *data.alignment_score >= kTipsBelow) return tips;
  std::vector<std::pair<double, std::string>> terms;
  for (const auto& [term, score] : data.score_parts) terms.emplace_back(score, term);
  std::ranges::sort(terms);
  if (data.camera_roll) {
    tips.push_back(
        fmt::format("Hold the camera level: it adds {} to every tilt.", degrees(*data.camera_roll)));
  }
  for (const auto& [score, term] : terms) {
    if (score >= kTipsBelow + 1) continue;
    const std::string band_name = term == "ears" ? "head" : term == "spine" ? "trunk" : term;
    const auto band = std::ranges::find(data.bands, band_name, &Band::of);
    if (band == data.bands.end()) continue;
    tips.push_back(fmt::format("{}: {} are measured now.", advice_for(term),
                               degrees_with_doubt(band->degrees, band->uncertainty)));
  }
  return tips;
}

double confidence_of(const vision::Pose& pose, const PostureData& data) {
  double visible = 0;
  for (const vision::Landmark point :
       {vision::kLeftShoulder, vision::kRightShoulder, vision::kLeftEar, vision::kRightEar}) {
    visible += pose.keypoints[point].visibility / 4.0;
  }
  double doubt = 0;
  for (const Band& band : data.bands) doubt += band.uncertainty / static_cast<double>(data.bands.size());
  const double coverage = 0.5 + 0.5 * static_cast<double>(data.score_parts.size()) / 4.0;
  return round2(std::clamp(visible * coverage * (1.0 - doubt / (2.0 * kReliableDegrees)), 0.0, 1.0));
}

void fill(const vision::PostureMeasurement& measured, PostureData& data) {
  data.angles_deg = measured.angles;
  data.uncertainty_deg = measured.uncertainty;
  data.reasons = measured.reasons;
  data.view = measured.view;
  data.facing = measured.facing;
  data.head_offset = measured.head_offset;
  data.camera_roll = measured.camera_roll;
  data.ear_shoulder_angle = measured.ear_shoulder_angle;
  data.shoulder_hip_lean = measured.shoulder_hip_lean;
}

double mean_of(const std::map<std::string, double>& terms) {
  double sum = 0;
  for (const auto& [term, score] : terms) sum += score;
  return round2(sum / static_cast<double>(terms.size()));
}

}  // namespace

std::string band_of(double angle, double doubt, bool head) {
  constexpr std::array<const char*, 3> kNames{"even", "slight", "marked"};
  const double even_to = head ? 3.0 : 2.0;
  const double slight_to = head ? 7.0 : 5.0;
  const auto index = [&](double size) -> std::size_t {
    return size <= even_to ? 0 : size <= slight_to ? 1 : 2;
  };
  const double size = std::abs(angle);
  const std::size_t band = index(size);
  const bool fits = band == 0   ? doubt <= even_to
                    : band == 1 ? 2.0 * doubt <= slight_to - even_to
                                : size - doubt > even_to;
  if (fits) return kNames[band];
  const std::size_t low = index(std::max(0.0, size - doubt));
  const std::size_t high = index(size + doubt);
  if (high - low > 1) return "not reliable";
  return std::string(kNames[low]) + " to " + kNames[high];
}

AgentResult<PostureData> read_posture(const vision::PoseSearch& search, int width, int height, double scale) {
  AgentResult<PostureData> result;
  result.status = Status::kOk;
  result.engine = "mediapipe pose_detection and pose_landmark_full (OpenVINO f32)";
  PostureData& data = result.data;
  data.people = search.people;
  if (!search.main) {
    result.confidence = kNotScored;
    result.reason = "nobody was found in the photo";
    for (const BandSource& source : kBands) data.reasons[source.angle] = *result.reason;
    return result;
  }
  const vision::PostureMeasurement measured = vision::measure_posture(*search.main, width, height);
  fill(measured, data);
  data.bands = bands_of(measured);
  for (vision::Keypoint point : search.main->keypoints) {
    point.x *= scale;
    point.y *= scale;
    point.z *= scale;
    data.keypoints.push_back(std::move(point));
  }
  if (std::string reason = why_not_scored(*search.main, measured); !reason.empty()) {
    data.reasons["alignment_score"] = reason;
    result.reason = std::move(reason);
    result.confidence = kNotScored;
    return result;
  }
  data.score_parts = posture_terms(measured.angles);
  data.alignment_score = mean_of(data.score_parts);
  data.tips = tips_for(data);
  result.confidence = confidence_of(*search.main, data);
  return result;
}

base::Task<AgentResult<PostureData>> posture_agent(const MirrorState& state) {
  const std::shared_ptr<PhotoStudy> study = state.subject->photo;
  const auto pose = co_await study->pose();
  const vision::Photo& photo = study->photo();
  co_return read_posture(*pose, photo.image.width, photo.image.height, photo.scale);
}

base::Task<AgentResult<PostureData>> posture_fallback(const MirrorState& state) {
  const std::shared_ptr<PhotoStudy> study = state.subject->photo;
  AgentResult<PostureData> result;
  result.engine = "line between the eyes of mediapipe face_detection_short_range";
  for (const BandSource& source : kBands) result.data.reasons[source.angle] = "no pose was measured";
  const auto faces = co_await study->faces();
  if (faces->faces.empty()) co_return result;
  const auto& points = faces->faces.front().keypoints;
  const double tilt =
      std::atan((points[1].y - points[0].y) / std::max(1e-9, std::abs(points[1].x - points[0].x))) * 180.0 /
      std::numbers::pi;
  result.data.bands.push_back({"head", std::round(tilt), 0, "not reliable", side_of("head", tilt)});
  result.data.reasons["alignment_score"] = "only the line between the eyes is known";
  co_return result;
}

}  // namespace pharos::mirror
