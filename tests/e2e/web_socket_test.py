"""A job followed over a WebSocket, by a client that somebody else wrote."""
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest
import warnings

import photos
from certificates import certificate
from postgres import free_port
from server import Client, Server
from server_test import BIO, events_of

CLIENTS = pathlib.Path(__file__).resolve().parents[2] / "build/client-venv/bin/python"
CLIENT = pathlib.Path(__file__).resolve().parent / "web_socket_client.py"


def socket_of(port, path, token=None, protocols=(), origin=None, authority=None):
    """What `websockets` hears until the server ends it: its messages, the code, the status if it is refused."""
    wanted = {"token": token, "protocols": list(protocols), "origin": origin, "authority": authority}
    place = f"wss://localhost:{port}" if authority else f"ws://127.0.0.1:{port}"
    outcome = subprocess.run([CLIENTS, CLIENT, place + path], env={**os.environ, "SOCKET": json.dumps(wanted)},
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


class SecureWebSocketTest(unittest.TestCase):
    """The same by TLS, with the certificate in two files."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        chain, key = certificate(cls.folder.name)
        cls.settings = {"PHAROS_TLS_CERTIFICATE": str(chain), "PHAROS_TLS_KEY": str(key), "PHAROS_MODE": "mock"}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.server = Server(**self.settings, PHAROS_PRIVATE_NETWORKS="127.0.0.0/8", PHAROS_PLAIN_HTTP="true")
        self.ada = self.server.new_person()

    def tearDown(self):
        code, errors = self.server.stop()
        self.assertEqual(code, 0, errors[-3000:])

    def job(self):
        medium = self.ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        return self.ada.ask("POST", "/api/v1/analysis/jobs", {"media_id": medium["id"], "bio": BIO}).json()["id"]

    def job_that_does_not_end(self):
        """A message to a server that is away: it is tried again and again."""
        hook = self.ada.ask("POST", "/api/v1/webhooks", {"url": f"http://127.0.0.1:{free_port()}/"})
        self.assertEqual(hook.status, 201, hook.body)
        self.ada.ask("GET", f"/api/v1/jobs/{self.job()}/events")
        return next(job["id"] for job in self.ada.ask("GET", "/api/v1/jobs").json()["data"] if job["kind"] == "webhook")

    def test_a_job_is_followed_by_tls(self):
        path = f"/api/v1/jobs/{self.ada.ask('POST', '/api/v1/me/export').json()['id']}"
        heard = socket_of(self.server.port, path + "/socket", protocols=["pharos", f"bearer.{self.ada.token}"],
                          origin=f"https://localhost:{self.server.port}", authority=self.server.authority)
        self.assertEqual(heard["messages"][-1]["event"], "succeeded")
        self.assertEqual((heard["code"], heard["protocol"]), (1000, "pharos"))
        told = events_of(self.ada.ask("GET", path + "/events"))
        self.assertEqual([message["number"] for message in heard["messages"]], [int(event["id"]) for event in told])
        refused = socket_of(self.server.port, path + "/socket", authority=self.server.authority)
        self.assertEqual(refused["status"], 401)

    def test_whoever_speaks_plainly_or_too_old_a_tls_is_hung_up_on(self):
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            Client(self.server.port).ask("GET", "/ok")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is old: that is the point
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("localhost", self.server.port)) as plain, self.assertRaises(ssl.SSLError):
            old.wrap_socket(plain).close()
        answer = self.server.stranger().ask("GET", "/ok")
        self.assertEqual((answer.status, answer.headers["Strict-Transport-Security"]), (200, "max-age=31536000"))

    def test_a_server_that_stops_says_so_to_its_sockets(self):
        path = f"/api/v1/jobs/{self.job_that_does_not_end()}/socket?after=1000"
        trusting = ssl.create_default_context(cafile=self.server.authority)
        with socket.create_connection(("localhost", self.server.port)) as plain, \
                trusting.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as secure:
            secure.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            f"Sec-WebSocket-Key: {'A' * 22}==\r\nAuthorization: Bearer {self.ada.token}\r\n\r\n").encode())
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += secure.recv(4096)
            self.assertTrue(heard.startswith(b"HTTP/1.1 101 "), heard)
            self.server.process.send_signal(signal.SIGTERM)
            frame = heard.partition(b"\r\n\r\n")[2]
            while len(frame) < 4:
                frame += secure.recv(4096)
            self.assertEqual((frame[:1], int.from_bytes(frame[2:4], "big")), (b"\x88", 1001))


if __name__ == "__main__":
    unittest.main()
