#include "core/flow/fields.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/flow/json_reducers.h"
#include "core/graph/definition.h"
#include "core/graph/errors.h"

namespace pharos::flow {
namespace {

std::string_view wanted(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "text";
    case FieldType::kInteger:
      return "a whole number of 64 bits";
    case FieldType::kNumber:
      return "a number";
    case FieldType::kBoolean:
      return "true or false";
    case FieldType::kArray:
      return "a list";
    case FieldType::kObject:
      return "an object";
    case FieldType::kAny:
      return "anything";
  }
  return "anything";
}

/// A double without a fraction is a whole number: JSON writes 3 and 3.0 alike.
bool make_integer(json::value& value) {
  if (value.is_int64()) return true;
  if (value.is_uint64()) {
    if (value.get_uint64() > std::numeric_limits<std::int64_t>::max()) return false;
    value = static_cast<std::int64_t>(value.get_uint64());
    return true;
  }
  if (!value.is_double()) return false;
  const double number = value.get_double();
  if (std::trunc(number) != number || std::abs(number) > 9007199254740992.0) return false;
  value = static_cast<std::int64_t>(number);
  return true;
}

bool fits(FieldType type, json::value& value) {
  switch (type) {
    case FieldType::kString:
      return value.is_string();
    case FieldType::kInteger:
      return make_integer(value);
    case FieldType::kNumber:
      return value.is_number();
    case FieldType::kBoolean:
      return value.is_bool();
    case FieldType::kArray:
      return value.is_array();
    case FieldType::kObject:
      return value.is_object();
    case FieldType::kAny:
      return true;
  }
  return false;
}

bool reduces(FieldReducer reducer, FieldType type) {
  switch (reducer) {
    case FieldReducer::kLast:
    case FieldReducer::kAny:
      return true;
    case FieldReducer::kAppend:
      return type == FieldType::kArray || type == FieldType::kString;
    case FieldReducer::kAdd:
      return type == FieldType::kInteger || type == FieldType::kNumber;
    case FieldReducer::kMerge:
      return type == FieldType::kObject;
    case FieldReducer::kMessages:
    case FieldReducer::kUnion:
      return type == FieldType::kArray;
  }
  return false;
}

std::string_view types_for(FieldReducer reducer) {
  switch (reducer) {
    case FieldReducer::kLast:
    case FieldReducer::kAny:
      return "any";
    case FieldReducer::kAppend:
      return "array or string";
    case FieldReducer::kAdd:
      return "integer or number";
    case FieldReducer::kMerge:
      return "object";
    case FieldReducer::kMessages:
    case FieldReducer::kUnion:
      return "array";
  }
  return "any";
}

void apply_reducer(FieldReducer reducer, json::value& current, json::value added) {
  switch (reducer) {
    case FieldReducer::kLast:
    case FieldReducer::kAny:
      current = std::move(added);
      return;
    case FieldReducer::kAppend:
      return append(current, std::move(added));
    case FieldReducer::kAdd:
      return add(current, added);
    case FieldReducer::kMerge:
      return merge(current, std::move(added));
    case FieldReducer::kMessages:
      return add_messages(current, std::move(added));
    case FieldReducer::kUnion:
      return unite(current, std::move(added));
  }
}

/// Whether writes become part of a value instead of replacing it.
bool is_folded(FieldReducer reducer) {
  return reducer != FieldReducer::kLast && reducer != FieldReducer::kAny;
}

std::string shown(const json::value& value) {
  return base::shorten(base::compact_json(value), 60);
}

}  // namespace

json::value empty_value(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "";
    case FieldType::kInteger:
      return 0;
    case FieldType::kNumber:
      return 0.0;
    case FieldType::kBoolean:
      return false;
    case FieldType::kArray:
      return json::array{};
    case FieldType::kObject:
      return json::object{};
    case FieldType::kAny:
      return nullptr;
  }
  return nullptr;
}

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "nothing (null)";
    case json::kind::bool_:
      return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
      return "a whole number";
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

