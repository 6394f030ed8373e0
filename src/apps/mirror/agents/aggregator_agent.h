// Aggregator: the four analysts' scores become the report's.
#pragma once

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/subject.h"

namespace pharos::mirror {

/// The scores that were measured; from what was skipped or failed nothing comes.
ScoreInputs inputs_of(const MirrorState& state);

AgentResult<AggregatorData> aggregate(const MirrorState& state);

base::Task<AgentResult<AggregatorData>> aggregator_agent(const MirrorState& state);
/// The composites alone, without strengths and improvements.
base::Task<AgentResult<AggregatorData>> aggregator_fallback(const MirrorState& state);

/// Neutral 5.0 everywhere, all inputs named as defaults; no scores where none may be given.
AggregatorData neutral_scores(const Subject& subject);

}  // namespace pharos::mirror
