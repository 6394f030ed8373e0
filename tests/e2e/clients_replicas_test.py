"""Others' clients of the Agent Server API, and several servers on one database and one Redis."""
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import random
import tempfile
import time
import unittest

from clients import tours
from postgres import PrivatePostgres
from redis_server import PrivateRedis
from server import Client, Server

ROUNDS = 10 if os.environ.get("PHAROS_TEST_LONG") else 1


class ClientsReplicasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres, cls.redis = PrivatePostgres(), PrivateRedis()
        cls.addClassCleanup(cls.postgres.stop)
        cls.addClassCleanup(cls.redis.stop)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def replica(self):
        server = Server(data=self.folder.name, DATABASE_URL=self.postgres.url, REDIS_URL=self.redis.url,
                        GRAPHS_FOLDER=str(tours.HERE / "graphs"))
        self.addCleanup(self.kill, server)
        return server

    @staticmethod
    def kill(server):
        if server.process.returncode is None:
            server.process.kill()
            server.process.communicate(timeout=60)
            server.folder.cleanup()

    def begin(self, person, first=0):
        thread = person.ask("POST", "/threads", {}).json()["thread_id"]
        wanted = {"assistant_id": "ticks", "input": {"n": first}, "stream_mode": "values", "stream_resumable": True}
        return {"thread": thread, "run": person.ask("POST", f"/threads/{thread}/runs", wanted).json()["run_id"]}

    def counted(self, client, server, person, **run):
        """The numbers that a client is told, each as it comes."""
        headers = {"Authorization": f"Bearer {person.token}"}
        for event in tours.follow(client, f"http://127.0.0.1:{server.port}", headers, assistant="ticks", **run):
            if event["event"] == "values":
                yield event["data"]["n"]

    def test_a_run_that_is_begun_at_one_is_joined_at_the_other(self):
        one, two = self.replica(), self.replica()
        person = one.new_person()
        run = self.begin(person)
        with concurrent.futures.ThreadPoolExecutor(len(tours.CLIENTS)) as pool:
            seen = pool.map(lambda client: list(self.counted(client, two, person, **run)), tours.CLIENTS)
            for client, counted in zip(tours.CLIENTS, seen):
                with self.subTest(client=client):
                    self.assertEqual(counted, list(range(101)))
        for server in (one, two):
            self.assertEqual(server.stop()[0], 0)

    def test_a_run_whose_replica_is_killed_is_followed_at_the_other_to_its_end(self):
        one = self.replica()
        person = one.new_person()
        run = self.begin(person, first=-200)
        seen = list(itertools.takewhile(lambda number: number < -150, self.counted("javascript", one, person, **run)))
        two = self.replica()
        there = Client(two.port, person.token)
        self.assertEqual(there.ask("GET", f"/threads/{run['thread']}/runs/{run['run']}").json()["status"], "running")
        self.kill(one)
        self.assertEqual(list(self.counted("javascript", two, person, **run)), list(range(-200, 101)))
        self.assertEqual(seen, list(range(-200, -150)))
        self.assertEqual(two.stop()[0], 0)

    def test_runs_whose_replica_is_killed_at_any_moment_are_told_whole_and_end_once(self):
        two = self.replica()
        person = two.new_person()
        taken_over = 0
        for _ in range(ROUNDS):
            one = self.replica()
            there = Client(one.port, person.token)
            runs = [begin_ticks(there) for _ in range(10)]
            ports = {"now": one.port}
            with concurrent.futures.ThreadPoolExecutor(len(runs)) as pool:
                told = [pool.submit(follow_to_the_end, ports, person.token, run) for run in runs]
                time.sleep(random.uniform(0.1, 2.5))  # a moment in mid-stream, whichever: no test waits for it
                self.kill(one)
                ports["now"] = two.port
                for run, events in zip(runs, told):
                    taken_over += self.check_run(person, run, events.result())
        self.assertGreater(taken_over, 0)
        self.assertEqual(two.stop()[0], 0)

    def check_run(self, person, run, events):
        """Whether another server went on with it."""
        path = f"/threads/{run['thread']}"
        self.assertEqual(person.ask("GET", f"{path}/runs/{run['run']}").json()["status"], "success")
        self.assertEqual([event["id"] for event in events], [str(number) for number in range(len(events))])
        values = [json.loads(event["data"])["n"] for event in events if event["event"] == "values"]
        self.assertEqual(values, list(range(-100, 101)))
        updates = [json.loads(event["data"]) for event in events if event["event"] == "updates"]
        self.assertEqual(sum("tick" in update for update in updates), 200)
        self.assertEqual(len(person.ask("POST", f"{path}/history", {"limit": 1000}).json()), 402)
        return sum(event["event"] == "metadata" for event in events) > 1


def begin_ticks(person):
    thread = person.ask("POST", "/threads", {}).json()["thread_id"]
    wanted = {"assistant_id": "ticks", "input": {"n": -100}, "stream_mode": ["values", "updates"],
              "stream_resumable": True}
    return {"thread": thread, "run": person.ask("POST", f"/threads/{thread}/runs", wanted).json()["run_id"]}


def follow_to_the_end(ports, token, run):
    """Every event of a run, coming back after the last one that came whole whenever the stream is cut."""
    path, events = f"/threads/{run['thread']}/runs/{run['run']}", []
    while True:
        try:
            last = events[-1]["id"] if events else "-1"
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", ports["now"], timeout=120)) as server:
                headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": last}
                server.request("GET", path + "/stream", headers=headers)
                events.extend(events_in(server.getresponse()))
            if Client(ports["now"], token).ask("GET", path).json()["status"] not in ("pending", "running"):
                return events
        except CutOff as cut:
            events.extend(cut.events)
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)  # until the other server is the one to ask


class CutOff(Exception):
    def __init__(self, events):
        super().__init__("the stream was cut")
        self.events = events


def events_in(response):
    events, event = [], {}
    try:
        for line in response:
            text = line.decode().rstrip("\n")
            if text and not text.startswith(":"):
                name, value = text.split(": ", 1)
                event[name] = value
            elif not text and event:
                events.append(event)
                event = {}
    except (OSError, http.client.HTTPException) as cut:
        raise CutOff(events) from cut
    return events


if __name__ == "__main__":
    unittest.main()
