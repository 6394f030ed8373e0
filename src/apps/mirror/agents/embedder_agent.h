// Embedder: the photo as vectors for search: a measured sentence in words, and the look in numbers.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// What was measured, as one plain sentence: palette, pattern, framing, light, posture, expression geometry.
/// Agents that were skipped have nothing in it.
std::string describe(const FaceData* face, const FashionData* fashion, const PostureData* posture);

/// Measures what consent allows, so that the analysts find it done, and embeds the description with the bio.
base::Task<AgentResult<EmbedderData>> embedder_agent(const MirrorState& state);
/// Without the sentence model: the look alone.
base::Task<AgentResult<EmbedderData>> embedder_fallback(const MirrorState& state);

}  // namespace pharos::mirror
