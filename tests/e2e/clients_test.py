"""Others' clients of the Agent Server API, unchanged: a tour by each, a page with each hook, and a cable that is cut.

    PHAROS=… python clients_test.py golden      writes the golden transcripts anew, from what the Python client is told
"""
import concurrent.futures
import json
import sys
import unittest

from clients import cable, pages, tours
from server import Server

GOLDEN = tours.HERE / "golden"
GRAPHS = str(tours.HERE / "graphs")
PARTS = ["assistants", "subgraphs", "threads", "streams", "chats", "interrupts", "background", "crons", "store"]


def as_text(transcript):
    """One step a line, so that a change can be read in a comparison of versions."""
    return "[\n" + ",\n".join(json.dumps(step, ensure_ascii=False) for step in transcript) + "\n]\n"


def headers_of(person):
    return {"Authorization": f"Bearer {person.token}"}


class ClientsCase(unittest.TestCase):
    """Tests of one server with the tour's graphs."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(GRAPHS_FOLDER=GRAPHS, BACKEND_CORS_ORIGINS="*")
        cls.addClassCleanup(cls.stop)
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    @classmethod
    def stop(cls):
        code, errors = cls.server.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"


class TourTest(ClientsCase):
    def test_every_client_is_told_the_same(self):
        transcripts = tours.all_transcripts(self.url, headers_of(self.server.new_person()), PARTS)
        for part in PARTS:
            expected = json.loads((GOLDEN / f"{part}.json").read_text())
            for client, transcript in transcripts.items():
                for golden, told in zip(expected, transcript[part], strict=True):
                    with self.subTest(client=client, step=told["step"]):
                        # A client of another age may not know a call.
                        if not told.get("absent"):
                            self.assertEqual(list(tours.unlike(golden, told)), [])


class ProtocolTest(ClientsCase):
    def test_protocol_two_says_the_same_by_events_and_by_socket(self):
        expected = json.loads((GOLDEN / "protocol.json").read_text())
        for golden, told in zip(expected, tours.protocol(self.url, self.server.new_person().token), strict=True):
            with self.subTest(step=told["step"]):
                self.assertEqual(list(tours.unlike(golden, told)), [])


    def test_a_second_subscription_is_told_what_the_first_has_been(self):
        person = self.server.new_person()
        thread = person.ask("POST", "/threads", {}).json()["thread_id"]
        first, second = tours.ask("python", "subscriptions", {
            "url": f"{self.url.replace('http', 'ws')}/threads/{thread}/stream/events", "token": person.token,
            "assistant_id": "seq", "channels": ["lifecycle", "values"]})
        self.assertEqual(second["replayed"], len(second["ids"]))
        self.assertEqual(second["ids"], first["ids"])


class CableTest(ClientsCase):
    def test_a_stream_goes_on_after_a_cut_without_gap_or_repeat(self):
        def follow(client):
            counted, line = [], cable.Cable(self.server.port)
            try:
                for event in tours.follow(client, f"http://127.0.0.1:{line.port}", headers, assistant="ticks"):
                    if event["event"] != "values":
                        continue
                    counted.append(event["data"]["n"])
                    if counted[-1] in (20, 60):
                        line.cut()
            finally:
                line.stop()
            return counted

        headers = headers_of(self.server.new_person())
        with concurrent.futures.ThreadPoolExecutor(len(tours.CLIENTS)) as pool:
            for client, counted in zip(tours.CLIENTS, pool.map(follow, tours.CLIENTS)):
                with self.subTest(client=client):
                    self.assertEqual(counted, list(range(101)))


class PageTest(ClientsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pages = pages.Pages()
        cls.addClassCleanup(cls.pages.stop)

    def browse(self, hook, scenario, assistant, port=None, cut=None):
        page = self.pages.address(hook=hook, assistant=assistant, key=self.server.new_person().token,
                                  api=f"http://127.0.0.1:{port or self.server.port}")
        outcome = pages.browse(page, scenario, cut)
        self.assertEqual(outcome["problems"], [])
        self.assertNotIn("failure", outcome, outcome)
        self.assertIsNone(outcome["shown"]["error"])
        return outcome

    def test_an_answer_grows_on_the_page(self):
        for hook in pages.HOOKS:
            with self.subTest(hook=hook):
                outcome = self.browse(hook, "chat", "chat")
                said = [shown["messages"][-1] for shown in outcome["seen"] if len(shown["messages"]) == 2]
                self.assertEqual(outcome["shown"]["messages"][0], "human: Good evening")
                self.assertEqual(sorted(said, key=len), said)
                if hook == "sdk":  # the newer hook may be drawn only once all of a short answer is there
                    self.assertGreater(len(set(said)), 3)

    def test_a_question_is_answered(self):
        for hook in pages.HOOKS:
            with self.subTest(hook=hook):
                outcome = self.browse(hook, "ask", "ask")
                self.assertEqual(outcome["asked"]["question"], {"question": "Sure?"})
                self.assertEqual(outcome["shown"]["values"]["answer"], "yes")
                self.assertEqual(outcome["shown"]["values"]["log"], ["prepare", "finish"])

    def test_a_page_that_is_reloaded_joins_the_run(self):
        for hook in pages.HOOKS:
            with self.subTest(hook=hook):
                outcome = self.browse(hook, "reload", "slow")
                self.assertIn("busy", [shown["state"] for shown in outcome["seen"]])
                self.assertEqual(outcome["shown"]["values"]["items"], ["in", "first", "last"])

    def test_a_page_goes_on_after_a_cut(self):
        line = cable.Cable(self.server.port)
        self.addCleanup(line.stop)
        for hook in pages.HOOKS:
            with self.subTest(hook=hook):
                outcome = self.browse(hook, "cut", "slow", line.port, line.cut)
                self.assertEqual(outcome["shown"]["values"]["items"], ["in", "first", "last"])


def write_golden():
    server = Server(GRAPHS_FOLDER=GRAPHS)
    url, person = f"http://127.0.0.1:{server.port}", server.new_person()
    try:
        told = tours.run("python", url, headers_of(person), PARTS)
        protocol = tours.protocol(url, person.token)
    finally:
        server.stop()
    GOLDEN.mkdir(exist_ok=True)
    for part, transcript in told.items():
        (GOLDEN / f"{part}.json").write_text(as_text(tours.normalised(transcript)))
    (GOLDEN / "protocol.json").write_text(as_text(protocol))


if __name__ == "__main__":
    if sys.argv[1:] == ["golden"]:
        write_golden()
    else:
        unittest.main()
