#!/usr/bin/env bash
# Starts the other engine of `pharos bench graph --peer`; sets it up the first time. It talks on standard input and
# output (peer.py); set-up talks on standard error.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/setup/setup.sh"

prepare_python "$root/build/peer-venv" "$root/bench/peer/requirements.txt" \
  "the engine to compare with (about 20 MB to fetch, once)" >&2
export LANGSMITH_TRACING=false LANGCHAIN_TRACING_V2=false
exec "$root/build/peer-venv/bin/python" -W ignore "$root/bench/peer/peer.py"
