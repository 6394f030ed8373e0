"""Signing in with a company's account: a browser, this server, and a provider of identities by others."""
import http.client
import json
import tempfile
import unittest
import urllib.parse
import uuid

from command_line import pharos
from identity_provider import IdentityProvider, Surfer
from server import Server

CALLBACK = "/auth/oidc/callback"


def new_login(kind="person"):
    return f"{kind}+{uuid.uuid4().hex}@example.org"


class OidcCase(unittest.TestCase):
    """Tests of one provider and one server."""
    provider_options, settings = {}, {}

    @classmethod
    def setUpClass(cls):
        cls.provider = IdentityProvider(**cls.provider_options)
        cls.addClassCleanup(cls.provider.stop)
        cls.server = Server(**cls.provider.settings(**cls.settings))

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.server.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"

    def url(self, path):
        return f"http://localhost:{self.server.port}/api/v1{path}"

    def start(self, surfer, **query):
        return surfer.ask("GET", self.url("/auth/oidc/start?" + urllib.parse.urlencode(query)))

    def sign_in(self, surfer, login, until=None, **query):
        return surfer.fill_in(surfer.follow(self.start(surfer, **query), until), login, until)

    def me(self, surfer):
        return surfer.ask("GET", self.url("/users/me"), come_from="localhost")

    def assert_problem(self, answer, status, said):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertIn(said, answer.json()["detail"])


