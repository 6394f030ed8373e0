#!/usr/bin/env bash
# Makes docs/report.png, the picture in README.md: the report of the sample photo in a browser.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$root/run" analyze "$root/build/samples/astronaut.png" --html "$folder/report.html" --bio \
  "I fly, test and teach. Last year I spent nine days in orbit and spoke with two hundred pupils from there. I love \
clear checklists, loud laughter and long evenings under the stars." >/dev/null
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$folder/browser" \
  --window-size=1200,1000 --screenshot="$root/docs/report.png" "file://$folder/report.html" 2>/dev/null
echo "wrote docs/report.png"
