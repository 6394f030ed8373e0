"""Graphs of the server's folder: read again when they change, and never taken down by a mistake."""
import pathlib
import re
import tempfile
import time
import unittest

from command_line import pharos
from photos import encoded, sample
from server import Server

SAYS = """about: says {0}
state: {{said: string}}
nodes:
  say: {{kind: set, write: {{said: {0}}}}}
edges:
  - start -> say -> end
"""


class GraphsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pharos-graphs-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def metric(self, name):
        text = self.server.stranger().ask("GET", "/metrics").body.decode()
        return int(re.search(rf"^{name} (\d+)$", text, re.M)[1])

    def wait_for(self, name, value):
        limit = time.monotonic() + 30
        while self.metric(name) != value and time.monotonic() < limit:
            pass
        self.assertEqual(self.metric(name), value)

    def test_a_folder_of_files_is_followed_while_the_server_runs(self):
        self.write("hello.yaml", SAYS.format("hello"))
        self.server = Server(GRAPHS_FOLDER=str(self.folder))
        try:
            before = self.metric("graphs_served")
            self.write("more.yaml", SAYS.format("more"))
            self.wait_for("graphs_served", before + 1)
            self.write("hello.yaml", "nodes:\n  - [")
            self.wait_for("graph_file_mistakes", 1)
            self.assertEqual(self.metric("graphs_served"), before + 1, "the last sound one stays")
            self.write("hello.yaml", SAYS.format("hello again"))
            self.wait_for("graph_file_mistakes", 0)
            (self.folder / "more.yaml").unlink()
            self.wait_for("graphs_served", before)
        finally:
            code, log = self.server.stop()
        self.assertEqual(code, 0, log)
        self.assertRegex(log, r"mistake in a graph file  where=\S*/hello.yaml:\d+:\d+: ")
        self.assertIn("graph added  graph=more", log)
        self.assertIn("graph removed  graph=more", log)

    def test_a_graph_of_the_folder_and_those_that_are_built_in_are_run_by_their_names(self):
        self.write("hello.yaml", SAYS.format("hello"))
        self.server = Server(GRAPHS_FOLDER=str(self.folder))
        try:
            person = self.server.new_person()
            said = {}
            for name in ("hello", "echo", "chat"):
                asked = {} if name == "hello" else {"messages": [{"role": "user", "content": "Is it raining?"}]}
                answer = person.ask("POST", "/runs/wait", {"assistant_id": name, "input": asked})
                self.assertEqual(answer.status, 200, answer.body)
                said[name] = answer.json()
            self.write("hello.yaml", SAYS.format("bye"))
            limit = time.monotonic() + 30
            while said["hello"] == {"said": "hello"} and time.monotonic() < limit:
                answer = person.ask("POST", "/runs/wait", {"assistant_id": "hello", "input": {}})
                said["hello"] = answer.json()
        finally:
            self.assertEqual(self.server.stop()[0], 0)
        self.assertEqual(said["hello"], {"said": "bye"})
        self.assertEqual([(message["type"], message["content"]) for message in said["echo"]["messages"]],
                         [("human", "Is it raining?"), ("ai", "Is it raining?")])
        self.assertIn("without a language model", said["chat"]["messages"][-1]["content"])
        self.assertEqual(said["chat"]["messages"][-1]["response_metadata"]["engine"], "scripted")

    def test_the_mirror_runs_for_whoever_asks_and_shows_its_agents(self):
        self.server = Server(PHAROS_MODE="mock")
        try:
            ada, eve = self.server.new_person(), self.server.new_person()
            photo = ada.upload("/api/v1/media", encoded(sample().resize((320, 320)), "PNG")).json()["id"]
            wanted = {"assistant_id": "mirror", "input": {"media_id": photo, "bio": "I build boats in winter."}}
            answer = ada.ask("POST", "/runs/wait", wanted)
            self.assertEqual(answer.status, 200, answer.body)
            report = answer.json()["report"]
            self.assertEqual(report["agents"]["bio"]["engine"], "mock")
            kept = ada.ask("GET", f"/api/v1/analysis/{report['report_id']}")
            self.assertEqual((kept.status, kept.json()["scores"]), (200, report["scores"]))
            streamed = ada.ask("POST", "/runs/stream",
                               {**wanted, "stream_mode": ["updates"], "stream_subgraphs": True}).body.decode()
            agents = re.findall(r"^event: updates\|mirror:\S+\r?\ndata: {\"(\w+)\"", streamed, re.M)
            self.assertEqual(sorted(agents), ["aggregate", "bio", "embedding", "face", "fashion", "format", "posture"])
            self.assertIn('data: {"mirror":', streamed)
            thread = eve.ask("POST", "/threads", {}).json()["thread_id"]
            refused = eve.ask("POST", f"/threads/{thread}/runs/wait", wanted).json()
            self.assertIn("photo", refused["__error__"]["message"], "another's photo is not there")
            wrong = ada.ask("POST", "/runs/wait", {"assistant_id": "mirror", "input": {"media_id": "photo.png"}})
            self.assertIn("media_id", wrong.json()["__error__"]["message"])
            drawn = ada.ask("GET", "/assistants/mirror/graph?xray=true").json()
            self.assertIn("mirror:aggregate", [node["id"] for node in drawn["nodes"]])
        finally:
            code, log = self.server.stop()
        self.assertEqual(code, 0, log)

    def test_a_folder_that_is_none_is_refused_with_the_settings_name(self):
        outcome = pharos("serve", "--port", "0", "--data", str(self.folder),
                         environment={"GRAPHS_FOLDER": str(self.folder / "missing")})
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("GRAPHS_FOLDER", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
