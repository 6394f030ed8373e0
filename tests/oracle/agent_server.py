#!/usr/bin/env python3
"""Compares the Agent Server API of `pharos serve` with LangGraph's own in-memory server: one tour, two transcripts.

    tests/oracle/agent_server.py build/release/bin/pharos [--keep FOLDER] [--only PART]

What may differ, and why, is in agent_server/differences.json: {step, path, why}, regular expressions for the step's name
and for the place in its answer. Prints every other difference, the rules that excused nothing, and `ok`/`FAIL` by step.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from clients import steps, tours  # noqa: E402  # pylint: disable=wrong-import-position
from server import Server  # noqa: E402  # pylint: disable=wrong-import-position

# The in-memory server has no crons, and no schemas of graphs that are not written in TypeScript.
PARTS = [*(part for part in steps.PARTS if part not in ("crons", "subgraphs")), "protocol"]


class InMemoryServer:
    """npm's @langchain/langgraph-api with the tour's graphs; runs until stop(), in a folder that is gone then."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="langgraph-api-")
        place = pathlib.Path(self.folder.name)
        for file in (HERE / "agent_server").iterdir():
            shutil.copy(file, place)
        (place / "package.json").write_text('{"type": "module"}')
        (place / "node_modules").symlink_to(tours.NODE_MODULES)
        self.process = subprocess.Popen([tours.node(), "--import", "tsx", "serve.mjs"], cwd=place,
                                        env={**os.environ, "LOG_LEVEL": "error"}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.url = f"http://127.0.0.1:{line.split()[1]}"
                return
        raise SystemExit("the in-memory server did not start")

    def stop(self):
        self.process.communicate("", timeout=60)
        self.folder.cleanup()


def pharos(binary):
    os.environ["PHAROS"] = str(pathlib.Path(binary).resolve())
    return Server(GRAPHS_FOLDER=str(tours.HERE / "graphs"))


def transcript(url, parts, token=None):
    """The newest client's tour, then protocol v2."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Which id is which is the golden transcripts' matter: here one id more would move all the numbers after it.
    told = tours.run("javascript", url, headers, [part for part in parts if part != "protocol"])
    steps_told = [step for part in told.values() for step in tours.normalised(part, numbered=False)]
    return steps_told + (tours.protocol(url, token, numbered=False) if "protocol" in parts else [])


def transcripts(binary, parts):
    peer = InMemoryServer()
    try:
        expected = transcript(peer.url, parts)
    finally:
        peer.stop()
    server = pharos(binary)
    try:
        actual = transcript(f"http://127.0.0.1:{server.port}", parts, server.new_person().token)
    finally:
        server.stop()
    return expected, actual


def name_of(event):
    return event.get("event") or event["method"]


def where(event):
    """The checkpoint that an event tells of: (graph, step, what made it)."""
    data = event["data"].get("metadata", event["data"])
    return name_of(event), tuple(event.get("namespace", ())), data.get("step"), data.get("source")


def without_beginning(events):
    """LangGraph tells a run that goes on of the checkpoint that it starts from, ours do not: whoever goes on has seen it."""
    told, seen, is_under_way = [], set(), False
    for event in events:
        is_under_way = is_under_way or name_of(event).startswith("tasks")
        if name_of(event).startswith("checkpoints"):
            begins = "event" in event and not is_under_way and not seen and where(event)[3] != "input"
            again = where(event) in seen
            seen.add(where(event))
            if begins or again:
                continue
        told.append(event)
    return told


def in_one_order(events):
    """What both tell side by side, but each in an order of its own: a task that asks and its question; in protocol v2 a
    checkpoint and its values."""
    told = []
    for event in events:
        before = told[-1] if told else None
        if before and name_of(event) in ("updates", "values", "input.requested") and before["data"].get("interrupts"):
            told.insert(-1, event)
        elif before and name_of(event) == "checkpoints" and before.get("method") == "values" and \
                before["namespace"] == event["namespace"]:
            told.insert(-1, event)
        else:
            told.append(event)
    return told


def comparable(step):
    return step | ({"events": in_one_order(without_beginning(step["events"]))} if "events" in step else {})


class Rules:
    def __init__(self, rules):
        self.rules, self.used = rules, set()

    def excuse(self, step, path):
        for index, rule in enumerate(self.rules):
            if re.fullmatch(rule["step"], step) and re.search(rule["path"], path):
                self.used.add(index)
                return True
        return False

    def unused(self):
        return [rule for index, rule in enumerate(self.rules) if index not in self.used]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the pharos program")
    parser.add_argument("--keep", type=pathlib.Path, help="leave both transcripts in this folder")
    parser.add_argument("--only", choices=PARTS, help="only this part of the tour")
    options = parser.parse_args()
    expected, actual = transcripts(options.binary, [options.only] if options.only else PARTS)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for name, transcript in [("langgraph.json", expected), ("pharos.json", actual)]:
            (options.keep / name).write_text(json.dumps(transcript, indent=1))
    rules = Rules(json.loads((HERE / "agent_server/differences.json").read_text()))
    failed = 0
    for theirs, ours in zip(expected, actual, strict=True):
        differences = [difference for difference in tours.unlike(comparable(theirs), comparable(ours))
                       if not rules.excuse(theirs["step"], difference[0])]
        print(f"{'FAIL' if differences else 'ok  '}  {theirs['step']}")
        for path, one, other in differences:
            print(f"      {path}: LangGraph {json.dumps(one)[:300]}, Pharos {json.dumps(other)[:300]}")
        failed += bool(differences)
    unused = [] if options.only else rules.unused()
    for rule in unused:
        print(f"FAIL  a rule that excuses nothing: {rule}")
    print(f"{len(expected) - failed} passed, {failed + len(unused)} failed")
    sys.exit(1 if failed or unused else 0)


if __name__ == "__main__":
    main()
