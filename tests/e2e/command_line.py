"""Runs `pharos` as a person would, and keeps what it printed."""
import json
import os
import subprocess


def pharos(*words, program="PHAROS", environment=None, **options):
    """PHAROS is the sanitized program, PHAROS_RELEASE the released one."""
    return subprocess.run([os.environ[program], *map(str, words)], capture_output=True, text=True, timeout=300,
                          check=False, env={**os.environ, **(environment or {})}, **options)


def analysis(*words, **options):
    """The parsed report of `pharos analyze … --json`, and fails the test when there is none."""
    outcome = pharos("analyze", *words, "--json", **options)
    if outcome.returncode != 0:
        raise AssertionError(f"exit code {outcome.returncode}: {outcome.stderr[-3000:]}")
    return json.loads(outcome.stdout)
