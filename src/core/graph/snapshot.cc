#include "core/graph/snapshot.h"

#include <algorithm>
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
    graph.schema().channels[channel].type->reset(state.field(channel));
  }
}

void apply_record(const CompiledGraph& graph, const TaskRecord& record, StateStorage& state) {
  const auto& channels = graph.schema().channels;
  for (const TaskRecord::FieldWrite& write : record.writes) {
    const auto channel = std::ranges::find(channels, write.channel, &Channel::name);
    if (channel == channels.end()) continue;
    void* field = state.field(static_cast<std::size_t>(channel - channels.begin()));
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

/// The nodes of a checkpoint's tasks: those it leads to, then those that Commands have added.
std::vector<std::string> nodes_of(const SavedCheckpoint& saved) {
  const std::vector<NextTask>& next = saved.checkpoint.next;
  std::vector<std::string> nodes;
  for (const NextTask& each : next) nodes.push_back(each.node);
  const auto command = std::ranges::find(saved.records, kCommandPlace, &TaskRecord::place);
  if (command == saved.records.end()) return nodes;
  for (const NextTask& target : command->targets) {
    const bool planned = std::ranges::any_of(
        next, [&](const NextTask& each) { return !each.is_send && each.node == target.node; });
    if (target.is_send || !planned) nodes.push_back(target.node);
  }
  return nodes;
}

/// What tasks have done whose super-step is not applied.
void apply_records(const CompiledGraph& graph, const std::vector<TaskRecord>& records, StateStorage& state) {
  const auto by_task = [](const TaskRecord& record) {
    return record.finished && record.place != kCommandPlace;
  };
  for (const TaskRecord& record : records) {
    if (record.place == kCommandPlace) apply_record(graph, record, state);
  }
  if (std::ranges::any_of(records, by_task)) empty_transients(graph, state);
  for (const TaskRecord& record : records) {
    if (by_task(record)) apply_record(graph, record, state);
  }
}

/// In the order of definition; one entry a task, so a node that several Sends start is there several times.
std::vector<std::string> still_to_run(const CompiledGraph& graph, const std::vector<SnapshotTask>& tasks) {
  std::vector<std::string> next;
  for (const SnapshotTask& task : tasks) {
    if (!task.finished) next.push_back(task.node);
  }
  const auto& nodes = graph.definition().nodes;
  std::ranges::sort(next, {}, [&](const std::string& name) {
    return std::ranges::find(nodes, name, &NodeDefinition::name) - nodes.begin();
  });
  return next;
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
  Records records;
  for (const TaskRecord& record : saved.records) records.emplace(record.task_id, &record);
  std::uint32_t place = 0;
  for (const std::string& node : nodes_of(saved)) {
    read.info.tasks.push_back(task_of(checkpoint, node, place++, records, path));
    SnapshotTask& task = read.info.tasks.back();
    if (pending == PendingWrites::kLeftOut) task.finished = false;
    read.info.interrupts.insert(read.info.interrupts.end(), task.interrupts.begin(), task.interrupts.end());
  }
  read.info.next = still_to_run(graph, read.info.tasks);
  if (pending == PendingWrites::kApplied) apply_records(graph, saved.records, *read.state);
  return read;
}

Saver& saver_of(const CompiledGraph& graph) {
  if (graph.saver()) return *graph.saver();
  throw GraphError(Fault::kInvalidRun, base::Code::kInvalidInput,
                   fmt::format("graph '{}' keeps no threads: give a saver to compile()", graph.name()));
}

}  // namespace pharos::graph
