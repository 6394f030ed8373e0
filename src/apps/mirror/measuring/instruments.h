// What an analysis measures with, as functions: the local models, or a test's own answers.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "platform/inference/text_embedder.h"
#include "platform/vision/appearance.h"
#include "platform/vision/face.h"
#include "platform/vision/image.h"
#include "platform/vision/pose.h"
#include "platform/vision/vision.h"

namespace pharos::mirror {

/// Thread-safe functions that block; run on the `cpu` pool.
struct Instruments {
  std::function<vision::PoseSearch(const vision::Image&)> find_pose;
  std::function<vision::FaceSearch(const vision::Image&, const vision::Pose*)> find_faces;
  std::function<vision::Outfit(const vision::Image&, const vision::Pose&, const vision::Face*)> read_outfit;
  std::function<vision::Quality(const vision::Image&, const vision::Pose*, const vision::Face*, double scale)>
      measure_quality;
  std::function<std::vector<float>(const vision::Image&, const vision::Pose*)> describe_look;
  std::string look_model;  ///< name of what describe_look gives
  std::function<std::vector<inference::Embedding>(std::span<const std::string>)> embed;
  std::string text_model;
};

/// The local models; both outlive the result.
Instruments local_instruments(const vision::Vision& vision, const inference::TextEmbedder& embedder);

}  // namespace pharos::mirror
