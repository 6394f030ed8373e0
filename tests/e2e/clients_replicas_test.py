"""Others' clients of the Agent Server API, and several servers on one database and one Redis."""
import concurrent.futures
import itertools
import tempfile
import unittest

from clients import tours
from postgres import PrivatePostgres
from redis_server import PrivateRedis
from server import Client, Server


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


if __name__ == "__main__":
    unittest.main()
