// Where a run goes after a super-step: plain edges, joins, conditional edges, commands and Sends.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/graph/run.h"

namespace pharos::graph {

/// Decides where `task` leads besides its plain edges; `view` is the state its conditions read.
void Run::route(TaskRun& task, const void* view) {
  if (task.node().branches.empty() && task.output.targets.empty()) return;
  follow(task.node(), view, std::move(task.output.targets), task);
}

/// A lone task's writes can be applied before its conditions read the state, unless that takes away what was
/// for the task's own super-step.
bool Run::routes_before_applying() const {
  return tasks_.size() > 1 || !graph_.transient_channels().empty();
}

/// A condition sees the state with the writes of its own task only. The scratch state is made once and only
/// the fields that were written are put back afterwards.
void Run::route_with_own_writes(TaskRun& task) {
  const auto& writes = task.output.writes;
  if (task.node().branches.empty() || writes.empty()) return route(task, state_->view());
  if (!scratch_) scratch_ = state_->clone();
  const auto& channels = graph_.schema().channels;
  for (const Write& write : writes) {
    const Channel& channel = channels[write.channel];
    if (channel.transient) channel.empty(scratch_->field(write.channel));
  }
  for (const Write& write : writes) {
    const Channel& channel = channels[write.channel];
    if (channel.kind == ChannelKind::kReducer && !write.overwrite) {
      channel.reducer(scratch_->field(write.channel), write.value.clone());
    } else {
      channel.type->copy_assign(scratch_->field(write.channel), write.value.data());
    }
  }
  route(task, scratch_->view());
  for (const Write& write : writes) {
    channels[write.channel].type->copy_assign(scratch_->field(write.channel), state_->field(write.channel));
  }
}

void Run::follow(const CompiledNode& from, const void* view, Targets targets, TaskRun& into) {
  for (Target& target : targets) add_target(from, nullptr, std::move(target), into);
  if (into.leaves_edges()) return;
  for (const CompiledBranch& branch : from.branches) {
    for (Target& target : ask(branch, from, view)) add_target(from, &branch, std::move(target), into);
  }
}

Targets Run::ask(const CompiledBranch& branch, const CompiledNode& from, const void* view) const {
  std::exception_ptr failure;
  try {
    return branch.route(view, info_->config.told());
  } catch (...) {
    failure = std::current_exception();
  }
  throw GraphError(Fault::kNodeFailed, code_of(failure),
                   fmt::format("graph '{}': the conditional edge from '{}' failed: {}", graph_.name(),
                               from.name, describe(failure)));
}

void Run::add_target(const CompiledNode& from, const CompiledBranch* branch, Target target, TaskRun& into) {
  if (branch != nullptr && branch->has_labels && !target.is_send()) {
    const auto label = branch->labels.find(target.node);
    if (label != branch->labels.end()) {
      if (label->second != kEndNode) into.next_nodes.push_back(label->second);
      return;
    }
  }
  const std::uint32_t node =
      graph_.find(target.node, from.name == kStart ? "the input" : fmt::format("node '{}'", from.name));
  if (!target.is_send() && node == kEndNode) return;
  if (!target.is_send() && graph_.node(node).reads_state) {
    into.next_nodes.push_back(node);
    return;
  }
  const ValueType* wanted = node == kEndNode ? nullptr : graph_.node(node).argument;
  if (wanted == nullptr || wanted != target.argument.type()) {
    throw GraphError(
        Fault::kInvalidUpdate, base::Code::kInvalidInput,
        fmt::format("graph '{}': node '{}' starts '{}' with {}", graph_.name(), from.name, target.node,
                    target.is_send() ? "an argument of a type that it does not take"
                                     : "no argument: it has an input of its own, use a Send"));
  }
  into.next_sends.push_back({node, std::make_shared<const Value>(std::move(target.argument))});
}

/// Fills the plan: named nodes by name, then Sends in the order of those who sent them.
void Run::plan_next(const Tasks& tasks) {
  for (const auto& task : tasks) {
    if (!task->leaves_edges()) plan_by_edges(task->node());
    plan_after(*task);
  }
  if (plan_.empty() && sends_.empty() && !deferred_.empty()) release_deferred();
  if (plan_.size() > 1) {
    std::ranges::sort(plan_, {},
                      [this](const PlannedTask& planned) { return graph_.node(planned.node).rank; });
  }
  std::ranges::move(sends_, std::back_inserter(plan_));
  sends_.clear();
  ++round_;
  scratch_.reset();
}

void Run::plan_by_edges(const CompiledNode& node) {
  for (const std::uint32_t target : node.targets) arm(target);
  for (const JoinSeat& seat : node.joins) {
    Barrier& barrier = barriers_[seat.join];
    if (barrier.came[seat.writer]) continue;
    barrier.came[seat.writer] = true;
    if (--barrier.missing > 0) continue;
    const std::uint32_t target = graph_.joins()[seat.join].target;
    arm(target);
    if (!graph_.node(target).deferred) barrier.reset();
  }
}

void Run::plan_after(TaskRun& task) {
  for (const std::uint32_t node : task.next_nodes) arm(node);
  std::ranges::move(task.next_sends, std::back_inserter(sends_));
}

void Run::arm(std::uint32_t node) {
  if (armed_[node] == round_) return;
  armed_[node] = round_;
  if (!graph_.node(node).deferred) {
    plan_.push_back({.node = node, .argument = nullptr});
  } else if (std::ranges::find(deferred_, node) == deferred_.end()) {
    deferred_.push_back(node);
  }
}

/// Nothing follows any more, except on new input.
void Run::end_here() {
  release_deferred();
  plan_.clear();
}

/// Nothing else is left to run. A join into a deferred node stays full until here: whoever comes to it
/// meanwhile comes to the same turn.
void Run::release_deferred() {
  for (const std::uint32_t node : deferred_) plan_.push_back({.node = node, .argument = nullptr});
  for (std::size_t join = 0; join < barriers_.size(); ++join) {
    if (barriers_[join].missing == 0) barriers_[join].reset();
  }
  deferred_.clear();
}

}  // namespace pharos::graph
