#include "platform/runs/told.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"

namespace pharos::runs {
namespace {

using graph::StreamMode;

constexpr const char* kInterrupt = "__interrupt__";

struct Name {
  const char* name;
  graph::StreamModes modes;
};

/// `messages` is made of pieces, and of the values in which messages are whole.
const std::vector<Name>& names() {
  static const std::vector<Name> all{{"values", StreamMode::kValues},
                                     {"updates", StreamMode::kUpdates},
                                     {"messages", StreamMode::kMessages | StreamMode::kValues},
                                     {"messages-tuple", StreamMode::kMessages},
                                     {"tasks", StreamMode::kTasks},
                                     {"checkpoints", StreamMode::kCheckpoints},
                                     {"debug", StreamMode::kDebug},
                                     {"custom", StreamMode::kCustom}};
  return all;
}

std::string suffix_of(const graph::StreamEvent& event) {
  std::string suffix;
  for (const std::string& part : event.path) suffix += "|" + part;
  return suffix;
}

std::string id_of(const json::object& message) {
  const json::value* id = message.if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

bool is_piece(const json::object& message) {
  const json::value* type = message.if_contains("type");
  return type != nullptr && type->is_string() && type->get_string() == "AIMessageChunk";
}

/// Text is added to text; what is no text replaces what was there.
void add_piece(json::object& so_far, const json::object& piece) {
  for (const auto& [key, value] : piece) {
    json::value& had = so_far[key];
    if (key == "content" && had.is_string() && value.is_string()) {
      had.get_string().append(value.get_string());
    } else {
      had = value;
    }
  }
  so_far["type"] = "ai";
}

}  // namespace

const std::vector<std::string>& stream_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (const Name& each : names()) made.emplace_back(each.name);
    return made;
  }();
  return all;
}

graph::StreamModes modes_of(const StreamWish& wish) {
  graph::StreamModes modes;
  for (const std::string& wanted : wish.modes) {
    const auto found = std::ranges::find_if(names(), [&](const Name& each) { return wanted == each.name; });
    if (found == names().end()) {
      throw base::Error(base::Code::kInvalidInput, fmt::format("stream_mode: there is no '{}': say {}",
                                                               wanted, fmt::join(stream_names(), ", ")));
    }
    modes = modes | found->modes;
  }
  return modes;
}

Teller::Teller(const StreamWish& wish, json::object about)
    : wanted_(wish.modes.begin(), wish.modes.end()), about_(std::move(about)) {}

std::vector<ToldEvent> Teller::tell(graph::StreamEvent event) {
  std::vector<ToldEvent> told;
  const std::string suffix = suffix_of(event);
  if (event.mode == StreamMode::kValues) {
    tell_values(suffix, std::move(event.data), told);
  } else if (event.mode == StreamMode::kMessages) {
    tell_message(suffix, std::move(event.data), told);
  } else if (std::string name(graph::mode_name(event.mode)); wants(name.c_str())) {
    told.push_back({name + suffix, std::move(event.data)});
  }
  return told;
}

/// A question stands beside the values it was asked at.
void Teller::tell_values(const std::string& suffix, json::value data, std::vector<ToldEvent>& told) {
  json::object& values = data.as_object();
  if (values.contains(kInterrupt)) {
    json::object whole = values_[suffix];
    whole[kInterrupt] = std::move(values[kInterrupt]);
    values = std::move(whole);
  } else if (wants("values")) {
    values_[suffix] = values;
  }
  if (wants("messages")) tell_complete(suffix, data, told);
  if (wants("values")) told.push_back({"values" + suffix, std::move(data)});
}

void Teller::tell_message(const std::string& suffix, json::value data, std::vector<ToldEvent>& told) {
  json::array& pair = data.as_array();
  for (const auto& [key, value] : about_) pair[1].as_object().emplace(key, value);
  if (wants("messages")) tell_piece(suffix, pair[0].as_object(), pair[1], told);
  if (wants("messages-tuple")) told.push_back({"messages" + suffix, std::move(data)});
}

void Teller::tell_piece(const std::string& suffix, const json::object& piece, const json::value& about,
                        std::vector<ToldEvent>& told) {
  if (!is_piece(piece)) return;  // whole: it is told with the values
  const std::string id = id_of(piece);
  const bool is_first = !messages_.contains(id);
  Message& message = messages_[id];
  add_piece(message.so_far, piece);
  if (is_first) {
    told.push_back({"messages/metadata" + suffix, json::object{{id, json::object{{"metadata", about}}}}});
  }
  told.push_back({"messages/partial" + suffix, json::array{message.so_far}});
}

void Teller::tell_complete(const std::string& suffix, const json::value& values,
                           std::vector<ToldEvent>& told) {
  const json::value* list = values.as_object().if_contains("messages");
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& each : list->get_array()) {
    if (!each.is_object()) continue;
    Message& message = messages_[id_of(each.get_object())];
    if (std::exchange(message.is_complete, true)) continue;
    message.so_far.clear();
    told.push_back({"messages/complete" + suffix, json::array{each}});
  }
}

}  // namespace pharos::runs
