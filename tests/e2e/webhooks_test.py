"""Telling others' servers, and jobs that come again, as people see them: a real receiver with a library of others."""
import http.server
import queue
import sqlite3
import tempfile
import threading
import unittest

import standardwebhooks

import photos
from server import Server

LOCAL = {"PHAROS_PRIVATE_NETWORKS": "127.0.0.1", "PHAROS_MODE": "mock"}


class Receiver:
    """Keeps what it is sent, and answers what it is told to: the last status again and again."""

    def __init__(self, *statuses):
        self.statuses, self.received = list(statuses), queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.statuses.pop(0) if len(outer.statuses) > 1 else outer.statuses[0]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                outer.received.put((dict(self.headers.items()), body))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/in"

    def next(self):
        return self.received.get(timeout=60)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def followed(client, job):
    """The name of the last event of a job, once it is over."""
    answer = client.ask("GET", f"/api/v1/jobs/{job}/events")
    return [line[7:] for line in answer.body.decode().splitlines() if line.startswith("event: ")][-1]


class WebhooksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(**LOCAL)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.ada, self.eve = self.server.new_person(), self.server.new_person()

    def receiver(self, *statuses):
        receiver = Receiver(*statuses)
        self.addCleanup(receiver.stop)
        return receiver

    def analyse(self):
        medium = self.ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()["id"]
        answer = self.ada.ask("POST", "/api/v1/analysis/analyze", {"media_id": medium})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["report_id"]

    def test_a_message_is_signed_and_sent_again_until_it_is_taken(self):
        receiver = self.receiver(500, 204)
        made = self.ada.ask("POST", "/api/v1/webhooks", {"url": receiver.url(), "events": ["analysis.finished"]})
        self.assertEqual(made.status, 201, made.body)
        webhook = made.json()
        self.assertIsNone(self.ada.ask("GET", "/api/v1/webhooks").json()["data"][0].get("secret"))
        report = self.analyse()
        (headers, body), (again, same) = receiver.next(), receiver.next()
        self.assertEqual((headers["webhook-id"], body), (again["webhook-id"], same))
        verifier = standardwebhooks.Webhook(webhook["secret"])
        for sent in (headers, again):
            told = verifier.verify(body, sent)
        self.assertEqual((told["type"], told["data"]["report_id"]), ("analysis.finished", report))
        with self.assertRaises(standardwebhooks.WebhookVerificationError):
            verifier.verify(body + b" ", headers)
        deliveries = f"/api/v1/webhooks/{webhook['id']}/deliveries"
        job = self.ada.ask("GET", deliveries).json()["data"][0]["id"]
        self.assertEqual(followed(self.ada, job), "succeeded")
        delivery = self.ada.ask("GET", deliveries).json()["data"][0]
        self.assertEqual((delivery["status"], delivery["attempts"], delivery["message_id"]),
                         ("succeeded", 2, headers["webhook-id"]))
        self.assertEqual(self.eve.ask("GET", deliveries).status, 404)
        self.assertEqual(self.eve.ask("DELETE", f"/api/v1/webhooks/{webhook['id']}").status, 404)
        self.assertEqual(self.ada.ask("DELETE", f"/api/v1/webhooks/{webhook['id']}").status, 204)
        actions = {entry["action"] for entry in self.ada.ask("GET", "/api/v1/audit").json()["data"]}
        self.assertLessEqual({"webhook_made", "webhook_deleted"}, actions)

    def test_who_a_run_names_is_told_of_its_end(self):
        receiver = self.receiver(204)
        secret = self.ada.ask("POST", "/api/v1/webhooks", {"url": receiver.url(), "events": ["other"]}).json()["secret"]
        thread = self.ada.ask("POST", "/threads", {}).json()["thread_id"]
        wanted = {"assistant_id": "echo", "input": {"messages": [{"role": "user", "content": "Ahoy"}]}}
        run = self.ada.ask("POST", f"/threads/{thread}/runs", {**wanted, "webhook": receiver.url()}).json()["run_id"]
        headers, body = receiver.next()
        told = standardwebhooks.Webhook(secret).verify(body, headers)
        self.assertEqual((told["type"], told["data"]["run_id"], told["data"]["thread_id"], told["data"]["status"]),
                         ("run.finished", run, thread, "success"))
        self.assertEqual([message["content"] for message in told["data"]["values"]["messages"]], ["Ahoy", "Ahoy"])
        refused = self.ada.ask("POST", "/runs", {**wanted, "webhook": "no url"})
        self.assertEqual((refused.status, "https://" in refused.json()["detail"]), (422, True))

    def test_a_message_is_sent_again_by_hand(self):
        receiver = self.receiver(500, 200)
        webhook = self.ada.ask("POST", "/api/v1/webhooks", {"url": receiver.url()}).json()
        self.analyse()
        first, _ = receiver.next()
        job = self.ada.ask("GET", f"/api/v1/webhooks/{webhook['id']}/deliveries").json()["data"][0]["id"]
        replay = f"/api/v1/webhook-deliveries/{job}/replay"
        cancelled = self.ada.ask("POST", f"/api/v1/jobs/{job}/cancel")
        self.assertEqual(cancelled.status, 200, cancelled.body)
        self.assertEqual(followed(self.ada, job), "cancelled")
        self.assertEqual(self.eve.ask("POST", replay).status, 404)
        self.assertEqual(self.ada.ask("POST", replay).json()["message_id"], first["webhook-id"])
        again, body = receiver.next()
        self.assertEqual(again["webhook-id"], first["webhook-id"])
        standardwebhooks.Webhook(webhook["secret"]).verify(body, again)
        self.assertEqual(followed(self.ada, job), "succeeded")
        self.assertEqual(self.ada.ask("POST", replay).status, 409)

    def test_no_message_goes_to_a_network_that_is_not_named(self):
        receiver = self.receiver(200)
        webhook = self.ada.ask("POST", "/api/v1/webhooks", {
            "url": receiver.url().replace("127.0.0.1", "127.0.0.2")}).json()
        self.analyse()
        error = None
        while error is None:
            error = self.ada.ask("GET", f"/api/v1/webhooks/{webhook['id']}/deliveries").json()["data"][0]["error"]
        self.assertEqual(error["code"], "forbidden")
        self.assertTrue(receiver.received.empty())

    def test_a_secret_is_sealed_where_it_is_kept(self):
        secret = self.ada.ask("POST", "/api/v1/webhooks", {"url": "https://example.org/"}).json()["secret"]
        with sqlite3.connect(f"file:{self.server.data}/pharos.db?mode=ro", uri=True) as database:
            kept = [row[0] for row in database.execute("SELECT secret FROM webhook_endpoints")]
        self.assertTrue(kept and all(each.startswith("pharos1:") for each in kept))
        self.assertNotIn(secret, kept)
        self.assertEqual((self.server.data / "sealing-keys").stat().st_mode & 0o077, 0)

    def test_what_is_no_address_is_refused(self):
        for url in ("ftp://example.org/", "example.org", ""):
            self.assertEqual(self.ada.ask("POST", "/api/v1/webhooks", {"url": url}).status, 422, url)


