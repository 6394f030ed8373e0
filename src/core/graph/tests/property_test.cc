// Whatever the graph and whoever finishes first: the state is what a model in a few lines predicts.
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

/// A random graph without circles: node i may lead to nodes after it; what nobody leads to follows the start.
struct Plan {
  std::vector<std::vector<std::size_t>> targets;
  std::vector<int> waits;  ///< milliseconds until each node finishes

  std::string name(std::size_t node) const { return "n" + std::to_string(node); }
};

Plan any_plan() {
  Plan plan;
  const auto size = *rc::gen::inRange<std::size_t>(1, 9);
  for (std::size_t node = 0; node < size; ++node) {
    std::vector<std::size_t> targets;
    for (std::size_t after = node + 1; after < size; ++after) {
      if (*rc::gen::inRange(0, 3) == 0) targets.push_back(after);
    }
    plan.targets.push_back(std::move(targets));
    plan.waits.push_back(*rc::gen::inRange(0, 4));
  }
  return plan;
}

std::vector<std::size_t> entries(const Plan& plan) {
  std::vector<bool> led_to(plan.targets.size());
  for (const auto& targets : plan.targets) {
    for (const std::size_t target : targets) led_to[target] = true;
  }
  std::vector<std::size_t> found;
  for (std::size_t node = 0; node < led_to.size(); ++node) {
    if (!led_to[node]) found.push_back(node);
  }
  return found;
}

/// The super-steps in order; within one, by name.
Items predicted(const Plan& plan) {
  Items items;
  std::vector<std::size_t> step = entries(plan);
  while (!step.empty()) {
    std::set<std::string> names;
    std::set<std::size_t> next;
    for (const std::size_t node : step) {
      names.insert(plan.name(node));
      next.insert(plan.targets[node].begin(), plan.targets[node].end());
    }
    items.insert(items.end(), names.begin(), names.end());
    step.assign(next.begin(), next.end());
  }
  return items;
}

StateGraph<Trail> graph_of(const Plan& plan) {
  auto g = trail_graph();
  for (std::size_t node = 0; node < plan.targets.size(); ++node) {
    g.add_node(plan.name(node), visit_after(plan.name(node), std::chrono::milliseconds(plan.waits[node])));
    for (const std::size_t target : plan.targets[node]) g.add_edge(plan.name(node), plan.name(target));
  }
  for (const std::size_t node : entries(plan)) g.add_edge(kStart, plan.name(node));
  return g;
}

RC_GTEST_PROP(AnyGraph, EndsInThePredictedStateInWhateverOrderNodesFinish, ()) {
  const Plan plan = any_plan();
  base::ManualClock clock;
  const int at_once = *rc::gen::inRange(0, 4);
  const auto graph = graph_of(plan).compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke(Trail{}, {.max_concurrency = at_once}));
  for (int i = 0; i < 1000 && !started->ended(); ++i) loop.advance(clock, 1ms);
  RC_ASSERT(started->take().items == predicted(plan));
}

RC_GTEST_PROP(AnyWait, IsNeverLongerThanTheGrowthOrTheLimitAllows, ()) {
  const int attempt = *rc::gen::inRange(2, 40);
  const double random = *rc::gen::inRange(0, 1000) / 1000.0;
  const base::Duration full = wait_before({.jitter = false}, attempt, random);
  const base::Duration jittered = wait_before({}, attempt, random);
  RC_ASSERT(full <= 128s);
  RC_ASSERT(full >= 500ms);
  RC_ASSERT(jittered >= 0s);
  RC_ASSERT(jittered <= full);
}

}  // namespace
}  // namespace pharos::graph
