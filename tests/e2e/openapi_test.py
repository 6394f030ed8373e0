"""The server against its own OpenAPI document: thousands of requests that schemathesis makes from it."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import photos
from server import ServerCase

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build/client-venv/bin/schemathesis"
HOOKS = pathlib.Path(__file__).resolve().parent / "openapi_hooks.py"
# After these the login is over, and all the others would only ever be told so.
ENDS_THE_LOGIN = ["log_out", "log_out_everywhere", "log_out_there", "delete_my_account", "log_out_from_a_browser"]
SECONDS = 300 if os.environ.get("PHAROS_TEST_LONG") else 22


class OpenApiTest(ServerCase):
    """No 5xx, no status that is not documented, no answer unlike its schema, nothing wrong accepted.

    What a schema cannot say may be refused: a password that everybody would try, a file that is no photo.
    """

    def try_everything(self, person, seconds, *words):
        me = person.ask("GET", "/api/v1/users/me").json()["id"]
        with tempfile.TemporaryDirectory() as folder:
            outcome = subprocess.run(
                [PROGRAM, "run", f"http://127.0.0.1:{person.port}/openapi.json",
                 "--header", f"Authorization: Bearer {person.token}", "--checks", "all",
                 "--exclude-checks", "positive_data_acceptance", "--seed", "20", "--max-examples", "20",
                 "--max-time", str(seconds), "--no-shrink", "--warnings", "off", *words],
                env={**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS), "OPENAPI_TEST_SELF": me,
                     "NO_COLOR": "1"},
                cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
                check=False)
        self.assertEqual(outcome.returncode, 0, outcome.stdout[-20000:])

    def excluded(self):
        return [word for name in ENDS_THE_LOGIN for word in ("--exclude-operation-id", name)]

    def test_a_person_is_answered_as_it_says(self):
        person = self.server.new_person()
        medium = person.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        person.ask("POST", "/api/v1/analysis/analyze", {"media_id": medium["id"]})
        person.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"]})
        self.try_everything(person, SECONDS, *self.excluded())
        self.assertEqual(person.ask("GET", "/api/v1/users/me").status, 200)

    def test_who_runs_the_server_is_answered_as_it_says(self):
        admin = self.server.signed_in(self.server.demo_login())
        self.try_everything(admin, SECONDS, *self.excluded())
        self.assertEqual(admin.ask("GET", "/api/v1/users").status, 200)

    def test_who_leaves_is_answered_as_it_says(self):
        leaving = [word for name in ENDS_THE_LOGIN for word in ("--include-operation-id", name)]
        self.try_everything(self.server.new_person(), 5, *leaving)


if __name__ == "__main__":
    unittest.main()
