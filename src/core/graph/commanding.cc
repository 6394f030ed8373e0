// How a Command from outside reaches a thread: its writes at once, where it goes together with what the
// thread has left to run. Both are kept beside the records of the tasks until that super-step is applied.
#include <algorithm>
#include <memory>
#include <utility>

#include "core/graph/run.h"

namespace pharos::graph {

namespace {

/// A Command names no task of the checkpoint, so its record has a place behind all of them.
TaskRecord* command_record(std::vector<TaskRecord>& records) {
  const auto found = std::ranges::find(records, kCommandPlace, &TaskRecord::place);
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

/// Applies what earlier Commands to this checkpoint have written.
void Run::restore_command(std::vector<TaskRecord>& records) {
  TaskRecord* record = command_record(records);
  if (record == nullptr) return;
  ++version_;
  ++round_;
  write_from_outside(writes_of(*record));
  command_ = std::make_unique<TaskRecord>(std::move(*record));
  records.erase(records.begin() + (record - records.data()));
}

/// Plans what earlier Commands to this checkpoint lead to.
void Run::plan_command() {
  if (!command_) return;
  std::vector<PlannedTask> targets;
  for (const NextTask& target : command_->targets) targets.push_back(planned(target));
  plan_besides(std::move(targets));
}

/// Applies and plans a Command that goes with this run's start.
void Run::apply_command() {
  if (input_->writes.empty() && input_->targets.empty()) return;
  if (!command_) {
    command_ = std::make_unique<TaskRecord>(
        TaskRecord{.task_id = task_id(info_->checkpoint_id, step_ + 1, kStart, kCommandPlace),
                   .node = std::string(kStart),
                   .place = kCommandPlace});
  }
  keep_writes(input_->writes, *command_);
  ++version_;
  ++round_;
  write_from_outside(std::exchange(input_->writes, {}));
  TaskRun entry(info_);
  for (Target& target : std::exchange(input_->targets, {})) {
    add_target(graph_.start(), nullptr, std::move(target), entry);
  }
  std::vector<PlannedTask> targets = std::move(entry.next_sends);
  for (const std::uint32_t node : entry.next_nodes) targets.push_back({.node = node, .argument = nullptr});
  for (const PlannedTask& target : targets) command_->targets.push_back(as_next(target));
  plan_besides(std::move(targets));
}

/// Adds to what is planned, without disturbing the places of the tasks that are there. A node that is to run
/// anyway runs once.
void Run::plan_besides(std::vector<PlannedTask> targets) {
  for (PlannedTask& target : targets) {
    const bool planned = std::ranges::any_of(
        plan_, [&](const PlannedTask& each) { return each.argument == nullptr && each.node == target.node; });
    if (target.argument != nullptr) {
      plan_.push_back(std::move(target));
    } else if (!planned) {
      arm(target.node);
    }
  }
  if (plan_.empty() && !deferred_.empty()) release_deferred();
  ++round_;
}

/// Tasks of a Command were planned last; they are applied where their names belong.
void Run::order_tasks() {
  std::ranges::sort(tasks_, {}, [](const std::shared_ptr<TaskRun>& task) {
    const bool is_send = task->argument() != nullptr;
    return std::pair(is_send, is_send ? task->place() : task->node().rank);
  });
}

std::uint32_t Run::index_of(const TaskRun& task) const {
  const auto found = std::ranges::find(tasks_, &task, [](const auto& each) { return each.get(); });
  return static_cast<std::uint32_t>(found - tasks_.begin());
}

}  // namespace pharos::graph
