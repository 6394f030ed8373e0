"""A cable that can be cut: toxiproxy, by others, between a client and a server."""
import http.client
import json
import pathlib
import socket
import subprocess
import time

from postgres import free_port

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "build/go/server"


class Cable:
    """Leads from `port` to a server's; until stop()."""

    def __init__(self, to):
        self.api, self.port = free_port(), free_port()
        self.process = subprocess.Popen([PROGRAM, "-host", "127.0.0.1", "-port", str(self.api)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait(self.api)
        self._tell("/proxies", {"name": "cable", "listen": f"127.0.0.1:{self.port}", "upstream": f"127.0.0.1:{to}"})

    @staticmethod
    def _wait(port):
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)  # its start has no event to wait for
        raise AssertionError("toxiproxy did not start")

    def _tell(self, path, what):
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=60)
        connection.request("POST", path, json.dumps(what), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status >= 300:
            raise AssertionError(answer.read())
        connection.close()

    def cut(self):
        """All that goes over it ends; it is whole again for whoever comes next."""
        self._tell("/proxies/cable", {"enabled": False})
        self._tell("/proxies/cable", {"enabled": True})

    def stop(self):
        self.process.kill()
        self.process.wait(30)
