// The kinds of nodes that need nothing but the engine.
#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/flow/approve.h"
#include "core/flow/node_kinds.h"
#include "core/flow/subgraph.h"

namespace pharos::flow {
namespace {

class Set final : public NodeFunction {
 public:
  Set(std::vector<Assignment> assignments, std::shared_ptr<const Fields> fields)
      : assignments_(std::move(assignments)), fields_(std::move(fields)) {}
  base::Task<void> run(Scope scope, graph::Context&, graph::NodeOutput& output) const override {
    output.writes = evaluate(assignments_, *fields_, scope);
    co_return;
  }

 private:
  std::vector<Assignment> assignments_;
  std::shared_ptr<const Fields> fields_;
};

BuiltNode build_set(NodeReader& reader) {
  if (reader.members.find("overwrite") == nullptr) {
    reader.members.require("write", "say what to write, such as {topic: \"{state.message}\"}");
  }
  std::vector<Assignment> assignments = reader.parts.writes(reader.members, reader.names);
  BuiltNode node;
  for (const Assignment& each : assignments) node.writes.push_back(each.field);
  node.function = std::make_shared<Set>(std::move(assignments), reader.parts.fields());
  return node;
}

BuiltNode build_branch(NodeReader& reader) {
  BuiltNode node;
  node.cases = reader.parts.cases(reader.members);
  return node;
}

BuiltNode build_join(NodeReader&) {
  BuiltNode node;
  node.joins = true;
  return node;
}

/// Starts a node for each item of a list.
class Map final : public NodeFunction {
 public:
  Map(Template over, std::string to, std::optional<Template> with, std::vector<std::string> otherwise)
      : over_(std::move(over)),
        to_(std::move(to)),
        with_(std::move(with)),
        otherwise_(std::move(otherwise)) {}

  base::Task<void> run(Scope scope, graph::Context&, graph::NodeOutput& output) const override {
    const json::value list = over_.evaluate(scope);
    if (!list.is_array()) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("'over' must be a list, not {}", kind_of(list)));
    }
    for (const json::value& item : list.get_array()) {
      scope.item = &item;
      output.targets.emplace_back(graph::Send(to_, with_ ? with_->evaluate(scope) : item));
      ++scope.index;
    }
    if (!list.get_array().empty()) co_return;
    for (const std::string& name : otherwise_) output.targets.emplace_back(name);
  }

 private:
  Template over_;
  std::string to_;
  std::optional<Template> with_;
  std::vector<std::string> otherwise_;
};

BuiltNode build_map(NodeReader& reader) {
  const Item* over = reader.members.require("over", "say which list, such as \"{state.items}\"");
  const Item* to = reader.members.require("to", "name the node to start for each item");
  const Item* with = reader.members.find("with");
  const Item* otherwise = reader.members.find("otherwise");
  BuiltNode node;
  std::vector<std::string> when_empty;
  if (otherwise != nullptr) when_empty = reader.parts.targets(*otherwise);
  node.goes_to = when_empty;
  std::vector<std::string> started;
  if (to != nullptr) started = reader.parts.targets(*to);
  if (to != nullptr && !to->is_text()) {
    reader.parts.problems().add(to->place, "'to' of a map is the name of one node");
  }
  if (over == nullptr || started.size() != 1) return node;
  if (started[0] == graph::kEnd) {
    reader.parts.problems().add(to->place, "a map cannot lead to the end: name the node that takes an item");
    return node;
  }
  node.starts = started[0];
  Template list = reader.parts.expression(*over, reader.names);
  const json::value* constant = list.constant();
  if (constant != nullptr && !constant->is_array()) {
    reader.parts.problems().add(over->place, "'over' must be a list, such as \"{state.items}\"");
  }
  Names names = reader.names;
  names.item = true;
  names.index = true;
  std::optional<Template> argument;
  if (with != nullptr) argument = reader.parts.expression(*with, names);
  node.function =
      std::make_shared<Map>(std::move(list), node.starts, std::move(argument), std::move(when_empty));
  return node;
}

class Wait final : public NodeFunction {
 public:
  explicit Wait(Template seconds) : seconds_(std::move(seconds)) {}

  base::Task<void> run(Scope scope, graph::Context& context, graph::NodeOutput&) const override {
    const json::value value = seconds_.evaluate(scope);
    const double seconds = value.is_number() ? value.to_number<double>() : -1;
    constexpr double kMost = 30 * 24 * 3600.0;
    if (!(seconds >= 0 && seconds <= kMost)) {
      throw base::Error(
          base::Code::kInvalidInput,
          fmt::format("'seconds' must be a number from 0 to {}, not {}", kMost, as_text(value)));
    }
    const auto time = std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
    co_await context.clock().sleep_until(context.clock().now() + time);
  }

 private:
  Template seconds_;
};

BuiltNode build_wait(NodeReader& reader) {
  const Item* seconds = reader.members.require("seconds", "say how long, such as 5 or \"{state.delay}\"");
  if (seconds == nullptr) return {};
  Template value = reader.parts.expression(*seconds, reader.names);
  const json::value* constant = value.constant();
  if (constant != nullptr && (!constant->is_number() || constant->to_number<double>() < 0)) {
    reader.parts.problems().add(seconds->place, "'seconds' must be a number from 0 up");
  }
  BuiltNode node;
  node.function = std::make_shared<Wait>(std::move(value));
  return node;
}

}  // namespace

void add_core_kinds(NodeKinds& kinds) {
  kinds.add("set", {.about = "writes fields of the state", .build = build_set, .starts_each = {}});
  kinds.add("branch", {.about = "goes where the state says", .build = build_branch, .starts_each = {}});
  kinds.add("map",
            {.about = "starts a node for each item of a list", .build = build_map, .starts_each = "to"});
  kinds.add("join",
            {.about = "waits for every node that leads to it", .build = build_join, .starts_each = {}});
  kinds.add("wait", {.about = "lets time pass", .build = build_wait, .starts_each = {}});
  kinds.add("approve", {.about = "stops for a person's answer", .build = build_approve, .starts_each = {}});
  kinds.add("subgraph", {.about = "runs another graph", .build = build_subgraph, .starts_each = {}});
  kinds.add_missing("model", "language models are not part of this build");
  kinds.add_missing("tool", "tools are not part of this build");
  kinds.add_missing("http", "the web client is not part of this build");
  kinds.add_missing("mcp", "the MCP client is not part of this build");
}

}  // namespace pharos::flow
