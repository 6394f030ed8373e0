#include "apps/mirror/mirror_graph.h"

#include <array>
#include <exception>

#include "apps/mirror/agents/aggregator_agent.h"
#include "apps/mirror/agents/formatter_agent.h"
#include "apps/mirror/agents/plausible.h"
#include "apps/mirror/agents/scores.h"
#include "apps/mirror/within.h"

namespace pharos::mirror {

namespace {

using graph::Context;
using graph::NodeError;
using graph::Update;

template <class Data>
using Field = AgentResult<Data> MirrorState::*;

/// Why an agent has nothing to do; empty when it runs.
std::optional<std::string> why_skipped(const std::string& agent, const Subject& subject) {
  const Consent& consent = subject.consent;
  if (agent == "aggregator" || agent == "formatter") return std::nullopt;
  if (subject.not_scored) return subject.not_scored;
  const bool refused = (agent == "face" && !consent.face) || (agent == "fashion" && !consent.fashion) ||
                       (agent == "posture" && !consent.posture) || (agent == "bio" && !consent.bio);
  if (refused) return "no consent was given";
  if (agent == "bio" && !subject.bio) return "no text was given";
  if (agent == "embedder" && !consent.face && !consent.fashion && !consent.posture && !consent.bio) {
    return "no consent was given to read anything";
  }
  return std::nullopt;
}

/// What stands in when an agent and its fallback have failed.
template <class Data>
Data emergency_data(const Subject&) {
  return {};
}
template <>
BioData emergency_data<BioData>(const Subject&) {
  BioData data;
  data.vibe_summary = "The text could not be read this time.";
  return data;
}
template <>
AggregatorData emergency_data<AggregatorData>(const Subject& subject) {
  return neutral_scores(subject);
}
template <>
ReportText emergency_data<ReportText>(const Subject& subject) {
  return emergency_text(subject);
}

template <class Data>
Update<MirrorState> finish(const MirrorState& state, const std::string& name, Field<Data> field,
                           AgentResult<Data> result) {
  result.duration_ms = round2(state.subject->journal->elapsed(name));
  state.subject->journal->end(name, result.status, result.duration_ms);
  return graph::update(field, std::move(result));
}

/// An agent's own way, as a node.
template <class Data>
class AgentNode {
 public:
  AgentNode(std::string name, Field<Data> field, Agent<Data> agent)
      : name_(std::move(name)), field_(field), agent_(std::move(agent)) {}

  base::Task<Update<MirrorState>> operator()(const MirrorState& state, Context& context) const {
    const std::shared_ptr<const Subject> subject = state.subject;
    subject->journal->begin(name_);
    AgentResult<Data> result;
    if (const auto reason = why_skipped(name_, *subject)) {
      result.status = Status::kSkipped;
      result.engine = "none";
      result.reason = reason;
    } else {
      result = co_await agent_.run(state);
      check_answer(result);
    }
    if (context.cancelled()) co_return Update<MirrorState>();
    co_return finish(state, name_, field_, std::move(result));
  }

 private:
  std::string name_;
  Field<Data> field_;
  Agent<Data> agent_;
};

/// Owns a copy of the state: a fallback that does not end is left behind.
template <class Data>
base::Task<AgentResult<Data>> run_alone(typename Agent<Data>::Function function,
                                        std::shared_ptr<const MirrorState> state) {
  co_return co_await function(*state);
}

/// What follows when the agent has failed for good: its fallback, else neutral values.
template <class Data>
class AgentFallback {
 public:
  AgentFallback(std::string name, Field<Data> field, Agent<Data> agent)
      : name_(std::move(name)), field_(field), agent_(std::move(agent)) {}

  base::Task<Update<MirrorState>> operator()(const MirrorState& state, const NodeError& error,
                                             Context& context) const {
    AgentResult<Data> result = co_await fall_back(state, context);
    result.reason = error.reason();
    co_return finish(state, name_, field_, std::move(result));
  }

 private:
  base::Task<AgentResult<Data>> fall_back(const MirrorState& state, Context& context) const {
    AgentResult<Data> result;
    try {
      result = co_await within(context.clock(), base::Duration(kFallbackLimit),
                               run_alone<Data>(agent_.fallback, std::make_shared<const MirrorState>(state)));
      result.status = Status::kFallback;
      result.confidence = kFallbackConfidence;
      check_answer(result);
    } catch (const std::exception&) {  // the first failure is the one reported
      result = {};
      result.status = Status::kEmergency;
      result.engine = "none";
      result.confidence = kEmergencyConfidence;
      result.data = emergency_data<Data>(*state.subject);
    }
    co_return result;
  }

  std::string name_;
  Field<Data> field_;
  Agent<Data> agent_;
};

/// `node` is its name in the graph, `name` the agent's in the report.
template <class Data>
void add(graph::StateGraph<MirrorState>& g, const char* node, const std::string& name, Field<Data> field,
         const Agent<Data>& agent) {
  g.add_node(node, AgentNode<Data>(name, field, agent))
      .timeout(kAgentLimit)
      .retry({.max_attempts = kAgentAttempts, .initial_wait = std::chrono::milliseconds(50)})
      .on_error(AgentFallback<Data>(name, field, agent));
}

}  // namespace

graph::StateGraph<MirrorState> mirror_graph(const MirrorAgents& agents) {
  constexpr std::array<std::string_view, 4> kAnalysts{"face", "fashion", "posture", "bio"};
  graph::StateGraph<MirrorState> g{"mirror"};
  g.untracked(&MirrorState::subject).untracked(&MirrorState::formatter);
  add(g, "embedding", "embedder", &MirrorState::embedder, agents.embedder);
  add(g, "face", "face", &MirrorState::face, agents.face);
  add(g, "fashion", "fashion", &MirrorState::fashion, agents.fashion);
  add(g, "posture", "posture", &MirrorState::posture, agents.posture);
  add(g, "bio", "bio", &MirrorState::bio, agents.bio);
  add(g, "aggregate", "aggregator", &MirrorState::aggregator, agents.aggregator);
  add(g, "format", "formatter", &MirrorState::formatter, agents.formatter);
  g.add_edge(graph::kStart, "embedding").fan_out("embedding", kAnalysts);
  g.join(kAnalysts, "aggregate").add_edge("aggregate", "format").add_edge("format", graph::kEnd);
  return g;
}

}  // namespace pharos::mirror
