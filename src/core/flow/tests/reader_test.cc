// Everything that is wrong with a file is told at once, with its place and how to mend it.
#include "core/flow/reader.h"

#include "core/flow/tests/support.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSound = R"(
state: {topic: string, notes: {type: array, reducer: append}}
nodes:
  plan: {kind: set, write: {topic: lighthouses}}
  note: {kind: set, write: {notes: "{state.topic}"}}
edges:
  - start -> plan -> note -> end
)";

TEST(Reader, ASoundFileRuns) {
  EXPECT_EQ(outcome(kSound), (json::object{{"topic", "lighthouses"}, {"notes", {"lighthouses"}}}));
}

TEST(Reader, JsonIsReadAsWell) {
  EXPECT_EQ(outcome(R"({"state": {"topic": "string"},
                        "nodes": {"plan": {"kind": "set", "write": {"topic": "a \"b\" \u00e9 /"}}},
                        "edges": ["start -> plan"]})"),
            (json::object{{"topic", "a \"b\" é /"}}));
}

TEST(Reader, JsonMayEscapeWhatIsBeyondTheBasicPlane) {
  EXPECT_EQ(outcome(R"({"state": {"a": "string"}, "edges": ["start -> x"],
                        "nodes": {"x": {"kind": "set", "write": {"a": "\ud83d\ude00 \\ud83d \/"}}}})"),
            (json::object{{"a", "😀 \\ud83d /"}}));
}

TEST(Reader, AGraphWithoutANameHasTheFiles) {
  EXPECT_EQ(read(kSound).definition.name, "test");
}

TEST(Reader, TellsEverythingAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      problems(R"(state:
  topic: strin
  total: {type: string, reducer: add}
nodes:
  plan: {kind: sett}
  write: {kind: set, wirte: {topic: x}}
  tell: {kind: set, write: {topik: "{state.topik}", topic: 7}}
  model: {kind: model}
edgse: []
edges:
  - start -> plan -> wriet
  - {from: tell, when: [{if: {equal: [1, 2]}, to: plan}]}
)"),
      ElementsAre(
          "2:10: type must be one of string, integer, number, boolean, array, object, any (did you mean "
          "'string'?)",
          "3:3: field 'total': the reducer add is for fields of type integer or number, and this one is of "
          "type string",
          "5:16: there is no kind 'sett' of nodes (did you mean 'set'?)",
          "6:10: node 'write' has no key 'write': say what to write, such as {topic: \"{state.message}\"}",
          "6:22: node 'write' has an unknown key 'wirte' (did you mean 'write'?)",
          "7:29: the state has no field 'topik' (did you mean 'topic'?)",
          "8:17: nodes of kind 'model' cannot run here: language models are not part of this build",
          "9:1: the file has an unknown key 'edgse' (did you mean 'edges'?)",
          "11:5: there is no node 'wriet' (did you mean 'write'?)",
          "12:5: a conditional edge has no key 'otherwise': name the node that follows when no case holds",
          "12:31: there is no condition 'equal' (did you mean 'equals'?)"));
}

TEST(Reader, ALiteralOfTheWrongTypeIsToldBeforeAnythingRuns) {
  EXPECT_THAT(problems(R"(state: {topic: string}
nodes:
  plan: {kind: set, write: {topic: 7}}
edges: [start -> plan]
)"),
              ElementsAre("3:36: field 'topic' is of type string and takes text, not a whole number: 7"));
}

TEST(Reader, TellsOfNodesThatCannotBeReached) {
  EXPECT_THAT(problems(R"(nodes:
  a: {kind: join}
  b: {kind: wait, seconds: 1}
  c: {kind: wait, seconds: 1}
edges: [start -> b, b -> a]
)"),
              ElementsAre("4:3: node 'c' cannot be reached: add an edge to it, or remove it"));
}

TEST(Reader, TellsOfACircleWithoutAWayOut) {
  EXPECT_THAT(problems(R"(nodes:
  a: {kind: wait, seconds: 1}
  b: {kind: wait, seconds: 1}
edges: [start -> a -> b -> a]
)"),
              ElementsAre("2:3: a, b run in a circle without a way out: add a case that leads to end"));
}

