"""Subscribes to a thread twice over one WebSocket by protocol v2; prints as JSON what each subscription was told.

Reads {url, token, assistant_id, channels} from standard input. Run with the clients' packages.
"""
import json
import sys

from websockets.sync.client import connect

asked = json.load(sys.stdin)


def command(socket, number, method, **params):
    socket.send(json.dumps({"id": number, "method": method, "params": params}))
    while True:
        message = json.loads(socket.recv(timeout=60))
        if message["type"] != "event":
            return message["result"]


def is_end(event):
    return event["method"] == "lifecycle" and event["params"]["data"]["event"] == "completed"


with connect(asked["url"], proxy=None, additional_headers={"Authorization": f"Bearer {asked['token']}"}) as socket:
    command(socket, 1, "run.start", assistant_id=asked["assistant_id"], input={})
    told = []
    for number in (2, 3):
        replayed = command(socket, number, "subscription.subscribe", channels=asked["channels"])["replayed_events"]
        events = []
        while not events or not is_end(events[-1]):
            events.append(json.loads(socket.recv(timeout=60)))
        told.append({"replayed": replayed, "ids": [event["event_id"] for event in events]})
print(json.dumps(told))
