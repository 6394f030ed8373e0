#include "apps/mirror/agents/agents.h"

#include "apps/mirror/agents/aggregator_agent.h"
#include "apps/mirror/agents/bio_agent.h"
#include "apps/mirror/agents/embedder_agent.h"
#include "apps/mirror/agents/face_agent.h"
#include "apps/mirror/agents/fashion_agent.h"
#include "apps/mirror/agents/formatter_agent.h"
#include "apps/mirror/agents/posture_agent.h"

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