class OidcTest(OidcCase):
    def test_a_browser_signs_in_and_comes_again(self):
        surfer, login = Surfer(), new_login()
        answer = self.sign_in(surfer, login, return_to="/docs?from=here")
        self.assertEqual((answer.status, answer.url),
                         (200, f"http://localhost:{self.server.port}/docs?from=here"))
        self.assertEqual(surfer.cookies("localhost"), {"pharos_access", "pharos_refresh", "pharos_device"})
        me = self.me(surfer).json()
        self.assertEqual((me["email"], me["full_name"], me["is_verified"]), (login, f"Name of {login}", True))
        device = surfer.jar["localhost", "pharos_device"]
        again = self.sign_in(surfer, "the provider knows them still")
        self.assertEqual(urllib.parse.urlsplit(again.url).path, "/docs")
        self.assertEqual(self.me(surfer).json()["id"], me["id"])
        self.assertEqual(surfer.jar["localhost", "pharos_device"], device)
        elsewhere = Surfer()
        self.sign_in(elsewhere, login)
        self.assertEqual(self.me(elsewhere).json()["id"], me["id"])
        sessions = surfer.ask("GET", self.url("/auth/sessions"), come_from="localhost").json()["data"]
        self.assertEqual(len(sessions), 3)
        self.assertEqual(surfer.ask("DELETE", self.url("/auth/session"), come_from="localhost").status, 204)
        self.assertEqual(self.me(surfer).status, 401)
        self.assertEqual(self.me(elsewhere).status, 200)

    def test_it_is_listed_among_the_ways_to_log_in(self):
        listed = Surfer().ask("GET", self.url("/auth/methods")).json()
        self.assertEqual(listed, {"password": True, "providers": [
            {"name": "company account", "start": "/api/v1/auth/oidc/start"}]})

    def test_what_a_browser_remembers_is_its_own_for_ten_minutes(self):
        answer = self.start(Surfer())
        self.assertEqual(answer.status, 302)
        cookie = answer.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("pharos_errand=pharos1:"), cookie)
        self.assertIn("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax", cookie)
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["Location"]).query)
        self.assertEqual(asked["code_challenge_method"], ["S256"])
        self.assertEqual(asked["redirect_uri"], [f"http://localhost:{self.server.port}/api/v1{CALLBACK}"])
        for secret in asked["state"] + asked["nonce"]:
            self.assertNotIn(secret, cookie)

    def test_a_code_is_good_for_once_and_in_one_browser(self):
        surfer = Surfer()
        back = self.sign_in(surfer, new_login(), until=CALLBACK).target
        self.assert_problem(Surfer().ask("GET", back), 403, "not begun in this browser")
        other = Surfer()
        self.start(other)
        self.assert_problem(other.ask("GET", back), 403, "not begun in this browser")
        kept = dict(surfer.jar)
        self.assertEqual(surfer.ask("GET", back).status, 303)
        self.assert_problem(surfer.ask("GET", back), 403, "or is over")
        surfer.jar = kept
        self.assert_problem(surfer.ask("GET", back), 401, "used already")

    def test_what_was_changed_on_the_way_does_not_count(self):
        surfer = Surfer()
        back = self.sign_in(surfer, new_login(), until=CALLBACK).target
        place, query = back.split("?")
        fields = dict(urllib.parse.parse_qsl(query))
        for name, value, status, said in (("state", "another", 403, "not begun"),
                                          ("iss", "https://evil.example", 403, "another identity provider"),
                                          ("code", "", 422, "without a 'code'"),
                                          ("code", "guessed", 401, "used already or is too old")):
            with self.subTest(name):
                changed = urllib.parse.urlencode({**fields, name: value})
                self.assert_problem(surfer.ask("GET", f"{place}?{changed}"), status, said)
        self.assert_problem(surfer.ask("GET", f"{back}&state=another"), 422, "twice")
        self.assert_problem(surfer.ask("GET", f"{place}?%zz"), 422, "percent")
        surfer.jar["localhost", "pharos_errand"] = ("pharos1:00:AAAA", "lax")
        self.assert_problem(surfer.ask("GET", back), 403, "not begun")

    def test_who_declines_is_told_so(self):
        surfer = Surfer()
        page = surfer.follow(self.start(surfer))
        abort = urllib.parse.urljoin(page.url, page.url.rstrip("/") + "/abort")
        answer = surfer.follow(surfer.ask("GET", abort, come_from="127.0.0.1"))
        self.assert_problem(answer, 403, "has not let you in")
        self.assertEqual(self.me(surfer).status, 401)

    def test_nobody_is_sent_anywhere_else(self):
        for path in ("https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "docs",
                     "/docs\r\nSet-Cookie: a=b", "/" + "a" * 500):
            with self.subTest(path):
                self.assertEqual(self.start(Surfer(), return_to=path).status, 422)

    def test_an_account_is_not_given_to_whoever_names_its_address(self):
        login = new_login("unverified")
        self.assert_problem(self.sign_in(Surfer(), login), 403, "known to be yours")
        self.assert_problem(self.sign_in(Surfer(), new_login("unnamed")), 403, "known to be yours")
        login = new_login()
        answer = self.server.stranger().ask("POST", "/api/v1/auth/register",
                                            {"email": login, "password": uuid.uuid4().hex})
        self.assertEqual(answer.status, 201)
        self.assert_problem(self.sign_in(Surfer(), login), 409, "never shown that the address is its own")
        admin = self.server.signed_in(self.server.demo_login())
        refused = admin.ask("GET", "/api/v1/audit?of_server=true&action=identity_refused").json()["data"]
        self.assertEqual([each["subject"] for each in refused], [answer.json()["id"]])
        failed = admin.ask("GET", "/api/v1/audit?of_server=true&action=login_failed").json()["data"]
        self.assertGreaterEqual(len([each for each in failed if self.provider.issuer in each["details"]]), 3)

    def test_a_confirmed_account_is_linked(self):
        login, password = new_login(), uuid.uuid4().hex
        admin = self.server.signed_in(self.server.demo_login())
        made = admin.ask("POST", "/api/v1/users", {"email": login, "password": password}).json()
        surfer = Surfer()
        self.sign_in(surfer, login)
        self.assertEqual(self.me(surfer).json()["id"], made["id"])
        self.assertEqual(self.server.signed_in({"email": login, "password": password})
                         .ask("GET", "/api/v1/users/me").status, 200)
        admin.ask("PATCH", f"/api/v1/users/{made['id']}", {"is_active": False})
        self.assert_problem(self.sign_in(surfer, login), 403, "disabled")

    def test_keys_that_change_are_not_noticed(self):
        self.sign_in(Surfer(), new_login())
        self.provider.rotate()
        surfer = Surfer()
        self.sign_in(surfer, new_login())
        self.assertEqual(self.me(surfer).status, 200)


