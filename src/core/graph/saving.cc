// How a run keeps its thread: a checkpoint after each super-step, a record of each task that ran beside
// others.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/graph/run.h"
#include "core/graph/snapshot.h"

namespace pharos::graph {

/// Goes on from the thread's last checkpoint, if it has one, and saves the input in one of its own.
base::Task<void> Run::open_thread(const RunInput& input) {
  thread_ = {.thread_id = info_->config.thread_id, .path = {}};
  if (info_->config.run_id.empty()) info_->config.run_id = graph_.next_id();
  step_ = -1;
  auto saved = co_await graph_.saver()->get(thread_, {});
  if (saved) restore(std::move(*saved));
  std::vector<NextTask> next;
  next.push_back({.node = std::string(kStart), .is_send = false, .argument = input_json(input)});
  co_await save(Source::kInput, std::move(next), {});
  first_step_ = ++step_;
}

/// New input makes what was left undone void: only the state and the joins that wait come back.
void Run::restore(SavedCheckpoint saved) {
  const std::vector<std::string>& names = *graph_.channel_names();
  state_ = state_from_json(graph_, saved.values);
  for (std::size_t i = 0; i < saved.checkpoint.versions.size(); ++i) {
    const auto at = std::ranges::find(names, (*saved.checkpoint.channels)[i]);
    if (at == names.end()) continue;  // a field that the graph no longer has
    versions_[static_cast<std::size_t>(at - names.begin())] = saved.checkpoint.versions[i];
  }
  for (const Arrivals& arrivals : saved.checkpoint.arrivals) restore_join(arrivals);
  version_ = saved.checkpoint.largest_version();
  saved_version_ = version_;
  step_ = saved.checkpoint.step + 1;
  info_->checkpoint_id = saved.checkpoint.id;
}

void Run::restore_join(const Arrivals& arrivals) {
  for (std::size_t join = 0; join < barriers_.size(); ++join) {
    if (graph_.joins()[join].name != arrivals.join) continue;
    const auto& writers = graph_.joins()[join].writers;
    for (std::size_t writer = 0; writer < writers.size(); ++writer) {
      const std::string& name = graph_.node(writers[writer]).name;
      if (std::ranges::find(arrivals.nodes, name) == arrivals.nodes.end()) continue;
      barriers_[join].came[writer] = true;
      --barriers_[join].missing;
    }
  }
}

base::Task<void> Run::save(Source source, std::vector<NextTask> next, std::vector<std::string> ran) {
  Checkpoint checkpoint{.id = graph_.next_id(),
                        .parent_id = info_->checkpoint_id,
                        .run_id = info_->config.run_id,
                        .created_at = graph_.clock().wall_now(),
                        .source = source,
                        .step = step_,
                        .metadata = info_->config.metadata,
                        .channels = graph_.channel_names(),
                        .versions = {},
                        .next = std::move(next),
                        .arrivals = arrivals(),
                        .ran = std::move(ran)};
  std::vector<ChannelValue> changed = changed_values();
  checkpoint.versions = versions_;
  info_->checkpoint_id = checkpoint.id;
  co_await graph_.saver()->put(thread_, std::move(checkpoint), std::move(changed));
}

base::Task<void> Run::save_step() {
  std::vector<NextTask> next;
  next.reserve(plan_.size());
  for (const PlannedTask& planned : plan_) next.push_back(as_next(planned));
  std::vector<std::string> ran;
  for (const auto& task : tasks_) {
    // Tasks are in the order of names, so the several Sends of one node are neighbours or after the named
    // ones.
    if (std::ranges::find(ran, task->node().name) == ran.end()) ran.push_back(task->node().name);
  }
  if (ran.empty()) ran.emplace_back(kStart);
  return save(Source::kLoop, std::move(next), std::move(ran));
}

base::Task<void> Run::record(const TaskRun& task) {
  TaskRecord record{.task_id = task.id(), .node = task.node().name, .place = task.place()};
  if (task.failure()) {
    record.error = describe(task.failure());
  } else {
    for (const Write& write : task.output.writes) {
      const Channel& channel = graph_.schema().channels[write.channel];
      if (channel.untracked) continue;
      record.writes.push_back(
          {.channel = channel.name, .overwrite = write.overwrite, .value = write.value.to_json()});
    }
    for (const std::uint32_t node : task.next_nodes) {
      record.targets.push_back({.node = graph_.node(node).name, .is_send = false, .argument = nullptr});
    }
    for (const PlannedTask& send : task.next_sends) record.targets.push_back(as_next(send));
  }
  return graph_.saver()->put_record(thread_, info_->checkpoint_id, std::move(record));
}

/// The fields written since the last checkpoint.
std::vector<ChannelValue> Run::changed_values() {
  std::vector<ChannelValue> changed;
  const auto& channels = graph_.schema().channels;
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    if (channels[i].untracked) versions_[i] = 0;
    if (versions_[i] <= saved_version_) continue;
    changed.push_back({.channel = i, .value = channels[i].type->to_json(state_->field(i))});
  }
  saved_version_ = version_;
  return changed;
}

std::vector<Arrivals> Run::arrivals() const {
  std::vector<Arrivals> waiting;
  for (std::size_t join = 0; join < barriers_.size(); ++join) {
    const Barrier& barrier = barriers_[join];
    if (barrier.missing == barrier.came.size()) continue;
    Arrivals arrivals{.join = graph_.joins()[join].name, .nodes = {}};
    for (std::size_t writer = 0; writer < barrier.came.size(); ++writer) {
      if (barrier.came[writer])
        arrivals.nodes.push_back(graph_.node(graph_.joins()[join].writers[writer]).name);
    }
    waiting.push_back(std::move(arrivals));
  }
  return waiting;
}

NextTask Run::as_next(const PlannedTask& planned) const {
  return {.node = graph_.node(planned.node).name,
          .is_send = planned.argument != nullptr,
          .argument = planned.argument ? planned.argument->to_json() : json::value(nullptr)};
}

json::value Run::input_json(const RunInput& input) const {
  const auto& channels = graph_.schema().channels;
  json::object fields;
  if (input.whole) {
    for (std::size_t i = 0; i < channels.size(); ++i) {
      if (!channels[i].untracked)
        fields.emplace(channels[i].name, channels[i].type->to_json(input.whole->field(i)));
    }
  }
  for (const Write& write : input.writes) {
    if (!channels[write.channel].untracked) {
      fields.insert_or_assign(channels[write.channel].name, write.value.to_json());
    }
  }
  return fields;
}

}  // namespace pharos::graph
