#include "core/flow/json_reducers.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

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

}  // namespace

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
  graph::detail::fold_messages<ObjectForm>(current.as_array(), std::move(added.as_array()));
}

}  // namespace pharos::flow
