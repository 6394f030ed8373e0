"""Features that are on for some, at several replicas."""
import tempfile
import time
import unittest
import uuid

from postgres import PrivatePostgres
from server import Client, Server

FLAGS = "/api/v1/flags"
ADMIN = "/api/v1/feature-flags"


def mine(person):
    return {each["name"]: (each["is_on"], each["source"]) for each in person.ask("GET", FLAGS).json()["data"]}


class FlagsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres, cls.folder = PrivatePostgres(), tempfile.TemporaryDirectory()
        settings = {"data": cls.folder.name, "DATABASE_URL": cls.postgres.url, "FEATURE_FLAGS": "new_reports=off"}
        cls.here, cls.there = Server(**settings), Server(**settings)
        cls.admin, cls.ada = cls.here.signed_in(cls.here.demo_login()), cls.here.new_person()
        cls.me = cls.ada.ask("GET", "/api/v1/users/me").json()

    @classmethod
    def tearDownClass(cls):
        codes = [server.stop()[0] for server in (cls.here, cls.there)]
        cls.postgres.stop()
        cls.folder.cleanup()
        assert codes == [0, 0], codes

    def test_a_feature_is_turned_on_for_a_person_at_every_replica_within_seconds(self):
        elsewhere = Client(self.there.port, self.ada.token)
        self.assertEqual(mine(elsewhere)["new_reports"], (False, "default"))
        changed = self.admin.ask("PUT", f"{ADMIN}/new_reports", {"about": "Reports on one page",
                                                                "on_for": [self.me["id"]]})
        self.assertEqual((changed.status, changed.json()["on_for"]), (200, [self.me["id"]]), changed.body)
        self.assertEqual(mine(self.ada)["new_reports"], (True, "user"))
        limit = time.monotonic() + 5
        while mine(elsewhere)["new_reports"] != (True, "user") and time.monotonic() < limit:
            time.sleep(0.05)  # until the other one looks
        self.assertEqual(mine(elsewhere)["new_reports"], (True, "user"))
        self.assertEqual(mine(self.admin)["new_reports"], (False, "percent"))
        self.assertEqual(self.admin.ask("DELETE", f"{ADMIN}/new_reports").status, 204)
        self.assertEqual(mine(self.ada)["new_reports"], (False, "default"))
        self.assertEqual(self.admin.ask("DELETE", f"{ADMIN}/new_reports").status, 404)
        told = self.admin.ask("GET", "/api/v1/audit?of_server=true").json()["data"]
        self.assertEqual([entry["action"] for entry in told if entry["subject"] == "new_reports"],
                         ["feature_reset", "feature_changed"])

    def test_a_team_and_a_part_of_all(self):
        self.admin.ask("PUT", f"{ADMIN}/quick_search", {"percent": 100, "off_for": [self.me["team_id"]]})
        self.assertEqual(mine(self.ada)["quick_search"], (False, "team"))
        self.assertEqual(mine(self.here.new_person())["quick_search"], (True, "percent"))
        listed = self.admin.ask("GET", ADMIN).json()["data"]
        self.assertEqual({flag["name"]: flag["percent"] for flag in listed}["quick_search"], 100)

    def test_only_who_runs_the_server_changes_them(self):
        for method, path in (("GET", ADMIN), ("PUT", f"{ADMIN}/mine"), ("DELETE", f"{ADMIN}/mine")):
            self.assertEqual(self.ada.ask(method, path, {} if method == "PUT" else None).status, 403, method)
        self.assertEqual(self.here.stranger().ask("GET", FLAGS).status, 401)

    def test_what_makes_no_sense_is_refused_with_a_sentence(self):
        for name, body in {"Big": {}, "reports": {"percent": 200}, "search": {"on_for": [str(uuid.uuid4())]},
                           "pages": {"on_for": ["ada"]}}.items():
            answer = self.admin.ask("PUT", f"{ADMIN}/{name}", body)
            self.assertEqual(answer.status, 422, name)
            self.assertGreater(len(answer.json()["detail"]), 20)


if __name__ == "__main__":
    unittest.main()
