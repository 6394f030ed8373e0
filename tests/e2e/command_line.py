"""Runs `pharos` as a person would, and keeps what it printed."""
import contextlib
import json
import os
import pty
import subprocess


def pharos(*words, program="PHAROS", environment=None, **options):
    """PHAROS is the sanitized program, RELEASED_PHAROS the released one."""
    return subprocess.run([os.environ[program], *map(str, words)], capture_output=True, text=True, timeout=300,
                          check=False, env={**os.environ, **(environment or {})}, **options)


def watched(*words, program="PHAROS"):
    """The same with a terminal where errors go; answers (exit code, what the terminal showed)."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([os.environ[program], *map(str, words)], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    return child.wait(), shown.decode()


def analysis(*words, **options):
    """The parsed report of `pharos analyze … --json`, and fails the test when there is none."""
    outcome = pharos("analyze", *words, "--json", **options)
    if outcome.returncode != 0:
        raise AssertionError(f"exit code {outcome.returncode}: {outcome.stderr[-3000:]}")
    return json.loads(outcome.stdout)
