"""/metrics tells what docs/metrics.md says, and nothing that grows with what people send."""
import pathlib
import re
import unittest
import uuid

from server import ServerCase

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/metrics.md"
SAMPLE = re.compile(r"^([a-z_]+?)(_bucket|_sum|_count)?(?:\{(.*)\})? \S+$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def documented():
    """Name → (kind, labels), as the first table has them."""
    rows = re.findall(r"^\| `(\w+)` \| (gauge|counter|histogram) \| (.*?) ?\| ", DOCUMENT.read_text(), re.M)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def read(text):
    """What a scrape says: name → kind, name → labels, label → values."""
    kinds = dict(line.split(" ")[2:4] for line in text.splitlines() if line.startswith("# TYPE "))
    labels, values = {name: set() for name in kinds}, {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, suffix, said = SAMPLE.match(line).groups()
        name = name if name in kinds else name + (suffix or "")
        for label, value in LABEL.findall(said or ""):
            labels[name].add(label)
            values.setdefault(label, set()).add(value)
    return kinds, labels, values


class MetricsTest(ServerCase):
    def test_names_and_labels_are_those_that_are_documented(self):
        person = self.server.new_person()
        marks = [uuid.uuid4().hex for _ in range(3)]
        person.ask("POST", "/api/v1/items", {"title": marks[0]})
        person.ask("GET", f"/api/v1/items/{uuid.uuid4()}")
        person.ask("GET", f"/{marks[1]}?q={marks[2]}")
        person.ask(marks[1].upper(), "/api/v1/items")
        me = person.ask("GET", "/api/v1/users/me").json()
        text = self.server.stranger().ask("GET", "/metrics").body.decode()
        kinds, labels, values = read(text)
        self.assertEqual({name: (kinds[name], labels[name]) for name in kinds}, documented())
        for mark in (*marks, me["id"], me["email"], me["team_id"]):
            self.assertNotIn(mark.lower(), text.lower())
        routes = set(self.server.stranger().ask("GET", "/openapi.json").json()["paths"])
        pages = {route for route in values["route"] if not route.startswith("/api/")} - {"none"}
        self.assertEqual(values["route"] - routes - pages - {"none"}, set())
        self.assertTrue(all(re.fullmatch(r"/[a-z./_-]*", page) for page in pages), pages)
        self.assertLessEqual(values["method"], {"GET", "POST", "PUT", "PATCH", "DELETE"})
        self.assertTrue(all(re.fullmatch(r"[1-5]\d\d", status) for status in values["status"]), values["status"])
        self.assertEqual(len(values["version"]), 1)


if __name__ == "__main__":
    unittest.main()
