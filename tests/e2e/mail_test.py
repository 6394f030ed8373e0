"""Letters as people get them: from a real server, through a real mail server, by name, password and TLS."""
import email
import email.policy
import queue
import re
import socket
import ssl
import tempfile
import unittest
import uuid

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from certificates import certificate
from command_line import pharos
from server import Server

FROM = "pharos@example.org"


class MailServer:
    """Takes mail from who has the password; `refusals` are answered first, one a mail."""

    def __init__(self, tls=None, refusals=()):
        self.mails, self.refusals = queue.Queue(), list(refusals)
        options = {"tls_context": tls, "require_starttls": True, "auth_required": True,
                   "authenticator": self.authenticate} if tls else {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"pharos", b"secret of the mail server"))

    async def handle_DATA(self, _server, _session, envelope):
        if self.refusals:
            return self.refusals.pop(0)
        self.mails.put((envelope, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"

    def next(self):
        return self.mails.get(timeout=60)

    def stop(self):
        self.controller.stop()


def with_certificate(folder):
    chain, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context, str(chain)


def token_of(mail):
    return re.search(r"^ {4}(\S{20,})$", mail.get_content(), flags=re.M)[1]


class MailTest(unittest.TestCase):
    def start(self, mail, **settings):
        server = Server(SMTP_HOST="localhost", SMTP_PORT=str(mail.port), EMAILS_FROM_EMAIL=FROM, **settings)
        self.addCleanup(server.stop)
        return server

    def mail_server(self, **options):
        mail = MailServer(**options)
        self.addCleanup(mail.stop)
        return mail

    def credentials(self):
        return {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}

    def test_who_has_confirmed_their_address_may_log_in(self):
        with tempfile.TemporaryDirectory() as folder:
            tls, chain = with_certificate(folder)
            mail = self.mail_server(tls=tls)
            server = self.start(mail, SMTP_SECURITY="starttls", SMTP_USER="pharos", SMTP_AUTHORITIES=chain,
                                SMTP_PASSWORD="secret of the mail server", REQUIRE_VERIFIED_EMAIL="true")
            login, stranger = self.credentials(), server.stranger()
            self.assertFalse(stranger.ask("POST", "/api/v1/auth/register", login).json()["is_verified"])
            envelope, letter = mail.next()
            self.assertEqual((envelope.mail_from, envelope.rcpt_tos), (FROM, [login["email"]]))
            self.assertIn("confirm", letter["Subject"].lower())
            refused = stranger.ask("POST", "/api/v1/auth/login", login)
            self.assertEqual(refused.status, 403)
            self.assertIn("confirm", refused.json()["detail"])
            self.assertEqual(stranger.ask("POST", "/api/v1/verify-email", {"token": "guess" * 5}).status, 401)
            self.assertEqual(stranger.ask("POST", "/api/v1/verify-email", {"token": token_of(letter)}).status, 204)
            self.assertEqual(stranger.ask("POST", "/api/v1/verify-email", {"token": token_of(letter)}).status, 401)
            me = server.signed_in(login).ask("GET", "/api/v1/users/me").json()
            self.assertTrue(me["is_verified"])
            self.assertTrue(server.signed_in(server.demo_login()).token, "whoever runs the server is not locked out")

    def test_a_link_is_sent_again_and_nobody_is_told_who_has_an_account(self):
        mail = self.mail_server()
        server = self.start(mail, SMTP_SECURITY="none", REQUIRE_VERIFIED_EMAIL="true")
        login, stranger = self.credentials(), server.stranger()
        stranger.ask("POST", "/api/v1/auth/register", login)
        first = token_of(mail.next()[1])
        for address in (login["email"], "nobody@example.org"):
            self.assertEqual(stranger.ask("POST", "/api/v1/verify-email/request", {"email": address}).status, 202)
        second = token_of(mail.next()[1])
        self.assertEqual(stranger.ask("POST", "/api/v1/verify-email", {"token": first}).status, 401)
        self.assertEqual(stranger.ask("POST", "/api/v1/verify-email", {"token": second}).status, 204)
        self.assertEqual(stranger.ask("POST", "/api/v1/auth/login", login).status, 200)
        self.assertTrue(mail.mails.empty())

    def test_a_forgotten_password_is_replaced_and_somebody_is_invited(self):
        mail = self.mail_server()
        server = self.start(mail, SMTP_SECURITY="none")
        login, stranger = self.credentials(), server.stranger()
        stranger.ask("POST", "/api/v1/auth/register", login)
        mail.next()
        stranger.ask("POST", "/api/v1/password-recovery", {"email": login["email"]})
        letter = mail.next()[1]
        changed = {**login, "password": uuid.uuid4().hex}
        answer = stranger.ask("POST", "/api/v1/reset-password", {"token": token_of(letter),
                                                                 "new_password": changed["password"]})
        self.assertEqual(answer.status // 100, 2, answer.body)
        ada = server.signed_in(changed)
        self.assertTrue(ada.ask("GET", "/api/v1/users/me").json()["is_verified"], "the letter reached them")
        team = ada.ask("POST", "/api/v1/teams", {"name": "Grüße, Werft"}).json()
        ada.ask("POST", f"/api/v1/teams/{team['id']}/enter")
        eve_login = self.credentials()
        ada.ask("POST", "/api/v1/team/invitations", {"email": eve_login["email"], "role": "user"})
        letter = mail.next()[1]
        self.assertIn("Grüße, Werft", letter["Subject"])
        stranger.ask("POST", "/api/v1/auth/register", eve_login)
        eve = server.signed_in(eve_login)
        self.assertEqual(eve.ask("POST", "/api/v1/invitations/accept", {"token": token_of(letter)}).status, 200)

    def test_a_letter_that_is_not_taken_at_once_is_sent_again(self):
        mail = self.mail_server(refusals=["451 come back later"])
        server = self.start(mail, SMTP_SECURITY="none")
        login = self.credentials()
        server.stranger().ask("POST", "/api/v1/auth/register", login)
        self.assertEqual(mail.next()[0].rcpt_tos, [login["email"]])

    def test_a_request_does_not_wait_for_the_mail_server_and_its_letters_are_nobodys_to_read(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            self.check_that_nobody_waits_for(silent.getsockname()[1])

    def check_that_nobody_waits_for(self, port):
        server = Server(SMTP_HOST="localhost", SMTP_PORT=str(port), EMAILS_FROM_EMAIL=FROM, SMTP_SECURITY="none")
        self.addCleanup(server.stop)
        login = self.credentials()
        self.assertEqual(server.stranger().ask("POST", "/api/v1/auth/register", login).status, 201)
        client = server.signed_in(login)
        self.assertEqual(client.ask("GET", "/api/v1/jobs").json()["data"], [])

    def test_settings_that_cannot_be_meant_are_refused(self):
        for settings, named in (({"SMTP_HOST": "localhost"}, "EMAILS_FROM_EMAIL"),
                                ({"SMTP_HOST": "localhost", "EMAILS_FROM_EMAIL": FROM, "SMTP_SECURITY": "none",
                                  "SMTP_USER": "pharos", "SMTP_PASSWORD": "x"}, "SMTP_"),
                                ({"SMTP_SECURITY": "perhaps"}, "SMTP_SECURITY"),
                                ({"REQUIRE_VERIFIED_EMAIL": "true", "APP_ENV": "staging"}, "SMTP_HOST")):
            with self.subTest(named), tempfile.TemporaryDirectory() as folder:
                outcome = pharos("serve", "--port", "0", "--data", folder, environment=settings)
                self.assertEqual(outcome.returncode, 2, outcome.stderr)
                self.assertIn(named, outcome.stderr)


if __name__ == "__main__":
    unittest.main()