std::string problem_with(const Field& field) {
  if (!reduces(field.reducer, field.type)) {
    return fmt::format("field '{}': the reducer {} is for fields of type {}, and this one is of type {}",
                       field.name, base::to_name(field.reducer), types_for(field.reducer),
                       base::to_name(field.type));
  }
  json::value initial = field.initial.value_or(empty_value(field.type));
  if (fits(field.type, initial)) return {};
  return fmt::format("field '{}': its default is {}, but its type is {}", field.name, kind_of(initial),
                     base::to_name(field.type));
}

Fields::Fields(std::vector<Field> fields) : fields_(std::move(fields)) {
  const auto refuse = [](const std::string& what) {
    throw graph::GraphError(graph::Fault::kInvalidGraph, base::Code::kInvalidInput, what);
  };
  for (std::uint32_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name.empty()) refuse("a field of the state has no name");
    if (const std::string problem = problem_with(fields_[i]); !problem.empty()) refuse(problem);
    if (!fields_[i].initial) fields_[i].initial = empty_value(fields_[i].type);
    fits(fields_[i].type, *fields_[i].initial);
    if (!numbers_.emplace(fields_[i].name, i).second) {
      refuse(fmt::format("there are two fields '{}': rename one", fields_[i].name));
    }
  }
}

std::vector<std::string> Fields::names() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(field.name);
  return names;
}

std::optional<std::uint32_t> Fields::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t Fields::at(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  throw graph::GraphError(graph::Fault::kInvalidUpdate, base::Code::kInvalidInput,
                          fmt::format("the state has no field '{}'{}", name, graph::hint(name, names())));
}

graph::Write Fields::write(std::uint32_t channel, json::value value, bool overwrite) const {
  const Field& field = fields_[channel];
  const bool list = !overwrite && field.type == FieldType::kArray && is_folded(field.reducer);
  if (list && !value.is_array()) {
    json::array one;
    one.push_back(std::move(value));
    value = std::move(one);
  }
  if (!fits(field.type, value)) {
    throw graph::GraphError(
        graph::Fault::kInvalidUpdate, base::Code::kInvalidInput,
        fmt::format("field '{}' is of type {} and takes {}, not {}: {}", field.name,
                    base::to_name(field.type), wanted(field.type), kind_of(value), shown(value)));
  }
  return {
      .channel = channel, .overwrite = overwrite, .value = graph::Value::of<json::value>(std::move(value))};
}

graph::Writes Fields::writes(json::object values) const {
  graph::Writes made;
  for (auto& [name, value] : values) made.push_back(write(at(name), std::move(value)));
  return made;
}

void Fields::check(const json::object& values) const {
  for (const auto& [name, value] : values) {
    if (const auto field = find(name)) static_cast<void>(write(*field, value));
  }
}

std::vector<graph::Channel> Fields::channels() const {
  std::vector<graph::Channel> channels;
  for (const Field& field : fields_) {
    graph::Channel channel{.name = field.name, .type = &graph::value_type_of<json::value>()};
    channel.untracked = field.keep == FieldKeep::kRun;
    channel.transient = field.keep == FieldKeep::kStep || field.reducer == FieldReducer::kAny;
    channel.start = [initial = *field.initial](void* held) { *static_cast<json::value*>(held) = initial; };
    if (field.reducer == FieldReducer::kAny) channel.kind = graph::ChannelKind::kAnyValue;
    if (is_folded(field.reducer)) {
      channel.kind = graph::ChannelKind::kReducer;
      if (field.reducer == FieldReducer::kMessages) channel.messages = &kMessageObjects;
      channel.reducer = [reducer = field.reducer, type = field.type](void* held, graph::Value write) {
        auto& current = *static_cast<json::value*>(held);
        if (current.is_null()) current = empty_value(type);
        apply_reducer(reducer, current, std::move(write.as<json::value>()));
      };
    }
    channels.push_back(std::move(channel));
  }
  return channels;
}

}  // namespace pharos::flow
