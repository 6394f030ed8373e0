"""A PostgreSQL of the test's own, on loopback, gone with the test."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


class PrivatePostgres:
    """Runs until stop(). Root may not run PostgreSQL: as root it runs as the user postgres."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pharos-postgres-"))
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.port = free_port()
        self.user = {}
        if os.geteuid() == 0:
            postgres = pwd.getpwnam("postgres")
            os.chown(self.folder, postgres.pw_uid, postgres.pw_gid)
            self.user = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}
        self.run("initdb", "-D", self.folder / "data", "-U", "pharos", "--auth", "trust", "-E", "UTF8", "--no-sync")
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder,
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self.user)
        ready = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(600):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.05)  # until its port answers: pg_isready cannot wait
        raise AssertionError("PostgreSQL did not start")

    def run(self, program, *words):
        subprocess.run([self.programs / program, *map(str, words)], check=True, capture_output=True,
                       cwd=self.folder, **self.user)

    @property
    def url(self):
        return f"postgresql://pharos@127.0.0.1:{self.port}/postgres"

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
