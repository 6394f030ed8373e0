#include "apps/agent_server/protocol_events.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"

namespace pharos::agent_server {
namespace {

constexpr std::array kChannels{"lifecycle", "values", "updates",     "messages", "tools",
                               "custom",    "tasks",  "checkpoints", "input"};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parts;
}

std::string text_in(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// `inner` stands for every `inner:task`.
bool begins_with(const std::vector<std::string>& space, const std::vector<std::string>& prefix) {
  if (space.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const bool is_name = prefix[i].find(':') == std::string::npos;
    const std::string part = is_name ? space[i].substr(0, space[i].find(':')) : space[i];
    if (part != prefix[i]) return false;
  }
  return true;
}

std::string channel_of(const ProtocolEvent& event) {
  return event.method.starts_with("input.") ? "input" : event.method;
}

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, why);
}

std::vector<std::string> texts_of(const json::value& said, const char* what) {
  return base::from_json<std::vector<std::string>>(said, what);
}

}  // namespace

json::object ProtocolEvent::to_json() const {
  json::array spaces;
  for (const std::string& part : space) spaces.emplace_back(part);
  json::object params{{"namespace", std::move(spaces)}, {"timestamp", timestamp}};
  if (!node.empty()) params["node"] = node;
  params["data"] = data;
  return {
      {"type", "event"}, {"event_id", id}, {"seq", seq}, {"method", method}, {"params", std::move(params)}};
}

bool ProtocolFilter::takes(const ProtocolEvent& event) const {
  if (!channels.contains(channel_of(event))) return false;
  if (spaces.empty()) return true;
  return std::ranges::any_of(spaces, [&](const std::vector<std::string>& prefix) {
    const bool is_near =
        !depth || static_cast<int>(event.space.size()) <= static_cast<int>(prefix.size()) + *depth;
    return is_near && begins_with(event.space, prefix);
  });
}

ProtocolFilter filter_of(const json::object& said) {
  ProtocolFilter filter;
  const json::value* channels = said.if_contains("channels");
  if (channels == nullptr) refuse("channels: say which: a list of texts");
  for (const std::string& each : texts_of(*channels, "channels")) {
    const std::string name = each.substr(0, each.find(':'));  // custom:NAME is part of custom
    if (std::ranges::find(kChannels, name) == kChannels.end()) {
      refuse(fmt::format("channels: there is no '{}': say {}", each, fmt::join(kChannels, ", ")));
    }
    filter.channels.insert(name);
  }
  if (const json::value* spaces = said.if_contains("namespaces"); spaces && !spaces->is_null()) {
    if (!spaces->is_array()) refuse("namespaces: must be a list of lists of texts");
    for (const json::value& each : spaces->get_array()) filter.spaces.push_back(texts_of(each, "namespaces"));
  }
  if (const json::value* depth = said.if_contains("depth"); depth && !depth->is_null()) {
    filter.depth = base::from_json<int>(*depth, "depth");
    if (filter.spaces.empty()) filter.spaces.emplace_back();
  }
  return filter;
}

void ProtocolTeller::add(std::string method, Space space, json::object data, std::string node) {
  const auto part = std::min<std::int64_t>(std::ssize(told_), runs::kNumbersOfAnEvent - 1);
  told_.push_back({.id = fmt::format("{}-{}-{}", run_.run_id, event_id_, told_.size()),
                   .seq = run_.number_of(event_id_) + part,
                   .method = std::move(method),
                   .space = std::move(space),
                   .node = std::move(node),
                   .data = std::move(data),
                   .timestamp = timestamp_});
}

/// The first thing that is told of a graph inside.
void ProtocolTeller::enter(const Space& space) {
  if (space.empty() || !entered_.insert(space).second) return;
  add("lifecycle", space,
      {{"event", "started"}, {"graph_name", space.back().substr(0, space.back().find(':'))}});
}

void ProtocolTeller::leave(const Space& space, const char* how) {
  if (entered_.erase(space) == 0) return;
  add("lifecycle", space, {{"event", how}, {"graph_name", space.back().substr(0, space.back().find(':'))}});
}

std::vector<ProtocolEvent> ProtocolTeller::tell(const runs::NumberedEvent& event, std::int64_t timestamp) {
  event_id_ = event.id;
  timestamp_ = timestamp;
  told_.clear();
  const std::string& name = event.event.name;
  const std::size_t bar = name.find('|');
  const std::string mode = name.substr(0, bar);
  const Space space = bar == std::string::npos ? Space() : split(std::string_view(name).substr(bar + 1), '|');
  if (mode == "metadata" && event.id == 0) {
    add("lifecycle", {}, {{"event", "running"}, {"graph_name", run_.graph_id}});
  }
  if (mode != "metadata" && mode != "error") enter(space);
  const json::value& data = event.event.data;
  if (mode == "updates") tell_updates(space, data);
  if (mode == "values") tell_values(space, data);
  if (mode == "messages") tell_message(data);
  if (mode == "tasks") tell_task(space, data);
  if (mode == "checkpoints") tell_checkpoint(space, data);
  if (mode == "custom") add("custom", space, {{"payload", data}});
  return std::move(told_);
}

