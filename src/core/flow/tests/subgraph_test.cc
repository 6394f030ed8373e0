// A node that runs another graph: its fields in and out, its thread, its questions, its file.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "core/flow/tests/support.h"
#include "core/graph/memory_saver.h"

namespace pharos::flow {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

/// `thread` is the subgraph's.
std::string book(const std::string& thread = "call") {
  return fmt::format(R"(
state: {{topic: {{default: lamps}}, pages: {{type: array, reducer: append}}, turns: integer}}
nodes:
  write:
    kind: subgraph
    thread: {}
    graph:
      state: {{about: string, page: string, turns: {{type: integer, reducer: add}}}}
      nodes:
        plan: {{kind: set, write: {{page: "On {{state.about}}", turns: 1}}}}
      edges: [start -> plan -> end]
    input: {{about: "{{state.topic}}"}}
    output: {{pages: "{{result.page}} for {{state.topic}}", turns: "{{result.turns}}"}}
edges: [start -> write -> end]
)",
                     thread);
}

TEST(Subgraph, TakesFieldsInAndGivesFieldsOut) {
  EXPECT_EQ(outcome(book(), {{"topic", "boats"}}),
            (json::object{{"topic", "boats"}, {"pages", {"On boats for boats"}}, {"turns", 1}}));
}

TEST(Subgraph, GoesOnWhereItStoodWhenItsThreadIsItsOwn) {
  for (const auto& [thread, turns] : std::map<std::string, int>{{"call", 1}, {"own", 2}, {"none", 1}}) {
    const DynamicGraph graph = read(book(thread)).compile({.saver = std::make_shared<graph::MemorySaver>()});
    run(graph.invoke({}, {.thread_id = "t"}));
    EXPECT_EQ(run(graph.invoke({}, {.thread_id = "t"})).at("turns"), turns) << thread;
  }
}

TEST(Subgraph, ItsQuestionStopsTheOuterRun) {
  const DynamicGraph graph = read(R"(
state: {before: {type: integer, reducer: add}, said: string}
nodes:
  first: {kind: set, write: {before: 1}}
  inside:
    kind: subgraph
    graph:
      state: {steps: {type: integer, reducer: add}, said: string}
      nodes:
        count: {kind: set, write: {steps: 1}}
        ask: {kind: approve, ask: "After {state.steps} steps?", answer: said}
      edges: [start -> count -> ask -> end]
    output: {said: "{result.said} after {result.steps}"}
edges: [start -> first -> inside -> end]
)")
                                 .compile({.saver = std::make_shared<graph::MemorySaver>()});
  const DynamicOutcome asked = run(graph.run({}, {.thread_id = "t"}));
  EXPECT_THAT(asked.next, ElementsAre("inside"));
  ASSERT_EQ(asked.interrupts.size(), 1U);
  EXPECT_EQ(asked.interrupts[0].value.at("question"), "After 1 steps?");
  const DynamicOutcome done =
      run(graph.run(graph::Resume{.answer = "go", .answers = {}}, {.thread_id = "t"}));
  EXPECT_EQ(done.values, (json::object{{"before", 1}, {"said", "go after 1"}}));
}

TEST(Subgraph, WaitsOnTheClockOfTheOuterGraph) {
  using namespace std::chrono_literals;
  base::ManualClock clock;
  const DynamicGraph graph = read(R"(
nodes:
  inside:
    kind: subgraph
    graph: {nodes: {pause: {kind: wait, seconds: 60}}, edges: [start -> pause]}
edges: [start -> inside]
)")
                                 .compile({.clock = &clock});
  graph::testing_support::Loop loop;
  const auto started = loop.start(graph.invoke({}));
  loop.advance(clock, 59s);
  EXPECT_FALSE(started->ended());
  loop.advance(clock, 1s);
  loop.finish();
  EXPECT_TRUE(started->ended());
}

