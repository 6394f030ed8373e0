"""Several programs on one database."""
import tempfile
import time
import unittest
import uuid

import photos
from postgres import PrivatePostgres
from server import Client, Server
from server_test import BIO, events_of


class ReplicasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = PrivatePostgres()
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.postgres.stop()
        cls.folder.cleanup()

    def replica(self):
        return Server(data=self.folder.name, DATABASE_URL=self.postgres.url)

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
            told = events_of(person.ask("GET", path + "/events"))
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


if __name__ == "__main__":
    unittest.main()
