#include "core/flow/json_reducers.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::flow {
namespace {

/// The message's id, empty when it has none.
std::string id_of(const json::value& message) {
  if (!message.is_object()) {
    throw base::Error(base::Code::kInvalidInput,
                      "a message is an object such as {\"role\": \"user\", \"content\": \"…\"}");
  }
  const json::value* id = message.get_object().if_contains("id");
  if (id == nullptr || id->is_null()) return {};
  if (!id->is_string()) throw base::Error(base::Code::kInvalidInput, "the id of a message is text");
  return std::string(id->get_string());
}

bool is_removal(const json::value& message) {
  const json::value* type = message.get_object().if_contains("type");
  return type != nullptr && type->is_string() && type->get_string() == "remove";
}

/// What follows the last removal of everything; true when there is one.
bool keep_after_remove_all(json::array& added) {
  const auto all = [](const json::value& message) {
    return id_of(message) == kRemoveAll && is_removal(message);
  };
  const auto last = std::find_if(added.rbegin(), added.rend(), all);
  if (last == added.rend()) return false;
  added.erase(added.begin(), last.base());
  return true;
}

void drop(json::array& messages, const std::unordered_set<std::string>& removed) {
  if (removed.empty()) return;
  json::array kept;
  for (json::value& message : messages) {
    const std::string id = id_of(message);
    if (id.empty() || !removed.contains(id)) kept.push_back(std::move(message));
  }
  messages = std::move(kept);
}

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
  json::array& messages = current.as_array();
  json::array& more = added.as_array();
  if (keep_after_remove_all(more)) messages.clear();
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (std::string id = id_of(messages[i]); !id.empty()) places.emplace(std::move(id), i);
  }
  // Removed at the end, so that a message that is removed and added again keeps its place.
  std::unordered_set<std::string> removed;
  for (json::value& message : more) {
    std::string id = id_of(message);
    const auto known = id.empty() ? places.end() : places.find(id);
    if (is_removal(message)) {
      if (known == places.end()) {
        throw base::Error(base::Code::kNotFound,
                          fmt::format("there is no message '{}' that could be removed", id));
      }
      removed.insert(std::move(id));
    } else if (known != places.end()) {
      removed.erase(id);
      messages[known->second] = std::move(message);
    } else {
      if (!id.empty()) places.emplace(std::move(id), messages.size());
      messages.push_back(std::move(message));
    }
  }
  drop(messages, removed);
}

}  // namespace pharos::flow
