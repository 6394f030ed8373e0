"""Follows one run with the Python client and prints each event as a line of JSON, when it comes.

Reads {url, headers, assistant, thread?, run?} from standard input: with `run` it joins that run from its beginning.
"""
import json
import sys

from langgraph_sdk import get_sync_client


def main():
    asked = json.load(sys.stdin)
    client = get_sync_client(url=asked["url"], headers=asked["headers"], api_key=None)
    if "run" in asked:
        events = client.runs.join_stream(asked["thread"], asked["run"], last_event_id="-1")
    else:
        thread = client.threads.create()["thread_id"]
        events = client.runs.stream(thread, asked["assistant"], input={}, stream_mode="values", stream_resumable=True)
    for part in events:
        print(json.dumps({"event": part.event, "data": part.data}), flush=True)


if __name__ == "__main__":
    main()
