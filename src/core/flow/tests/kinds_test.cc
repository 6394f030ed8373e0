// What each kind of node does when it runs.
#include "core/flow/tests/support.h"

namespace pharos::flow {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using graph::testing_support::Loop;

json::value field(const std::string& text, const char* name, json::object input = {}) {
  return outcome(text, std::move(input))[name];
}

TEST(Set, WritesOverTheStateAsItWas) {
  EXPECT_EQ(outcome(R"(state: {a: {default: 1}, b: {default: 2}}
nodes: {swap: {kind: set, write: {a: "{state.b}", b: "{state.a}"}}}
edges: [start -> swap]
)"),
            (json::object{{"a", 2}, {"b", 1}}));
}

TEST(Set, OverwriteReplacesWhateverTheReducer) {
  EXPECT_EQ(field(R"(state: {notes: {type: array, reducer: append, default: [old]}}
nodes: {clear: {kind: set, overwrite: {notes: [new]}}}
edges: [start -> clear]
)",
                  "notes"),
            (json::array{"new"}));
}

TEST(Set, AValueOfAnotherTypeFailsTheRunAndNamesTheField) {
  const std::string message = message_of<graph::NodeError>([] {
    outcome(
        "state: {a: any, n: integer}\nnodes: {x: {kind: set, write: {n: \"{state.a}\"}}}\nedges: [start -> "
        "x]",
        {{"a", "many"}});
  });
  EXPECT_NE(message.find("node 'x' failed: field 'n' is of type integer"), std::string::npos) << message;
}

constexpr const char* kTriage = R"(
state: {score: any, tags: {type: array}, answer: string}
nodes:
  high: {kind: set, write: {answer: high}}
  tagged: {kind: set, write: {answer: tagged}}
  none: {kind: set, write: {answer: none}}
  low: {kind: set, write: {answer: low}}
edges:
  - from: start
    when:
      - {if: {not: {exists: "{state.score}"}}, to: none}
      - {if: {greater: ["{state.score}", 7]}, to: high}
      - {if: {all: [{contains: ["{state.tags}", hot]}, {any: [{equals: [1, 1.0]}]}]}, to: tagged}
    otherwise: low
)";

TEST(Branch, FollowsTheFirstCaseThatHolds) {
  EXPECT_EQ(field(kTriage, "answer", {{"score", 7.5}, {"tags", {"hot"}}}), "high");
  EXPECT_EQ(field(kTriage, "answer", {{"score", 7}, {"tags", {"hot"}}}), "tagged");
  EXPECT_EQ(field(kTriage, "answer", {{"score", 7}}), "low");
  EXPECT_EQ(field(kTriage, "answer"), "none");
}

TEST(Branch, ValuesThatCannotBeComparedAreAnErrorThatSaysSo) {
  const std::string message = message_of<graph::GraphError>([] { outcome(kTriage, {{"score", "high"}}); });
  EXPECT_NE(message.find("text and a whole number cannot be compared"), std::string::npos) << message;
}

constexpr const char* kSquares = R"(
state: {list: array, names: {type: array, reducer: append}, count: any}
nodes:
  each: {kind: map, over: "{state.list}", to: one, with: "{index}:{item.name}", otherwise: sum}
  one: {kind: set, write: {names: "{item}"}}
  sum: {kind: set, write: {count: "{state.names | count}"}}
edges: [start -> each, one -> sum -> end]
)";

TEST(Map, RunsANodeForEachItemAndCollectsInOrder) {
  const json::array list{json::object{{"name", "a"}}, json::object{{"name", "b"}},
                         json::object{{"name", "c"}}};
  EXPECT_EQ(outcome(kSquares, {{"list", list}}),
            (json::object{{"list", list}, {"names", {"0:a", "1:b", "2:c"}}, {"count", 3}}));
}

TEST(Map, AnEmptyListGoesOtherwise) {
  EXPECT_EQ(field(kSquares, "count"), 0);
}

TEST(Map, AnItemWithoutThatPlaceIsAnErrorThatNamesTheExpression) {
  const std::string message = message_of<graph::NodeError>([] { outcome(kSquares, {{"list", {1}}}); });
  EXPECT_NE(message.find("there is nothing at '{item.name}'"), std::string::npos) << message;
}

