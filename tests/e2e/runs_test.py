"""Runs as a client without a library of others sees them: leaving, waiting, coming second."""
import contextlib
import http.client
import json
import unittest

from clients import tours
from server import Server


class RunsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(GRAPHS_FOLDER=str(tours.HERE / "graphs"))
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.person = self.server.new_person()
        self.thread = self.person.ask("POST", "/threads", {}).json()["thread_id"]

    def leave_in_mid_stream(self, **wanted):
        """The id of a run whose client has left after its first event."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as connection:
            body = json.dumps({"assistant_id": "slow", "input": {"items": ["in"]}, **wanted})
            headers = {"Authorization": f"Bearer {self.person.token}", "Content-Type": "application/json"}
            connection.request("POST", f"/threads/{self.thread}/runs/stream", body, headers)
            response = connection.getresponse()
            self.assertEqual(response.readline(), b"event: metadata\n")
            run = response.headers["Content-Location"].rsplit("/", 1)[1]
            response.close()
        return run

    def end_of(self, run):
        path = f"/threads/{self.thread}/runs/{run}"
        self.assertEqual(self.person.ask("GET", path + "/join").status, 200)
        return self.person.ask("GET", path).json()["status"]

    def test_a_run_ends_with_its_client_only_where_it_is_told_to(self):
        self.assertEqual(self.end_of(self.leave_in_mid_stream(on_disconnect="cancel")), "interrupted")
        self.assertEqual(self.end_of(self.leave_in_mid_stream(on_disconnect="continue")), "success")
        self.assertEqual(self.end_of(self.leave_in_mid_stream()), "success")

    def test_who_waits_is_kept_alive_and_gets_one_answer(self):
        answer = self.person.ask("POST", f"/threads/{self.thread}/runs/wait", {"assistant_id": "slow", "input": {}})
        self.assertTrue(answer.body.startswith(b"\n"), answer.body)
        self.assertEqual(answer.json(), {"items": ["first", "last"]})
        self.assertRegex(answer.headers["Location"], r"/threads/.*/runs/.*/join$")

    def test_who_comes_second_is_streamed_when_its_turn_has_come(self):
        runs = f"/threads/{self.thread}/runs"
        self.person.ask("POST", runs, {"assistant_id": "slow", "input": {"items": ["one"]}})
        second = {"assistant_id": "slow", "input": {"items": ["two"]}, "stream_mode": "updates"}
        self.assertEqual(self.person.ask("POST", runs, second).status, 422)
        told = self.person.ask("POST", runs + "/stream", {**second, "multitask_strategy": "enqueue"}).body.decode()
        self.assertEqual(told.count("event: updates"), 3)
        self.assertEqual(self.person.ask("GET", f"/threads/{self.thread}").json()["values"]["items"],
                         ["one", "first", "last", "two", "first", "last"])

    def test_a_cron_goes_by_the_clocks_of_its_time_zone(self):
        wanted = {"assistant_id": "seq", "schedule": "30 7 1 7 *", "timezone": "America/New_York"}
        cron = self.person.ask("POST", "/runs/crons", wanted).json()
        self.assertEqual(cron["timezone"], "America/New_York")
        self.assertRegex(cron["next_run_date"], "-07-01T11:30:00")
        place = f"/runs/crons/{cron['cron_id']}"
        moved = self.person.ask("PATCH", place, {"timezone": "Asia/Kolkata"}).json()
        self.assertEqual(moved["schedule"], wanted["schedule"])
        self.assertRegex(moved["next_run_date"], "-07-01T02:00:00")
        self.assertEqual(self.person.ask("PATCH", place, {"timezone": "Mars/Olympus"}).status, 422)
        self.assertEqual(self.person.ask("POST", "/runs/crons", {**wanted, "timezone": "Mars/Olympus"}).status, 422)

    def told(self, count, mode, after="0"):
        """So many events of the thread after the one of that id."""
        path = f"/threads/{self.thread}/stream" + (f"?stream_mode={mode}" if mode else "")
        with contextlib.closing(self.person.follow(path, {"Last-Event-ID": after})) as events:
            return [{**event, "data": json.loads(event["data"])} for _, event in zip(range(count), events)]

    def test_a_thread_tells_its_runs_in_the_modes_that_are_asked_for(self):
        runs = []
        for _ in range(2):
            answer = self.person.ask("POST", f"/threads/{self.thread}/runs/stream", {"assistant_id": "seq", "input": {}})
            runs.append(answer.headers["Content-Location"].rsplit("/", 1)[1])
        ends = [{"status": "run_done", "run_id": run} for run in runs]
        lifecycle = self.told(4, "lifecycle")
        self.assertEqual([event["event"] for event in lifecycle], ["metadata"] * 4)
        self.assertEqual([event["data"]["run_id"] for event in lifecycle], [runs[0], runs[0], runs[1], runs[1]])
        self.assertEqual([lifecycle[1]["data"], lifecycle[3]["data"]], ends)
        everything = self.told(8, None)
        self.assertIn(ends[0], [event["data"] for event in everything])
        self.assertEqual(everything, self.told(8, "run_modes"))
        self.assertEqual({event["event"] for event in self.told(6, "state_update")}, {"values"})
        ids = [int(event["id"]) for event in everything]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertEqual(self.told(1, "lifecycle", after=lifecycle[1]["id"])[0]["data"]["run_id"], runs[1])
        self.assertEqual(self.told(1, "lifecycle", after=lifecycle[2]["id"])[0]["data"], ends[1])
        self.assertEqual(self.person.ask("GET", f"/threads/{self.thread}/stream?stream_mode=loud").status, 422)


if __name__ == "__main__":
    unittest.main()
