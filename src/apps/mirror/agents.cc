#include "apps/mirror/agents.h"

#include "apps/mirror/aggregator_agent.h"
#include "apps/mirror/bio_agent.h"
#include "apps/mirror/embedder_agent.h"
#include "apps/mirror/face_agent.h"
#include "apps/mirror/fashion_agent.h"
#include "apps/mirror/formatter_agent.h"
#include "apps/mirror/posture_agent.h"

namespace pharos::mirror {

MirrorAgents local_agents() {
  return {.embedder = {embedder_agent, embedder_fallback},
          .face = {face_agent, face_fallback},
          .fashion = {fashion_agent, fashion_fallback},
          .posture = {posture_agent, posture_fallback},
          .bio = {bio_agent, bio_fallback},
          .aggregator = {aggregator_agent, aggregator_fallback},
          .formatter = {formatter_agent, formatter_fallback}};
}

}  // namespace pharos::mirror
