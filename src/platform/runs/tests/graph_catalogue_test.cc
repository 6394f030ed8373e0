// The folder of graphs: what is served of it, and what becomes of mistakes.
#include "platform/runs/graph_catalogue.h"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/flow/reader.h"
#include "core/graph/tests/support.h"
#include "platform/runs/flow_graph.h"
#include "platform/storage/temporary_folder.h"

namespace pharos::runs {
namespace {

using graph::testing_support::message_of;
using graph::testing_support::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string saying(const std::string& word) {
  return fmt::format(
      "about: says {0}\nstate: {{said: string}}\nnodes:\n  say: {{kind: set, write: {{said: {0}}}}}\nedges:\n"
      "  - start -> say -> end\n",
      word);
}

class Catalogue : public testing::Test {
 protected:
  Catalogue() { flow::add_core_kinds(kinds_); }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    base::write_file(folder_.path() / name, text);
  }
  std::vector<std::string> look() {
    std::vector<std::string> lines;
    for (const GraphNews& each : catalogue_.look()) {
      lines.push_back(fmt::format("{}{}: {}", each.is_trouble ? "!" : "", each.what, each.about));
    }
    return lines;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> ids;
    for (const auto& graph : catalogue_.all()) ids.push_back(graph->id);
    return ids;
  }
  /// What the graph of that name says; empty: there is none.
  std::string said_by(const std::string& name) {
    const auto graph = catalogue_.find(name);
    if (!graph) return {};
    const json::object end = run(graph->graph.run({.values = {}}, graph->config)).values;
    return std::string(end.at("said").as_string());
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  ServedGraph of_code(const std::string& name) {
    return served_graph(flow::read_flow(saying("code"), name, kinds_), {.clock = &clock_});
  }

  storage::TemporaryFolder folder_;
  base::ManualClock clock_;
  flow::NodeKinds kinds_;
  GraphCatalogue catalogue_{folder_.path(), kinds_, clock_};
};

TEST_F(Catalogue, ServesEachYamlFileOfTheFolderUnderItsName) {
  write("hello.yaml", saying("hello"));
  write("other.yaml", "name: greeter\n" + saying("good day"));
  write("notes.txt", "no graph");
  write("parts/deep.yaml", saying("deep"));
  EXPECT_THAT(look(), ElementsAre("graph added: hello", "graph added: greeter"));
  EXPECT_THAT(names(), ElementsAre("greeter", "hello"));
  EXPECT_EQ(said_by("greeter"), "good day");
  EXPECT_EQ(catalogue_.find("hello")->about, "says hello");
  EXPECT_THAT(look(), IsEmpty()) << "nothing is new";
  EXPECT_EQ(catalogue_.find("notes"), nullptr);
}

TEST_F(Catalogue, ReadsAFileAgainWhenItChangesAndForgetsOneThatIsGone) {
  write("hello.yaml", saying("hello"));
  look();
  const auto before = catalogue_.find("hello");
  write("hello.yaml", saying("hallo"));
  EXPECT_EQ(said_by("hello"), "hello") << "nobody has looked yet";
  EXPECT_THAT(look(), ElementsAre("graph changed: hello"));
  EXPECT_EQ(said_by("hello"), "hallo");
  EXPECT_EQ(before->about, "says hello") << "runs under way keep the graph that they began with";
  std::filesystem::remove(path("hello.yaml"));
  EXPECT_THAT(look(), ElementsAre("graph removed: hello"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(Catalogue, TellsWhatIsWrongWithItsPlaceAndKeepsTheLastSoundGraph) {
  write("hello.yaml", saying("hello"));
  look();
  write("hello.yaml",
        "state: {said: string}\nnodes:\n  say: {kind: sett}\nedges:\n  - start -> say -> end\n");
  const std::vector<std::string> told = look();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("!mistake in a graph file: " + path("hello.yaml") + ":3:"));
  EXPECT_THAT(told[0], HasSubstr("sett"));
  EXPECT_THAT(catalogue_.problems(), ElementsAre(HasSubstr("hello.yaml:3:")));
  EXPECT_EQ(said_by("hello"), "hello");
  EXPECT_THAT(look(), IsEmpty()) << "a mistake is told once";
  write("hello.yaml", saying("hello again"));
  EXPECT_THAT(look(), ElementsAre("graph changed: hello"));
  EXPECT_THAT(catalogue_.problems(), IsEmpty());
  EXPECT_EQ(said_by("hello"), "hello again");
}

TEST_F(Catalogue, ABadFileTakesNoOtherDown) {
  write("bad.yaml", "nodes: [");
  write("hello.yaml", saying("hello"));
  look();
  EXPECT_THAT(names(), ElementsAre("hello"));
  EXPECT_THAT(catalogue_.problems(), ElementsAre(HasSubstr("bad.yaml:")));
}

TEST_F(Catalogue, AGraphInsideAnotherThatChangesChangesIt) {
  write("outer.yaml",
        "state: {said: string}\nnodes:\n  inner: {kind: subgraph, file: parts/inner.yaml, output: {said: "
        "\"{result.said}\"}}\n"
        "edges:\n  - start -> inner -> end\n");
  write("parts/inner.yaml", saying("one"));
  EXPECT_THAT(look(), ElementsAre("graph added: outer"));
  const std::string before = said_by("outer");
  write("parts/inner.yaml", saying("two"));
  EXPECT_THAT(look(), IsEmpty()) << "the file itself is as it was";
  EXPECT_EQ(before + " " + said_by("outer"), "one two");
  write("parts/inner.yaml", "nodes: [");
  EXPECT_THAT(look(), ElementsAre(HasSubstr("inner.yaml:1:")));
  EXPECT_EQ(said_by("outer"), "two");
}

TEST_F(Catalogue, CodeGoesBeforeAFileOfItsName) {
  catalogue_.add(of_code("echo"));
  write("echo.yaml", saying("file"));
  EXPECT_THAT(look(), ElementsAre(HasSubstr("the graph 'echo' is built in: give this one another name")));
  EXPECT_EQ(said_by("echo"), "code");
  EXPECT_EQ(message_of<base::Error>([&] { catalogue_.add(of_code("echo")); }),
            "there are two graphs 'echo': rename one");
}

TEST_F(Catalogue, TwoFilesCannotHaveOneName) {
  write("a.yaml", "name: same\n" + saying("a"));
  write("b.yaml", "name: same\n" + saying("b"));
  EXPECT_THAT(look(), ElementsAre("graph added: same", HasSubstr("is in " + path("a.yaml") + " already")));
  EXPECT_EQ(said_by("same"), "a");
  write("a.yaml", "name: other\n" + saying("a"));
  look();
  EXPECT_THAT(names(), ElementsAre("other", "same"));
  EXPECT_EQ(said_by("same"), "b");
}

TEST_F(Catalogue, AnAssistantsIdIsNoName) {
  write("a.yaml", "name: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\n" + saying("a"));
  EXPECT_THAT(look(), ElementsAre(HasSubstr("is no name for a graph")));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(Catalogue, AFolderThatGoesAwayLeavesItsGraphs) {
  write("hello.yaml", saying("hello"));
  look();
  const std::string away = folder_.path().string() + "-away";
  std::filesystem::rename(folder_.path(), away);
  EXPECT_THAT(look(), ElementsAre(HasSubstr("cannot be read")));
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_EQ(said_by("hello"), "hello");
  EXPECT_THAT(catalogue_.problems(), ElementsAre(HasSubstr("its graphs stay as they were")));
  std::filesystem::rename(away, folder_.path());
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(catalogue_.problems(), IsEmpty());
}

TEST_F(Catalogue, AFolderThatIsNotThereYetHasNoGraphs) {
  GraphCatalogue nothing(folder_.path() / "later", kinds_, clock_);
  EXPECT_TRUE(nothing.look().empty());
  EXPECT_TRUE(nothing.problems().empty());
  write("later/hello.yaml", saying("hello"));
  EXPECT_EQ(nothing.look().size(), 1U);
}

TEST_F(Catalogue, ASlashAtTheFoldersEndMakesNoDifference) {
  write("hello.yaml", saying("hello"));
  GraphCatalogue same(folder_.path() / "", kinds_, clock_);
  EXPECT_EQ(same.look().size(), 1U);
}

}  // namespace
}  // namespace pharos::runs
