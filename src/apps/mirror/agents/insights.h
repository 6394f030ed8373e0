// Key insights and recommendations: what was measured, said in the order in which it helps.
#pragma once

#include <string>
#include <vector>

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// At most five: what stands out in the photo and the text.
std::vector<std::string> key_insights(const MirrorState& state);

/// At most five, "Action. Why.", those first that could lift the overall score most.
std::vector<std::string> recommendations(const MirrorState& state);

}  // namespace pharos::mirror