TEST(Join, WaitsForEveryNodeThatLeadsToIt) {
  EXPECT_EQ(field(R"(
state: {log: {type: array, reducer: append}}
nodes:
  short: {kind: set, write: {log: short}}
  long: {kind: set, write: {log: long}}
  longer: {kind: set, write: {log: longer}}
  both: {kind: join}
  after: {kind: set, write: {log: after}}
edges:
  - start -> short, long
  - long -> longer
  - short, longer -> both -> after -> end
)",
                  "log"),
            (json::array{"long", "short", "longer", "after"}));
}

TEST(Deferred, RunsOnceWhenNothingElseIsLeft) {
  EXPECT_EQ(field(R"(
state: {log: {type: array, reducer: append}}
nodes:
  short: {kind: set, write: {log: short}}
  long: {kind: set, write: {log: long}}
  longer: {kind: set, write: {log: longer}}
  last: {kind: set, deferred: true, write: {log: last}}
edges:
  - start -> short, long
  - long -> longer -> last
  - short -> last
)",
                  "log"),
            (json::array{"long", "short", "longer", "last"}));
  EXPECT_THAT(problems("nodes: {a: {kind: wait, seconds: 1, deferred: later}}\nedges: [start -> a]"),
              testing::ElementsAre("1:47: deferred must be true or false"));
}

TEST(Cache, ANodeIsNotRunAgainForTheSameInputWithinItsTime) {
  base::ManualClock clock;
  const Flow flow = read(R"(
state: {n: integer}
nodes: {slow: {kind: wait, seconds: 10, cache: 1m}}
edges: [start -> slow]
)");
  const DynamicGraph graph =
      flow.compile({.clock = &clock, .cache = std::make_shared<graph::MemoryCache>(clock)});
  const auto takes_time = [&](int n) {
    Loop loop;
    const auto started = loop.start(graph.invoke({{"n", n}}));
    loop.settle();
    const bool waited = !started->ended();
    clock.advance(10s);
    loop.finish();
    return waited;
  };
  EXPECT_TRUE(takes_time(1));
  EXPECT_FALSE(takes_time(1));
  EXPECT_TRUE(takes_time(2));
  clock.advance(60s);
  EXPECT_TRUE(takes_time(1));
  EXPECT_THAT(problems("nodes: {a: {kind: wait, seconds: 1, cache: soon}}\nedges: [start -> a]"),
              testing::ElementsAre(testing::HasSubstr("1:44: cache, when it is not true, must be a time")));
}

TEST(Wait, TakesTheTimeItSaysOnTheGraphsClock) {
  base::ManualClock clock;
  const Flow flow = read(R"(
state: {delay: {default: 2.5}, done: boolean}
nodes:
  pause: {kind: wait, seconds: "{state.delay}"}
  tell: {kind: set, write: {done: true}}
edges: [start -> pause -> tell -> end]
)");
  const DynamicGraph graph = flow.compile({.clock = &clock});
  Loop loop;
  const auto started = loop.start(graph.invoke({}));
  loop.advance(clock, 2s);
  EXPECT_FALSE(started->ended());
  loop.advance(clock, 500ms);
  loop.finish();
  EXPECT_EQ(started->take()["done"], true);
}

TEST(Kinds, TheProgramCanAddItsOwn) {
  class Shout final : public NodeFunction {
   public:
    base::Task<void> run(Scope scope, graph::Context&, graph::NodeOutput& output) const override {
      output.writes = scope.state->fields().writes({{"answer", "LOUD"}});
      co_return;
    }
  };
  NodeKinds kinds = core_kinds();
  kinds.add("model", {.about = "shouts",
                      .build = [](NodeReader&) { return BuiltNode{.function = std::make_shared<Shout>()}; },
                      .starts_each = {}});
  const Flow flow =
      read_flow("state: {answer: string}\nnodes: {a: {kind: model}}\nedges: [start -> a]", "x.yaml", kinds);
  EXPECT_EQ(run(flow.compile().invoke({}))["answer"], "LOUD");
}

}  // namespace
}  // namespace pharos::flow
