#include "apps/mirror/agents/face_agent.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/wording/guard_rails.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

constexpr double kNothingFound = 0.3;
/// Below this height the numbers of a face are unsure.
constexpr double kSmallFacePixels = 60;

vision::Point scaled(double x, double y, double scale) {
  return {x * scale, y * scale};
}

void add_drawing(const vision::FaceMesh& mesh, double scale, MeasuredFace& face) {
  const auto at = [&](int index) {
    const vision::MeshPoint& point = mesh.points.at(static_cast<std::size_t>(index));
    return scaled(static_cast<double>(point.x), static_cast<double>(point.y), scale);
  };
  for (const int index : vision::mesh_outline()) face.outline.push_back(at(index));
  for (const auto& [from, to] : vision::mesh_features()) face.features.push_back({at(from), at(to)});
}

MeasuredFace describe(const vision::Face& seen, double scale) {
  MeasuredFace face;
  face.bbox = {seen.box.x * scale, seen.box.y * scale, seen.box.width * scale, seen.box.height * scale};
  face.score = seen.score;
  for (const vision::Point& point : seen.keypoints) face.landmarks.push_back(scaled(point.x, point.y, scale));
  if (!seen.mesh) return face;
  add_drawing(*seen.mesh, scale, face);
  face.head_pose = vision::measure_head_pose(*seen.mesh);
  face.expression = vision::measure_expression(*seen.mesh);
  return face;
}

std::string quality_words(const vision::Quality& quality) {
  std::vector<std::string> words{std::string(sharpness_words(quality.sharpness)),
                                 std::string(exposure_words(quality.exposure))};
  if (quality.face_share) words.emplace_back(framing_words(*quality.face_share));
  return list_words(words);
}

std::map<std::string, double> score_parts(const MeasuredFace& main, const FaceMeasurements& measured) {
  std::map<std::string, double> parts;
  const vision::Box& box = measured.faces.faces.front().box;
  parts["visible"] = round2(visible_score(main.score, main.head_pose ? &*main.head_pose : nullptr));
  parts["sharp"] = round2(sharp_score(measured.quality.sharpness));
  parts["lit"] = round2(lit_score(measured.quality));
  parts["framed"] = round2(framed_score(box, measured.width, measured.height));
  if (main.expression) parts["relaxed"] = round2(relaxed_score(*main.expression, *main.head_pose));
  return parts;
}

double confidence_of(const FaceData& data) {
  const MeasuredFace& main = data.faces.front();
  double confidence = main.score * (main.head_pose ? 1.0 : 0.6);
  const double height = data.quality->face_height_px.value_or(main.bbox[3]);
  if (height < kSmallFacePixels) confidence *= std::max(0.4, height / kSmallFacePixels);
  if (data.num_faces > 1) confidence *= 0.9;  // it may be somebody else's
  return round2(std::clamp(confidence, 0.0, 1.0));
}

}  // namespace

AgentResult<FaceData> read_faces(const FaceMeasurements& measured) {
  AgentResult<FaceData> result;
  result.status = Status::kOk;
  result.engine = "mediapipe face_detection_short_range and face_landmark (OpenVINO f32)";
  FaceData& data = result.data;
  data.num_faces = static_cast<int>(measured.faces.faces.size());
  data.quality = measured.quality;
  if (data.num_faces == 0) {
    result.confidence = kNothingFound;
    result.reason = "no face was found in the photo";
    return result;
  }
  for (const vision::Face& face : measured.faces.faces) {
    if (data.faces.size() == kMaxFaces) break;
    data.faces.push_back(describe(face, measured.scale));
  }
  data.faces.front().quality = quality_words(measured.quality);
  data.score_parts = score_parts(data.faces.front(), measured);
  data.score = face_score(data.score_parts);
  result.confidence = confidence_of(data);
  if (data.num_faces > 1) {
    data.question =
        fmt::format("{} faces are in the picture; which one is yours? This report reads the {} one.",
                    capital(count_words(data.num_faces)), "most prominent");
  }
  return result;
}

base::Task<AgentResult<FaceData>> face_agent(const MirrorState& state) {
  const std::shared_ptr<PhotoStudy> study = state.subject->photo;
  const auto faces = co_await study->faces();
  const auto quality = co_await study->quality();
  const vision::Photo& photo = study->photo();
  co_return read_faces({*faces, *quality, photo.image.width, photo.image.height, photo.scale});
}

base::Task<AgentResult<FaceData>> face_fallback(const MirrorState& state) {
  const std::shared_ptr<PhotoStudy> study = state.subject->photo;
  const vision::Photo& photo = study->photo();
  AgentResult<FaceData> result;
  result.engine = "pixel statistics of the whole photo";
  FaceData& data = result.data;
  data.quality = study->instruments().measure_quality(photo.image, nullptr, nullptr, photo.scale);
  data.score_parts = {{"sharp", round2(sharp_score(data.quality->sharpness))},
                      {"lit", round2(lit_score(*data.quality))}};
  co_return result;
}

}  // namespace pharos::mirror
