#!/usr/bin/env bash
# Starts the other server of `pharos bench server --peer` on the port that it is told, and prints a token for it; sets it
# up the first time. Set-up talks on standard error.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/setup/setup.sh"

prepare_python "$root/build/peer-venv" "$root/bench/peer/requirements.txt" \
  "the servers to compare with (about 20 MB to fetch, once)" >&2
python="$root/build/peer-venv/bin/python"
PEER_SECRET=$("$python" -c 'import secrets; print(secrets.token_hex(32))')
export PEER_SECRET
"$python" - <<'TOKEN'
import os
import time

import jwt

now = int(time.time())
print(jwt.encode({"sub": "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7", "team": "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e8",
                  "iss": "peer", "aud": "peer", "iat": now, "exp": now + 3600}, os.environ["PEER_SECRET"], "HS256"))
TOKEN
cd "$root/bench/peer"
exec "$python" -m uvicorn http_peer:app --host 127.0.0.1 --port "$1" --workers 2 --log-level warning --no-access-log
