#include "apps/agent_server/thread_state.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::agent_server {
namespace {

json::array interrupts_json(const std::vector<graph::Interrupt>& interrupts) {
  json::array all;
  for (const graph::Interrupt& each : interrupts) {
    all.push_back(json::object{{"id", each.id}, {"value", each.value}});
  }
  return all;
}

json::object task_json(const graph::SnapshotTask& task) {
  return {{"id", task.id},
          {"name", task.node},
          {"error", task.error ? json::value(*task.error) : json::value(nullptr)},
          {"interrupts", interrupts_json(task.interrupts)},
          {"path", json::array{"__pregel_pull", task.node}},
          {"checkpoint", nullptr},
          {"state", nullptr},
          {"result", task.result ? json::value(*task.result) : json::value(nullptr)}};
}

json::object metadata_json(const graph::JsonSnapshot& snapshot, const std::string& thread_id) {
  json::object metadata = snapshot.metadata;
  metadata["thread_id"] = thread_id;
  const bool is_of_run = snapshot.source == graph::Source::kInput || snapshot.source == graph::Source::kLoop;
  if (is_of_run) metadata.emplace("run_id", snapshot.run_id);
  metadata["source"] = base::to_name(snapshot.source);
  metadata["step"] = snapshot.step;
  metadata["parents"] = json::object();
  return metadata;
}

}  // namespace

json::object checkpoint_json(const std::string& thread_id, const std::string& checkpoint_id) {
  return {{"thread_id", thread_id},
          {"checkpoint_id", checkpoint_id},
          {"checkpoint_ns", ""},
          {"checkpoint_map", nullptr}};
}

json::object state_json(const runs::ThreadState& state) {
  if (!state.snapshot) {
    return {{"values", json::object()},     {"next", json::array()},      {"tasks", json::array()},
            {"metadata", json::object()},   {"created_at", nullptr},      {"checkpoint", nullptr},
            {"parent_checkpoint", nullptr}, {"interrupts", json::array()}};
  }
  const graph::JsonSnapshot& snapshot = *state.snapshot;
  json::array tasks;
  for (const graph::SnapshotTask& task : snapshot.tasks) tasks.push_back(task_json(task));
  json::value parent(nullptr);
  if (!snapshot.parent_id.empty()) parent = checkpoint_json(state.thread_id, snapshot.parent_id);
  return {{"values", snapshot.values},
          {"next", base::to_json(snapshot.next)},
          {"tasks", std::move(tasks)},
          {"metadata", metadata_json(snapshot, state.thread_id)},
          {"created_at", base::iso8601(snapshot.created_at)},
          {"checkpoint", checkpoint_json(state.thread_id, snapshot.checkpoint_id)},
          {"parent_checkpoint", std::move(parent)},
          {"interrupts", interrupts_json(snapshot.interrupts)}};
}

std::string checkpoint_id_of(const json::value& said, const std::string& place) {
  if (said.is_null()) return {};
  if (said.is_string()) return std::string(said.get_string());
  const json::object* object = said.if_object();
  if (object != nullptr) {
    if (const json::value* inner = object->if_contains("configurable"))
      return checkpoint_id_of(*inner, place);
    const json::value* id = object->if_contains("checkpoint_id");
    if (id == nullptr || id->is_null()) return {};
    if (id->is_string()) return std::string(id->get_string());
  }
  throw base::Error(base::Code::kInvalidInput, fmt::format("{}: must be a checkpoint's id, or an object with "
                                                           "checkpoint_id",
                                                           place));
}

}  // namespace pharos::agent_server