class OtherwiseTest(OidcCase):
    """Another algorithm, another way to show the secret, all that is said in the token, one domain."""
    provider_options = {"alg": "EdDSA", "proof": "client_secret_post", "inToken": True}
    settings = {"OIDC_ALLOWED_DOMAINS": "Example.ORG,example.net", "OIDC_NAME": "Shipyard",
                "PHAROS_TRUSTED_PROXIES": "127.0.0.1"}

    def test_who_is_of_the_domain_gets_in(self):
        surfer = Surfer()
        self.sign_in(surfer, new_login())
        self.assertEqual(self.me(surfer).status, 200)
        for login in ("eve@evil.org", "eve@evil.example.org", "eve@notexample.org", new_login("unverified")):
            with self.subTest(login):
                self.assert_problem(self.sign_in(Surfer(), login), 403, "of no domain")

    def test_cookies_are_for_tls_alone_where_there_is_tls(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("GET", "/api/v1/auth/oidc/start", headers={
            "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})
        cookie = connection.getresponse().headers["Set-Cookie"]
        connection.close()
        self.assertTrue(cookie.startswith("__Host-pharos_errand=") and cookie.endswith("; Secure"), cookie)


class WithoutASecretTest(OidcCase):
    provider_options = {"alg": "ES256", "proof": "none"}
    settings = {"OIDC_CLIENT_SECRET": ""}

    def test_the_verifier_is_proof_enough(self):
        surfer = Surfer()
        self.sign_in(surfer, new_login())
        self.assertEqual(self.me(surfer).status, 200)


class ThatStopsTest(OidcCase):
    def test_one_that_stops_while_somebody_is_there_is_told(self):
        surfer = Surfer()
        back = self.sign_in(surfer, new_login(), until=CALLBACK).target
        self.provider.stop()
        self.assert_problem(surfer.ask("GET", back), 503, "the identity provider cannot be asked")
        self.assertEqual(self.me(surfer).status, 401)
        self.assertEqual(self.server.new_person().ask("GET", "/api/v1/users/me").status, 200, "others get in")


class WithoutAProviderTest(unittest.TestCase):
    def ask(self, path, **settings):
        server = Server(**settings)
        try:
            return server.stranger().ask("GET", f"/api/v1/auth/{path}")
        finally:
            server.stop()

    def test_there_is_no_such_way_to_log_in(self):
        self.assertEqual(self.ask("oidc/start").status, 404)
        self.assertEqual(self.ask("methods").json(), {"password": True, "providers": []})

    def test_one_that_is_down_is_told(self):
        answer = self.ask("oidc/start", OIDC_ISSUER="http://127.0.0.1:1", OIDC_CLIENT_ID="pharos")
        self.assertEqual(answer.status, 503)
        self.assertIn("the identity provider cannot be asked", answer.json()["detail"])

    def test_bad_settings_are_one_line(self):
        good = {"OIDC_ISSUER": "https://login.example.org", "OIDC_CLIENT_ID": "pharos"}
        cases = {
            "OIDC_ISSUER: an issuer begins with https://": {**good, "OIDC_ISSUER": "http://login.example.org"},
            "needs OIDC_CLIENT_ID": {"OIDC_ISSUER": "https://login.example.org"},
            "of no use without OIDC_ISSUER": {"OIDC_CLIENT_ID": "pharos"},
            "must have 'openid'": {**good, "OIDC_SCOPES": "email"},
            "'ada@example.org' is no domain": {**good, "OIDC_ALLOWED_DOMAINS": "ada@example.org"},
            "needs PHAROS_PUBLIC_URL": {**good, "APP_ENV": "production"},
            "true or false": {**good, "OIDC_EMAILS_ARE_VERIFIED": "perhaps"},
        }
        with tempfile.TemporaryDirectory() as folder:
            for said, settings in cases.items():
                with self.subTest(said):
                    outcome = pharos("serve", "--data", folder, environment=settings)
                    self.assertEqual((outcome.returncode, outcome.stderr.count("\n")), (2, 1), outcome.stderr)
                    self.assertIn(said, outcome.stderr)

    def test_the_secret_is_not_shown(self):
        shown = pharos("config", "--json", environment={
            "OIDC_ISSUER": "https://login.example.org", "OIDC_CLIENT_ID": "pharos", "OIDC_CLIENT_SECRET": "hush"})
        entries = {entry["name"]: entry["value"] for entry in json.loads(shown.stdout)}
        self.assertEqual((entries["OIDC_CLIENT_ID"], entries["OIDC_CLIENT_SECRET"]), ("pharos", "set"))


if __name__ == "__main__":
    unittest.main()
