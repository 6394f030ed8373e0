// Posture: tilts and lean with their measured uncertainty, scored only where they can be read.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// `width` and `height` are those of the image the pose was found in; `scale` leads to the original's pixels.
AgentResult<PostureData> read_posture(const vision::PoseSearch& search, int width, int height, double scale);

/// The band of a tilt: "even", "slight" or "marked", or the two it may be in ("even to slight") when 2·± does
/// not fit in one. Shoulders, hips and trunk change at 2° and 5°, the head at 3° and 7°.
std::string band_of(double angle, double doubt, bool head);

base::Task<AgentResult<PostureData>> posture_agent(const MirrorState& state);
/// Without a pose: the tilt of the line between the eyes, not scored.
base::Task<AgentResult<PostureData>> posture_fallback(const MirrorState& state);

}  // namespace pharos::mirror
