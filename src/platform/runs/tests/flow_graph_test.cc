// What clients are told of a graph: its schemas and its drawing.
#include "platform/runs/flow_graph.h"

#include <gtest/gtest.h>

#include "core/flow/reader.h"

namespace pharos::runs {
namespace {

ServedGraph served(const std::string& text) {
  flow::NodeKinds kinds;
  flow::add_core_kinds(kinds);
  return served_graph(flow::read_flow(text, "test.yaml", kinds), {});
}

constexpr const char* kNested = R"(
name: outer
about: has a graph inside
recursion_limit: 7
state:
  n: {type: integer, reducer: add, default: 2, about: how often}
  messages: {type: array, reducer: messages}
  thing: any
nodes:
  before: {kind: set, about: begins, write: {n: 1}}
  inner:
    kind: subgraph
    graph:
      state: {n: integer}
      nodes:
        x: {kind: set, write: {n: 1}}
        y: {kind: set, write: {n: 2}}
      edges:
        - start -> x -> y -> end
edges:
  - start -> before
  - from: before
    when: [{if: {greater: ["{state.n}", 0]}, to: inner, label: more}]
    otherwise: end
  - inner -> end
)";

TEST(ServedFlow, HasItsNameItsLimitsAndItsSchemas) {
  const ServedGraph graph = served(kNested);
  EXPECT_EQ(graph.id, "outer");
  EXPECT_EQ(graph.about, "has a graph inside");
  EXPECT_EQ(graph.config.recursion_limit, 7);
  EXPECT_EQ(json::value(graph.input_schema), base::parse_json(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "outer_input", "type": "object",
    "properties": {
      "n": {"type": "integer", "description": "how often", "default": 2},
      "messages": {"type": "array", "items": {"type": "object"}, "default": []},
      "thing": {"default": null}}})",
                                                              "expected"));
  EXPECT_EQ(graph.state_schema.at("properties"), graph.input_schema.at("properties"));
}

TEST(ServedFlow, IsDrawnAsClientsKnowIt) {
  EXPECT_EQ(json::value(served(kNested).drawing(0)), base::parse_json(R"({
    "nodes": [
      {"id": "__start__", "type": "schema", "data": {"$schema": "https://json-schema.org/draft/2020-12/schema"}},
      {"id": "before", "type": "runnable", "data": {"id": ["pharos", "set"], "name": "before"},
       "metadata": {"about": "begins"}},
      {"id": "inner", "type": "runnable", "data": {"id": ["pharos", "subgraph"], "name": "inner"}, "metadata": {}},
      {"id": "__end__", "type": "schema", "data": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}],
    "edges": [
      {"source": "__start__", "target": "before", "conditional": false},
      {"source": "before", "target": "__end__", "conditional": true},
      {"source": "before", "target": "inner", "conditional": true, "data": "more"},
      {"source": "inner", "target": "__end__", "conditional": false}]})",
                                                                      "expected"));
}

/// `source > target` of each edge, and the nodes' ids before them.
std::string shape(const json::object& drawing) {
  std::string text;
  for (const json::value& node : drawing.at("nodes").as_array()) {
    text += std::string(node.at("id").as_string()) + " ";
  }
  for (const json::value& edge : drawing.at("edges").as_array()) {
    text += "| " + std::string(edge.at("source").as_string()) + " > " +
            std::string(edge.at("target").as_string()) + " ";
  }
  return text;
}

TEST(ServedFlow, LookedThroughTheNodesOfAGraphInsideStandInItsPlace) {
  EXPECT_EQ(shape(served(kNested).drawing(1)),
            "__start__ before inner:x inner:y __end__ | inner:x > inner:y | __start__ > before "
            "| before > __end__ | before > inner:x | inner:y > __end__ ");
}

TEST(ServedFlow, AStartOfSeveralWaysIsDrawnInsideToo) {
  const ServedGraph graph = served(R"(
name: outer
state: {n: {type: integer, reducer: add}}
nodes:
  inner:
    kind: subgraph
    graph:
      state: {n: {type: integer, reducer: add}}
      nodes:
        x: {kind: set, write: {n: 1}}
        y: {kind: set, write: {n: 2}}
      edges:
        - start -> x, y
        - x, y -> end
edges:
  - start -> inner -> end
)");
  EXPECT_EQ(shape(graph.drawing(2)),
            "__start__ inner:__start__ inner:x inner:y inner:__end__ __end__ "
            "| inner:__start__ > inner:x | inner:__start__ > inner:y | inner:x > inner:__end__ "
            "| inner:y > inner:__end__ | __start__ > inner:__start__ | inner:__end__ > __end__ ");
}

}  // namespace
}  // namespace pharos::runs
