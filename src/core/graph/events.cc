// What a run tells its readers.
#include <memory>
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

/// Of the lists of messages that a Send carries.
void know_messages_of(const json::value& argument, KnownMessages& known) {
  if (!argument.is_object()) return;
  for (const auto& member : argument.get_object()) {
    if (!member.value().is_array()) continue;
    for (const json::value& item : member.value().get_array()) {
      const json::value* id = item.is_object() ? item.get_object().if_contains("id") : nullptr;
      if (id != nullptr && id->is_string()) known.emplace(id->get_string());
    }
  }
}

}  // namespace

/// As LangGraph tells it: in the `updates` and `values` streams, under a name of its own.
void Run::tell_interrupts() const {
  for (const StreamMode mode : {StreamMode::kUpdates, StreamMode::kValues}) {
    if (info_->watches(mode)) info_->emit(mode, {}, json::object{{"__interrupt__", as_json(interrupts_)}});
  }
}

base::Task<void> RunInfo::wait_for_reader(std::shared_ptr<Progress> waiting) const {
  EventSink* readers = reader();
  if (readers == nullptr) co_return;
  if (!waiting) waiting = around;
  if (!waiting) co_return co_await readers->ready();
  // However it ends, the time counts again.
  const auto release = [](Progress* held) { held->release(); };
  waiting->hold();
  const std::unique_ptr<Progress, decltype(release)> held(waiting.get(), release);
  co_await readers->ready();
}

std::string RunInfo::place() const {
  std::string place;
  for (const std::string& part : path) place += place.empty() ? part : "|" + part;
  return place;
}

std::string RunInfo::place_of(const std::string& last) const {
  return path.empty() ? last : place() + "|" + last;
}

json::value Run::state_json(StateStorage& state) const {
  json::object object;
  const auto& channels = graph_.schema().channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].type->has_json)
      object.emplace(channels[i].name, channels[i].type->to_json(state.field(i)));
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
  if (info_->watches(StreamMode::kValues)) info_->emit(StreamMode::kValues, {}, state_json(*state_));
}

/// One event about a task, in the streams that want it.
void Run::tell_task(const TaskRun& task, std::string_view kind, json::object data) const {
  const std::string& node = task.node().name;
  if (info_->watches(StreamMode::kDebug)) {
    info_->emit(StreamMode::kDebug, node, debug_json(kind, step_, data));
  }
  if (info_->watches(StreamMode::kTasks)) info_->emit(StreamMode::kTasks, node, std::move(data));
}

void Run::tell_start(const TaskRun& task) const {
  if (!info_->watches_any(StreamMode::kTasks | StreamMode::kDebug)) return;
  json::object data;
  data["id"] = task.id();
  data["name"] = task.node().name;
  data["input"] = task.argument() ? task.argument()->to_json() : state_json(*state_);
  data["triggers"] = graph_.triggers(task.number(), task.argument() != nullptr);
  tell_task(task, "task", std::move(data));
}

/// What the run begins with has been told elsewhere.
void Run::know_messages() const {
  if (!info_->watches(StreamMode::kMessages)) return;
  const auto& channels = graph_.schema().channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].messages == nullptr) continue;
    for (std::string& id : channels[i].messages->ids(state_->field(i))) {
      info_->known_messages->insert(std::move(id));
    }
  }
}

/// Messages that a node gives back and that nobody knows yet, each as a whole. What it has read of the state
/// or was sent is known.
void Run::tell_messages(TaskRun& task) const {
  if (!info_->watches(StreamMode::kMessages)) return;
  if (task.failure() || task.waits() || task.is_cached()) return;
  if (task.argument()) know_messages_of(task.argument()->to_json(), *info_->known_messages);
  json::value about;
  for (Write& write : task.output.writes) {
    const Channel& channel = graph_.schema().channels[write.channel];
    if (channel.messages == nullptr || write.value.type() != channel.type) continue;
    const std::string origin = fmt::format("{}/{}", task.told_id(), channel.name);
    for (json::value& message : channel.messages->told(write.value.data(), origin)) {
      if (!info_->known_messages->insert(std::string(message.at("id").as_string())).second) continue;
      if (about.is_null()) about = task.context().origin();
      info_->emit(StreamMode::kMessages, task.node().name, json::array{std::move(message), about});
    }
  }
}

