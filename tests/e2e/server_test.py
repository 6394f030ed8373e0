"""`pharos serve` as its clients see it."""
import json
import pathlib
import re
import socket
import tempfile
import unittest
import uuid

import photos
from command_line import pharos
from server import Client, Server

BIO = "I build wooden boats and teach children to sail. Last winter we repaired a cutter from 1923."


def events_of(answer):
    """The server-sent events of an answer, each as a dictionary; comments are left out."""
    blocks = answer.body.decode().strip().split("\n\n")
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks if not block.startswith(":")]


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.ada, cls.eve = cls.server.new_person(), cls.server.new_person()

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.server.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"

    def test_it_is_well_and_says_what_it_is(self):
        stranger = self.server.stranger()
        self.assertEqual(stranger.ask("GET", "/healthz").json(), {"status": "ok"})
        self.assertEqual(stranger.ask("GET", "/readyz").json(), {"status": "ok"})
        self.assertEqual(stranger.ask("GET", "/ok").json(), {"ok": True})
        self.assertEqual(stranger.ask("GET", "/info").json()["name"], "pharos")
        self.assertIn("http_requests_total", stranger.ask("GET", "/metrics").body.decode())

    def test_the_demo_login_works(self):
        me = self.server.signed_in(self.server.demo_login()).ask("GET", "/api/v1/users/me").json()
        self.assertEqual(me["email"], "demo@example.org")

    def test_an_oauth2_client_logs_in_by_form(self):
        login = self.server.demo_login()
        answer = self.server.stranger().ask("POST", "/api/v1/login/access-token", form={
            "grant_type": "password", "username": login["email"], "password": login["password"]})
        self.assertEqual(answer.json()["token_type"], "bearer")
        self.assertEqual(Client(self.server.port, answer.json()["access_token"]).ask(
            "POST", "/api/v1/login/test-token").status, 200)

    def test_wrong_passwords_and_unknown_people_are_told_the_same(self):
        login = self.server.demo_login()
        stranger = self.server.stranger()
        wrong = stranger.ask("POST", "/api/v1/auth/login", {**login, "password": "not this one"})
        unknown = stranger.ask("POST", "/api/v1/auth/login", {"email": "nobody@example.org", "password": "any one"})
        self.assertEqual((wrong.status, unknown.status), (401, 401))
        self.assertEqual(wrong.json()["detail"], unknown.json()["detail"])

    def test_who_forgot_a_password_is_told_nothing_about_others(self):
        stranger = self.server.stranger()
        for email in (self.server.demo_login()["email"], "nobody@example.org"):
            self.assertEqual(stranger.ask("POST", "/api/v1/password-recovery", {"email": email}).status, 202)
        guess = {"token": "guess", "new_password": uuid.uuid4().hex}
        self.assertEqual(stranger.ask("POST", "/api/v1/reset-password", guess).status, 401)

    def test_tokens_are_refreshed_and_end_with_the_login(self):
        login = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
        stranger = self.server.stranger()
        self.assertEqual(stranger.ask("POST", "/api/v1/auth/register", login).status, 201)
        first = stranger.ask("POST", "/api/v1/auth/login", login).json()
        second = stranger.ask("POST", "/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).json()
        client = Client(self.server.port, second["access_token"])
        self.assertEqual(client.ask("GET", "/api/v1/users/me").status, 200)
        self.assertEqual(client.ask("POST", "/api/v1/auth/logout").status, 204)
        self.assertEqual(client.ask("GET", "/api/v1/users/me").status, 401)
        self.assertEqual(stranger.ask("POST", "/api/v1/auth/refresh",
                                      {"refresh_token": second["refresh_token"]}).status, 401)

    def test_items_are_made_changed_listed_and_deleted(self):
        made = self.ada.ask("POST", "/api/v1/items", {"title": "Oar", "description": "of ash"}).json()
        path = f"/api/v1/items/{made['id']}"
        self.assertEqual(self.ada.ask("PUT", path, {"title": "Long oar"}).json(), {**made, "title": "Long oar"})
        self.assertIn(made["id"], [item["id"] for item in self.ada.ask("GET", "/api/v1/items?limit=5").json()["data"]])
        self.assertEqual(self.eve.ask("GET", path).status, 404)
        self.assertEqual(self.eve.ask("PUT", path, {"title": "Mine"}).status, 404)
        self.assertEqual(self.ada.ask("DELETE", path).status, 204)
        self.assertEqual(self.ada.ask("GET", path).status, 404)

    def test_a_photo_is_analysed_and_the_report_goes_with_it(self):
        medium = self.ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        self.assertEqual((medium["format"], medium["width"]), ("png", 512))
        report = self.ada.ask("POST", "/api/v1/analysis/analyze", {"media_id": medium["id"], "bio": BIO}).json()
        alone = json.loads(pharos("analyze", photos.SAMPLE, "--bio", BIO, "--json").stdout)
        for bio in (report["agents"]["bio"], alone["agents"]["bio"]):
            bio.pop("duration_ms")
        self.assertEqual(report["scores"], alone["scores"])
        self.assertEqual(report["agents"]["bio"], alone["agents"]["bio"])
        listed = self.ada.ask("GET", "/api/v1/analysis").json()["data"]
        self.assertEqual([entry["media_id"] for entry in listed], [medium["id"]])
        kept = f"/api/v1/analysis/{listed[0]['id']}"
        self.assertEqual(self.ada.ask("GET", kept).json()["scores"], alone["scores"])
        self.assertEqual(self.eve.ask("GET", kept).status, 404)
        self.assertEqual(self.eve.ask("GET", f"/api/v1/media/{medium['id']}/content").status, 404)
        self.assertEqual(self.ada.ask("GET", f"/api/v1/media/{medium['id']}/content").body,
                         photos.SAMPLE.read_bytes())
        self.assertEqual(self.ada.ask("DELETE", f"/api/v1/media/{medium['id']}").status, 204)
        self.assertEqual(self.ada.ask("GET", kept).status, 404)

    def test_agents_are_watched_while_they_work(self):
        medium = self.eve.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        stream = self.eve.ask("POST", "/api/v1/analysis/stream", {"media_id": medium["id"], "bio": BIO})
        self.assertEqual(stream.headers["Content-Type"], "text/event-stream; charset=utf-8")
        events = events_of(stream)
        agents = {json.loads(event["data"])["agent"] for event in events if event["event"] == "agent"}
        self.assertEqual(agents, {"embedder", "face", "fashion", "posture", "bio", "aggregator", "formatter"})
        self.assertEqual(events[-1]["event"], "report")
        self.assertIn("scores", json.loads(events[-1]["data"]))

    def test_an_analysis_is_done_later_and_followed(self):
        medium = self.eve.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        answer = self.eve.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"], "bio": BIO})
        self.assertEqual((answer.status, answer.json()["status"]), (202, "queued"))
        path = f"/api/v1/jobs/{answer.json()['id']}"
        followed = events_of(self.eve.ask("GET", path + "/events"))
        self.assertEqual([event["id"] for event in followed], [str(n + 1) for n in range(len(followed))])
        self.assertEqual((followed[0]["event"], followed[-1]["event"]), ("started", "succeeded"))
        agents = {json.loads(event["data"])["agent"] for event in followed if event["event"] == "progress"}
        self.assertEqual(agents, {"embedder", "face", "fashion", "posture", "bio", "aggregator", "formatter"})
        rest = events_of(self.eve.ask("GET", path + "/events", headers={"Last-Event-ID": "3"}))
        self.assertEqual(rest, followed[3:])
        job = self.eve.ask("GET", path).json()
        self.assertEqual(job["status"], "succeeded")
        self.assertEqual(self.eve.ask("GET", f"/api/v1/analysis/{job['result']['report_id']}").status, 200)
        self.assertEqual(self.ada.ask("GET", path).status, 404)
        self.assertEqual(self.ada.ask("GET", path + "/events").status, 404)
        self.assertIn(job["id"], [each["id"] for each in self.eve.ask("GET", "/api/v1/jobs").json()["data"]])

    def test_a_key_acts_for_its_owner_until_it_is_revoked(self):
        made = self.ada.ask("POST", "/api/v1/keys", {"name": "boat", "scopes": ["items_write"]}).json()
        program = Client(self.server.port, made["key"])
        self.assertEqual(program.ask("POST", "/api/v1/items", {"title": "Rope"}).status, 201)
        self.assertEqual(program.upload("/api/v1/media", photos.SAMPLE.read_bytes()).status, 403)
        self.assertEqual(self.server.stranger().ask("GET", "/api/v1/items", headers={"X-API-Key": made["key"]}).status,
                         200)
        listed = self.ada.ask("GET", "/api/v1/keys").json()["data"]
        self.assertNotIn(made["key"], json.dumps(listed))
        self.assertEqual(self.ada.ask("DELETE", f"/api/v1/keys/{made['info']['id']}").status, 204)
        self.assertEqual(program.ask("GET", "/api/v1/items").status, 401)

    def test_people_work_together_in_a_team(self):
        team = self.ada.ask("POST", "/api/v1/teams", {"name": "Shipyard"}).json()
        entered = self.ada.ask("POST", f"/api/v1/teams/{team['id']}/enter").json()
        self.assertTrue(entered["is_current"])
        self.assertEqual(self.eve.ask("POST", f"/api/v1/teams/{team['id']}/enter").status, 404)
        own = [each for each in self.ada.ask("GET", "/api/v1/teams").json()["data"] if each["is_personal"]][0]
        email = self.eve.ask("GET", "/api/v1/users/me").json()["email"]
        invited = self.ada.ask("POST", "/api/v1/team/invitations", {"email": email, "role": "analyst"})
        self.assertEqual((invited.status, invited.json()["email"]), (201, email))
        self.assertNotIn("token", invited.json())
        self.assertEqual(self.eve.ask("POST", "/api/v1/invitations/accept", {"token": "guess"}).status // 100, 4)
        self.assertEqual(len(self.ada.ask("GET", "/api/v1/team/members").json()["data"]), 1)
        self.assertEqual(self.ada.ask("POST", f"/api/v1/teams/{own['id']}/enter").status, 200)

    def test_only_who_runs_the_server_sees_everybody(self):
        self.assertEqual(self.ada.ask("GET", "/api/v1/users").status, 403)
        admin = self.server.signed_in(self.server.demo_login())
        listed = admin.ask("GET", "/api/v1/users?limit=100").json()
        self.assertGreaterEqual(listed["count"], 3)
        login = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
        made = admin.ask("POST", "/api/v1/users", login).json()
        person = self.server.signed_in(login)
        self.assertEqual(admin.ask("PATCH", f"/api/v1/users/{made['id']}", {"is_active": False}).json()["is_active"],
                         False)
        self.assertIn(person.ask("GET", "/api/v1/users/me").status, (401, 403))
        self.assertEqual(admin.ask("DELETE", f"/api/v1/users/{made['id']}").status, 204)
        actions = {entry["action"] for entry in admin.ask("GET", "/api/v1/audit?of_server=true").json()["data"]}
        self.assertGreater(len(actions), 1)

    def test_what_is_no_photo_is_refused_with_a_sentence(self):
        for name, file in {"empty": b"", "text": b"this is no photo", "broken": photos.SAMPLE.read_bytes()[:30]}.items():
            with self.subTest(name):
                answer = self.ada.upload("/api/v1/media", file)
                self.assertIn(answer.status, (415, 422))
                self.assertGreater(len(answer.json()["detail"]), 20)
        self.assertEqual(self.ada.ask("POST", "/api/v1/analysis/analyze", {"media_id": str(uuid.uuid4())}).status, 404)

    def test_no_route_gives_anything_to_those_who_may_not_have_it(self):
        """Every route of the documentation, as nobody, with forged tokens, and with another's ids."""
        document = self.server.stranger().ask("GET", "/openapi.json").json()
        item = self.ada.ask("POST", "/api/v1/items", {"title": "Hers"}).json()["id"]
        medium = self.ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()["id"]
        thread = self.ada.ask("POST", "/threads", {}).json()["thread_id"]
        run = self.ada.ask("POST", f"/threads/{thread}/runs", {"assistant_id": "countdown", "input": {}}).json()["run_id"]
        assistant = self.ada.ask("POST", "/assistants", {"graph_id": "countdown"}).json()["assistant_id"]
        cron = self.ada.ask("POST", "/runs/crons", {"assistant_id": "countdown", "schedule": "@yearly"}).json()["cron_id"]
        hers = {"cron_id": cron, "thread_id": thread, "run_id": run, "assistant_id": assistant, "checkpoint_id": run,
                "subgraph": "inner", "id": item, "name": "reports"}
        body = {"assistant_id": "countdown", "id": 1, "method": "state.get", "version": 1, "channels": ["values"],
                "schedule": "@yearly"}
        header, payload, signature = self.ada.token.split(".")
        forged = [None, "nonsense", f"{header}.{payload}.{signature[:-4]}AAAA", f"eyJhbGciOiJub25lIn0.{payload}.",
                  "phk_0123456789abcdef_AAAA_00000000"]
        tried = 0
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if "security" not in operation:
                    continue
                tried += 1
                ids = {**hers, "id": medium} if "/media" in path else hers
                filled = re.sub(r"\{(\w+)\}", lambda part: ids[part[1]], path)
                if operation["operationId"].startswith("log_out"):
                    continue  # it would end the logins of this test
                for token in forged:
                    answer = Client(self.server.port, token).ask(method.upper(), filled)
                    self.assertEqual(answer.status, 401, f"{method} {path} with {token}")
                if "{" in path:
                    answer = self.eve.ask(method.upper(), filled, {"title": "x"} if method == "put" else
                                          body if path.startswith(("/threads", "/assistants", "/runs")) else {})
                    self.assertIn(answer.status, (403, 404), f"{method} {path} as another person")
        self.assertGreater(tried, 15)
        self.assertEqual(self.ada.ask("GET", f"/api/v1/items/{item}").status, 200)

    def test_the_documentation_names_every_route(self):
        page = self.server.stranger().ask("GET", "/docs").body.decode()
        for path in self.server.stranger().ask("GET", "/openapi.json").json()["paths"]:
            self.assertIn(f"<code>{path}</code>", page)
        self.assertEqual(self.server.stranger().ask("GET", "/docs/style.css").status, 200)
        self.assertEqual(self.server.stranger().ask("GET", "/").headers["Location"], "/docs")


class LimitsTest(unittest.TestCase):
    def test_one_call_too_many_is_told_when_to_come_back(self):
        server = Server(RATE_LIMIT_ENABLED="true", RATE_LIMIT_PER_MINUTE="5")
        try:
            person = server.new_person()
            statuses = [person.ask("GET", "/api/v1/items").status for _ in range(7)]
            self.assertEqual(statuses, [200] * 5 + [429] * 2)
            refusal = person.ask("GET", "/api/v1/items")
            self.assertGreater(int(refusal.headers["Retry-After"]), 0)
            self.assertIn("try again in", refusal.json()["detail"])
            self.assertEqual(server.new_person().ask("GET", "/api/v1/items").status, 200)
        finally:
            server.stop()

    def test_a_team_and_an_address_have_budgets_besides(self):
        for name, free in (("TEAM", 8), ("ADDRESS", 8 - len(("register", "log in")))):
            with self.subTest(name):
                server = Server(RATE_LIMIT_ENABLED="true", **{f"RATE_LIMIT_{name}_PER_MINUTE": "8"})
                try:
                    person = server.new_person()
                    statuses = [person.ask("GET", "/api/v1/items").status for _ in range(10)]
                    self.assertEqual(statuses, [200] * free + [429] * (10 - free))
                    self.assertIn(f"({name.lower()})", person.ask("GET", "/api/v1/items").json()["detail"])
                finally:
                    server.stop()

    def test_so_many_streams_are_open_at_once(self):
        server = Server(RATE_LIMIT_ENABLED="true", RATE_LIMIT_STREAMS="2")
        try:
            person, path = server.new_person(), "/api/v1/utils/ticks?count=3600&every_ms=50"
            streams = [person.follow(path), person.follow(path), server.new_person().follow(path)]
            for stream in streams:
                self.assertEqual(next(stream)["event"], "tick")
            refusal = person.ask("GET", path)
            self.assertEqual(refusal.status, 429)
            self.assertIn("2 streams are open", refusal.json()["detail"])
            streams.pop(0).close()
            short = "/api/v1/utils/ticks?count=1"
            self.assertIn(200, (person.ask("GET", short).status for _ in range(50)), "the place is free again")
            for stream in streams:
                stream.close()
        finally:
            server.stop()


class KeepingTest(unittest.TestCase):
    def test_what_was_kept_is_there_after_a_restart(self):
        with tempfile.TemporaryDirectory() as data:
            first = Server(data=data)
            login = first.demo_login()
            first.signed_in(login).ask("POST", "/api/v1/items", {"title": "Anchor"})
            first.stop()
            second = Server(data=data)
            self.assertEqual(second.demo_login(), login)
            self.assertEqual(second.signed_in(login).ask("GET", "/api/v1/items").json()["data"][0]["title"], "Anchor")
            second.stop()
            self.assertEqual(pathlib.Path(data, "data", "demo-password").stat().st_mode & 0o077, 0)


class BadSettingsTest(unittest.TestCase):
    def test_each_is_one_line_and_exit_code_2(self):
        with socket.socket() as taken, tempfile.TemporaryDirectory() as folder:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            cases = {
                "in use": ({}, ["--port", port]),
                "PHAROS_PORT": ({"PHAROS_PORT": "many"}, []),
                "did you mean PHAROS_PORT?": ({"PHAROS_PROT": "1"}, []),
                "no address to listen on": ({}, ["--host", "nowhere"]),
                "APP_ENV": ({"APP_ENV": "moon"}, []),
                "TLS": ({"PHAROS_TLS_CERTIFICATE": "/no.pem", "PHAROS_TLS_KEY": "/no.pem"}, []),
                "DATABASE_URL": ({"DATABASE_URL": "mysql://x"}, []),
                "127.0.0.1": ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, []),
                "cannot be made": ({}, ["--data", "/proc/none"]),
            }
            for said, (settings, words) in cases.items():
                with self.subTest(said):
                    words = words if "--data" in words else [*words, "--data", folder]
                    outcome = pharos("serve", *words, environment=settings)
                    self.assertEqual((outcome.returncode, outcome.stderr.count("\n")), (2, 1), outcome.stderr)
                    self.assertIn(said, outcome.stderr)

    def test_config_says_where_each_setting_is_from(self):
        entries = json.loads(pharos("config", "--json", environment={"PHAROS_PORT": "81"}).stdout)
        port = next(entry for entry in entries if entry["name"] == "PHAROS_PORT")
        self.assertEqual((port["value"], port["source"]), ("81", "environment"))


if __name__ == "__main__":
    unittest.main()
