// Lays 468 points on a face, or says that it is none.
#pragma once

#include <filesystem>
#include <optional>

#include "platform/inference/model.h"
#include "platform/vision/face.h"
#include "platform/vision/geometry.h"
#include "platform/vision/image.h"

namespace pharos::vision {

/// The turned square about a detected face that the mesh is read from.
Region mesh_region(const Face& face);

/// Thread-safe.
class FaceMesher {
 public:
  /// Throws base::Error as Model does, and kUnavailable when the file is not this network.
  FaceMesher(const std::filesystem::path& file, int requests);

  /// Empty when the network does not see a face there.
  std::optional<FaceMesh> read(const Image& image, const Face& face) const;

  const inference::Model& model() const { return model_; }

 private:
  inference::Model model_;
};

}  // namespace pharos::vision
