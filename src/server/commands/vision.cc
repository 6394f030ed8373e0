// `pharos vision`: what the vision room sees in a photo, without agents.
#include "platform/vision/vision.h"

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "platform/vision/image.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

struct SeenFace {
  std::array<double, 4> bbox{};
  double score = 0;
  std::vector<std::array<double, 2>> keypoints;
};
BOOST_DESCRIBE_STRUCT(SeenFace, (), (bbox, score, keypoints))

/// The command's JSON; pixels of the upright original, degrees.
struct Sight {
  mirror::Size image;
  std::vector<SeenFace> faces;
  int mesh_count = 0;
  std::optional<std::vector<vision::Keypoint>> pose;
  vision::Angles angles_deg;
  vision::View view = vision::View::kUnknown;
  vision::Facing facing = vision::Facing::kUnknown;
  int people = 0;
  vision::Angles uncertainty_deg;
  std::map<std::string, std::string> reasons;
};
BOOST_DESCRIBE_STRUCT(Sight, (),
                      (image, faces, mesh_count, pose, angles_deg, view, facing, people, uncertainty_deg,
                       reasons))

constexpr int kProductionSide = 1600;

SeenFace to_original(const vision::Face& face, double scale) {
  SeenFace seen{
      .bbox = {face.box.x * scale, face.box.y * scale, face.box.width * scale, face.box.height * scale},
      .score = face.score};
  for (const vision::Point& point : face.keypoints)
    seen.keypoints.push_back({point.x * scale, point.y * scale});
  return seen;
}

Sight look(const vision::Vision& vision, const vision::Photo& photo, bool raw) {
  const auto passes = raw ? vision::Passes::kSingle : vision::Passes::kProduction;
  const vision::PoseSearch bodies = vision.find_pose(photo.image, passes);
  const vision::Pose* pose = bodies.main ? &*bodies.main : nullptr;
  const vision::FaceSearch faces = vision.find_faces(photo.image, pose, passes);

  Sight sight{.image = {photo.original_width, photo.original_height},
              .mesh_count = faces.meshes,
              .people = bodies.people};
  for (const vision::Face& face : faces.faces) sight.faces.push_back(to_original(face, photo.scale));
  if (pose == nullptr) return sight;

  const auto posture = vision::measure_posture(*pose, photo.image.width, photo.image.height);
  sight.angles_deg = raw ? posture.raw_angles : posture.angles;
  sight.uncertainty_deg = posture.uncertainty;
  sight.reasons = posture.reasons;
  sight.view = posture.view;
  sight.facing = posture.facing;
  sight.pose.emplace(pose->keypoints.begin(), pose->keypoints.end());
  for (vision::Keypoint& point : *sight.pose) {
    point.x *= photo.scale;
    point.y *= photo.scale;
    point.z *= photo.scale;
  }
  return sight;
}

std::string angle_line(std::string_view name, const std::optional<double>& angle,
                       const std::optional<double>& uncertainty,
                       const std::map<std::string, std::string>& reasons) {
  if (angle) {
    return fmt::format("  {:<12}{:+.1f}°{}\n", name, *angle,
                       uncertainty ? fmt::format("  ±{:.1f}°", *uncertainty) : "");
  }
  const auto reason = reasons.find(std::string(name));
  return fmt::format("  {:<12}not measured: {}\n", name,
                     reason == reasons.end() ? "nobody is seen" : reason->second);
}

std::string in_words(const Sight& sight) {
  std::string text = fmt::format("{} × {} pixels\n", sight.image.width, sight.image.height);
  text += fmt::format("people  {}\nfaces   {} ({} confirmed by the mesh)\n", sight.people, sight.faces.size(),
                      sight.mesh_count);
  for (const SeenFace& face : sight.faces) {
    text += fmt::format("  at {:.0f}, {:.0f}  {:.0f} × {:.0f} px  score {:.2f}\n", face.bbox[0], face.bbox[1],
                        face.bbox[2], face.bbox[3], face.score);
  }
  if (!sight.pose) return text + "pose    none\n";
  text += fmt::format("pose    33 landmarks, {} view, facing {}\n", base::to_name(sight.view),
                      base::to_name(sight.facing));
  const auto& angles = sight.angles_deg;
  const auto& uncertainty = sight.uncertainty_deg;
  text += angle_line("shoulders", angles.shoulders, uncertainty.shoulders, sight.reasons);
  text += angle_line("hips", angles.hips, uncertainty.hips, sight.reasons);
  text += angle_line("ears", angles.ears, uncertainty.ears, sight.reasons);
  text += angle_line("trunk_lean", angles.trunk_lean, uncertainty.trunk_lean, sight.reasons);
  return text;
}

}  // namespace

int see(Composition& parts, const Console& console, const VisionOptions& options) {
  const vision::Photo photo =
      vision::decode(base::read_file(options.photo), options.raw ? 0 : kProductionSide);
  const Sight sight = look(parts.vision(), photo, options.raw);
  console.print(options.json ? base::pretty_json(base::to_json(sight)) : in_words(sight));
  return 0;
}

}  // namespace pharos::server
