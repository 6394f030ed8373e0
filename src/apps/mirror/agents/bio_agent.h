// Bio: what a short text about oneself gives its reader, from what can be counted in it. No language model:
// every statement rests on a measure and quotes the words it comes from.
#pragma once

#include <string_view>
#include <vector>

#include "apps/mirror/measuring/bio_measures.h"
#include "apps/mirror/subject.h"

namespace pharos::mirror {

inline constexpr std::size_t kShortestBio = 10;
inline constexpr std::size_t kLongestBio = 5000;

/// The parts of the bio's score, 0 to 10: concreteness 0.25, specificity 0.20, readability 0.20, tone 0.15,
/// balance 0.10, variety 0.10. Empty unless the text is English.
std::map<std::string, double> bio_score_parts(const BioMeasures& measures);
std::optional<double> bio_score(const std::map<std::string, double>& parts);

/// Writes the agent's answer. `topics` may be empty.
AgentResult<BioData> read_bio(std::string_view bio, const std::vector<FoundTopic>& topics);

base::Task<AgentResult<BioData>> bio_agent(const MirrorState& state);
/// Without the sentence model: everything but the topics.
base::Task<AgentResult<BioData>> bio_fallback(const MirrorState& state);

}  // namespace pharos::mirror
