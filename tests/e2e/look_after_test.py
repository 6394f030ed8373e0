"""Looking after a server's data from the command line."""
import json
import pathlib
import re
import sqlite3
import tempfile
import unittest
import uuid

import photos
from command_line import pharos
from server import Client, Server


class LookAfterTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = pathlib.Path(self.folder.name) / "data"

    def tearDown(self):
        self.folder.cleanup()

    def run_on_data(self, *words):
        return pharos(*words, "--data", self.data)

    def test_accounts_are_made_listed_and_disabled(self):
        made = self.run_on_data("users", "add", "ada@example.org", "--password", uuid.uuid4().hex, "--superuser")
        self.assertEqual((made.returncode, made.stdout), (0, "made ada@example.org\n"), made.stderr)
        again = self.run_on_data("users", "add", "ada@example.org", "--password", uuid.uuid4().hex)
        self.assertEqual((again.returncode, again.stderr.count("\n")), (2, 1))
        self.run_on_data("users", "add", "eve@example.org", "--password", uuid.uuid4().hex)
        self.assertEqual(self.run_on_data("users", "disable", "eve@example.org").returncode, 0)
        listed = json.loads(self.run_on_data("users", "list", "--json").stdout)
        self.assertEqual([(user["email"], user["is_active"]) for user in listed["data"]],
                         [("ada@example.org", True), ("eve@example.org", False)])
        self.assertIn("runs the server", self.run_on_data("users", "list").stdout)
        unknown = self.run_on_data("users", "disable", "nobody@example.org")
        self.assertEqual((unknown.returncode, unknown.stderr.count("\n")), (2, 1))

    def test_keys_are_made_listed_and_revoked(self):
        self.run_on_data("users", "add", "ada@example.org", "--password", uuid.uuid4().hex)
        made = self.run_on_data("keys", "make", "ada@example.org", "--name", "boat", "--scope", "items_write,self",
                                "--days", "7", "--json")
        self.assertEqual(made.returncode, 0, made.stderr)
        key = json.loads(made.stdout)
        plain = self.run_on_data("keys", "make", "ada@example.org", "--name", "oar")
        self.assertRegex(plain.stdout, r"^phk_\S+\n$")
        server = Server(data=self.folder.name)
        program = Client(server.port, key["key"])
        self.assertEqual(program.ask("POST", "/api/v1/items", {"title": "Oar"}).status, 201)
        self.assertEqual(program.ask("GET", "/api/v1/audit").status, 403)
        server.stop()
        revoked = self.run_on_data("keys", "revoke", "ada@example.org", key["info"]["id"])
        self.assertEqual((revoked.returncode, revoked.stdout), (0, f"revoked {key['info']['id']}\n"))
        listed = json.loads(self.run_on_data("keys", "list", "ada@example.org", "--json").stdout)["data"]
        self.assertEqual({each["name"]: each["is_good"] for each in listed}, {"boat": False, "oar": True})
        self.assertIn("boat", self.run_on_data("keys", "list", "ada@example.org").stdout)
        for words in (("revoke", "ada@example.org", key["info"]["id"]), ("list", "nobody@example.org"),
                      ("make", "ada@example.org", "--name", "x", "--scope", "everything")):
            mistake = self.run_on_data("keys", *words)
            self.assertEqual((mistake.returncode, mistake.stderr.count("\n")), (2, 1), mistake.stderr)

    def test_a_change_of_the_audit_log_is_found(self):
        self.run_on_data("users", "add", "ada@example.org", "--password", uuid.uuid4().hex)
        self.assertEqual(self.run_on_data("audit", "verify").returncode, 0)
        with sqlite3.connect(self.data / "pharos.db") as database:
            changed = database.execute("UPDATE audit_log SET action = 'nothing' WHERE number = 1").rowcount
        self.assertGreater(changed, 0)
        found = self.run_on_data("audit", "verify", "--json")
        self.assertEqual(found.returncode, 1)
        self.assertFalse(json.loads(found.stdout)["whole"])

    def test_a_backup_of_a_running_server_is_restored(self):
        server = Server(data=self.folder.name)
        login = server.demo_login()
        person = server.signed_in(login)
        person.ask("POST", "/api/v1/items", {"title": "Anchor"})
        medium = person.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        backup = pathlib.Path(self.folder.name) / "backup"
        copied = self.run_on_data("backup", backup)
        self.assertEqual(copied.returncode, 0, copied.stderr)
        self.assertEqual(self.run_on_data("backup", backup).returncode, 2)
        server.stop()
        restored = pathlib.Path(self.folder.name) / "restored" / "data"
        self.assertEqual(pharos("restore", backup, "--data", restored).returncode, 0)
        for kept in ("token-keys.json", "sealing-keys", "demo-password"):
            self.assertEqual((restored / kept).read_bytes(), (server.data / kept).read_bytes(), kept)
        second = Server(data=restored.parent)
        person = second.signed_in(login)
        self.assertEqual(person.ask("GET", "/api/v1/items").json()["data"][0]["title"], "Anchor")
        self.assertEqual(person.ask("GET", f"/api/v1/media/{medium['id']}/content").body, photos.SAMPLE.read_bytes())
        second.stop()

    def test_migrations_are_shown_and_done(self):
        waiting = self.run_on_data("migrate", "--check")
        self.assertEqual(waiting.returncode, 1)
        self.assertIn("base 0001 items", waiting.stdout)
        self.assertEqual(self.run_on_data("migrate").returncode, 0)
        self.assertEqual(self.run_on_data("migrate", "--check").stdout, "every table has its newest form\n")

    def test_the_first_who_runs_a_server_is_let_in_once(self):
        server = Server(data=self.folder.name, APP_ENV="staging")
        token = re.search(r"with token (\S+)", server.greeting)[1]
        wanted = {"token": token, "email": "ada@example.org", "password": uuid.uuid4().hex}
        stranger = server.stranger()
        self.assertEqual(stranger.ask("POST", "/api/v1/setup", {**wanted, "token": "guess"}).status, 401)
        self.assertTrue(stranger.ask("POST", "/api/v1/setup", wanted).json()["is_superuser"])
        self.assertEqual(stranger.ask("POST", "/api/v1/setup", wanted).status, 401)
        login = {"email": wanted["email"], "password": wanted["password"]}
        self.assertEqual(server.signed_in(login).ask("GET", "/api/v1/users").status, 200)
        server.stop()


if __name__ == "__main__":
    unittest.main()
