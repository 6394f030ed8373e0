#include "core/flow/json_reducers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/graph/message_fold.h"

namespace pharos::flow {
namespace {

/// Messages as objects of any members.
struct ObjectForm {
  using Item = json::value;

  static std::string id_of(const json::value& message) {
    if (!message.is_object()) {
      throw base::Error(base::Code::kInvalidInput,
                        "a message is an object such as {\"role\": \"user\", \"content\": \"…\"}");
    }
    const json::value* id = message.get_object().if_contains("id");
    if (id == nullptr || id->is_null()) return {};
    if (!id->is_string()) throw base::Error(base::Code::kInvalidInput, "the id of a message is text");
    return std::string(id->get_string());
  }
  static bool is_removal(const json::value& message) {
    const json::value* type = message.is_object() ? message.get_object().if_contains("type") : nullptr;
    return type != nullptr && type->is_string() && type->get_string() == "remove";
  }
  static std::string content_of(const json::value& message) { return base::compact_json(message); }
  static void give_id(json::value& message, const std::string& id) { message.get_object()["id"] = id; }
};

void give_type(json::value& message) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{{{"user", "human"},
                                                                                 {"assistant", "ai"},
                                                                                 {"system", "system"},
                                                                                 {"developer", "system"},
                                                                                 {"tool", "tool"}}};
  if (!message.is_object() || message.get_object().contains("type")) return;
  const json::value* role = message.get_object().if_contains("role");
  if (role == nullptr || !role->is_string()) return;
  const auto known = std::ranges::find(kTypes, std::string_view(role->get_string()),
                                       &std::pair<std::string_view, std::string_view>::first);
  if (known != kTypes.end()) message.get_object().emplace("type", known->second);
}

/// In lists that streams look at, what is no message is left for the reducer to refuse.
bool may_be_message(const json::value& message) {
  if (!message.is_object()) return false;
  const json::value* id = message.get_object().if_contains("id");
  return id == nullptr || id->is_null() || id->is_string();
}

std::string id_if_any(const json::value& message) {
  const json::value* id = message.is_object() ? message.get_object().if_contains("id") : nullptr;
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

std::vector<std::string> ids_of(const void* field) {
  std::vector<std::string> ids;
  const auto& messages = *static_cast<const json::value*>(field);
  if (!messages.is_array()) return ids;
  for (const json::value& each : messages.get_array()) ids.push_back(id_if_any(each));
  return ids;
}

json::array told(void* write, std::string_view origin) {
  auto& messages = *static_cast<json::value*>(write);
  if (!messages.is_array() || !std::ranges::all_of(messages.get_array(), may_be_message)) return {};
  for (json::value& each : messages.get_array()) give_type(each);
  graph::detail::name_messages<ObjectForm>(messages.get_array(), origin);
  return messages.get_array();
}

}  // namespace

const graph::MessageChannel kMessageObjects{.ids = ids_of, .told = told};

void append(json::value& current, json::value added) {
  if (current.is_string()) {
    current.get_string().append(added.as_string());
    return;
  }
  json::array& items = current.as_array();
  json::array& more = added.as_array();
  items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void add(json::value& current, const json::value& added) {
  if (!current.is_int64() || !added.is_int64()) {
    current = current.to_number<double>() + added.to_number<double>();
    return;
  }
  std::int64_t sum = 0;
  if (__builtin_add_overflow(current.get_int64(), added.get_int64(), &sum)) {
    throw base::Error(base::Code::kTooLarge,
                      fmt::format("the sum of {} and {} is beyond 64 bits: make the field a number",
                                  current.get_int64(), added.get_int64()));
  }
  current = sum;
}

void merge(json::value& current, json::value added) {
  json::object& members = current.as_object();
  for (auto& [name, value] : added.as_object()) members.insert_or_assign(name, std::move(value));
}

void unite(json::value& current, json::value added) {
  json::array& items = current.as_array();
  for (json::value& item : added.as_array()) {
    if (std::ranges::find(items, item) == items.end()) items.push_back(std::move(item));
  }
}

void add_messages(json::value& current, json::value added) {
  for (json::value& message : added.as_array()) give_type(message);
  graph::detail::fold_messages<ObjectForm>(current.as_array(), std::move(added.as_array()));
}

}  // namespace pharos::flow
