#include "core/graph/snapshot.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/graph/task_run.h"

namespace pharos::graph {
namespace {

/// As the end of a super-step does.
void empty_transients(const CompiledGraph& graph, StateStorage& state) {
  for (const std::uint32_t channel : graph.transient_channels()) {
    graph.schema().channels[channel].empty(state.field(channel));
  }
}

/// Fields that one task has overwritten: what those after it wrote to them is ignored.
using Overwritten = std::set<std::string_view>;

void apply_record(const CompiledGraph& graph, const TaskRecord& record, StateStorage& state,
                  Overwritten& overwritten) {
  const auto& channels = graph.schema().channels;
  for (const TaskRecord::FieldWrite& write : record.writes) {
    const auto channel = std::ranges::find(channels, write.channel, &Channel::name);
    if (channel == channels.end() || overwritten.contains(write.channel)) continue;
    void* field = state.field(static_cast<std::size_t>(channel - channels.begin()));
    if (write.overwrite) overwritten.insert(write.channel);
    if (channel->kind == ChannelKind::kReducer && !write.overwrite) {
      channel->reducer(field, write.value.as(*channel->type, write.channel));
    } else {
      write.value.copy_to(field, *channel->type, write.channel);
    }
  }
}

/// A field that the graph no longer has is left out.
void fold(const CompiledGraph& graph, const std::string& name, const std::vector<SavedValue>& writes,
          StateStorage& state) {
  const auto& channels = graph.schema().channels;
  const auto channel = std::ranges::find(channels, name, &Channel::name);
  if (channel == channels.end() || channel->untracked) return;
  if (channel->kind != ChannelKind::kReducer) {
    throw GraphError(Fault::kInvalidRun, base::Code::kInvalidInput,
                     fmt::format("graph '{}' cannot read this thread: its field '{}' was saved as writes to "
                                 "fold and has no reducer any more; give it the reducer it had",
                                 graph.name(), name));
  }
  void* field = state.field(static_cast<std::size_t>(channel - channels.begin()));
  for (const SavedValue& write : writes) channel->reducer(field, write.as(*channel->type, name));
}

/// By task, so that a step of many tasks is read in one pass.
using Records = std::unordered_map<std::string_view, const TaskRecord*>;

json::object written(const TaskRecord& record) {
  json::object fields;
  for (const TaskRecord::FieldWrite& write : record.writes) {
    fields.insert_or_assign(write.channel, write.value.to_json());
  }
  return fields;
}

SnapshotTask task_of(const Checkpoint& checkpoint, const std::string& node, std::uint32_t place,
                     const Records& records, const std::string& path) {
  SnapshotTask task{.id = task_id(checkpoint.id, checkpoint.step + 1, node, place), .node = node};
  task.own_path = path.empty() ? node : path + "|" + node;
  task.path = task.own_path + ":" + task.id;
  const auto found = records.find(task.id);
  if (found == records.end()) return task;
  const TaskRecord& record = *found->second;
  task.error = record.error;
  task.interrupts = record.interrupts;
  task.finished = record.finished;
  if (record.finished) task.result = written(record);
  return task;
}

/// A checkpoint's tasks by place: those it leads to, then those that Commands have added.
std::vector<const NextTask*> all_tasks(const SavedCheckpoint& saved) {
  const std::vector<NextTask>& next = saved.checkpoint.next;
  std::vector<const NextTask*> all;
  for (const NextTask& each : next) all.push_back(&each);
  const auto command = std::ranges::find(saved.records, kCommandPlace, &TaskRecord::place);
  if (command == saved.records.end()) return all;
  for (const NextTask& target : command->targets) {
    const bool planned = std::ranges::any_of(
        next, [&](const NextTask& each) { return !each.is_send && each.node == target.node; });
    if (target.is_send || !planned) all.push_back(&target);
  }
  return all;
}

/// Where a task is shown: what Sends have started first, then in the order of definition.
std::size_t rank_of(const CompiledGraph& graph, const NextTask& task) {
  if (task.is_send) return 0;
  const auto& nodes = graph.definition().nodes;
  const auto node = std::ranges::find(nodes, task.node, &NodeDefinition::name);
  return static_cast<std::size_t>(node - nodes.begin()) + 1;
}

std::vector<SnapshotTask> tasks_of(const CompiledGraph& graph, const SavedCheckpoint& saved,
                                   const std::string& path) {
  Records records;
  for (const TaskRecord& record : saved.records) records.emplace(record.task_id, &record);
  const std::vector<const NextTask*> all = all_tasks(saved);
  std::vector<std::pair<std::size_t, std::uint32_t>> order;
  for (std::uint32_t place = 0; place < all.size(); ++place) {
    order.emplace_back(rank_of(graph, *all[place]), place);
  }
  std::ranges::sort(order);
  std::vector<SnapshotTask> tasks;
  for (const auto& [rank, place] : order) {
    tasks.push_back(task_of(saved.checkpoint, all[place]->node, place, records, path));
  }
  return tasks;
}

/// False when tasks have written what only one may write: their super-step cannot be applied.
bool fit_together(const CompiledGraph& graph, const std::vector<TaskRecord>& records) {
  const auto& channels = graph.schema().channels;
  std::set<std::string_view> written;
  for (const TaskRecord& record : records) {
    if (record.place >= kFirstCallPlace) continue;
    for (const TaskRecord::FieldWrite& write : record.writes) {
      const auto channel = std::ranges::find(channels, write.channel, &Channel::name);
      if (channel == channels.end() || channel->kind != ChannelKind::kLastValue) continue;
      if (!written.insert(write.channel).second) return false;
    }
  }
  return true;
}

/// What tasks have done whose super-step is not applied.
void apply_records(const CompiledGraph& graph, const std::vector<TaskRecord>& records, StateStorage& state) {
  const auto by_task = [](const TaskRecord& record) {
    return record.finished && record.place < kFirstCallPlace;
  };
  Overwritten by_command;
  for (const TaskRecord& record : records) {
    if (record.place == kCommandPlace) apply_record(graph, record, state, by_command);
  }
  if (std::ranges::any_of(records, by_task)) empty_transients(graph, state);
  Overwritten overwritten;
  for (const TaskRecord& record : records) {
    if (by_task(record)) apply_record(graph, record, state, overwritten);
  }
}

}  // namespace

std::shared_ptr<StateStorage> saved_state(const CompiledGraph& graph, const SavedValues& values,
                                          const Deltas& deltas) {
  const auto& channels = graph.schema().channels;
  std::shared_ptr<StateStorage> state = graph.schema().make();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto value = channels[i].untracked ? values.end() : values.find(channels[i].name);
    if (value == values.end()) continue;
    value->second.copy_to(state->field(i), *channels[i].type, channels[i].name);
  }
  for (const auto& [name, writes] : deltas) fold(graph, name, writes, *state);
  return state;
}

