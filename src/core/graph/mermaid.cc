#include "core/graph/mermaid.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace pharos::graph {
namespace {

struct DrawnEdge {
  std::string from;
  std::string to;
  std::string label;
  bool conditional = false;
  bool joins = false;

  friend auto operator<=>(const DrawnEdge&, const DrawnEdge&) = default;
};

/// Every edge once, by source and target; where a route may go anywhere, an edge to each node.
std::set<DrawnEdge> drawn_edges(const GraphDefinition& graph) {
  std::set<DrawnEdge> edges;
  const auto anywhere = [&](const std::string& from) {
    for (const NodeDefinition& node : graph.nodes) edges.insert({from, node.name, "", true});
    edges.insert({from, std::string(kEnd), "", true});
  };
  for (const auto& [from, to] : graph.edges) edges.insert({from, to, "", false});
  for (const auto& [from, to] : graph.joins) {
    for (const std::string& name : from) {
      if (!edges.contains({name, to, "", false})) edges.insert({name, to, "", false, true});
    }
  }
  for (const BranchDefinition& branch : graph.branches) {
    if (!branch.destinations) anywhere(branch.from);
    for (const Destination& to : branch.destinations.value_or(std::vector<Destination>{})) {
      edges.insert({branch.from, to.node, to.label == to.node ? "" : to.label, true});
    }
  }
  for (const NodeDefinition& node : graph.nodes) {
    if (!node.options.destinations && node.routes) anywhere(node.name);
    for (const std::string& to : node.options.destinations.value_or(std::vector<std::string>{})) {
      const auto label = node.options.labels.find(to);
      edges.insert({node.name, to, label == node.options.labels.end() ? "" : label->second, true});
    }
  }
  for (const NodeDefinition& node : graph.nodes) {
    const auto leaves = [&](const DrawnEdge& edge) { return edge.from == node.name; };
    if (std::ranges::none_of(edges, leaves)) edges.insert({node.name, std::string(kEnd), "", false});
  }
  return edges;
}

/// Names may hold anything; Mermaid's identifiers may not.
std::string identifier(const std::string& name) {
  std::string safe;
  for (const char c : name) {
    const bool plain = base::is_letter_or_digit(c) || c == '_';
    safe += plain ? std::string(1, c) : fmt::format("\\{:02x}", static_cast<unsigned char>(c));
  }
  return safe;
}

}  // namespace

std::string to_mermaid(const GraphDefinition& graph) {
  std::string text = "---\nconfig:\n  flowchart:\n    curve: linear\n---\ngraph TD;\n";
  text += "\t__start__([<p>__start__</p>]):::first\n";
  for (const NodeDefinition& node : graph.nodes) {
    const char* note = node.deferred ? "<hr/><small><em>defer = True</em></small>" : "";
    text += fmt::format("\t{}({}{})\n", identifier(node.name), node.name, note);
  }
  text += "\t__end__([<p>__end__</p>]):::last\n";
  for (const DrawnEdge& edge : drawn_edges(graph)) {
    const std::string line = !edge.conditional    ? "-->"
                             : edge.label.empty() ? "-.->"
                                                  : fmt::format("-. &nbsp;{}&nbsp; .->", edge.label);
    text += fmt::format("\t{} {} {};\n", identifier(edge.from), line, identifier(edge.to));
  }
  text += "\tclassDef default fill:#f2f0ff,line-height:1.2\n";
  text += "\tclassDef first fill-opacity:0\n";
  text += "\tclassDef last fill:#bfb6fc\n";
  return text;
}

json::value to_json(const GraphDefinition& graph) {
  json::array nodes{json::object{{"id", kStart}}};
  for (const NodeDefinition& node : graph.nodes) {
    json::object drawn{{"id", node.name}};
    if (node.options.timeout) {
      drawn["timeout_s"] = std::chrono::duration<double>(*node.options.timeout).count();
    }
    if (!node.options.retry.empty()) {
      drawn["attempts"] = std::ranges::max(node.options.retry, {}, &RetryPolicy::max_attempts).max_attempts;
    }
    if (node.options.on_error || graph.on_error) drawn["handled"] = true;
    if (node.deferred) drawn["deferred"] = true;
    nodes.push_back(std::move(drawn));
  }
  nodes.push_back(json::object{{"id", kEnd}});
  json::array edges;
  for (const DrawnEdge& edge : drawn_edges(graph)) {
    json::object drawn{{"source", edge.from}, {"target", edge.to}, {"conditional", edge.conditional}};
    if (edge.joins) drawn["join"] = true;
    if (!edge.label.empty()) drawn["label"] = edge.label;
    edges.push_back(std::move(drawn));
  }
  json::array fields;
  for (const Channel& channel : graph.schema.channels) {
    fields.push_back(
        json::object{{"name", channel.name}, {"reducer", channel.kind == ChannelKind::kReducer}});
  }
  return json::object{{"name", graph.name}, {"nodes", nodes}, {"edges", edges}, {"fields", fields}};
}

}  // namespace pharos::graph
