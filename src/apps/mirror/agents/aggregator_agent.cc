#include "apps/mirror/agents/aggregator_agent.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

struct NamedInput {
  const char* name;
  std::optional<double> score;
};

std::array<NamedInput, 4> named(const ScoreInputs& inputs) {
  return {
      {{"face", inputs.face}, {"fashion", inputs.fashion}, {"posture", inputs.posture}, {"bio", inputs.bio}}};
}

AggregatorData compose_data(const Subject& subject, const ScoreInputs& inputs) {
  AggregatorData data;
  if (subject.not_scored) {
    data.not_scored = subject.not_scored;
    return data;
  }
  Composition made = compose(inputs);
  data.scores = made.scores;
  data.composition = std::move(made.parts);
  data.defaults = std::move(made.defaults);
  data.tone = tone_of(*data.scores.overall);
  return data;
}

double confidence_of(const MirrorState& state) {
  std::vector<Vote> votes;
  const auto add = [&votes](const auto& result, const char* name) {
    if (result.status != Status::kSkipped) votes.push_back({result.confidence, criticality_of(name)});
  };
  add(state.face, "face");
  add(state.fashion, "fashion");
  add(state.posture, "posture");
  add(state.bio, "bio");
  return overall_confidence(votes);
}

}  // namespace

ScoreInputs inputs_of(const MirrorState& state) {
  return {.face = state.face.data.score,
          .fashion = state.fashion.data.overall_rating,
          .posture = state.posture.data.alignment_score,
          .bio = state.bio.data.score};
}

AgentResult<AggregatorData> aggregate(const MirrorState& state) {
  AgentResult<AggregatorData> result;
  result.status = Status::kOk;
  result.engine = "formulas";
  const ScoreInputs inputs = inputs_of(state);
  result.data = compose_data(*state.subject, inputs);
  result.confidence = confidence_of(state);
  if (result.data.not_scored) return result;

  std::vector<NamedInput> measured;
  for (const NamedInput& input : named(inputs)) {
    if (input.score) measured.push_back(input);
  }
  std::ranges::sort(measured, {}, [](const NamedInput& input) {
    return std::pair(-*input.score, std::string_view(input.name));
  });
  for (const NamedInput& input : measured) {
    std::string words =
        fmt::format("{}: {}", capital(std::string(subject_of(input.name))), one_decimal(*input.score));
    if (*input.score > kStrengthAbove) result.data.strengths.push_back(words);
    if (*input.score < kImproveBelow)
      result.data.improvements.insert(result.data.improvements.begin(), words);
  }
  return result;
}

base::Task<AgentResult<AggregatorData>> aggregator_agent(const MirrorState& state) {
  co_return aggregate(state);
}

base::Task<AgentResult<AggregatorData>> aggregator_fallback(const MirrorState& state) {
  AgentResult<AggregatorData> result;
  result.engine = "formulas";
  result.data = compose_data(*state.subject, inputs_of(state));
  co_return result;
}

AggregatorData neutral_scores(const Subject& subject) {
  return compose_data(subject, {});
}

}  // namespace pharos::mirror