ErasedSnapshot read_snapshot(const CompiledGraph& graph, const SavedCheckpoint& saved, PendingWrites pending,
                             const std::string& path) {
  if (!fit_together(graph, saved.records)) pending = PendingWrites::kLeftOut;
  const Checkpoint& checkpoint = saved.checkpoint;
  ErasedSnapshot read;
  read.state = saved_state(graph, saved.values, saved.deltas);
  read.info = {.checkpoint_id = checkpoint.id,
               .parent_id = checkpoint.parent_id,
               .run_id = checkpoint.run_id,
               .created_at = checkpoint.created_at,
               .source = checkpoint.source,
               .step = checkpoint.step,
               .metadata = checkpoint.metadata,
               .next = {},
               .tasks = {},
               .interrupts = {}};
  read.info.tasks = tasks_of(graph, saved, path);
  for (const SnapshotTask& task : read.info.tasks) {
    if (!task.finished || pending == PendingWrites::kLeftOut) read.info.next.push_back(task.node);
    read.info.interrupts.insert(read.info.interrupts.end(), task.interrupts.begin(), task.interrupts.end());
  }
  if (pending == PendingWrites::kApplied) apply_records(graph, saved.records, *read.state);
  return read;
}

Saver& saver_of(const CompiledGraph& graph) {
  if (graph.saver()) return *graph.saver();
  throw GraphError(Fault::kInvalidRun, base::Code::kInvalidInput,
                   fmt::format("graph '{}' keeps no threads: give a saver to compile()", graph.name()));
}

}  // namespace pharos::graph
