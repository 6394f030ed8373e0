// What a run tells its readers.
#include <utility>

#include <fmt/format.h>

#include "core/graph/run.h"

namespace pharos::graph {

namespace {

json::array as_json(const std::vector<Interrupt>& interrupts) {
  json::array all;
  for (const Interrupt& one : interrupts) all.push_back({{"value", one.value}, {"id", one.id}});
  return all;
}

}  // namespace

/// As LangGraph tells it: in the `updates` and `values` streams, under a name of its own.
void Run::tell_interrupts() const {
  for (const StreamMode mode : {StreamMode::kUpdates, StreamMode::kValues}) {
    if (info_->watches(mode)) info_->emit(mode, {}, json::object{{"__interrupt__", as_json(interrupts_)}});
  }
}

json::value Run::state_json() const {
  json::object object;
  const auto& channels = graph_.schema().channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].type->has_json)
      object.emplace(channels[i].name, channels[i].type->to_json(state_->field(i)));
  }
  return object;
}

json::value Run::written_json(const TaskRun& task) const {
  if (task.output.writes.empty()) return nullptr;
  json::object object;
  for (const Write& write : task.output.writes) {
    const Channel& channel = graph_.schema().channels[write.channel];
    if (channel.type->has_json) object.insert_or_assign(channel.name, write.value.to_json());
  }
  return object;
}

void Run::tell_values() const {
  if (info_->watches(StreamMode::kValues)) info_->emit(StreamMode::kValues, {}, state_json());
}

void Run::tell_start(const TaskRun& task) const {
  if (!info_->watches(StreamMode::kTasks)) return;
  json::object data;
  data["id"] = task.id();
  data["name"] = task.node().name;
  data["input"] = task.argument() ? task.argument()->to_json() : state_json();
  data["triggers"] = json::array{task.argument() ? "__send__" : "branch:to:" + task.node().name};
  info_->emit(StreamMode::kTasks, task.node().name, std::move(data));
}

void Run::tell_end(const TaskRun& task) const {
  if (!task.failure() && task.interrupts().empty() && info_->watches(StreamMode::kUpdates)) {
    info_->emit(StreamMode::kUpdates, task.node().name, json::object{{task.node().name, written_json(task)}});
  }
  if (!info_->watches(StreamMode::kTasks)) return;
  json::object data;
  data["id"] = task.id();
  data["name"] = task.node().name;
  data["error"] = task.failure() ? json::value(describe(task.failure())) : json::value(nullptr);
  data["result"] = written_json(task);
  data["interrupts"] = as_json(task.interrupts());
  info_->emit(StreamMode::kTasks, task.node().name, std::move(data));
}

}  // namespace pharos::graph
