"""Several programs on one database and one Redis."""
import concurrent.futures
import itertools
import json
import tempfile
import threading
import time
import unittest
import uuid

import photos
from postgres import PrivatePostgres
from redis_server import PrivateRedis
from server import Client, Server
from server_test import BIO, events_of


LIMIT = 60


class ReplicasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres, cls.redis = PrivatePostgres(), PrivateRedis()
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.postgres.stop()
        cls.redis.stop()
        cls.folder.cleanup()

    def replica(self, **settings):
        return Server(data=self.folder.name, DATABASE_URL=self.postgres.url, REDIS_URL=self.redis.url, **settings)

    def person_of(self, server):
        login = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
        self.assertEqual(server.stranger().ask("POST", "/api/v1/auth/register", login).status, 201)
        return server.signed_in(login)

    def test_what_is_done_at_one_is_there_at_the_other(self):
        one, two = self.replica(), self.replica()
        try:
            here = self.person_of(one)
            there = Client(two.port, here.token)
            item = here.ask("POST", "/api/v1/items", {"title": "Buoy"}).json()
            self.assertEqual(there.ask("GET", f"/api/v1/items/{item['id']}").json(), item)
            medium = here.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
            job = here.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"], "bio": BIO}).json()
            there_seen = events_of(there.ask("GET", f"/api/v1/jobs/{job['id']}/events"))
            here_seen = events_of(here.ask("GET", f"/api/v1/jobs/{job['id']}/events"))
            self.assertEqual(there_seen, here_seen)
            self.assertEqual([event["id"] for event in there_seen], [str(n + 1) for n in range(len(there_seen))])
            self.assertEqual(there_seen[-1]["event"], "succeeded")
            self.assertEqual(here.ask("POST", "/api/v1/auth/logout").status, 204)
            for _ in range(60):
                if there.ask("GET", "/api/v1/users/me").status == 401:
                    break
                time.sleep(0.1)  # a login that has ended counts elsewhere within five seconds
            self.assertEqual(there.ask("GET", "/api/v1/users/me").status, 401)
        finally:
            one.stop(), two.stop()

    def test_a_stream_that_is_begun_at_one_is_joined_at_the_other(self):
        one, two = self.replica(), self.replica()
        try:
            here = self.person_of(one)
            there = Client(two.port, here.token)
            medium = here.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
            job = here.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"], "bio": BIO}).json()
            path = f"/api/v1/jobs/{job['id']}/events"
            seen = list(itertools.islice(here.follow(path), 2))
            self.assertNotIn("succeeded", [event["event"] for event in seen])
            rest = events_of(there.ask("GET", path, headers={"Last-Event-ID": seen[-1]["id"]}))
            self.assertEqual([event["id"] for event in seen + rest],
                             [str(n + 1) for n in range(len(seen + rest))])
            self.assertEqual(rest[-1]["event"], "succeeded")
        finally:
            one.stop(), two.stop()

    def test_a_job_whose_replica_is_killed_is_done_by_another_once(self):
        one = self.replica()
        person = self.person_of(one)
        medium = person.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        job = person.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"]}).json()
        path = f"/api/v1/jobs/{job['id']}"
        # The first analysis of a program loads the models: the job is under way for a while.
        while person.ask("GET", path).json()["status"] == "queued":
            pass
        one.process.kill()
        killed = time.monotonic()
        two = self.replica()
        try:
            person = Client(two.port, person.token)
            told = []
            for event in person.follow(path + "/events"):
                told.append(event)
                if event["event"] == "started" and json.loads(event["data"])["attempt"] == 2:
                    self.assertLess(time.monotonic() - killed, 45)
            self.assertEqual([event["id"] for event in told], [str(n + 1) for n in range(len(told))])
            names = [event["event"] for event in told]
            self.assertEqual((names.count("succeeded"), names[-1]), (1, "succeeded"))
            done = person.ask("GET", path).json()
            self.assertEqual((done["status"], done["attempts"]), ("succeeded", 2))
            reports = person.ask("GET", "/api/v1/analysis").json()["data"]
            self.assertEqual([report["id"] for report in reports], [done["result"]["report_id"]])
        finally:
            two.stop()
            one.process.communicate()


class SharedLimitsTest(unittest.TestCase):
    """Two replicas with one budget, 200 clients at once."""

    def setUp(self):
        self.postgres, self.redis = PrivatePostgres(), PrivateRedis()
        self.addCleanup(self.postgres.stop)
        self.addCleanup(self.redis.stop)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.replicas = [Server(data=self.folder.name, DATABASE_URL=self.postgres.url, REDIS_URL=self.redis.url,
                                RATE_LIMIT_ENABLED="true", RATE_LIMIT_PER_MINUTE=str(LIMIT), PHAROS_REPLICAS="2")
                         for _ in range(2)]
        for replica in self.replicas:
            self.addCleanup(replica.stop)
        self.people = [self.replicas[0].new_person() for _ in range(4)]

    def statuses(self, ask, in_the_middle=lambda: None):
        """What 200 clients are answered, three calls each, with something that happens after the first calls."""
        first_calls = threading.Barrier(201)

        def client(number):
            replica = self.replicas[number % 2]
            answers = [ask(replica.port)]
            first_calls.wait(120)
            return [*answers, ask(replica.port), ask(replica.port)]

        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            answers = [pool.submit(client, number) for number in range(200)]
            first_calls.wait(120)
            in_the_middle()
            return [status for answer in answers for status in answer.result()]

    def admitted(self, person, in_the_middle=lambda: None):
        statuses = self.statuses(lambda port: Client(port, person.token).ask("GET", "/api/v1/users/me").status,
                                 in_the_middle)
        self.assertLessEqual(set(statuses), {200, 429})
        return statuses.count(200)

    def test_never_more_than_the_limit_whatever_happens_to_redis(self):
        self.assertEqual(self.admitted(self.people[0]), LIMIT)
        with self.subTest("flushed"):
            self.assertLessEqual(self.admitted(self.people[1], self.redis.flush), 2 * LIMIT)
        with self.subTest("paused"):
            self.assertLessEqual(self.admitted(self.people[2], self.redis.pause), 2 * LIMIT)
            self.redis.go_on()
        with self.subTest("killed"):
            self.assertLessEqual(self.admitted(self.people[3], self.redis.kill), 2 * LIMIT)
            guess = {"email": "demo@example.org", "password": "not this one"}
            statuses = self.statuses(lambda port: Client(port).ask("POST", "/api/v1/auth/login", guess).status)
            self.assertLessEqual(set(statuses), {401, 429})
            self.assertLessEqual(statuses.count(401), 10)


if __name__ == "__main__":
    unittest.main()
