"""The tour by the Python client. Reads {url, headers, names, steps} from standard input, prints the transcript as JSON.

    build/client-venv/bin/python tests/e2e/clients/tour.py < tour.json
"""
import inspect
import json
import sys

import httpx
from langgraph_sdk import get_sync_client

STREAMS = {"runs.stream", "runs.join_stream", "threads.join_stream"}
TELL = {"runs.stream", "runs.create", "runs.wait"}


def filled_in(value, names):
    if isinstance(value, str) and value.startswith("$"):
        return names[value[1:]]
    if isinstance(value, dict):
        return {key: filled_in(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, names) for inner in value]
    return value


def at(value, path):
    for part in path.split("."):
        value = value[int(part) if part.isdigit() else part]
    return value


def read(events, until):
    seen = []
    for part in events:
        seen.append({"event": part.event, "data": part.data, "id": part.id})
        if until and until in json.dumps(part.data):
            break
    return seen


def failure(error):
    if isinstance(error, httpx.HTTPStatusError):
        return {"status": error.response.status_code}
    return {"said": str(error)}


def taken_by_place(method, arguments):
    return [arguments.pop(name) for name, parameter in inspect.signature(method).parameters.items()
            if parameter.kind is parameter.POSITIONAL_ONLY]


def answer(client, step, arguments):
    group, method = step["call"].split(".")
    created = {}
    if step["call"] in TELL:
        arguments["on_run_created"] = lambda run: created.update(created=dict(run))
    ask = getattr(getattr(client, group), method)
    try:
        result = ask(*taken_by_place(ask, arguments), **arguments)
        if step["call"] in STREAMS:
            return {"events": read(result, step.get("until"))} | created
        return {"result": result} | created
    except Exception as error:  # pylint: disable=broad-exception-caught  # the client raises plain Exception too
        return {"failure": failure(error)} | created


def main():
    tour = json.load(sys.stdin)
    client = get_sync_client(url=tour["url"], headers=tour["headers"], api_key=None)
    names, transcript = tour["names"], []
    for step in tour["steps"]:
        got = {}
        try:
            got = answer(client, step, filled_in(step["with"], names))
            for name, path in step.get("keep", {}).items():
                names[name] = at(got if path.startswith("created") else got["result"], path)
        except (KeyError, IndexError, TypeError):
            got = {"missing": True} | got
        transcript.append({"step": step["step"]} | got)
    json.dump(transcript, sys.stdout)


if __name__ == "__main__":
    main()
