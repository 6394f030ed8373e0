#include "core/graph/state.h"

#include <algorithm>
#include <utility>

namespace pharos::graph {
namespace {

bool has_untracked_fields(const StateSchema& schema, const ValueType* type) {
  return schema.type != nullptr && schema.type == type &&
         std::ranges::any_of(schema.channels, &Channel::untracked);
}

}  // namespace

json::object tracked_fields(const StateSchema& schema, StateStorage& state) {
  json::object fields;
  for (std::size_t i = 0; i < schema.channels.size(); ++i) {
    const Channel& channel = schema.channels[i];
    if (!channel.untracked) fields.emplace(channel.name, channel.type->to_json(state.field(i)));
  }
  return fields;
}

SavedValue saved_argument(const StateSchema& schema, std::shared_ptr<const Value> argument) {
  if (!argument || !has_untracked_fields(schema, argument->type())) return SavedValue(std::move(argument));
  return {tracked_fields(schema, *schema.storage_of(argument->data()))};
}

Value argument_from_saved(const StateSchema& schema, const ValueType& type, const SavedValue& saved,
                          const std::string& path) {
  if (!has_untracked_fields(schema, &type)) return saved.as(type, path);
  const json::value from = saved.to_json();
  if (!from.is_object()) return saved.as(type, path);
  const std::shared_ptr<StateStorage> state = schema.make();
  for (std::size_t i = 0; i < schema.channels.size(); ++i) {
    const Channel& channel = schema.channels[i];
    const json::value* value = channel.untracked ? nullptr : from.get_object().if_contains(channel.name);
    if (value == nullptr) continue;
    Value restored = channel.type->from_json(*value, path + "." + channel.name);
    channel.type->move_assign(state->field(i), restored.data());
  }
  return schema.value_of(*state);
}

}  // namespace pharos::graph
