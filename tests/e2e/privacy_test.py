"""What people can do about what is kept of them."""
import hashlib
import io
import json
import unittest
import zipfile

import photos
from server import Client, ServerCase
from server_test import events_of


class PrivacyTest(ServerCase):
    def person(self):
        """A person's login, and the person logged in."""
        login = self.server.new_login()
        return login, self.server.signed_in(login)

    def test_a_copy_of_everything_is_made_and_fetched(self):
        login, ada = self.person()
        eve = self.server.new_person()
        ada.ask("POST", "/api/v1/items", {"title": "Anchor"})
        eve.ask("POST", "/api/v1/items", {"title": "Secret"})
        ada.upload("/api/v1/media", photos.SAMPLE.read_bytes())
        asked = ada.ask("POST", "/api/v1/me/export")
        self.assertEqual(asked.status, 202, asked.body)
        job = asked.json()["id"]
        self.assertEqual(events_of(ada.ask("GET", f"/api/v1/jobs/{job}/events"))[-1]["event"], "succeeded")
        made = ada.ask("GET", "/api/v1/me/exports").json()["data"][0]
        self.assertEqual(ada.ask("GET", f"/api/v1/jobs/{job}").json()["result"], {"export_id": made["id"]})
        path = f"/api/v1/me/exports/{made['id']}"
        fetched = ada.ask("GET", path)
        self.assertEqual((fetched.headers["Content-Type"], len(fetched.body)), ("application/zip", made["bytes"]))
        archive = zipfile.ZipFile(io.BytesIO(fetched.body))
        self.assertIsNone(archive.testzip())
        manifest = json.loads(archive.read("manifest.json"))
        self.assertEqual({file["name"] for file in manifest["files"]} | {"manifest.json"}, set(archive.namelist()))
        for file in manifest["files"]:
            self.assertEqual(hashlib.sha256(archive.read(file["name"])).hexdigest(), file["sha256"])
        self.assertEqual([item["title"] for item in json.loads(archive.read("data/items.json"))], ["Anchor"])
        [medium] = json.loads(archive.read("data/media.json"))
        self.assertEqual(archive.read(f"blobs/{medium['blob']}"), photos.SAMPLE.read_bytes())
        [user] = json.loads(archive.read("data/users.json"))
        self.assertEqual(user["email"], login["email"])
        self.assertNotIn("password_hash", user)
        self.assertNotIn(b"Secret", archive.read("data/items.json"))
        self.assertEqual(eve.ask("GET", path).status, 404)

    def test_an_account_is_deleted_unless_it_is_undone(self):
        login, ada = self.person()
        ada.ask("POST", "/api/v1/items", {"title": "Anchor"})
        self.assertEqual(ada.ask("GET", "/api/v1/me/deletion").status, 404)
        asked = ada.ask("DELETE", "/api/v1/me")
        self.assertEqual((asked.status, asked.json()["is_done"]), (202, False), asked.body)
        self.assertEqual(ada.ask("GET", "/api/v1/users/me").status, 401)
        ada = self.server.signed_in(login)
        self.assertEqual(ada.ask("GET", "/api/v1/me/deletion").json()["due_at"], asked.json()["due_at"])
        self.assertEqual(ada.ask("DELETE", "/api/v1/me/deletion").status, 204)
        self.assertEqual(len(ada.ask("GET", "/api/v1/items").json()["data"]), 1)

    def test_an_account_is_deleted_at_once_with_everything_in_it(self):
        login, ada = self.person()
        medium = ada.upload("/api/v1/media", photos.SAMPLE.read_bytes()).json()
        blobs = [path for path in (self.server.data / "blobs").rglob("*-*") if path.is_file()]
        key = ada.ask("POST", "/api/v1/keys", {"name": "boat"}).json()["key"]
        program = Client(self.server.port, key)
        self.assertEqual(program.ask("GET", "/api/v1/items").status, 200)
        self.assertEqual(program.ask("DELETE", "/api/v1/me?immediately=true").status, 403)
        self.assertTrue(ada.ask("DELETE", "/api/v1/me?immediately=true").json()["is_done"])
        self.assertEqual(ada.ask("GET", f"/api/v1/media/{medium['id']}").status, 401)
        self.assertEqual(program.ask("GET", "/api/v1/items").status, 401)
        self.assertEqual(self.server.stranger().ask("POST", "/api/v1/auth/login", login).status, 401)
        left = [path for path in (self.server.data / "blobs").rglob("*-*") if path.is_file()]
        self.assertEqual(len(left), len(blobs) - 1)
        self.assertEqual(self.server.stranger().ask("POST", "/api/v1/auth/register", login).status, 201)

    def test_data_is_deleted_and_the_account_stays(self):
        _, ada = self.person()
        ada.ask("POST", "/api/v1/items", {"title": "Anchor"})
        self.assertEqual(ada.ask("DELETE", "/api/v1/me/data").json(), {"rows": 1})
        self.assertEqual(ada.ask("GET", "/api/v1/items").json()["data"], [])
        self.assertEqual(ada.ask("GET", "/api/v1/users/me").status, 200)

    def test_what_was_agreed_to_is_kept_in_order(self):
        _, ada = self.person()
        for granted in (True, False):
            said = ada.ask("PUT", "/api/v1/me/consents", {"purpose": "photos", "version": "2", "is_granted": granted})
            self.assertEqual((said.status, said.json()["source"]), (200, "api"))
        listed = ada.ask("GET", "/api/v1/me/consents").json()["data"]
        self.assertEqual([(word["is_granted"], word["is_current"]) for word in listed], [(False, True), (True, False)])

    def test_what_must_be_kept_is_not_deleted(self):
        _, ada = self.person()
        user = ada.ask("GET", "/api/v1/users/me").json()["id"]
        admin = self.server.signed_in(self.server.demo_login())
        path = f"/api/v1/users/{user}/legal-hold"
        self.assertEqual(ada.ask("PUT", path, {"reason": "x"}).status, 403)
        self.assertEqual(admin.ask("PUT", path, {"reason": "case 12"}).json()["reason"], "case 12")
        self.assertIn(user, [hold["user_id"] for hold in admin.ask("GET", "/api/v1/legal-holds").json()["data"]])
        for method, what in (("DELETE", "/api/v1/me/data"), ("DELETE", "/api/v1/me?immediately=true")):
            self.assertEqual(ada.ask(method, what).status, 409)
        self.assertEqual(admin.ask("DELETE", f"/api/v1/users/{user}").status, 409)
        self.assertEqual(admin.ask("DELETE", path).status, 204)
        self.assertEqual(ada.ask("DELETE", "/api/v1/me/data").status, 200)


if __name__ == "__main__":
    unittest.main()
