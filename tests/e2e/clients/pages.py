"""A page with React's hooks for the Agent Server API, made and served by the test, and Chromium that opens it."""
import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

from clients import tours

HERE = pathlib.Path(__file__).resolve().parent
HOOKS = ["sdk", "react"]
PAGE = "<!doctype html><title>Chat</title><div id=root></div><script type=module src=page.js></script>"


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Pages:
    """The page, bundled, on a port of its own; until stop()."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pages-")
        place = pathlib.Path(self.folder.name)
        (place / "index.html").write_text(PAGE)
        outcome = subprocess.run(
            [tours.NODE_MODULES / "@esbuild/linux-x64/bin/esbuild", HERE / "page.jsx", "--bundle", "--format=esm",
             "--jsx=automatic", "--define:process.env.NODE_ENV=\"production\"", f"--outfile={place}/page.js"],
            env={"NODE_PATH": str(tours.NODE_MODULES)}, capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise AssertionError(outcome.stderr)
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(QuietFiles, directory=self.folder.name))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def address(self, **query):
        return f"{self.origin}/?{urllib.parse.urlencode(query)}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()


def browse(page, scenario, cut=None):
    """What Chromium saw; `cut` is called where the cable is to be cut."""
    browser = subprocess.Popen([tours.node(), HERE / "browser.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wanted = {"modules": str(tours.NODE_MODULES), "chromium": shutil.which("chromium"), "page": page,
              "scenario": scenario}
    browser.stdin.write(json.dumps(wanted) + "\n")
    browser.stdin.flush()
    for line in browser.stdout:
        if line == "cut\n":
            cut()
            browser.stdin.write("go on\n")
            browser.stdin.flush()
        else:
            browser.communicate(timeout=60)
            return json.loads(line)
    raise AssertionError(browser.communicate()[1][-3000:])
