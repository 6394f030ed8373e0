#include "core/graph/messages.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/graph/task_run.h"

namespace pharos::graph {

namespace detail {

std::string message_id(std::string_view previous_id, std::size_t place, std::string_view content) {
  return task_id(previous_id, static_cast<int>(place), content, 0);
}

void throw_unknown_message(std::string_view id) {
  throw base::Error(base::Code::kNotFound,
                    fmt::format("there is no message '{}' that could be removed: give the id of one that is "
                                "there, or {} to remove all",
                                id, kRemoveAll));
}

}  // namespace detail

namespace {

struct StructForm {
  using Item = Message;
  static const std::string& id_of(const Message& message) { return message.id; }
  static bool is_removal(const Message& message) { return message.type == MessageType::kRemove; }
  static std::string content_of(const Message& message) {
    return base::to_name(message.type) + base::compact_json(message.content);
  }
  static void give_id(Message& message, std::string id) { message.id = std::move(id); }
};

Message make(MessageType type, std::string_view text, std::string id) {
  Message message;
  message.type = type;
  message.content = text;
  message.id = std::move(id);
  return message;
}

[[noreturn]] void refuse(const std::string& path, const json::value& got) {
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("{}: a message is text, [\"role\", \"text\"], or an object with a role (or "
                                "type) and content, not {}",
                                path, base::shorten(base::compact_json(got), 60)));
}

MessageType type_from(std::string_view name, const std::string& path) {
  constexpr std::array<std::pair<std::string_view, MessageType>, 3> kRoles{
      {{"user", MessageType::kHuman}, {"assistant", MessageType::kAi}, {"developer", MessageType::kSystem}}};
  for (const auto& [role, type] : kRoles) {
    if (role == name) return type;
  }
  return base::from_name<MessageType>(name, path);
}

ToolCall to_tool_call(const json::value& from, const std::string& path) {
  json::value plain = from;
  if (plain.is_object()) plain.get_object().erase("type");
  return base::from_json<ToolCall>(plain, path);
}

/// A member of the object; a null is as good as none.
const json::value* member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string text_member(const json::object& object, std::string_view name, const std::string& path) {
  const json::value* found = member(object, name);
  return found == nullptr ? std::string()
                          : base::from_json<std::string>(*found, fmt::format("{}.{}", path, name));
}

/// Members that clients expect in messages although there is nothing in them.
bool is_filler(std::string_view name, const json::value& value) {
  if (name == "additional_kwargs" || name == "response_metadata") return value == json::value(json::object());
  return name == "invalid_tool_calls" && value == json::value(json::array());
}

void take_metadata(const json::object& object, const std::string& path, Message& message) {
  constexpr std::array kKnown{"type", "role", "content", "id", "name", "tool_calls", "tool_call_id"};
  for (const auto& [name, value] : object) {
    if (std::ranges::find(kKnown, std::string_view(name)) != kKnown.end()) continue;
    if (is_filler(name, value)) continue;
    if (name == "metadata") {
      for (auto& [key, item] : base::from_json<json::object>(value, path + ".metadata"))
        message.metadata.insert_or_assign(key, item);
    } else if (!value.is_null()) {
      message.metadata.insert_or_assign(name, value);
    }
  }
}

Message from_object(const json::object& object, const std::string& path) {
  const json::value* type = member(object, "type");
  if (type == nullptr) type = member(object, "role");
  const json::value* content = member(object, "content");
  if (type == nullptr || !type->is_string()) refuse(path, object);
  Message message;
  message.type = type_from(type->get_string(), path);
  const bool may_be_empty = message.type == MessageType::kRemove || object.contains("tool_calls");
  if (content == nullptr && !may_be_empty) refuse(path, object);
  if (content != nullptr) message.content = *content;
  message.id = text_member(object, "id", path);
  if (member(object, "name") != nullptr) message.name = text_member(object, "name", path);
  if (member(object, "tool_call_id") != nullptr)
    message.tool_call_id = text_member(object, "tool_call_id", path);
  if (const json::value* calls = member(object, "tool_calls")) {
    for (const json::value& call : base::from_json<std::vector<json::value>>(*calls, path + ".tool_calls"))
      message.tool_calls.push_back(to_tool_call(call, path + ".tool_calls"));
  }
  take_metadata(object, path, message);
  return message;
}

}  // namespace

