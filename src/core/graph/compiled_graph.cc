#include "core/graph/compiled_graph.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pharos::graph {

CompiledGraph::CompiledGraph(GraphDefinition definition, CompileOptions options)
    : definition_(std::move(definition)),
      options_(std::move(options)),
      seed_(options_.seed != 0 ? options_.seed : std::random_device()()),
      clock_(options_.clock == nullptr ? &system_clock_ : options_.clock),
      ids_(*clock_, next_seed()) {
  check(definition_);
  std::vector<std::string> names;
  for (const Channel& channel : schema().channels) {
    if (channel.transient) transient_channels_.push_back(static_cast<std::uint32_t>(names.size()));
    names.push_back(channel.name);
  }
  channel_names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  add_nodes();
  add_edges();
  add_joins();
  add_branches();
}

void CompiledGraph::add_nodes() {
  start_.name = kStart;
  nodes_.reserve(definition_.nodes.size());
  for (const NodeDefinition& node : definition_.nodes) {
    numbers_.emplace(node.name, node_count());
    nodes_.push_back({.name = node.name,
                      .body = node.body,
                      .argument = node.argument,
                      .reads_state = node.reads_state,
                      .deferred = node.deferred,
                      .options = node.options});
  }
  std::vector<std::uint32_t> by_name(nodes_.size());
  std::iota(by_name.begin(), by_name.end(), 0);
  std::ranges::sort(by_name, {},
                    [this](std::uint32_t number) -> const std::string& { return nodes_[number].name; });
  for (std::uint32_t rank = 0; rank < by_name.size(); ++rank) nodes_[by_name[rank]].rank = rank;
}

void CompiledGraph::add_edges() {
  for (const auto& [from, to] : definition_.edges) {
    if (to == kEnd) continue;
    auto& targets = source(from).targets;
    const std::uint32_t target = number_of(to);
    if (std::ranges::find(targets, target) == targets.end()) targets.push_back(target);
  }
}

void CompiledGraph::add_joins() {
  for (const auto& [from, to] : definition_.joins) {
    if (to == kEnd) continue;
    CompiledJoin join{
        .name = fmt::format("join:{}:{}", fmt::join(from, "+"), to), .writers = {}, .target = number_of(to)};
    for (const std::string& name : from) {
      const std::uint32_t writer = number_of(name);
      if (std::ranges::find(join.writers, writer) != join.writers.end()) continue;
      nodes_[writer].joins.push_back(
          {static_cast<std::uint32_t>(joins_.size()), static_cast<std::uint32_t>(join.writers.size())});
      join.writers.push_back(writer);
    }
    joins_.push_back(std::move(join));
  }
}

void CompiledGraph::add_branches() {
  for (const BranchDefinition& branch : definition_.branches) {
    CompiledBranch compiled{
        .route = branch.route, .has_labels = branch.destinations.has_value(), .labels = {}};
    if (branch.destinations) {
      for (const Destination& to : *branch.destinations) compiled.labels[to.label] = number_of(to.node);
    }
    source(branch.from).branches.push_back(std::move(compiled));
  }
}

CompiledNode& CompiledGraph::source(std::string_view name) {
  return name == kStart ? start_ : nodes_[number_of(name)];
}

std::uint32_t CompiledGraph::number_of(std::string_view name) const {
  return name == kEnd ? kEndNode : numbers_.at(name);
}

std::optional<std::uint32_t> CompiledGraph::number_if_known(std::string_view name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

json::array CompiledGraph::triggers(std::uint32_t node, bool is_send) const {
  if (is_send) return json::array{"__pregel_push"};
  json::array triggers{"branch:to:" + nodes_[node].name};
  for (const CompiledJoin& join : joins_) {
    if (join.target == node) triggers.emplace_back(join.name);
  }
  return triggers;
}

std::uint32_t CompiledGraph::find(std::string_view name, std::string_view asker) const {
  if (name == kEnd) return kEndNode;
  const auto found = numbers_.find(name);
  if (found != numbers_.end()) return found->second;
  std::vector<std::string> names;
  for (const CompiledNode& node : nodes_) names.push_back(node.name);
  throw GraphError(Fault::kUnknownNode, base::Code::kInvalidInput,
                   fmt::format("graph '{}': {} sends to '{}', which does not exist{}", this->name(), asker,
                               name, hint(name, names)));
}

}  // namespace pharos::graph