/// A result from the cache is no task's end: nothing ran.
void Run::tell_end(const TaskRun& task) const {
  if (!task.failure() && !task.waits() && info_->watches(StreamMode::kUpdates)) {
    json::object update{{task.told_name(), written_json(task)}};
    if (task.is_cached()) update.emplace("__metadata__", json::object{{"cached", true}});
    info_->emit(StreamMode::kUpdates, task.node().name, std::move(update));
  }
  if (task.is_cached() || !info_->watches_any(StreamMode::kTasks | StreamMode::kDebug)) return;
  json::object data;
  data["id"] = task.told_id();
  data["name"] = task.told_name();
  data["error"] = task.failure() ? json::value(describe(task.failure())) : json::value(nullptr);
  data["result"] = written_json(task);
  data["interrupts"] = as_json(task.interrupts());
  tell_task(task, "task_result", std::move(data));
}

/// A node has failed for good; what its error handler makes of it is told when that has ended.
void Run::tell_failure(const TaskRun& task) const {
  if (!info_->watches_any(StreamMode::kTasks | StreamMode::kDebug)) return;
  json::object data;
  data["id"] = task.id();
  data["name"] = task.node().name;
  data["error"] = task.handled()->what();
  data["result"] = nullptr;
  data["interrupts"] = json::array();
  tell_task(task, "task_result", std::move(data));
}

/// The checkpoint as its readers get it, see StreamMode::kCheckpoints; null when there are none.
json::value Run::checkpoint_json(const Checkpoint& checkpoint) const {
  if (!info_->watches_any(StreamMode::kCheckpoints | StreamMode::kDebug)) return nullptr;
  const auto config_of = [&](const std::string& id) -> json::value {
    if (id.empty()) return nullptr;
    return {{"configurable",
             {{"thread_id", thread_.thread_id}, {"checkpoint_ns", thread_.path}, {"checkpoint_id", id}}}};
  };
  json::array next;
  json::array tasks;
  for (std::uint32_t place = 0; place < checkpoint.next.size(); ++place) {
    const std::string& node = checkpoint.next[place].node;
    next.push_back(json::value(node));
    tasks.push_back({{"id", task_id(checkpoint.id, checkpoint.step + 1, node, place)},
                     {"name", node},
                     {"interrupts", json::array()},
                     {"state", nullptr}});
  }
  json::object parents;
  for (const RunInfo* outer = info_->parent.get(); outer != nullptr; outer = outer->parent.get()) {
    if (!outer->checkpoint_id.empty()) parents.emplace(outer->place(), outer->checkpoint_id);
  }
  json::object metadata{{"source", base::to_name(checkpoint.source)}, {"step", checkpoint.step}};
  metadata.emplace("parents", std::move(parents));
  for (const auto& member : checkpoint.metadata) metadata.emplace(member.key(), member.value());
  return {{"config", config_of(checkpoint.id)},
          {"parent_config", config_of(checkpoint.parent_id)},
          {"values", state_json(state_ ? *state_ : *graph_.schema().make())},
          {"metadata", std::move(metadata)},
          {"next", std::move(next)},
          {"tasks", std::move(tasks)}};
}

void Run::tell_checkpoint(json::value checkpoint) const {
  if (checkpoint.is_null()) return;
  if (info_->watches(StreamMode::kDebug)) {
    const int step = checkpoint.at("metadata").at("step").to_number<int>();
    info_->emit(StreamMode::kDebug, {}, debug_json("checkpoint", step, checkpoint));
  }
  if (info_->watches(StreamMode::kCheckpoints)) {
    info_->emit(StreamMode::kCheckpoints, {}, std::move(checkpoint));
  }
}

json::value Run::debug_json(std::string_view kind, int step, json::value payload) const {
  return {{"step", step},
          {"timestamp", base::iso8601(graph_.clock().wall_now())},
          {"type", kind},
          {"payload", std::move(payload)}};
}

}  // namespace pharos::graph