Message human(std::string_view text, std::string id) {
  return make(MessageType::kHuman, text, std::move(id));
}

Message ai(std::string_view text, std::string id) {
  return make(MessageType::kAi, text, std::move(id));
}

Message ai(std::string_view text, std::vector<ToolCall> calls, std::string id) {
  Message message = ai(text, std::move(id));
  message.tool_calls = std::move(calls);
  return message;
}

Message system_message(std::string_view text, std::string id) {
  return make(MessageType::kSystem, text, std::move(id));
}

Message tool_result(std::string call_id, std::string_view text, std::string id) {
  Message message = make(MessageType::kTool, text, std::move(id));
  message.tool_call_id = std::move(call_id);
  return message;
}

Message remove_message(std::string id) {
  return make(MessageType::kRemove, "", std::move(id));
}

Message remove_all_messages() {
  return remove_message(std::string(kRemoveAll));
}

std::string text_of(const Message& message) {
  if (message.content.is_string()) return std::string(message.content.get_string());
  std::string text;
  if (!message.content.is_array()) return text;
  for (const json::value& part : message.content.get_array()) {
    const json::value* piece = part.is_object() ? part.get_object().if_contains("text") : &part;
    if (piece != nullptr && piece->is_string()) text += std::string_view(piece->get_string());
  }
  return text;
}

Message to_message(const json::value& from, const std::string& path) {
  if (from.is_string()) return human(from.get_string());
  if (from.is_object()) return from_object(from.get_object(), path);
  const bool is_pair = from.is_array() && from.get_array().size() == 2 && from.get_array()[0].is_string();
  if (!is_pair) refuse(path, from);
  Message message;
  message.type = type_from(from.get_array()[0].get_string(), path);
  message.content = from.get_array()[1];
  return message;
}

Messages to_messages(const json::value& from, const std::string& path) {
  if (!from.is_array()) return {to_message(from, path)};
  Messages messages;
  for (std::size_t i = 0; i < from.get_array().size(); ++i) {
    messages.push_back(to_message(from.get_array()[i], fmt::format("{}[{}]", path, i)));
  }
  return messages;
}

Message Message::from_json(const json::value& from, const std::string& path) {
  return to_message(from, path);
}

json::value Message::to_json() const {
  json::object object{{"content", content},
                      {"additional_kwargs", json::object()},
                      {"response_metadata", json::object()},
                      {"type", base::to_name(type)}};
  if (!id.empty()) object.emplace("id", id);
  if (name) object.emplace("name", *name);
  if (type == MessageType::kAi || !tool_calls.empty()) {
    json::array calls;
    for (const ToolCall& call : tool_calls) {
      calls.push_back({{"name", call.name}, {"args", call.args}, {"id", call.id}, {"type", "tool_call"}});
    }
    object.emplace("tool_calls", std::move(calls));
    object.emplace("invalid_tool_calls", json::array());
  }
  if (tool_call_id) object.emplace("tool_call_id", *tool_call_id);
  for (const auto& [key, value] : metadata) {
    json::value& told = object[key];
    if (told.is_null() || is_filler(key, told)) told = value;
  }
  return object;
}

const MessageChannel AddMessages::kMessages{
    .ids =
        [](const void* field) {
          std::vector<std::string> ids;
          for (const Message& each : *static_cast<const Messages*>(field)) ids.push_back(each.id);
          return ids;
        },
    .told =
        [](void* write, std::string_view origin) {
          auto& messages = *static_cast<Messages*>(write);
          detail::name_messages<StructForm>(messages, origin);
          return base::to_json(messages).get_array();
        }};

void AddMessages::operator()(Messages& current, Messages added) const {
  detail::fold_messages<StructForm>(current, std::move(added));
}

}  // namespace pharos::graph
