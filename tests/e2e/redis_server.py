"""A Redis of the test's own, on loopback, gone with the test."""
import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from postgres import free_port


class PrivateRedis:
    """Runs until stop(); may be paused, emptied and killed before."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pharos-redis-")
        self.port = free_port()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", ""],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            with contextlib.suppress(OSError):
                self.ask("PING")
                return
            time.sleep(0.05)  # until its port answers: nothing tells when
        raise AssertionError("Redis did not start")

    def ask(self, command):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def flush(self):
        self.ask("FLUSHALL")

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
