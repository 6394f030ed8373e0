"""A store that speaks S3, by somebody else, of the test's own: on loopback, gone with the test."""
import os
import pathlib
import socket
import subprocess
import tempfile
import time

from postgres import free_port

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build/go/versitygw"


class PrivateS3:
    """versitygw over a folder, whose folders are its buckets."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pharos-s3-")
        self.bucket = pathlib.Path(self.folder.name) / "photos"
        self.bucket.mkdir()
        self.port = free_port()
        self.process = None
        self.start()

    def start(self):
        keys = {"ROOT_ACCESS_KEY": "lamp", "ROOT_SECRET_KEY": "a light in the harbour"}
        self.process = subprocess.Popen(
            [PROGRAM, "--port", f"127.0.0.1:{self.port}", "--quiet", "posix", self.folder.name],
            env={**os.environ, **keys}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)  # its start has no event to wait for
        raise AssertionError("versitygw did not start")

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    @property
    def settings(self):
        return {"S3_ENDPOINT": f"http://127.0.0.1:{self.port}", "S3_BUCKET": "photos", "S3_ACCESS_KEY": "lamp",
                "S3_SECRET_KEY": "a light in the harbour"}

    def files(self):
        return [file for file in self.bucket.rglob("*-*") if file.is_file()]

    def stop(self):
        self.kill()
        self.folder.cleanup()
