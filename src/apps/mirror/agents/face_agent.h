// Face: how well the photo shows a face. Visible, sharp, lit, framed, relaxed; nothing about its features.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// What the agent needs, in pixels of an image of that size; `scale` leads to the original's pixels.
struct FaceMeasurements {
  vision::FaceSearch faces;
  vision::Quality quality;
  int width = 0;
  int height = 0;
  double scale = 1;
};

AgentResult<FaceData> read_faces(const FaceMeasurements& measured);

base::Task<AgentResult<FaceData>> face_agent(const MirrorState& state);
/// Without networks: sharpness and light of the whole photo, no face.
base::Task<AgentResult<FaceData>> face_fallback(const MirrorState& state);

}  // namespace pharos::mirror
