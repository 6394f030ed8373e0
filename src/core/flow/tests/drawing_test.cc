// What a drawing is made from: the picture as LangGraph's users know it, and the JSON.
#include "core/flow/tests/support.h"
#include "core/graph/mermaid.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;

constexpr const char* kLoop = R"(
about: goes round
state: {n: {type: integer, reducer: add, default: 2}}
nodes:
  a: {kind: set, about: counts, write: {n: -1}, retry: 2, timeout: 30s}
  b: {kind: wait, seconds: 0}
edges:
  - start -> a
  - from: a
    when: [{if: {greater: ["{state.n}", 0]}, to: b, label: go}]
    otherwise: {to: end, label: stop}
  - b -> a
)";

TEST(Drawing, IsTheOneThatIsKnown) {
  EXPECT_EQ(graph::to_mermaid(read(kLoop).definition),
            "---\nconfig:\n  flowchart:\n    curve: linear\n---\ngraph TD;\n"
            "\t__start__([<p>__start__</p>]):::first\n"
            "\ta(a)\n\tb(b)\n"
            "\t__end__([<p>__end__</p>]):::last\n"
            "\t__start__ --> a;\n"
            "\ta -. &nbsp;stop&nbsp; .-> __end__;\n"
            "\ta -. &nbsp;go&nbsp; .-> b;\n"
            "\tb --> a;\n"
            "\tclassDef default fill:#f2f0ff,line-height:1.2\n"
            "\tclassDef first fill-opacity:0\n"
            "\tclassDef last fill:#bfb6fc\n");
}

TEST(Drawing, LabelsDoNotChangeTheWays) {
  EXPECT_EQ(outcome(kLoop).at("n"), 0);
}

TEST(Drawing, AsJsonHasKindsOptionsAndLabels) {
  EXPECT_EQ(to_json(read(kLoop)), base::parse_json(R"({
    "name": "test",
    "nodes": [
      {"id": "__start__"},
      {"id": "a", "timeout_s": 30.0, "attempts": 2, "kind": "set", "about": "counts",
       "options": {"write": {"n": -1}, "retry": 2, "timeout": "30s"}},
      {"id": "b", "kind": "wait", "options": {"seconds": 0}},
      {"id": "__end__"}],
    "edges": [
      {"source": "__start__", "target": "a", "conditional": false},
      {"source": "a", "target": "__end__", "conditional": true, "label": "stop"},
      {"source": "a", "target": "b", "conditional": true, "label": "go"},
      {"source": "b", "target": "a", "conditional": false}],
    "fields": [{"name": "n", "reducer": true}],
    "about": "goes round"})",
                                                   "expected"));
}

TEST(Drawing, AsJsonSaysWhichEdgesAJoinWaitsFor) {
  const json::value drawn = to_json(read(R"(
nodes: {a: {kind: wait, seconds: 0}, b: {kind: wait, seconds: 0}, both: {kind: join}}
edges: [start -> a, start -> b, "a, b -> both"]
)"));
  int joins = 0;
  for (const json::value& edge : drawn.at("edges").as_array())
    joins += edge.as_object().contains("join") ? 1 : 0;
  EXPECT_EQ(joins, 2);
}

TEST(Drawing, LabelsThatWouldMeanTwoNodesAreTold) {
  EXPECT_THAT(problems(R"(state: {n: integer}
nodes: {a: {kind: wait, seconds: 1}, b: {kind: wait, seconds: 1}, c: {kind: wait, seconds: 1}}
edges:
  - from: start
    when:
      - {if: {equals: ["{state.n}", 0]}, to: a, label: go}
      - {if: {equals: ["{state.n}", 1]}, to: b, label: go}
      - {if: {equals: ["{state.n}", 2]}, to: c, label: a}
      - {if: {equals: ["{state.n}", 3]}, to: [a, b], label: both}
    otherwise: end
)"),
              ElementsAre("4:5: label 'go' stands for two nodes: choose another for one",
                          "8:56: label 'a' is the name of a node: choose another",
                          "9:61: a label is for a way to one node: leave it out here"));
}

}  // namespace
}  // namespace pharos::flow
