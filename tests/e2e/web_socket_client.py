"""Run by the WebSocket tests with the clients' packages: says as JSON what it heard."""
import json
import os
import ssl
import sys

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


def listen(url):
    wanted = json.loads(os.environ["SOCKET"])
    headers = {"Authorization": f"Bearer {wanted['token']}"} if wanted["token"] else {}
    heard = {"messages": [], "code": None, "status": 101, "protocol": None, "compressed": False}
    try:
        trusting = ssl.create_default_context(cafile=wanted["authority"]) if wanted["authority"] else None
        with connect(url, ssl=trusting, subprotocols=wanted["protocols"] or None, origin=wanted["origin"], proxy=None,
                     additional_headers=headers) as client:
            heard["protocol"] = client.subprotocol
            heard["compressed"] = bool(client.protocol.extensions)
            try:
                while True:
                    heard["messages"].append(json.loads(client.recv(timeout=60)))
            except ConnectionClosed as closed:
                heard["code"] = closed.rcvd.code if closed.rcvd else None
    except InvalidStatus as refused:
        heard["status"] = refused.response.status_code
    print(json.dumps(heard))


listen(sys.argv[1])
