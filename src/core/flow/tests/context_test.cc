// What a run is told, in expressions.
#include "core/flow/tests/support.h"
#include "core/graph/node_cache.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kGreets = R"(
name: greets
context:
  tone: {type: string, default: friendly}
  person: {type: object, default: {name: you}}
state:
  greeting: string
nodes:
  greet: {kind: set, cache: true, write: {greeting: "{context.tone}: {context.person.name}"}}
edges:
  - start -> greet -> end
)";

json::value greeting(const DynamicGraph& graph, const char* context) {
  graph::RunConfig config;
  if (context != nullptr) {
    config.context =
        std::make_shared<const json::object>(base::parse_json(context, "the context").as_object());
  }
  return run(graph.invoke({}, std::move(config))).at("greeting");
}

TEST(Context, IsWhatTheRunIsToldElseWhatTheFileSays) {
  const DynamicGraph graph = read(kGreets).compile();
  EXPECT_EQ(greeting(graph, nullptr), "friendly: you");
  EXPECT_EQ(greeting(graph, R"({"tone":"stern","other":1})"), "stern: you");
  EXPECT_EQ(greeting(graph, R"({"person":{"name":"Nora"}})"), "friendly: Nora");
}

TEST(Context, IsPartOfWhatACachedNodeHasRead) {
  const base::SystemClock clock;
  const DynamicGraph graph = read(kGreets).compile({.cache = std::make_shared<graph::MemoryCache>(clock)});
  EXPECT_EQ(greeting(graph, R"({"tone":"stern"})"), "stern: you");
  EXPECT_EQ(greeting(graph, R"({"tone":"mild"})"), "mild: you");
}

TEST(Context, IsToldToGraphsInsideAndErrorHandlers) {
  const DynamicGraph graph = read(R"(
name: outer
context: {tone: string}
state: {said: string, note: string}
nodes:
  inner:
    kind: subgraph
    graph:
      context: {tone: string}
      state: {said: string}
      nodes:
        say: {kind: set, write: {said: "{context.tone}"}}
      edges: [start -> say -> end]
    output: {said: "{result.said}"}
  fail: {kind: set, write: {said: "{state.said[3]}"}, on_error: {write: {note: "{context.tone}"}}}
edges:
  - start -> inner -> fail -> end
)")
                                 .compile();
  graph::RunConfig config;
  config.context = std::make_shared<const json::object>(json::object{{"tone", "stern"}});
  const json::object end = run(graph.invoke({}, std::move(config)));
  EXPECT_EQ(end.at("said"), "stern");
  EXPECT_EQ(end.at("note"), "stern");
}

TEST(Context, DecidesWhereToGo) {
  const DynamicGraph graph = read(R"(
name: ways
context: {length: {type: string, default: short}}
state: {said: string}
nodes:
  short: {kind: set, write: {said: good day}}
  long: {kind: set, write: {said: a very good day to all of you}}
edges:
  - from: start
    when: [{if: {equals: ["{context.length}", long]}, to: long}]
    otherwise: short
  - short -> end
  - long -> end
)")
                                 .compile();
  const auto said = [&](json::object context) {
    graph::RunConfig config;
    config.context = std::make_shared<const json::object>(std::move(context));
    return run(graph.invoke({}, std::move(config))).at("said");
  };
  EXPECT_EQ(said({}), "good day");
  EXPECT_EQ(said({{"length", "long"}}), "a very good day to all of you");
}

TEST(Context, SaysWhatIsWrong) {
  const std::string head = "context: {tone: string}\nstate: {said: string}\nnodes:\n";
  const std::string tail = "\nedges: [start -> say -> end]\n";
  const auto node = [&](const std::string& text) {
    return problems(head + "  say: {kind: set, write: {said: \"" + text + "\"}}" + tail);
  };
  EXPECT_THAT(node("{context.tome}"), ElementsAre(HasSubstr("the 'context' of the file has no 'tome'")));
  EXPECT_THAT(node("{context}"), ElementsAre(HasSubstr("the 'context' of the file has no ''")));
  EXPECT_THAT(problems("context: {tone: {type: string, reducer: append}}\n" +
                       head.substr(head.find("state")) + "  say: {kind: set, write: {said: a}}" + tail),
              ElementsAre(HasSubstr("reducer")));
  EXPECT_THAT(
      problems(head + "  say: {kind: branch, when: [{if: {equals: [\"{context.tome}\", a]}, to: end}]," +
               " otherwise: end}\nedges: [start -> say]\n"),
      ElementsAre(HasSubstr("the 'context' of the file has no 'tome'")));
}

}  // namespace
}  // namespace pharos::flow
