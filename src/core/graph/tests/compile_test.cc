// What compile() refuses, and the pictures of what it accepts.
#include <gtest/gtest.h>

#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

void nothing(const Trail&) {}

struct Errand {
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(Errand, (), (number))

/// The sentences after "graph 'g': ".
std::string problems(const StateGraph<Trail>& g) {
  const std::string message = message_of<GraphError>([&] { g.compile(); });
  return message.substr(std::string("graph 'g': ").size());
}

TEST(Compile, AnEdgeToAnUnknownNodeSuggestsTheNearest) {
  StateGraph<Trail> g{"g"};
  g.add_node("refund", nothing).add_edge(kStart, "refund").add_edge("refund", "refnd");
  EXPECT_EQ(problems(g),
            "the edge 'refund' → 'refnd' names node 'refnd', which does not exist (did you mean 'refund'?)");
}

TEST(Compile, TellsEverythingThatIsWrongAtOnce) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing).add_node("a", nothing).add_node("__end__", nothing).add_node("x|y", nothing);
  g.add_edge(kEnd, "a").add_edge("a", kStart).join(Items{}, "a").join({kStart}, "a");
  EXPECT_EQ(problems(g),
            "there are two nodes 'a': rename one; '__end__' cannot be a node's name: it is reserved; node "
            "name 'x|y' must "
            "not contain '|' or ':', which separate names in stream paths; the edge '__end__' → 'a' cannot "
            "start at the "
            "end; the edge 'a' → '__start__' cannot lead to the start; the join into 'a' waits for nobody: "
            "name its "
            "nodes; the join of __start__ into 'a' cannot wait for the start; it has no way in: add an edge "
            "from kStart");
}

TEST(Compile, ANodeThatCannotBeReachedIsAnError) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing).add_node("island", nothing).add_edge(kStart, "a").add_edge("island", "a");
  EXPECT_EQ(problems(g), "node 'island' cannot be reached: add an edge to it, or remove it");
}

TEST(Compile, ARouteWithoutDestinationsMayReachEverything) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing).add_node("b", nothing).add_edge(kStart, "a");
  g.add_conditional_edges("a", [](const Trail&) { return kEnd; });
  EXPECT_NO_THROW(g.compile());
}

TEST(Compile, DestinationsOfCommandsAreChecked) {
  StateGraph<Trail> g{"g"};
  const auto command = [](const Trail&) { return Command<Trail>(); };
  g.add_node("a", command).goes_to({"b", "nowhere"});
  g.add_node("b", nothing).add_node("lost", nothing).add_edge(kStart, "a");
  EXPECT_EQ(
      problems(g),
      "the list of destinations of 'a' names node 'nowhere', which does not exist (there are a, b, lost)");
}

TEST(Compile, ACircleWithoutAWayOutIsAnError) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing).add_node("b", nothing).add_node("c", nothing);
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", "b");
  EXPECT_EQ(problems(g), "a, b, c run in a circle without a way out: add a conditional edge to kEnd");
}

TEST(Compile, AnEdgeToANodeWithAnInputOfItsOwnIsAnError) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing)
      .add_node("errand", [](const Errand&) {})
      .add_edge(kStart, "a")
      .add_edge("a", "errand");
  EXPECT_EQ(problems(g), "node 'errand' has an input of its own, so only a Send can start it, not an edge");
}

