"""Signing in as a browser does: with cookies, and for this server's own pages only."""
import http.cookies
import unittest

from server import Client, Server, ServerCase

OWN = {"Sec-Fetch-Site": "same-origin"}
OTHERS = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


class Browser:
    """Keeps cookies and sends them along; says whose page asks, as browsers do."""

    def __init__(self, port):
        self.client, self.jar = Client(port), {}

    def ask(self, method, path, body=None, headers=OWN):
        sent = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        answer = self.client.ask(method, path, body, sent)
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.jar[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.jar[name]
        return answer


class SessionTest(ServerCase):
    def test_a_browser_logs_in_stays_in_and_logs_out(self):
        browser = Browser(self.server.port)
        answer = browser.ask("POST", "/api/v1/auth/session", self.server.new_login())
        self.assertEqual((answer.status, answer.body), (204, b""))
        for line in answer.headers.get_all("Set-Cookie"):
            self.assertIn("HttpOnly", line)
            self.assertIn("SameSite=Strict", line)
        self.assertEqual(set(browser.jar), {"pharos_access", "pharos_refresh", "pharos_device"})
        self.assertEqual(browser.ask("GET", "/api/v1/users/me").status, 200)
        self.assertEqual(browser.ask("POST", "/api/v1/items", {"title": "Oar"}).status, 201)
        before = dict(browser.jar)
        self.assertEqual(browser.ask("POST", "/api/v1/auth/session/refresh").status, 204)
        self.assertNotEqual(browser.jar["pharos_refresh"], before["pharos_refresh"])
        self.assertEqual(browser.jar["pharos_device"], before["pharos_device"])
        self.assertEqual(browser.ask("GET", "/api/v1/users/me").status, 200)
        kept = dict(browser.jar)
        self.assertEqual(browser.ask("DELETE", "/api/v1/auth/session").status, 204)
        self.assertEqual(set(browser.jar), {"pharos_device"})
        browser.jar = kept
        self.assertEqual(browser.ask("GET", "/api/v1/users/me").status, 401)
        self.assertEqual(browser.ask("POST", "/api/v1/auth/session/refresh").status, 401)

    def test_another_sites_page_changes_nothing(self):
        login, browser = self.server.new_login(), Browser(self.server.port)
        for headers in (OTHERS, {}):
            self.assertEqual(browser.ask("POST", "/api/v1/auth/session", login, headers).status, 403)
        self.assertEqual(browser.jar, {})
        browser.ask("POST", "/api/v1/auth/session", login)
        for headers in (OTHERS, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {}):
            with self.subTest(headers):
                self.assertEqual(browser.ask("POST", "/api/v1/items", {"title": "Forged"}, headers).status, 401)
                self.assertEqual(browser.ask("DELETE", "/api/v1/auth/session", None, headers).status, 401)
                self.assertEqual(browser.ask("POST", "/api/v1/auth/session/refresh", None, headers).status, 403)
        own = {"Origin": f"http://127.0.0.1:{self.server.port}"}
        self.assertEqual(browser.ask("POST", "/api/v1/items", {"title": "Mine"}, own).status, 201)
        self.assertEqual([item["title"] for item in browser.ask("GET", "/api/v1/items").json()["data"]], ["Mine"])

    def test_strangers_do_not_lock_a_known_browser_out(self):
        login, browser = self.server.new_login(), Browser(self.server.port)
        browser.ask("POST", "/api/v1/auth/session", login)
        wrong = {**login, "password": "a wrong guess"}
        for _ in range(6):
            status = self.server.stranger().ask("POST", "/api/v1/auth/login", wrong).status
        self.assertEqual(status, 429)
        self.assertEqual(browser.ask("POST", "/api/v1/auth/session", login).status, 204)

    def test_cookies_are_for_tls_alone_where_there_is_tls(self):
        server = Server(PHAROS_TRUSTED_PROXIES="127.0.0.1")
        try:
            login = server.demo_login()
            secure = {**OWN, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
            browser = Browser(server.port)
            answer = browser.ask("POST", "/api/v1/auth/session", login, secure)
            self.assertEqual(answer.status, 204, answer.body)
            for line in answer.headers.get_all("Set-Cookie"):
                self.assertTrue(line.startswith("__Host-") and line.endswith("; Secure"), line)
            self.assertEqual(browser.ask("GET", "/api/v1/users/me", None, secure).status, 200)
            self.assertEqual(browser.ask("GET", "/api/v1/users/me").status, 401)
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
