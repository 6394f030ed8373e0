// Seeing people in photos with local models: the room's front door.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/vision/face.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"

namespace pharos::vision {

struct VisionSettings {
  std::filesystem::path models;  ///< folder with the four .tflite files
  int workers = 1;               ///< how many photos may be looked at at once
};

enum class Passes {
  kSingle,      ///< one pass of each model over the whole image: what the reference library does
  kProduction,  ///< pose averaged over the photo and its mirror image; faces also in head crops and tiles
};

struct PoseSearch {
  std::optional<Pose> main;  ///< largest person, nearer the centre on a tie; empty when nobody is seen
  int people = 0;            ///< how many bodies were detected
};

struct FaceSearch {
  /// The main person's first when a pose is known, then by size, largest first; by score after a single pass.
  std::vector<Face> faces;
  int meshes = 0;  ///< how many faces the mesh confirms
};

/// The four networks. Loads in parallel; thread-safe; calls block the calling thread (use the `cpu` pool).
/// Coordinates are pixels of the image given.
class Vision {
 public:
  /// Throws base::Error (kNotFound) that says how to set up when a model file is missing.
  explicit Vision(const VisionSettings& settings);
  ~Vision();

  PoseSearch find_pose(const Image& image, Passes passes) const;
  /// `pose`, when known, says where to look closer. Ignored in a single pass.
  FaceSearch find_faces(const Image& image, const Pose* pose, Passes passes) const;

  /// "f32": asserted after compiling.
  const std::string& precision() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pharos::vision
