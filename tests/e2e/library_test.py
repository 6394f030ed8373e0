"""The graph runtime as a library: installed alone, found by another project, and its examples built and run."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMPILER = "-DCMAKE_CXX_COMPILER=clang++-19"

# What each example prints: a change here is a change that readers of the example notice.
PRINTED = {
    "chain": "* Why there are lighthouses\n* Who keeps lighthouses\n",
    "map_reduce": "8 words in 3 chapters\n",
    "chat_with_memory": "ada\n  I am Ada\n  Hello, Ada!\n  Who am I?\n  You are Ada.\n"
                        "somebody else\n  Who am I?\n  Who are you?\n6 checkpoints of ada\n",
    "approval": "Dear keeper, the lamp needs oil.\n  yes: sent\nDear keeper, the lamp needs oil.\n  no: kept\n",
    "time_travel": "Alexandria has a lighthouse\nGenoa has a lighthouse\n"
                   "  step 3: Genoa has a lighthouse\n  step 2: …\n"
                   "  step 2: Alexandria has a lighthouse\n  step 1: …\n  step 0: …\n  step -1: …\n",
    "subgraphs": "A book on lighthouses knows.\n",
}

CONSUMER = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(PharosCore 0.1 REQUIRED)
add_executable(consumer main.cc)
target_link_libraries(consumer PRIVATE pharos::core)
"""
CONSUMER_MAIN = """
#include <cstdio>
#include "core/base/error.h"
#include "core/graph/state_graph.h"
struct State { int number = 0; };
BOOST_DESCRIBE_STRUCT(State, (), (number))
int main() {
  pharos::graph::StateGraph<State> g{"tiny"};
  g.add_node("one", [](const State&) { return pharos::graph::update(&State::number, 1); });
  g.add_edge(pharos::graph::kStart, "two");
  try {
    g.compile();
  } catch (const pharos::base::Error& error) {
    std::puts(error.what());
  }
}
"""

FLOW_CONSUMER = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(PharosCore 0.1 REQUIRED COMPONENTS flow)
add_executable(consumer main.cc)
target_link_libraries(consumer PRIVATE pharos::flow)
"""
FLOW_CONSUMER_MAIN = """
#include <cstdio>
#include "core/flow/reader.h"
int main() {
  pharos::flow::NodeKinds kinds;
  pharos::flow::add_core_kinds(kinds);
  try {
    pharos::flow::read_flow("nodes: {a: {kind: sett}}", "mine.yaml", kinds);
  } catch (const pharos::flow::FileError& error) {
    std::puts(error.what());
  }
}
"""


def succeed(*command):
    """Runs the command; fails the test with what it said."""
    outcome = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
    if outcome.returncode != 0:
        raise AssertionError(f"{command[0]} failed: {outcome.stdout[-4000:]}")
    return outcome.stdout


def build(source, folder, *options):
    succeed("cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", *options)
    succeed("cmake", "--build", folder)


class LibraryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        # The flags of ./run's build, so that the compiler's cache has most of it.
        build(ROOT, cls.folder / "core", COMPILER, "-DPHAROS_CORE_ONLY=ON", "-DCMAKE_BUILD_TYPE=Release",
              "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG")
        succeed("cmake", "--install", cls.folder / "core", "--prefix", cls.folder / "installed")
        cls.installed = f"-DCMAKE_PREFIX_PATH={cls.folder}/installed"

    def test_another_project_finds_it(self):
        source = self.folder / "consumer"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(CONSUMER)
        (source / "main.cc").write_text(CONSUMER_MAIN)
        build(source, self.folder / "consumer-build", COMPILER, self.installed)
        self.assertIn("'two'", succeed(self.folder / "consumer-build/consumer"))

    def test_graphs_in_files_are_a_component(self):
        source = self.folder / "flow-consumer"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(FLOW_CONSUMER)
        (source / "main.cc").write_text(FLOW_CONSUMER_MAIN)
        build(source, self.folder / "flow-consumer-build", COMPILER, self.installed)
        self.assertIn("did you mean 'set'?", succeed(self.folder / "flow-consumer-build/consumer"))

    def test_it_installs_no_tests_and_no_other_room(self):
        headers = [path.relative_to(self.folder / "installed/include/pharos").as_posix()
                   for path in (self.folder / "installed").rglob("*.h")]
        self.assertIn("core/graph/state_graph.h", headers)
        self.assertEqual([path for path in headers if not path.startswith(("core/base/", "core/graph/", "core/flow/"))
                          or "tests/" in path or "bench/" in path], [])

    def test_its_reference_is_written_from_its_headers(self):
        subprocess.run(["doxygen", "-"], cwd=ROOT, check=True, text=True,
                       input=f"@INCLUDE = docs/Doxyfile\nOUTPUT_DIRECTORY = {self.folder}/api\n")
        page = (self.folder / "api/classpharos_1_1graph_1_1StateGraph.html").read_text()
        for name in ("add_conditional_edges", "reduce", "compile"):
            self.assertIn(name, page)
        self.assertIn("state-graph runtime", (self.folder / "api/index.html").read_text())

    @unittest.skipUnless(shutil.which("g++"), "there is no other compiler here")
    def test_another_compiler_is_told_what_to_do(self):
        outcome = subprocess.run(["cmake", "-S", ROOT / "examples", "-B", self.folder / "gcc", "-G", "Ninja",
                                  "-DCMAKE_CXX_COMPILER=g++", self.installed], capture_output=True, text=True,
                                 check=False)
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("clang 19 or newer", " ".join(outcome.stderr.split()))

    def test_every_example_prints_what_it_shows(self):
        build(ROOT / "examples", self.folder / "examples", COMPILER, self.installed)
        self.assertEqual(sorted(path.stem for path in (ROOT / "examples").glob("*.cc")), sorted(PRINTED))
        for name, printed in PRINTED.items():
            with self.subTest(name):
                self.assertEqual(succeed(self.folder / "examples" / name), printed)


if __name__ == "__main__":
    unittest.main()
