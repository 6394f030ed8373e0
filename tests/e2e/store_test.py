"""The store as LangGraph's own client for Python uses it, and as strangers do not."""
import unittest
import uuid

from server import ServerCase


class StoreTest(ServerCase):
    def setUp(self):
        self.ada = self.server.new_person()

    def put(self, person, key, value, space=("notes",), **options):
        answer = person.ask("PUT", "/store/items", {"namespace": list(space), "key": key, "value": value, **options})
        self.assertEqual((answer.status, answer.body), (204, b""), answer.body)

    def read(self, person, key, space="notes", more=""):
        answer = person.ask("GET", f"/store/items?namespace={space}&key={key}{more}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def found(self, person, **wanted):
        answer = person.ask("POST", "/store/items/search", wanted)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["items"]

    def test_an_item_is_put_read_replaced_and_deleted(self):
        self.assertIsNone(self.read(self.ada, "k"))
        self.put(self.ada, "k", {"v": 1}, ("a", "b"))
        item = self.read(self.ada, "k", "a.b")
        self.assertEqual({name: item[name] for name in ("namespace", "key", "value")},
                         {"namespace": ["a", "b"], "key": "k", "value": {"v": 1}})
        self.assertRegex(item["created_at"], r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
        self.put(self.ada, "k", {"v": 2}, ("a", "b"))
        again = self.read(self.ada, "k", "a.b")
        self.assertEqual((again["value"], again["created_at"]), ({"v": 2}, item["created_at"]))
        answer = self.ada.ask("DELETE", "/store/items", {"namespace": ["a", "b"], "key": "k"})
        self.assertEqual(answer.status, 204)
        self.assertIsNone(self.read(self.ada, "k", "a.b"))

    def test_items_are_found_by_prefix_filter_and_meaning(self):
        self.put(self.ada, "dinner", {"text": "We had pasta with tomatoes in the evening.", "n": 1}, ("me", "days"))
        self.put(self.ada, "trip", {"text": "The boat left the harbour in a storm.", "n": 2}, ("me", "days"))
        self.put(self.ada, "silent", {"text": "The ship sailed.", "n": 3}, ("me", "other"), index=False)
        self.assertEqual([item["key"] for item in self.found(self.ada, namespace_prefix=["me"])],
                         ["dinner", "trip", "silent"])
        self.assertEqual([item["key"] for item in self.found(self.ada, namespace_prefix=["me", "days"], offset=1)],
                         ["trip"])
        self.assertEqual([item["key"] for item in self.found(self.ada, filter={"n": {"$gte": 2}}, limit=1)], ["trip"])
        by_meaning = self.found(self.ada, namespace_prefix=[], query="sailing in bad weather")
        self.assertEqual(by_meaning[0]["key"], "trip")
        self.assertGreater(by_meaning[0]["score"], by_meaning[1]["score"])
        self.assertNotIn("score", by_meaning[2], "it was put without an index")
        answer = self.ada.ask("POST", "/store/namespaces", {"prefix": ["me"], "max_depth": 2})
        self.assertEqual(answer.json(), {"namespaces": [["me", "days"], ["me", "other"]]})
        answer = self.ada.ask("POST", "/store/namespaces", {"suffix": ["other"]})
        self.assertEqual(answer.json(), {"namespaces": [["me", "other"]]})

    def test_an_item_lives_as_long_as_it_was_given(self):
        self.put(self.ada, "brief", {"v": 1}, ttl=0.00001)
        self.put(self.ada, "lasting", {"v": 1}, ttl=60)
        self.assertIsNone(self.read(self.ada, "brief"))
        self.assertEqual(self.read(self.ada, "lasting", more="&refresh_ttl=true")["value"], {"v": 1})

    def test_everybody_has_their_own(self):
        eve = self.server.new_person()
        me = self.ada.ask("GET", "/api/v1/users/me").json()
        self.put(self.ada, "secret", {"v": 1})
        self.assertIsNone(self.read(eve, "secret"))
        self.assertEqual(self.found(eve), [])
        for space in (me["id"], me["team_id"], "notes"):
            self.assertEqual(self.found(eve, namespace_prefix=[space]), [])
        eve.ask("DELETE", "/store/items", {"namespace": ["notes"], "key": "secret"})
        self.assertEqual(self.read(self.ada, "secret")["value"], {"v": 1})
        self.assertEqual(self.ada.ask("POST", "/store/namespaces", {}).json(), {"namespaces": [["notes"]]})

    def test_deleting_my_data_takes_my_items(self):
        self.put(self.ada, "k", {"v": uuid.uuid4().hex})
        self.assertEqual(self.ada.ask("DELETE", "/api/v1/me/data").status, 200)
        self.assertIsNone(self.read(self.ada, "k"))

    def test_what_is_wrong_is_said(self):
        for body, place in (({"namespace": ["a.b"], "key": "k", "value": {}}, "a.b"),
                            ({"namespace": [], "key": "k", "value": {}}, "namespace"),
                            ({"namespace": ["a"], "key": "k", "value": 3}, "value"),
                            ({"namespace": ["a"], "key": "k", "value": {}, "ttl": 0}, "ttl"),
                            ({"namespace": ["a"], "key": "k", "value": {}, "index": "text"}, "index"),
                            ({"key": "k", "value": {}}, "namespace")):
            with self.subTest(body=body):
                answer = self.ada.ask("PUT", "/store/items", body)
                self.assertEqual(answer.status, 422, answer.body)
                self.assertIn(place, answer.json()["detail"])
        large = {"namespace": ["a"], "key": "k", "value": {"t": "x" * 140_000}}
        self.assertEqual(self.ada.ask("PUT", "/store/items", large).status, 413)
        self.assertEqual(self.ada.ask("POST", "/store/items/search", {"filter": {"n": {"$near": 1}}}).status, 422)


if __name__ == "__main__":
    unittest.main()