TEST(Reader, TellsOfAMissingReducerWhereTwoNodesRunSideBySide) {
  const std::string file = R"(state: {topic: string}
nodes:
  a: {kind: wait, seconds: 1}
  b: {kind: set, write: {topic: b}}
  c: {kind: set, write: {topic: c}}
  d: {kind: set, write: {topic: d}}
edges:
  - start -> a -> b, c -> d
)";
  EXPECT_THAT(problems(file), ElementsAre("5:3: nodes 'b' and 'c' run side by side and both write, so field "
                                          "'topic' needs a reducer, such as append or add"));
}

TEST(Reader, NodesOfWhichOneIsChosenMayWriteTheSameField) {
  EXPECT_THAT(problems(R"(state: {topic: string}
nodes:
  b: {kind: set, write: {topic: b}}
  c: {kind: set, write: {topic: c}}
edges:
  - {from: start, when: [{if: {empty: "{state.topic}"}, to: b}], otherwise: c}
)"),
              IsEmpty());
}

TEST(Reader, ANodeThatRunsForEachItemNeedsReducers) {
  EXPECT_THAT(
      problems(R"(state: {list: array, last: any}
nodes:
  each: {kind: map, over: "{state.list}", to: one}
  one: {kind: set, write: {last: "{item}"}}
edges: [start -> each]
)"),
      ElementsAre(HasSubstr("4:3: node 'one' runs once for each item, so field 'last' needs a reducer")));
}

TEST(Reader, ANodeThatAMapStartsSeesItsItemOnlyAndNoEdgeLeadsToIt) {
  EXPECT_THAT(problems(R"(state: {list: array, all: {type: array, reducer: append}}
nodes:
  each: {kind: map, over: "{state.list}", to: one}
  one: {kind: set, write: {all: "{state.list}"}}
edges: [start -> each -> one]
)"),
              ElementsAre("4:33: a node that a map starts sees its item, not the state: use {item}",
                          "5:9: node 'one' takes an item from the map 'each', so no edge can lead to it"));
}

TEST(Reader, WhatIsNoYamlHasItsPlace) {
  EXPECT_THAT(problems("nodes: [a, b\nedges: x"), ElementsAre(HasSubstr("this is not YAML")));
  EXPECT_THAT(problems("- a list"), ElementsAre("1:1: the file must be a map, not a list"));
  EXPECT_THAT(problems("a: &x 1\nb: *x"), ElementsAre(HasSubstr("anchors (&, *) are not read")));
  EXPECT_THAT(problems("a: 1\n---\nb: 1"), ElementsAre(HasSubstr("a second document starts here")));
  EXPECT_THAT(problems(""), ElementsAre(HasSubstr("the file must be a map")));
  EXPECT_THAT(problems(std::string(100, '[') + std::string(100, ']')), ElementsAre(HasSubstr("levels deep")));
}

TEST(Reader, AKeyThatIsThereTwiceIsTold) {
  EXPECT_THAT(problems(R"(nodes:
  a: {kind: wait, seconds: 1}
  a: {kind: wait, seconds: 2}
edges: [start -> a]
)"),
              ElementsAre("3:3: the list of nodes has the key 'a' twice: remove one"));
}

TEST(Reader, RulesOfANodeAndOfTheGraphReachTheEngine) {
  using namespace std::chrono_literals;
  const Flow flow = read(R"(max_concurrency: 2
recursion_limit: 9
nodes:
  a: {kind: wait, seconds: 1, timeout: 1.5s, retry: {attempts: 5, wait: 100ms, factor: 3, max_wait: 1m}}
edges: [start -> a]
)");
  EXPECT_EQ(flow.config.max_concurrency, 2);
  EXPECT_EQ(flow.config.recursion_limit, 9);
  const graph::NodeOptions& options = flow.definition.nodes[0].options;
  EXPECT_EQ(options.timeout, base::Duration(1500ms));
  EXPECT_EQ(options.retry.at(0).max_attempts, 5);
  EXPECT_EQ(options.retry.at(0).initial_wait, base::Duration(100ms));
  EXPECT_EQ(options.retry.at(0).max_wait, base::Duration(60s));
  EXPECT_EQ(options.retry.at(0).factor, 3);
}

TEST(Reader, TimesThatAreNoneAreTold) {
  EXPECT_THAT(problems(R"(nodes:
  a: {kind: wait, seconds: -1, timeout: soon, retry: 0}
edges: [start -> a]
)"),
              ElementsAre("2:28: 'seconds' must be a number from 0 up",
                          "2:41: timeout must be a time such as 30s, 500ms or 2m, up to 30 days",
                          "2:54: retry, the number of attempts in all, must be a whole number from 1 up"));
}

}  // namespace
}  // namespace pharos::flow
