#include "core/flow/flow_reader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/flow/flow_node.h"
#include "core/flow/state_reader.h"

namespace pharos::flow {

Flow read_text(std::string_view text, const std::string& file, const NodeKinds& kinds, FlowFiles* files) {
  Problems problems;
  const Item root = parse_yaml(text, problems);
  problems.raise(file);
  const ReadFile read{.name = file, .kinds = kinds, .problems = problems, .files = files};
  Flow flow = FlowReader(root, "the file", std::filesystem::path(file).stem().string(), read).read();
  problems.raise(file);
  return flow;
}

FlowReader::FlowReader(const Item& graph, std::string what, std::string name, const ReadFile& file)
    : graph_(graph), what_(std::move(what)), file_(file) {
  flow_.definition.name = std::move(name);
}

Flow FlowReader::read() {
  Members members(graph_, what_, file_.problems);
  if (!graph_.is_map()) return std::move(flow_);
  read_head(members);
  std::vector<Field> fields;
  if (const Item* state = members.find("state")) fields = read_state(*state, file_.problems);
  flow_.fields = std::make_shared<const Fields>(std::move(fields));
  flow_.definition.schema = schema_of(flow_.fields);
  read_names(members.require("nodes", "name the nodes, {name: {kind: …}}"));
  const Names names{.state = flow_.fields.get(), .context = flow_.context.get()};
  when_failed_ = read_error_handling(members, *parts_, names, true);
  flow_.definition.on_error = when_failed_.handler;
  edges_.emplace(*parts_, started_, flow_.definition, outline_);
  for (const Item* node : node_items_) read_node(*node);
  const Item* edges = members.require("edges", "say what follows what, such as \"start -> plan -> end\"");
  if (edges != nullptr) edges_->read(*edges);
  members.finish();
  outline_.fields = flow_.fields->names();
  // What leads where is told only when every name is known, or it would be told wrongly.
  if (file_.problems.empty()) {
    edges_->check_entry(graph_.place);
    check_ways(outline_, file_.problems);
    check_meetings(outline_, file_.problems);
  }
  return std::move(flow_);
}

std::shared_ptr<const Flow> FlowReader::from_file(const Item& name) {
  const std::string path = parts_->text(name, "file");
  if (path.empty()) return nullptr;
  if (file_.files != nullptr) return file_.files->read_inner(file_.name, name, file_.problems);
  file_.problems.add(name.place,
                     "a graph that is not read from a folder cannot name files: write 'graph' here");
  return nullptr;
}

std::shared_ptr<const Flow> FlowReader::written_here(const Item& graph, const std::string& name) {
  const std::size_t before = file_.problems.count();
  auto flow = std::make_shared<const Flow>(
      FlowReader(graph, fmt::format("the graph of node '{}'", name), name, file_).read());
  return file_.problems.count() == before ? flow : nullptr;
}

void FlowReader::read_head(Members& members) {
  const PartReader parts(file_.problems, nullptr, {});
  if (const Item* name = members.find("name")) flow_.definition.name = parts.text(*name, "name");
  if (const Item* about = members.find("about")) flow_.about = parts.text(*about, "about");
  if (const Item* limit = members.find("recursion_limit")) {
    flow_.config.recursion_limit = parts.integer(*limit, "recursion_limit", 1);
  }
  if (const Item* limit = members.find("max_concurrency")) {
    flow_.config.max_concurrency = parts.integer(*limit, "max_concurrency", 1);
  }
  std::vector<Field> told;
  if (const Item* context = members.find("context")) told = read_context(*context, file_.problems);
  flow_.context = std::make_shared<const Fields>(std::move(told));
}

void FlowReader::read_names(const Item* nodes) {
  std::vector<std::string> names;
  if (nodes != nullptr) {
    Members named(*nodes, "the list of nodes", file_.problems);
    for (const Member& member : nodes->members) {
      if (!is_node_name(member) || std::ranges::find(names, member.key) != names.end()) continue;
      names.push_back(member.key);
      node_items_.push_back(&member.value);
      outline_.nodes.push_back({.name = member.key, .place = member.place});
      find_started(member);
    }
    if (nodes->is_map() && nodes->members.empty()) file_.problems.add(nodes->place, "the graph has no nodes");
  }
  parts_.emplace(file_.problems, flow_.fields, std::move(names), flow_.context);
}

bool FlowReader::is_node_name(const Member& member) {
  const std::string& name = member.key;
  const bool reserved = name == kStartWord || name == kEndWord || name.starts_with("__");
  const bool separators =
      name.empty() || name.find_first_of("|:,>") != std::string::npos || base::trim(name) != name;
  if (!reserved && !separators) return true;
  file_.problems.add(member.place, fmt::format("'{}' cannot be a node's name: {}", name,
                                               reserved ? "it is reserved"
                                                        : "it must not hold | : , > or spaces at its ends"));
  return false;
}

/// Nodes that a map starts are known before any is read, because their expressions differ.
void FlowReader::find_started(const Member& member) {
  const auto text_at = [&](const std::string& key) -> const Item* {
    const auto found = std::ranges::find(member.value.members, key, &Member::key);
    return found != member.value.members.end() && found->value.is_text() ? &found->value : nullptr;
  };
  const Item* kind_item = text_at("kind");
  const NodeKind* kind = kind_item == nullptr ? nullptr : file_.kinds.find(kind_item->text());
  if (kind == nullptr || kind->starts_each.empty()) return;
  if (const Item* to = text_at(kind->starts_each)) started_.emplace(to->text(), member.key);
}

void FlowReader::read_node(const Item& item) {
  const auto number = static_cast<std::uint32_t>(flow_.definition.nodes.size());
  const std::string name = parts_->nodes()[number];
  const bool takes_item = started_.contains(name);
  const Names names{
      .state = takes_item ? nullptr : flow_.fields.get(), .item = takes_item, .context = flow_.context.get()};
  Members members(item, fmt::format("node '{}'", name), file_.problems);
  graph::NodeDefinition node{.name = name, .body = nullptr, .argument = nullptr, .reads_state = !takes_item};
  if (takes_item) node.argument = &graph::value_type_of<json::value>();
  node.options = read_options(members);
  if (const Item* deferred = members.find("deferred")) {
    node.deferred = parts_->flag(*deferred, "deferred");
    if (node.deferred && takes_item) {
      file_.problems.add(deferred->place, "a node that a map starts cannot be deferred: no edge leads to it");
    }
  }
  const ErrorHandling failing = read_error_handling(members, *parts_, names, false);
  members.find("about");
  node.options.on_error = failing.handler;
  std::vector<std::string> when_failed = failing.handler ? failing.to : when_failed_.to;
  if (!failing.handler) std::erase(when_failed, name);
  BuiltNode built = build(members, name, names);
  node.body = std::make_shared<const FlowNode>(built.function, takes_item);
  outline_.nodes[number].runs_for_each = takes_item;
  for (const std::uint32_t field : built.writes) {
    const bool plain = (*flow_.fields)[field].reducer == FieldReducer::kLast;
    if (plain) outline_.nodes[number].writes.push_back(field);
  }
  node.options.destinations = EdgeReader::destinations(built, when_failed);
  node.options.labels = built.labels;
  describe(item, built);
  flow_.definition.nodes.push_back(std::move(node));
  edges_->add_node(number, std::move(built), when_failed);
}

graph::NodeOptions FlowReader::read_options(Members& members) {
  graph::NodeOptions options;
  if (const Item* timeout = members.find("timeout")) options.timeout = parts_->duration(*timeout, "timeout");
  if (const Item* timeout = members.find("idle_timeout")) {
    options.idle_timeout = parts_->duration(*timeout, "idle_timeout");
  }
  if (const Item* cache = members.find("cache")) options.cache = read_cache(*cache);
  if (const Item* retry = members.find("retry")) options.retry.push_back(parts_->retry(*retry));
  return options;
}

/// `true`, or how long a result may be given again.
std::optional<graph::CachePolicy> FlowReader::read_cache(const Item& item) {
  if (item.kind == Item::Kind::kScalar && item.scalar.is_bool()) {
    return item.scalar.get_bool() ? std::optional(graph::CachePolicy{}) : std::nullopt;
  }
  return graph::CachePolicy{.time_to_live = parts_->duration(item, "cache, when it is not true,"), .key = {}};
}

void FlowReader::describe(const Item& item, const BuiltNode& built) {
  DescribedNode described{.kind = {}, .about = {}, .options = {}, .inner = built.inner};
  for (const Member& member : item.members) {
    if (member.key == "kind") {
      described.kind = as_text(to_json(member.value));
    } else if (member.key == "about") {
      described.about = as_text(to_json(member.value));
    } else if (member.key != "graph" || !built.inner) {
      described.options.emplace(member.key, to_json(member.value));
    }
  }
  flow_.nodes.push_back(std::move(described));
}

BuiltNode FlowReader::build(Members& members, const std::string& name, const Names& names) {
  const Item* kind_item = members.require("kind", "say what it does, such as set or branch");
  if (kind_item == nullptr) return {};
  const std::string kind_name = parts_->text(*kind_item, "kind");
  const NodeKind* kind = file_.kinds.find(kind_name);
  if (kind == nullptr) {
    if (!kind_name.empty()) file_.problems.add(kind_item->place, file_.kinds.refusal(kind_name));
    return {};
  }
  NodeReader reader{.name = name, .members = members, .parts = *parts_, .names = names, .graphs = *this};
  BuiltNode built = kind->build(reader);
  if (built.joins && names.item) {
    file_.problems.add(kind_item->place, "a join waits for edges, so a map cannot start it");
  }
  members.finish();
  return built;
}

}  // namespace pharos::flow