class CronsTest(unittest.TestCase):
    def test_a_cron_is_made_paused_and_deleted(self):
        server = Server(**LOCAL)
        self.addCleanup(server.stop)
        ada, eve = server.new_person(), server.new_person()
        wanted = {"name": "daily", "expression": "0 7 * * *", "kind": "mirror.analysis", "input": {"media_id": "x"}}
        made = ada.ask("POST", "/api/v1/crons", wanted)
        self.assertEqual(made.status, 201, made.body)
        cron = f"/api/v1/crons/{made.json()['id']}"
        self.assertRegex(made.json()["next_at"], "T07:00:00")
        self.assertEqual(eve.ask("PATCH", cron, {"is_active": False}).status, 404)
        self.assertFalse(ada.ask("PATCH", cron, {"is_active": False}).json()["is_active"])
        self.assertFalse(ada.ask("GET", "/api/v1/crons").json()["data"][0]["is_active"])
        self.assertTrue(ada.ask("PATCH", cron, {"is_active": True}).json()["is_active"])
        self.assertEqual(ada.ask("POST", "/api/v1/crons", {**wanted, "kind": "webhook"}).status, 422)
        self.assertEqual(ada.ask("POST", "/api/v1/crons", {**wanted, "expression": "often"}).status, 422)
        self.assertEqual(ada.ask("POST", "/api/v1/crons", {**wanted, "timezone": "Mars/Olympus"}).status, 422)
        moved = ada.ask("POST", "/api/v1/crons", {**wanted, "timezone": "Asia/Kolkata"}).json()
        self.assertRegex(moved["next_at"], "T01:30:00")
        self.assertEqual(ada.ask("DELETE", cron).status, 204)
        self.assertEqual(ada.ask("GET", "/api/v1/crons").json()["data"], [])

    def test_what_was_missed_while_nobody_was_there_is_done_at_the_start(self):
        with tempfile.TemporaryDirectory() as data:
            first = Server(data=data, **LOCAL)
            login = first.demo_login()
            ada = first.signed_in(login)
            medium = ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()["id"]
            made = ada.ask("POST", "/api/v1/crons", {"name": "yearly", "expression": "0 0 1 1 *",
                                                     "kind": "mirror.analysis", "input": {"media_id": medium}})
            self.assertEqual(made.status, 201, made.body)
            first.stop()
            with sqlite3.connect(f"{data}/data/pharos.db") as database:
                database.execute("UPDATE job_crons SET next_at = 1")
            second = Server(data=data, **LOCAL)
            try:
                ada = second.signed_in(login)
                jobs = []
                while not jobs:
                    jobs = ada.ask("GET", "/api/v1/jobs?kind=mirror.analysis").json()["data"]
                self.assertEqual(followed(ada, jobs[0]["id"]), "succeeded")
                self.assertEqual(jobs[0]["input"], {"media_id": medium})
            finally:
                second.stop()


if __name__ == "__main__":
    unittest.main()
