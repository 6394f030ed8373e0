"""`pharos graph`: graphs in files, as a person writes, checks, draws and runs them."""
import json
import pathlib
import re
import tempfile
import unittest

import photos
from command_line import pharos

ROOT = photos.ROOT
SAMPLES = ROOT / "graphs"


def state(*words):
    """The final state that `pharos graph run` prints, and fails the test when it prints none."""
    outcome = pharos("graph", "run", *words)
    if outcome.returncode != 0:
        raise AssertionError(f"exit code {outcome.returncode}: {outcome.stderr[-3000:]}")
    return json.loads(outcome.stdout)


class SampleTest(unittest.TestCase):
    def test_a_chain_greets_by_name(self):
        self.assertEqual(state(SAMPLES / "greeting.yaml", "--input", '{"name": " Ada "}'),
                         {"name": "Ada", "greeting": "Good evening, Ada.", "letters": 3})

    def test_a_map_reduce_adds_prices_up(self):
        order = [{"name": "oil", "price": 2.5}, {"name": "wick", "price": 1}]
        done = state(SAMPLES / "prices.yaml", "--input", json.dumps({"items": order}))
        self.assertEqual(done["lines"], ["0: oil costs 2.5", "1: wick costs 1"])
        self.assertEqual(done["summary"], "2 items, 3.5 in all")
        self.assertEqual(state(SAMPLES / "prices.yaml")["summary"], "0 items, 0 in all")

    def test_a_loop_finds_its_way_out(self):
        self.assertEqual(state(SAMPLES / "countdown.yaml"),
                         {"from": 3, "left": 0, "steps": [3, 2, 1], "verdict": "soon over"})
        self.assertEqual(state(SAMPLES / "countdown.yaml", "--input", '{"from": 12}')["verdict"], "a long wait")

    def test_every_sample_is_sound(self):
        samples = sorted(SAMPLES.rglob("*.yaml"))
        outcome = pharos("graph", "check", *samples)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assertEqual(outcome.stdout.count("sound"), len(samples))


class RunTest(unittest.TestCase):
    def test_events_are_json_lines_and_the_state_is_the_last_one(self):
        outcome = pharos("graph", "run", SAMPLES / "greeting.yaml", "--stream", "updates,tasks", "--input",
                         '{"name": "Ada"}')
        lines = [json.loads(line) for line in outcome.stdout.splitlines()]
        updates = [line["data"] for line in lines[:-1] if line["mode"] == "updates"]
        self.assertEqual([list(update)[0] for update in updates], ["tidy", "greet", "count"])
        self.assertEqual(sum(line["mode"] == "tasks" for line in lines[:-1]), 6)
        self.assertEqual(lines[-1]["letters"], 3)

    def test_the_input_can_be_a_file_and_the_graph_a_name(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as given:
            given.write('{"name": "Ada"}')
            given.flush()
            self.assertEqual(state("greeting", "--dir", SAMPLES, "--input", "@" + given.name)["name"], "Ada")

    def test_mistakes_are_a_line_each_and_exit_code_2(self):
        greeting = SAMPLES / "greeting.yaml"
        for words, said in ((["greting", "--dir", SAMPLES], "did you mean 'greeting'?"),
                            ([greeting, "--input", "{"], "not valid JSON"),
                            ([greeting, "--input", "[]"], "expected an object"),
                            ([greeting, "--input", '{"nme": 1}'], "did you mean 'name'?"),
                            ([greeting, "--input", '{"name": 1}'], "field 'name'"),
                            ([greeting, "--stream", "vales"], "did you mean 'values'?"),
                            (["/nowhere/x.yaml"], "/nowhere/x.yaml"),
                            (["mirror"], "pharos analyze")):
            with self.subTest(words):
                outcome = pharos("graph", "run", *words)
                self.assertEqual(outcome.returncode, 2, outcome.stderr)
                self.assertEqual(outcome.stderr.count("\n"), 1, outcome.stderr)
                self.assertIn(said, outcome.stderr)


class CheckTest(unittest.TestCase):
    def test_all_mistakes_are_told_with_their_places(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "support.yaml"
            file.write_text("nodes:\n  triage: {kind: sett}\n  refund: {kind: wait, seconds: 1}\n"
                            "edges:\n  - start -> triage -> refnd\n")
            for command in ("check", "run", "show"):
                with self.subTest(command):
                    outcome = pharos("graph", command, file)
                    self.assertEqual(outcome.returncode, 2)
                    self.assertEqual(outcome.stderr.splitlines(), [
                        f"{file}:2:18: there is no kind 'sett' of nodes (did you mean 'set'?)",
                        f"{file}:5:5: there is no node 'refnd' (did you mean 'refund'?)"])
            listed = json.loads(pharos("graph", "list", "--dir", folder, "--json").stdout)
            self.assertEqual([(one["name"], one["mistakes"]) for one in listed], [("mirror", 0), ("support", 2)])


class ShowTest(unittest.TestCase):
    def test_a_file_is_drawn_as_mermaid_and_as_json(self):
        drawn = pharos("graph", "show", SAMPLES / "countdown.yaml").stdout
        self.assertIn("again -.-> tick;", drawn)
        drawn = json.loads(pharos("graph", "show", "countdown", "--dir", SAMPLES, "--json").stdout)
        self.assertEqual([node["id"] for node in drawn["nodes"]],
                         ["__start__", "begin", "tick", "again", "long", "short", "__end__"])

    def test_the_list_names_applications_and_files(self):
        listed = pharos("graph", "list", "--dir", SAMPLES).stdout
        for name in ("mirror", "greeting", "prices", "countdown"):
            self.assertIn(name, listed)


class DocumentationTest(unittest.TestCase):
    def test_every_example_does_what_the_page_says(self):
        page = (ROOT / "docs/graphs.md").read_text()
        examples = re.findall(r"```yaml graph\n(.*?)```\s*```json run (.*?)\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(examples), page.count("```yaml graph"))
        for graph, given, said in examples:
            with self.subTest(graph), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(graph)
                file.flush()
                self.assertEqual(state(file.name, "--input", given), json.loads(said))


if __name__ == "__main__":
    unittest.main()
