#include "core/graph/snapshot.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/graph/task_run.h"

namespace pharos::graph {
namespace {

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

SnapshotTask task_of(const SavedCheckpoint& saved, std::uint32_t place) {
  const Checkpoint& checkpoint = saved.checkpoint;
  const std::string& node = checkpoint.next[place].node;
  SnapshotTask task{.id = task_id(checkpoint.id, checkpoint.step + 1, node, place), .node = node};
  for (const TaskRecord& record : saved.records) {
    if (record.task_id != task.id) continue;
    task.error = record.error;
    task.interrupts = record.interrupts;
    task.finished = record.finished;
  }
  return task;
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

ErasedSnapshot read_snapshot(const CompiledGraph& graph, const SavedCheckpoint& saved,
                             PendingWrites pending) {
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
  for (std::uint32_t place = 0; place < checkpoint.next.size(); ++place) {
    read.info.tasks.push_back(task_of(saved, place));
    SnapshotTask& task = read.info.tasks.back();
    if (pending == PendingWrites::kLeftOut) task.finished = false;
    read.info.interrupts.insert(read.info.interrupts.end(), task.interrupts.begin(), task.interrupts.end());
  }
  read.info.next = still_to_run(graph, read.info.tasks);
  if (pending == PendingWrites::kApplied) {
    for (const TaskRecord& record : saved.records) apply_record(graph, record, *read.state);
  }
  return read;
}

Saver& saver_of(const CompiledGraph& graph) {
  if (graph.saver()) return *graph.saver();
  throw GraphError(Fault::kInvalidRun, base::Code::kInvalidInput,
                   fmt::format("graph '{}' keeps no threads: give a saver to compile()", graph.name()));
}

}  // namespace pharos::graph
