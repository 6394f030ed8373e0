// The agents as one graph: embedding → (face ‖ fashion ‖ posture ‖ bio) → aggregate → format.
#pragma once

#include <chrono>

#include "apps/mirror/agents/agents.h"
#include "core/graph/state_graph.h"

namespace pharos::mirror {

/// For one attempt of one agent.
inline constexpr std::chrono::seconds kAgentLimit{30};
/// The first attempt and two more.
inline constexpr int kAgentAttempts = 3;
/// For an agent's fallback.
inline constexpr std::chrono::seconds kFallbackLimit{5};

/// Every node has its limit, its retries and its fallback, and none can fail the run.
graph::StateGraph<MirrorState> mirror_graph(const MirrorAgents& agents);

}  // namespace pharos::mirror
