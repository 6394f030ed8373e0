#include "core/graph/functional.h"

namespace pharos::graph::detail {
namespace {

/// The member of that name, if it is an object that has one.
const json::value* member(const json::value* of, const char* name) {
  return of != nullptr && of->is_object() ? of->get_object().if_contains(name) : nullptr;
}

json::value value_of(const json::value* state) {
  const json::value* value = member(state, "value");
  return value == nullptr ? json::value(nullptr) : *value;
}

}  // namespace

void WorkflowSink::accept(StreamEvent event) {
  const bool stops = event.data.is_object() && event.data.get_object().contains("__interrupt__");
  if (!event.path.empty() || stops) return reader_.accept(std::move(event));
  if (event.mode == StreamMode::kValues) {
    event.data = value_of(&event.data);
    if (event.data.is_null()) return;
  } else if (event.node == name_ && event.mode == StreamMode::kUpdates) {
    event.data = json::object{{name_, value_of(member(&event.data, name_.c_str()))}};
  } else if (event.node == name_ && event.mode == StreamMode::kTasks) {
    json::object& told = event.data.get_object();
    if (const json::value* input = member(told.if_contains("input"), "input"))
      told["input"] = json::value(*input);
    if (told.contains("result")) told["result"] = value_of(told.if_contains("result"));
  }
  reader_.accept(std::move(event));
}

}  // namespace pharos::graph::detail
