// How a run comes to rest before its end: at a breakpoint, or at a node's question.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/graph/run.h"

namespace pharos::graph {
namespace {

bool names(const std::vector<std::string>& breakpoints, const std::string& node) {
  return std::ranges::any_of(breakpoints,
                             [&](const std::string& each) { return each == "*" || each == node; });
}

}  // namespace

void Run::require_end() const {
  if (next_.empty()) return;
  if (drained_) {
    throw GraphError(
        Fault::kDrained, base::Code::kUnavailable,
        fmt::format("graph '{}' was asked to stop ({}) and did so before '{}': go on with a Resume "
                    "when it may run again",
                    graph_.name(), info_->config.control->drain_reason(), fmt::join(next_, "', '")));
  }
  throw GraphError(
      Fault::kPaused, base::Code::kConflict,
      fmt::format("graph '{}' stopped before '{}' and waits: use run(), which tells what it asks, and "
                  "go on with a Resume",
                  graph_.name(), fmt::join(next_, "', '")));
}

/// A run inside a node can stop only where it can be gone on with.
bool Run::drains() const {
  const auto& control = info_->config.control;
  return control && control->drain_requested() && (info_->parent == nullptr || is_kept());
}

/// Not before the super-step that a resumed run begins with: it has stopped there already.
bool Run::stops_before() const {
  const auto& breakpoints = info_->config.interrupt_before;
  if (breakpoints.empty() || (resumed_ && tasks_.empty())) return false;
  return std::ranges::any_of(
      plan_, [&](const PlannedTask& planned) { return names(breakpoints, graph_.node(planned.node).name); });
}

bool Run::stops_after() const {
  const auto& breakpoints = info_->config.interrupt_after;
  if (breakpoints.empty() || plan_.empty()) return false;
  return std::ranges::any_of(tasks_, [&](const auto& task) { return names(breakpoints, task->node().name); });
}

bool Run::waits_in_step() const {
  return std::ranges::any_of(tasks_, [](const auto& task) { return task->waits(); });
}

void Run::rest_before_step() {
  for (const PlannedTask& planned : plan_) next_.push_back(graph_.node(planned.node).name);
  drained_ = drains();
  if (!drained_) tell_interrupts();
}

/// The caller sees what the tasks that did finish have written; the thread keeps it as pending writes.
void Run::rest_in_step() {
  Tasks finished;
  for (const auto& task : tasks_) {
    task->release_state();
    if (!task->waits()) {
      finished.push_back(task);
      continue;
    }
    drained_ = drained_ || task->drained();
    next_.push_back(task->node().name);
    interrupts_.insert(interrupts_.end(), task->interrupts().begin(), task->interrupts().end());
  }
  ++round_;
  check_writes(finished);
  if (!finished.empty()) apply_writes(finished);
  if (!interrupts_.empty()) tell_interrupts();
}

}  // namespace pharos::graph
