"""A `pharos serve` of the test's own, and a client for it."""
import http.client
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import tempfile
import unittest
import urllib.parse
import uuid


GRAPHS = pathlib.Path(__file__).resolve().parent.parent.parent / "graphs"


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def json(self):
        return json.loads(self.body)


class Client:
    """One person with a token, or nobody; by TLS where it is told who vouches for the server."""

    def __init__(self, port, token=None, authority=None):
        self.port, self.token, self.authority = port, token, authority

    def connection(self):
        if self.authority is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        trusting = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection("localhost", self.port, timeout=120, context=trusting)

    def ask(self, method, path, body=None, headers=None, form=None):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection = self.connection()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def follow(self, path, headers=None):
        """The server-sent events of a stream, each as it comes; closing the generator leaves it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}", **(headers or {})})
            response = connection.getresponse()
            if response.status != 200:
                raise AssertionError(f"{response.status}: {response.read()}")
            while lines := list(iter(lambda: response.readline().decode().rstrip("\n"), "")):
                if not lines[0].startswith(":"):
                    yield dict(line.split(": ", 1) for line in lines)
        finally:
            connection.close()

    def upload(self, path, file, name="photo.png"):
        boundary = uuid.uuid4().hex
        body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n"
                "Content-Type: image/png\r\n\r\n").encode() + file + f"\r\n--{boundary}--\r\n".encode()
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


class Server:
    """Runs until stop(), in a folder that is gone then unless it is told one; `settings` are environment variables."""

    def __init__(self, program="PHAROS", words=(), data=None, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="pharos-serve-")
        self.data = pathlib.Path(data or self.folder.name) / "data"
        # A test machine calls more often than a person.
        environment = {**os.environ, "RATE_LIMIT_ENABLED": "false", "GRAPHS_FOLDER": str(GRAPHS), **settings}
        self.process = subprocess.Popen(
            [os.environ[program], "serve", "--port", "0", "--data", str(self.data), *words], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder.name)
        self.greeting = ""
        for line in self.process.stdout:
            self.greeting += line
            if line.startswith("Stop with"):
                break
        found = re.search(r"serves on https?://localhost:(\d+)", self.greeting)
        if not found:
            raise AssertionError(f"the server did not start: {self.process.communicate()[1][-3000:]}")
        self.port = int(found[1])
        self.authority = settings.get("PHAROS_TLS_CERTIFICATE")

    def demo_login(self):
        found = re.search(r"login +(\S+) +(\S+)", self.greeting)
        return {"email": found[1], "password": found[2]}

    def stranger(self):
        return Client(self.port, authority=self.authority)

    def signed_in(self, credentials):
        answer = self.stranger().ask("POST", "/api/v1/auth/login", credentials)
        return Client(self.port, answer.json()["access_token"], self.authority)

    def new_login(self):
        credentials = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
        answer = self.stranger().ask("POST", "/api/v1/auth/register", credentials)
        if answer.status != 201:
            raise AssertionError(answer.body)
        return credentials

    def new_person(self):
        return self.signed_in(self.new_login())

    def stop(self):
        """Asks it to stop; its exit code and what it wrote to standard error."""
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate(timeout=60)[1]
        self.folder.cleanup()
        return self.process.returncode, errors


class ServerCase(unittest.TestCase):
    """Tests of one server, which has to end as it should."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.server.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"