TEST(Subgraph, MistakesInsideHaveTheirOwnPlaces) {
  EXPECT_THAT(
      problems(R"(state: {topic: string}
nodes:
  a: {kind: subgraph}
  b: {kind: subgraph, file: other.yaml}
  c:
    kind: subgraph
    graph: {state: {page: integer}, nodes: {x: {kind: sett}}, edges: [start -> x]}
  d:
    kind: subgraph
    thread: mine
    graph: {state: {page: integer}, nodes: {x: {kind: join}}, edges: [start -> x]}
  e:
    kind: subgraph
    thread: mine
    graph: {state: {page: integer}, nodes: {x: {kind: wait, seconds: 1}}, edges: [start -> x]}
    input: {page: many, paeg: 1}
    output: {topic: "{result.paeg}"}
edges: [start -> a -> b -> c -> d -> e]
)"),
      ElementsAre(HasSubstr("3:6: node 'a' must have one of 'file'"),
                  "4:29: a graph that is not read from a folder cannot name files: write 'graph' here",
                  "7:55: there is no kind 'sett' of nodes (did you mean 'set'?)",
                  "11:45: join 'x' waits for nobody: add edges to it",
                  "11:71: join 'x' cannot wait for the start",
                  "14:13: thread must be one of call, own, none, not 'mine'",
                  HasSubstr("16:19: field 'page' is of type integer"),
                  "16:25: the state has no field 'paeg' (did you mean 'page'?)",
                  "17:21: the graph inside has no field 'paeg' (did you mean 'page'?)"));
}

/// Files in a folder of its own.
class GraphFiles : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_ / "parts"); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  /// A graph whose one node runs that file.
  void write_calling(const std::string& name, const std::string& file) const {
    write(name, fmt::format("state: {{n: any}}\nnodes:\n  a: {{kind: subgraph, file: {}, output: {{n: "
                            "\"{{result.n}}\"}}}}\nedges: [start -> a]\n",
                            file));
  }
  Flow read_file(const std::string& name) const {
    return read_flow_file((folder_ / name).string(), core_kinds());
  }
  /// What is wrong, without the folder.
  std::vector<std::string> wrong(const std::string& name) const {
    std::vector<std::string> lines;
    try {
      read_file(name);
    } catch (const FileError& error) {
      for (std::string line : error.lines()) {
        const std::string here = folder_.string() + "/";
        for (std::size_t at = line.find(here); at != std::string::npos; at = line.find(here)) {
          line.erase(at, here.size());
        }
        lines.push_back(line);
      }
    }
    return lines;
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(GraphFiles, AFileNamesOneBesideItOrBelow) {
  write_calling("a.yaml", "parts/b.yaml");
  write_calling("parts/b.yaml", "c.yaml");
  write("parts/c.yaml",
        "state: {n: {default: 7}}\nnodes: {x: {kind: wait, seconds: 0}}\nedges: [start -> x]\n");
  EXPECT_EQ(run(read_file("a.yaml").compile().invoke({})).at("n"), 7);
}

TEST_F(GraphFiles, AMistakeInAnotherFileIsToldThereAndOnce) {
  write("a.yaml",
        "nodes: {a: {kind: subgraph, file: b.yaml}, b: {kind: subgraph, file: b.yaml}}\nedges: [start -> a "
        "-> b]");
  write("b.yaml", "nodes: {x: {kind: sett}}\nedges: [start -> x]\n");
  EXPECT_THAT(wrong("a.yaml"),
              ElementsAre("b.yaml:1:19: there is no kind 'sett' of nodes (did you mean 'set'?)"));
}

TEST_F(GraphFiles, OtherFoldersAreNotRead) {
  for (const std::string name : {"../b.yaml", "/etc/passwd", "parts/../../b.yaml"}) {
    write_calling("a.yaml", name);
    EXPECT_THAT(wrong("a.yaml"), ElementsAre(HasSubstr("must be a file in the folder of this one"))) << name;
  }
  write_calling("a.yaml", "b.yaml");
  EXPECT_THAT(wrong("a.yaml"), ElementsAre(HasSubstr("a.yaml:3:29: ")));
}

TEST_F(GraphFiles, AGraphInsideItselfIsRefused) {
  write_calling("a.yaml", "b.yaml");
  write_calling("b.yaml", "a.yaml");
  EXPECT_THAT(wrong("a.yaml"),
              ElementsAre("b.yaml:3:29: a graph cannot be inside itself: a.yaml → b.yaml → a.yaml"));
}

TEST(Subgraph, APictureHasTheGraphInside) {
  const json::value drawn = to_json(read(book()));
  const json::value& node = drawn.at_pointer("/nodes/1");
  EXPECT_EQ(node.at("kind"), "subgraph");
  EXPECT_EQ(node.at_pointer("/options/thread"), "call");
  EXPECT_FALSE(node.at("options").as_object().contains("graph"));
  EXPECT_EQ(node.at_pointer("/graph/nodes/1/id"), "plan");
}

}  // namespace
}  // namespace pharos::flow
