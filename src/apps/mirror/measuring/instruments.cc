#include "apps/mirror/measuring/instruments.h"

namespace pharos::mirror {

Instruments local_instruments(const vision::Vision& vision, const inference::TextEmbedder& embedder) {
  return {
      .find_pose =
          [&vision](const vision::Image& image) {
            return vision.find_pose(image, vision::Passes::kProduction);
          },
      .find_faces =
          [&vision](const vision::Image& image, const vision::Pose* pose) {
            return vision.find_faces(image, pose, vision::Passes::kProduction);
          },
      .read_outfit = vision::read_outfit,
      .measure_quality = vision::measure_quality,
      .describe_look = vision::visual_descriptor,
      .look_model = std::string(vision::visual_descriptor_name()),
      .embed = [&embedder](std::span<const std::string> texts) { return embedder.embed(texts); },
      .text_model = std::string(embedder.name()),
  };
}

}  // namespace pharos::mirror
