"""`pharos serve` that keeps photos in a bucket, of a store that looks at signatures, and tables in PostgreSQL."""
import tempfile
import unittest

import photos
from command_line import pharos
from postgres import PrivatePostgres
from s3 import PrivateS3
from server import Server


class S3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store, cls.postgres = PrivateS3(), PrivatePostgres()
        cls.server = Server(DATABASE_URL=cls.postgres.url, **cls.store.settings)

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.server.stop()
        cls.store.stop(), cls.postgres.stop()
        assert code == 0, f"exit code {code}: {errors[-3000:]}"

    def upload(self, person):
        answer = person.upload("/api/v1/media", photos.SAMPLE.read_bytes())
        self.assertEqual(answer.status, 201, answer.body)
        return f"/api/v1/media/{answer.json()['id']}"

    def test_a_photo_is_put_read_analysed_and_deleted(self):
        person = self.server.new_person()
        before = len(self.store.files())
        path = self.upload(person)
        self.assertEqual(len(self.store.files()), before + 1)
        self.assertFalse((self.server.data / "blobs").exists())
        self.assertEqual(person.ask("GET", path + "/content").body, photos.SAMPLE.read_bytes())
        report = person.ask("POST", "/api/v1/analysis/analyze", {"media_id": path.rpartition("/")[2]})
        self.assertEqual(report.status, 200, report.body)
        self.assertEqual(person.ask("DELETE", path).status, 204)
        self.assertEqual(len(self.store.files()), before)

    def test_while_the_store_is_away_people_are_told_and_what_is_deleted_is_gone_for_them(self):
        person = self.server.new_person()
        kept, doomed = self.upload(person), self.upload(person)
        self.store.kill()
        refused = person.upload("/api/v1/media", photos.SAMPLE.read_bytes())
        self.assertEqual(refused.status, 503)
        self.assertIn("does not answer", refused.json()["detail"])
        self.assertEqual(person.ask("GET", kept + "/content").status, 503)
        self.assertEqual(person.ask("DELETE", doomed).status, 204)
        self.assertEqual(person.ask("GET", doomed).status, 404)
        self.assertEqual(person.ask("GET", "/api/v1/items").status, 200)
        self.store.start()
        self.assertEqual(person.ask("GET", kept + "/content").body, photos.SAMPLE.read_bytes())
        self.assertEqual(person.ask("DELETE", kept).status, 204)

    def test_a_store_that_lets_nobody_in_ends_the_start_with_one_line(self):
        wrong = {"SignatureDoesNotMatch; are the keys": {"S3_SECRET_KEY": "dark"},
                 "NoSuchBucket; is there that bucket?": {"S3_BUCKET": "nowhere"},
                 "does not answer": {"S3_ENDPOINT": "http://127.0.0.1:1"},
                 "write https://host[:port]": {"S3_ENDPOINT": "the-store"},
                 "S3_ACCESS_KEY": {"S3_ACCESS_KEY": ""}}
        for said, settings in wrong.items():
            with self.subTest(said), tempfile.TemporaryDirectory() as folder:
                outcome = pharos("serve", "--port", "0", "--data", folder,
                                 environment={**self.store.settings, **settings})
                self.assertEqual((outcome.returncode, outcome.stderr.count("\n")), (2, 1), outcome.stderr)
                self.assertIn("S3_ENDPOINT", outcome.stderr)
                self.assertIn(said, outcome.stderr)


if __name__ == "__main__":
    unittest.main()
