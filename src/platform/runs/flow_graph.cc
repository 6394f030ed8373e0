#include "platform/runs/flow_graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace pharos::runs {
namespace {

constexpr const char* kSchema = "https://json-schema.org/draft/2020-12/schema";

json::object schema_of(const flow::Field& field) {
  json::object schema;
  if (field.type != flow::FieldType::kAny) schema["type"] = base::to_name(field.type);
  if (field.reducer == flow::FieldReducer::kMessages) schema["items"] = json::object{{"type", "object"}};
  if (!field.about.empty()) schema["description"] = field.about;
  schema["default"] = *field.initial;
  return schema;
}

/// Where a node, or the graph that stands in its place, begins and ends in the drawing.
struct Ends {
  std::string first;
  std::string last;
};

/// Draws one graph, and within it those of its nodes.
class Drawing {
 public:
  Ends draw(const json::object& graph, const std::string& prefix, int xray) {
    const json::array& edges = graph.at("edges").as_array();
    for (const json::value& node : graph.at("nodes").as_array()) {
      draw_node(node.as_object(), prefix, xray, edges);
    }
    for (const json::value& edge : edges) draw_edge(edge.as_object(), prefix);
    return {.first = ends_of(prefix + std::string(graph::kStart)).first,
            .last = ends_of(prefix + std::string(graph::kEnd)).last};
  }
  json::object take() && { return {{"nodes", std::move(nodes_)}, {"edges", std::move(edges_)}}; }

 private:
  /// The other side of the only edge at a graph's start or end; empty: there are several, or it depends.
  static std::string only_neighbour(const json::array& edges, std::string_view node, const char* here,
                                    const char* there) {
    std::string found;
    for (const json::value& edge : edges) {
      if (std::string_view(edge.at(here).as_string()) != node) continue;
      if (!found.empty() || edge.at("conditional").as_bool()) return {};
      found = edge.at(there).as_string();
    }
    return found;
  }

  void draw_node(const json::object& node, const std::string& prefix, int xray, const json::array& edges) {
    const std::string name(node.at("id").as_string());
    const std::string id = prefix + name;
    if (name == graph::kStart || name == graph::kEnd) return draw_end(id, name, prefix, edges);
    const json::value* inner = node.if_contains("graph");
    if (inner != nullptr && xray > 0) {
      ends_[id] = draw(inner->as_object(), id + ":", xray - 1);
      return;
    }
    ends_[id] = {.first = id, .last = id};
    json::object metadata;
    if (const json::value* about = node.if_contains("about")) metadata["about"] = *about;
    const json::value* kind = node.if_contains("kind");
    json::object data{{"id", {"pharos", kind == nullptr ? json::value("node") : *kind}}, {"name", name}};
    nodes_.push_back(
        {{"id", id}, {"type", "runnable"}, {"data", std::move(data)}, {"metadata", std::move(metadata)}});
  }

  void draw_end(const std::string& id, const std::string& name, const std::string& prefix,
                const json::array& edges) {
    const std::string next = name == graph::kStart ? only_neighbour(edges, name, "source", "target")
                                                   : only_neighbour(edges, name, "target", "source");
    if (!prefix.empty() && !next.empty()) {
      stand_ins_[id] = prefix + next;
      return;
    }
    ends_[id] = {.first = id, .last = id};
    nodes_.push_back({{"id", id}, {"type", "schema"}, {"data", {{"$schema", kSchema}}}});
  }

  /// A start or an end that is left out is where its neighbour is.
  const Ends& ends_of(const std::string& id) const {
    const auto stands_in = stand_ins_.find(id);
    return ends_.at(stands_in == stand_ins_.end() ? id : stands_in->second);
  }

  void draw_edge(const json::object& edge, const std::string& prefix) {
    const std::string source = prefix + std::string(edge.at("source").as_string());
    const std::string target = prefix + std::string(edge.at("target").as_string());
    if (stand_ins_.contains(source) || stand_ins_.contains(target)) return;
    json::object drawn{{"source", ends_of(source).last}, {"target", ends_of(target).first}};
    drawn["conditional"] = edge.at("conditional");
    if (const json::value* label = edge.if_contains("label")) drawn["data"] = *label;
    edges_.push_back(std::move(drawn));
  }

  json::array nodes_;
  json::array edges_;
  std::map<std::string, Ends> ends_;
  std::map<std::string, std::string> stand_ins_;
};

}  // namespace

json::object schema_of(const flow::Fields& fields, const std::string& title) {
  json::object properties;
  for (const flow::Field& field : fields.all()) properties.emplace(field.name, schema_of(field));
  return {{"$schema", kSchema}, {"title", title}, {"type", "object"}, {"properties", std::move(properties)}};
}

json::object drawing_of(const json::value& graph, int xray) {
  Drawing drawing;
  drawing.draw(graph.as_object(), "", xray);
  return std::move(drawing).take();
}

namespace {

void add_inner(const flow::Flow& flow, const std::string& path, json::object& all) {
  for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
    const auto& inner = flow.nodes[i].inner;
    if (!inner) continue;
    const std::string place = path + flow.definition.nodes[i].name;
    const json::object schema = runs::schema_of(*inner->fields, inner->definition.name + "_state");
    all[place] = json::object{
        {"input", schema}, {"output", schema}, {"state", schema}, {"config", {{"type", "object"}}}};
    add_inner(*inner, place + "|", all);
  }
}

json::object context_schema_of(const flow::Flow& flow) {
  if (flow.context->size() == 0) return {{"type", "object"}};
  return runs::schema_of(*flow.context, flow.definition.name + "_context");
}

json::object inner_schemas(const flow::Flow& flow) {
  json::object all;
  add_inner(flow, "", all);
  return all;
}

}  // namespace

ServedGraph served_graph(const flow::Flow& flow, const graph::CompileOptions& options) {
  const std::string& name = flow.definition.name;
  return {.id = name,
          .about = flow.about,
          .input_schema = schema_of(*flow.fields, name + "_input"),
          .state_schema = schema_of(*flow.fields, name + "_state"),
          .context_schema = context_schema_of(flow),
          .drawing = [drawn = flow::to_json(flow)](int xray) { return drawing_of(drawn, xray); },
          .config = flow.config,
          .check_context = [told = flow.context](const json::object& context) { told->check(context); },
          .inner = inner_schemas(flow),
          .graph = flow.compile(options).json()};
}

}  // namespace pharos::runs
