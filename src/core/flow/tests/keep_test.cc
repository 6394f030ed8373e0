// How long a field of a graph file keeps what is written to it.
#include "core/flow/tests/support.h"
#include "core/graph/memory_saver.h"

namespace pharos::flow {
namespace {

using namespace testing_support;

/// Two nodes tell, the two after them write down what is there.
std::string board(const std::string& field) {
  return "state: {news: " + field + R"(, seen: {type: array, reducer: append}}
nodes:
  a: {kind: set, write: {news: [one]}}
  b: {kind: set, write: {news: [two]}}
  c: {kind: set, write: {seen: "{state.news | count}"}}
  d: {kind: set, write: {seen: "{state.news | count}"}}
edges:
  - start -> a -> c
  - start -> b -> c
  - c -> d -> end
)";
}

json::value seen(const std::string& field) {
  return outcome(board(field)).at("seen");
}

TEST(Keep, ATopicIsThereForOneStepOnly) {
  EXPECT_EQ(seen("{type: array, reducer: append}"), (json::array{2, 2}));
  EXPECT_EQ(seen("{type: array, reducer: append, keep: step}"), (json::array{2, 0}));
}

TEST(Keep, AnyTakesTheLastOfSeveralWritesAndThenItsDefault) {
  EXPECT_EQ(seen("{type: array, reducer: any, default: [x, y, z]}"), (json::array{1, 3}));
}

TEST(Keep, WhatIsOfOneRunIsInNoCheckpoint) {
  const std::string text = R"(
state: {count: {type: integer, reducer: add, keep: run}, total: {type: integer, reducer: add}}
nodes:
  work: {kind: set, write: {count: 1, total: 1}}
edges: [start -> work -> end]
)";
  const DynamicGraph graph = read(text).compile({.saver = std::make_shared<graph::MemorySaver>()});
  run(graph.invoke({}, {.thread_id = "t"}));
  EXPECT_EQ(run(graph.invoke({}, {.thread_id = "t"})), (json::object{{"count", 1}, {"total", 2}}));
}

TEST(Keep, AnUnknownWordIsRefusedWithTheWordsThereAre) {
  EXPECT_THAT(
      problems(board("{type: array, keep: steps}")),
      testing::Contains(testing::HasSubstr("keep must be one of thread, run, step (did you mean 'step'?)")));
}

}  // namespace
}  // namespace pharos::flow
