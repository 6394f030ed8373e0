// Fashion: what is worn, as regions, colours and pattern. Which garment it is needs a vision model.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// `scale` leads from the outfit's pixels to the original's.
AgentResult<FashionData> read_fashion(const vision::Outfit& outfit, const vision::Quality& quality,
                                      double scale);

base::Task<AgentResult<FashionData>> fashion_agent(const MirrorState& state);
/// Without the person's outline: the colours of the middle of the photo, not scored.
base::Task<AgentResult<FashionData>> fashion_fallback(const MirrorState& state);

}  // namespace pharos::mirror