struct Pixels {
  std::shared_ptr<int> data;
};
struct Opaque {
  Pixels pixels;
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(Opaque, (), (pixels, x))

TEST(Compile, AFieldWithoutJsonMustBeUntracked) {
  StateGraph<Opaque> g{"g"};
  g.add_node("a", [](const Opaque& state) {
     return update(&Opaque::x, *state.pixels.data);
   }).add_edge(kStart, "a");
  EXPECT_EQ(message_of<GraphError>([&] { g.compile(); }),
            "graph 'g': field 'pixels' has no JSON form: describe its type with BOOST_DESCRIBE_STRUCT, or "
            "declare it with "
            "untracked()");
  g.untracked(&Opaque::pixels);
  EXPECT_EQ(run(g.compile().invoke(Opaque{.pixels = {std::make_shared<int>(3)}})).x, 3);
}

TEST(Compile, AThreadWithoutASaverIsAnError) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", nothing).add_edge(kStart, "a");
  const auto graph = g.compile();
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.invoke(Trail{}, {.thread_id = "t"})); }),
            "graph 'g': thread 't' cannot be kept without a saver: give one to compile()");
  EXPECT_EQ(message_of<GraphError>([&] { run(graph.get_state("t")); }),
            "graph 'g' keeps no threads: give a saver to compile()");
}

StateGraph<Trail> drawn() {
  StateGraph<Trail> g{"drawn"};
  g.reduce(&Trail::items, append);
  g.add_node("a", nothing).timeout(30s).retry(2).on_error([](const Trail&, const NodeError&) {});
  g.add_node("b", nothing).add_node("the last", nothing);
  g.add_edge(kStart, "a").add_edge("b", "a");
  g.add_conditional_edges("a", [](const Trail&) { return "go"; },
                          {{"go", "b"}, {"stop", std::string(kEnd)}, {"the last", "the last"}});
  return g;
}

TEST(Mermaid, DrawsPlainAndConditionalEdges) {
  EXPECT_EQ(to_mermaid(drawn().definition()),
            "---\nconfig:\n  flowchart:\n    curve: linear\n---\ngraph TD;\n"
            "\t__start__([<p>__start__</p>]):::first\n"
            "\ta(a)\n\tb(b)\n\tthe\\20last(the last)\n"
            "\t__end__([<p>__end__</p>]):::last\n"
            "\t__start__ --> a;\n"
            "\ta -. &nbsp;stop&nbsp; .-> __end__;\n"
            "\ta -. &nbsp;go&nbsp; .-> b;\n"
            "\ta -.-> the\\20last;\n"
            "\tb --> a;\n"
            "\tthe\\20last --> __end__;\n"
            "\tclassDef default fill:#f2f0ff,line-height:1.2\n"
            "\tclassDef first fill-opacity:0\n"
            "\tclassDef last fill:#bfb6fc\n");
}

TEST(Mermaid, DrawsWhatMayGoAnywhere) {
  StateGraph<Trail> g{"g"};
  g.add_node("a", [](const Trail&) { return Command<Trail>(); }).goes_to({"b"});
  g.add_node("b", [](const Trail&) { return Command<Trail>(); }).add_node("c", nothing);
  g.add_edge(kStart, "a").join({"a", "b"}, "c");
  g.add_conditional_edges("c", [](const Trail&) { return kEnd; });
  const std::string text = to_mermaid(g.definition());
  for (const char* line :
       {"\ta -.-> b;", "\tb -.-> a;", "\tb -.-> c;", "\ta --> c;", "\tb --> c;", "\tc -.-> __end__;"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST(Json, DescribesAGraphForADrawing) {
  const json::value described = to_json(drawn().definition());
  EXPECT_EQ(described.at("name"), "drawn");
  EXPECT_EQ(described.at("nodes"),
            base::parse_json(
                R"([{"id":"__start__"},{"id":"a","timeout_s":30.0,"attempts":2,"handled":true},{"id":"b"},
                                 {"id":"the last"},{"id":"__end__"}])",
                "expected"));
  EXPECT_EQ(described.at("edges").as_array().size(), 6U);
  EXPECT_EQ(
      described.at_pointer("/edges/1"),
      base::parse_json(R"({"source":"a","target":"__end__","conditional":true,"label":"stop"})", "expected"));
  EXPECT_EQ(described.at_pointer("/fields/0"),
            base::parse_json(R"({"name":"items","reducer":true})", "expected"));
}

}  // namespace
}  // namespace pharos::graph
