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

    def test_nodes_are_told_what_the_run_is_told(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as graph:
            graph.write("context: {words: {type: string, default: Good evening}}\nstate: {said: string}\nnodes:\n"
                        "  say: {kind: set, write: {said: '{context.words}!'}}\nedges: [start -> say -> end]\n")
            graph.flush()
            self.assertEqual(state(graph.name), {"said": "Good evening!"})
            self.assertEqual(state(graph.name, "--context", '{"words": "Ahoy"}'), {"said": "Ahoy!"})
            refused = pharos("graph", "run", graph.name, "--context", '{"words": 5}')
            self.assertEqual(refused.returncode, 2)
            self.assertRegex(refused.stderr, "words")

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


class ThreadTest(unittest.TestCase):
    """Each command is a process of its own: what one leaves, the next one finds."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = folder.name

    def run_graph(self, name, thread, *words):
        return pharos("graph", "run", SAMPLES / f"{name}.yaml", "--thread", thread, "--data", self.data, *words)

    def history(self, thread):
        outcome = pharos("graph", "history", thread, "--data", self.data, "--json")
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return json.loads(outcome.stdout)

    def test_a_question_is_answered_in_another_process(self):
        asked = self.run_graph("approval", "letter-1", "--input", '{"to": "Ada"}')
        self.assertEqual(asked.returncode, 3, asked.stderr)
        self.assertEqual(json.loads(asked.stdout)["outcome"], "")
        self.assertIn("review asks: Send this? Dear Ada, the lamp needs oil.\n    answers: yes, no, change\n", asked.stderr)
        self.assertIn("--thread letter-1 --data " + self.data + " --resume ANSWER\n", asked.stderr)
        asked = self.run_graph("approval", "letter-1", "--resume", "perhaps")
        self.assertEqual(asked.returncode, 3, asked.stderr)
        self.assertIn("perhaps was not taken: the answers are yes, no, change", asked.stderr)
        self.assertEqual(self.run_graph("approval", "letter-1", "--resume", "change").returncode, 3)
        asked = self.run_graph("approval", "letter-1", "--resume", "the wick is short")
        self.assertIn("Dear Ada, the wick is short.", asked.stderr)
        done = self.run_graph("approval", "letter-1", "--resume", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["outcome"], "sent after 1 changes")

    def test_questions_inside_a_graph_are_answered_by_their_ids(self):
        asked = self.run_graph("order", "order-7", "--input", '{"weights": [2, 30, 50]}', "--json")
        self.assertEqual(asked.returncode, 3, asked.stderr)
        questions = json.loads(asked.stdout)["interrupts"]
        self.assertEqual([one["value"]["question"]["text"] for one in questions],
                         ["Send 30 kg for 40?", "Send 50 kg for 40?"])
        self.assertEqual({one["node"] for one in questions}, {"agree"})
        self.assertIn("agree asks: Send 30 kg for 40?", asked.stderr)
        one_for_all = self.run_graph("order", "order-7", "--resume", "yes")
        self.assertEqual(one_for_all.returncode, 2)
        self.assertIn("give each by its id", one_for_all.stderr)
        answers = {questions[0]["id"]: "yes", questions[1]["id"]: "no"}
        done = self.run_graph("order", "order-7", "--resume", json.dumps(answers))
        self.assertEqual(done.returncode, 0, done.stderr)
        state_now = json.loads(done.stdout)
        self.assertEqual(state_now["summary"], "3 parcels for 85")
        self.assertEqual([one["agreed"] for one in state_now["parcels"]], ["", "yes", "no"])

    def test_a_thread_goes_on_with_new_input(self):
        self.assertEqual(self.run_graph("countdown", "t").returncode, 0)
        again = self.run_graph("countdown", "t", "--input", '{"from": 2}')
        self.assertEqual(json.loads(again.stdout)["steps"], [3, 2, 1, 2, 1])
        ended = self.run_graph("countdown", "t")
        self.assertEqual((ended.returncode, ended.stderr),
                         (2, "pharos: thread 't' has ended: give it --input for another turn\n"))

    def test_history_shows_what_changed_and_a_fork_goes_on_from_there(self):
        self.run_graph("approval", "t")
        self.assertEqual(self.run_graph("approval", "t", "--resume", "no").returncode, 0)
        history = self.history("t")
        self.assertEqual([one["step"] for one in history], list(range(len(history) - 2, -2, -1)))
        self.assertEqual(history[0]["values"]["outcome"], "kept")
        asking = next(one for one in history if one["next"] == ["review"])
        shown = pharos("graph", "history", "t", "--data", self.data).stdout
        self.assertIn(f'{asking["checkpoint_id"]}  {asking["created_at"][:19]}  loop    then review', shown)
        self.assertIn('      outcome = "kept"\n', shown)
        forked = pharos("graph", "fork", "t", asking["checkpoint_id"], "--data", self.data)
        self.assertEqual(forked.returncode, 0, forked.stderr)
        self.assertIn("then review.", forked.stderr)
        self.assertEqual(self.history("t")[0]["checkpoint_id"], forked.stdout.strip())
        self.assertEqual(self.history("t")[0]["source"], "fork")
        self.assertEqual(self.run_graph("approval", "t").returncode, 3)
        done = self.run_graph("approval", "t", "--resume", "yes")
        self.assertEqual(json.loads(done.stdout)["outcome"], "sent after 0 changes")

    def test_a_fork_may_write_first_as_a_node(self):
        self.run_graph("approval", "t")
        asking = self.history("t")[0]["checkpoint_id"]
        forked = pharos("graph", "fork", "t", asking, "--update", '{"outcome": "by hand"}', "--as", "send",
                        "--data", self.data, "--json")
        self.assertEqual(forked.returncode, 0, forked.stderr)
        self.assertEqual((json.loads(forked.stdout)["next"], json.loads(forked.stdout)["values"]["outcome"]),
                         ([], "by hand"))
        for words, said in ((["--update", '{"outcom": 1}'], "did you mean 'outcome'?"),
                            (["--update", "{}", "--as", "sent"], "did you mean 'send'?")):
            outcome = pharos("graph", "fork", "t", asking, *words, "--data", self.data)
            self.assertEqual((outcome.returncode, outcome.stderr.count("\n")), (2, 1), outcome.stderr)
            self.assertIn(said, outcome.stderr)

    def test_a_run_may_answer_anew_at_an_earlier_checkpoint(self):
        self.run_graph("approval", "t")
        asking = self.history("t")[0]["checkpoint_id"]
        self.assertEqual(self.run_graph("approval", "t", "--resume", "no").returncode, 0)
        done = self.run_graph("approval", "t", "--checkpoint", asking, "--resume", "yes")
        self.assertEqual(json.loads(done.stdout)["outcome"], "sent after 0 changes")

    def test_threads_are_kept_where_the_settings_say_for_nobody_else(self):
        folder = pathlib.Path(self.data) / "state"
        outcome = pharos("graph", "run", SAMPLES / "greeting.yaml", "--thread", "t",
                         environment={"XDG_STATE_HOME": str(folder), "PHAROS_DATA": ""})
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assertTrue((folder / "pharos/threads.db").exists())
        self.assertEqual((folder / "pharos").stat().st_mode & 0o777, 0o700)

    def test_events_of_graphs_inside_are_told_when_asked_for(self):
        def nodes(*words):
            outcome = self.run_graph("order", "t" + str(len(words)), "--stream", "updates", *words)
            return [list(json.loads(line).get("data", {})) for line in outcome.stdout.splitlines()]
        self.assertNotIn(["small"], nodes())
        self.assertIn(["small"], nodes("--subgraphs"))

    def test_mistakes_are_a_line_and_exit_code_2(self):
        self.run_graph("approval", "t")
        data = ["--data", self.data]
        approval = ["run", SAMPLES / "approval.yaml"]
        for words, said in (
                (approval, "add --thread NAME"),
                ([*approval, "--resume", "yes"], "--thread NAME"),
                ([*approval, "--thread", "t", "--resume", "yes", "--input", "{}", *data], "excludes"),
                ([*approval, "--thread", "t", "--resume", "{", *data], "not valid JSON"),
                ([*approval, "--thread", "new", "--resume", "yes", *data], "thread 'new' has not begun"),
                ([*approval, "--thread", "t", "--checkpoint", "none", *data], "no checkpoint 'none'"),
                (["run", SAMPLES / "greeting.yaml", "--thread", "t", *data], "is one of graph 'approval'"),
                (["history", "nobody", *data], "there is no thread 'nobody'"),
                (["history", "t", "--data", "/nowhere"], "no threads are kept in '/nowhere'"),
                (["fork", "t", "none", *data], "no checkpoint 'none'"),
                ([*approval, "--thread", "t", "--data", "/dev/null/x"], "'/dev/null/x'")):
            with self.subTest(words):
                outcome = pharos("graph", *words)
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

    def test_the_json_for_a_drawing_has_kinds_options_labels_and_graphs_inside(self):
        drawn = json.loads(pharos("graph", "show", SAMPLES / "order.yaml", "--json").stdout)
        nodes = {node["id"]: node for node in drawn["nodes"]}
        self.assertEqual(nodes["ship"]["kind"], "subgraph")
        self.assertEqual(nodes["ship"]["options"]["input"], {"weight": "{item}"})
        inside = nodes["ship"]["graph"]
        self.assertEqual(inside["name"], "shipping")
        self.assertIn({"source": "__start__", "target": "large", "conditional": True, "label": "heavier"},
                      inside["edges"])

    def test_the_list_names_applications_and_files(self):
        listed = pharos("graph", "list", "--dir", SAMPLES).stdout
        for name in ("mirror", "approval", "countdown", "greeting", "order", "prices"):
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
