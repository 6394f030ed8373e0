// The seven agents as functions that can be exchanged: the local ones, the mock's, a test's.
#pragma once

#include <functional>

#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// One agent: its way, and the simpler one it falls back to. The state outlives the coroutine.
template <class Data>
struct Agent {
  using Function = std::function<base::Task<AgentResult<Data>>(const MirrorState&)>;

  Function run;
  Function fallback;
};

struct MirrorAgents {
  Agent<EmbedderData> embedder;
  Agent<FaceData> face;
  Agent<FashionData> fashion;
  Agent<PostureData> posture;
  Agent<BioData> bio;
  Agent<AggregatorData> aggregator;
  Agent<ReportText> formatter;
};

/// Measures with local models and writes from templates.
MirrorAgents local_agents();

/// Fixed answers with the engine "mock"; looks at nothing and needs no model. Aggregator and formatter are
/// the real ones on those answers, with their engine named "mock" too.
MirrorAgents mock_agents();

}  // namespace pharos::mirror
