"""A job followed over a WebSocket, by a client that somebody else wrote."""
import json
import os
import pathlib
import subprocess
import unittest

import photos
from server import Server
from server_test import BIO, events_of

CLIENTS = pathlib.Path(__file__).resolve().parents[2] / "build/client-venv/bin/python"
CLIENT = pathlib.Path(__file__).resolve().parent / "web_socket_client.py"


def socket_of(port, path, token=None, protocols=(), origin=None):
    """What `websockets` hears until the server ends it: its messages, the code, the status if it is refused."""
    outcome = subprocess.run(
        [CLIENTS, CLIENT, f"ws://127.0.0.1:{port}{path}"],
        env={**os.environ, "SOCKET": json.dumps({"token": token, "protocols": list(protocols), "origin": origin})},
        capture_output=True, text=True, timeout=120, check=False)
    if outcome.returncode != 0:
        raise AssertionError(outcome.stderr[-3000:])
    return json.loads(outcome.stdout)


class WebSocketTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(BACKEND_CORS_ORIGINS="https://pages.example", PHAROS_WEBSOCKET_DEFLATE="true")
        cls.ada, cls.eve = cls.server.new_person(), cls.server.new_person()

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.server.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"

    def job(self):
        medium = self.ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        return self.ada.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"], "bio": BIO}).json()["id"]

    def test_a_job_is_followed_as_its_event_stream_tells_it(self):
        path = f"/api/v1/jobs/{self.job()}"
        heard = socket_of(self.server.port, path + "/socket", self.ada.token)
        told = events_of(self.ada.ask("GET", path + "/events"))
        self.assertEqual(heard["messages"], [{"number": int(event["id"]), "event": event["event"],
                                              "data": json.loads(event["data"])} for event in told])
        self.assertEqual((heard["code"], heard["compressed"]), (1000, True))
        rest = socket_of(self.server.port, path + "/socket?after=3", self.ada.token)
        self.assertEqual(rest["messages"], heard["messages"][3:])

    def test_a_browser_brings_its_token_with_the_protocols(self):
        path = f"/api/v1/jobs/{self.job()}/socket"
        protocols = ["pharos", f"bearer.{self.ada.token}"]
        heard = socket_of(self.server.port, path, protocols=protocols, origin="https://pages.example")
        self.assertEqual((heard["messages"][-1]["event"], heard["protocol"]), ("succeeded", "pharos"))
        self.assertEqual(socket_of(self.server.port, path, protocols=protocols, origin="https://evil.example")["status"],
                         403)

    def test_nobody_else_is_told(self):
        path = f"/api/v1/jobs/{self.job()}/socket"
        self.assertEqual(socket_of(self.server.port, path)["status"], 401)
        self.assertEqual(socket_of(self.server.port, path, "forged")["status"], 401)
        self.assertEqual(socket_of(self.server.port, path, self.eve.token)["status"], 404)
        self.assertEqual(self.ada.ask("GET", path).status, 426)


if __name__ == "__main__":
    unittest.main()
