#include "platform/runs/run.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::runs {
namespace {

[[noreturn]] void refuse(const std::string& place, std::string_view wanted) {
  throw base::Error(base::Code::kInvalidInput, fmt::format("{}: must be {}", place, wanted));
}

graph::JsonTarget target_of(const json::value& said, const std::string& place) {
  if (said.is_string()) return {.node = std::string(said.get_string()), .input = {}};
  const json::object* send = said.if_object();
  if (send == nullptr || !send->contains("node") || !send->at("node").is_string()) {
    refuse(place, "the name of a node, or {\"node\": …, \"input\": …}");
  }
  const json::value* input = send->if_contains("input");
  return {.node = std::string(send->at("node").get_string()),
          .input = input == nullptr ? json::value(nullptr) : *input};
}

std::vector<graph::JsonTarget> targets_of(const json::value& said) {
  std::vector<graph::JsonTarget> targets;
  if (said.is_null()) return targets;
  if (!said.is_array()) return {target_of(said, "command.goto")};
  for (const json::value& each : said.get_array()) {
    targets.push_back(target_of(each, fmt::format("command.goto[{}]", targets.size())));
  }
  return targets;
}

/// `{"field": value}`, or `[["field", value], …]`.
json::object update_of(const json::value& said) {
  if (said.is_null()) return {};
  if (said.is_object()) return said.get_object();
  json::object update;
  if (!said.is_array()) refuse("command.update", "an object of fields, or a list of [field, value]");
  for (const json::value& each : said.get_array()) {
    const json::array* pair = each.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->front().is_string()) {
      refuse("command.update", "an object of fields, or a list of [field, value]");
    }
    update.insert_or_assign(pair->front().get_string(), pair->back());
  }
  return update;
}

graph::JsonStart command_start(const json::object& command) {
  static constexpr std::array kKnown{"goto", "update", "resume"};
  for (const auto& [key, value] : command) {
    if (std::ranges::find(kKnown, std::string_view(key)) == kKnown.end()) {
      refuse(fmt::format("command.{}", std::string_view(key)),
             "left out: a command has goto, update and resume");
    }
  }
  graph::JsonStart start;
  start.is_command = true;
  if (const json::value* to = command.if_contains("goto")) start.go_to = targets_of(*to);
  if (const json::value* update = command.if_contains("update")) start.values = update_of(*update);
  if (const json::value* answer = command.if_contains("resume")) {
    start.resume = graph::Resume{.answer = *answer, .answers = {}};
  }
  return start;
}

}  // namespace

graph::JsonStart start_of(const RunRequest& request) {
  if (request.command) return command_start(*request.command);
  graph::JsonStart start;
  if (request.input.is_null()) {
    start.resume = graph::Resume{};
  } else if (request.input.is_object()) {
    start.values = request.input.get_object();
  } else {
    refuse("input", "an object of the state's fields, or null to go on where the thread stopped");
  }
  return start;
}

}  // namespace pharos::runs