void ProtocolTeller::tell_updates(const Space& space, const json::value& data) {
  for (const auto& [node, update] : data.as_object()) {
    if (node == "__metadata__") continue;
    if (node != "__interrupt__") {
      finish_messages_in(update);
      add("updates", space, update.is_object() ? update.get_object() : json::object(), std::string(node));
      continue;
    }
    for (const json::value& asked : update.as_array()) {
      add("input.requested", space, {{"interrupt_id", asked.at("id")}, {"payload", asked.at("value")}});
    }
  }
}

void ProtocolTeller::tell_values(const Space& space, const json::value& data) {
  const json::object& values = data.as_object();
  if (!values.contains("__interrupt__")) add("values", space, values);
}

/// Pieces open a message and add to it; one that comes whole is opened, filled and closed.
void ProtocolTeller::tell_message(const json::value& data) {
  const json::object& message = data.at(0).as_object();
  const std::string type = text_in(message, "type");
  if (type != "AIMessageChunk" && type != "ai") return;
  const std::string id = text_in(message, "id");
  const Space space = split(text_in(data.at(1).as_object(), "langgraph_checkpoint_ns"), '|');
  enter(space);
  begin_message(id, space);
  add_text(id, text_in(message, "content"));
  if (type == "ai") finish_message(messages_[id]);
}

void ProtocolTeller::begin_message(const std::string& id, const Space& space) {
  if (messages_.contains(id)) return;
  messages_[id].space = space;
  add("messages", space, {{"event", "message-start"}, {"id", id}, {"role", "ai"}, {"run_id", run_.run_id}});
  add("messages", space,
      {{"event", "content-block-start"},
       {"index", 0},
       {"content", {{"type", "text"}, {"text", ""}}},
       {"run_id", run_.run_id}});
}

void ProtocolTeller::add_text(const std::string& id, const std::string& text) {
  Message& message = messages_[id];
  if (!message.is_open || text.empty()) return;
  message.text += text;
  add("messages", message.space,
      {{"event", "content-block-delta"},
       {"index", 0},
       {"delta", {{"type", "text-delta"}, {"text", text}}},
       {"run_id", run_.run_id}});
}

void ProtocolTeller::finish_message(Message& message) {
  if (!std::exchange(message.is_open, false)) return;
  add("messages", message.space,
      {{"event", "content-block-finish"},
       {"index", 0},
       {"content", {{"type", "text"}, {"text", message.text}}},
       {"run_id", run_.run_id}});
  add("messages", message.space, {{"event", "message-finish"}, {"reason", "stop"}, {"run_id", run_.run_id}});
}

/// Whoever made a message gives it back whole when it has ended.
void ProtocolTeller::finish_messages_in(const json::value& update) {
  const json::object* fields = update.if_object();
  if (fields == nullptr) return;
  for (const auto& [field, value] : *fields) {
    const json::array* list = value.if_array();
    if (list == nullptr) continue;
    for (const json::value& each : *list) {
      if (!each.is_object()) continue;
      const auto known = messages_.find(text_in(each.get_object(), "id"));
      if (known != messages_.end()) finish_message(known->second);
    }
  }
}

void ProtocolTeller::tell_task(const Space& space, const json::value& data) {
  const json::object& task = data.as_object();
  add("tasks", space, task);
  if (!task.contains("result")) return;
  Space inside = space;
  inside.push_back(text_in(task, "name") + ":" + text_in(task, "id"));
  const json::value* error = task.if_contains("error");
  const json::value* asked = task.if_contains("interrupts");
  const bool waits = asked != nullptr && asked->is_array() && !asked->get_array().empty();
  const bool failed = error != nullptr && !error->is_null();
  leave(inside, failed ? "failed" : waits ? "interrupted" : "completed");
}

void ProtocolTeller::tell_checkpoint(const Space& space, const json::value& data) {
  const json::value& metadata = data.at("metadata");
  if (metadata.at("source") == "input") return;
  json::object told{{"id", data.at("config").at("configurable").at("checkpoint_id")}};
  const json::value& parent = data.at("parent_config");
  if (parent.is_object()) told["parent_id"] = parent.at("configurable").at("checkpoint_id");
  told["step"] = metadata.at("step");
  told["source"] = metadata.at("source");
  add("checkpoints", space, std::move(told));
}

std::vector<ProtocolEvent> ProtocolTeller::end(const std::optional<runs::RunEnd>& end,
                                               std::int64_t timestamp) {
  ++event_id_;
  timestamp_ = timestamp;
  told_.clear();
  for (auto& [id, message] : messages_) finish_message(message);
  json::object data{{"event", "completed"}, {"graph_name", run_.graph_id}};
  const bool stopped = !end || end->status == runs::RunStatus::kInterrupted;
  if (stopped || !end->interrupts.empty()) {
    data["event"] = "interrupted";
  } else if (!end->error_name.empty()) {
    data["event"] = "failed";
    data["error"] = end->error;
  }
  add("lifecycle", {}, std::move(data));
  return std::move(told_);
}

runs::StreamWish protocol_streams() {
  return {.modes = {"values", "updates", "messages-tuple", "custom", "tasks", "checkpoints"},
          .subgraphs = true};
}

}  // namespace pharos::agent_server
