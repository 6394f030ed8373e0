"""The other commands of `pharos`, and the command line itself."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import photos
from command_line import pharos

ROOT = photos.ROOT


class CommandLineTest(unittest.TestCase):
    def test_help_names_every_command(self):
        outcome = pharos("--help")
        self.assertEqual(outcome.returncode, 0)
        for command in ("analyze", "vision", "graph", "bench", "doctor"):
            self.assertIn(command, outcome.stdout)

    def test_without_arguments_it_explains_itself_and_analyses_the_sample(self):
        outcome = pharos()
        self.assertEqual(outcome.returncode, 0, outcome.stderr[-2000:])
        self.assertIn("analyze", outcome.stdout)
        self.assertIn("Portrait", outcome.stdout)

    def test_unknown_words_are_one_line_and_exit_code_2(self):
        for words in (["fly"], ["analyze"], ["analyze", "--loud", "x"], ["graph", "show"], ["graph"],
                      ["graph", "show", "miror"], ["bench", "nothing"]):
            with self.subTest(words):
                outcome = pharos(*words)
                self.assertEqual(outcome.returncode, 2)
                self.assertEqual(outcome.stderr.count("\n"), 1, outcome.stderr)

    def test_missing_models_say_how_to_set_up(self):
        outcome = pharos("vision", photos.SAMPLE, environment={"PHAROS_MODELS": "/nowhere"})
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("./run", outcome.stderr)

    def test_a_wrong_setting_names_itself(self):
        outcome = pharos("doctor", environment={"PHAROS_WORKERS": "many"})
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("PHAROS_WORKERS", outcome.stderr)

    def test_a_reader_that_goes_away_is_no_crash(self):
        with open("/dev/full", "w") as full:
            outcome = subprocess.run([os.environ["PHAROS"], "graph", "show", "mirror"], stdout=full,
                                     stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(outcome.returncode, 1)
        self.assertIn("could not be written", outcome.stderr)


class VisionTest(unittest.TestCase):
    def test_raw_json_has_the_documented_fields(self):
        outcome = pharos("vision", photos.SAMPLE, "--raw", "--json")
        self.assertEqual(outcome.returncode, 0, outcome.stderr[-2000:])
        sight = json.loads(outcome.stdout)
        self.assertEqual(list(sight)[:7], ["image", "faces", "mesh_count", "pose", "angles_deg", "view", "facing"])
        self.assertEqual(sight["mesh_count"], 1)
        self.assertEqual(len(sight["pose"]), 33)
        self.assertAlmostEqual(sight["angles_deg"]["shoulders"], 4.928, delta=0.25)

    def test_words_say_what_was_not_measured(self):
        outcome = pharos("vision", photos.SAMPLE)
        self.assertIn("hips        not measured", outcome.stdout)


class GraphTest(unittest.TestCase):
    def test_the_mirror_graph_is_drawn(self):
        outcome = pharos("graph", "show", "mirror")
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        for node in ("embedding", "face", "fashion", "posture", "bio", "aggregate", "format"):
            self.assertIn(node, outcome.stdout)
        drawing = json.loads(pharos("graph", "show", "mirror", "--json").stdout)
        self.assertIn("nodes", drawing)


class DoctorTest(unittest.TestCase):
    def test_a_sound_machine_is_told_so(self):
        outcome = pharos("doctor", "--json")
        found = json.loads(outcome.stdout)
        self.assertEqual(found["problems"], [])
        self.assertEqual(outcome.returncode, 0)
        self.assertEqual(found["vision_precision"], "f32")
        self.assertEqual(len(found["models"]), 5)

    def test_a_changed_model_file_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            models = pathlib.Path(folder) / "models"
            models.mkdir()
            for path in (ROOT / "build/models").iterdir():
                (models / path.name).symlink_to(path)
            (models / "face_landmark.tflite").unlink()
            (models / "face_landmark.tflite").write_bytes(b"something else")
            outcome = pharos("doctor", environment={"PHAROS_MODELS": str(models)})
            self.assertEqual(outcome.returncode, 1)
            self.assertIn("face_landmark.tflite is changed", outcome.stdout)

    def test_a_folder_without_models_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            outcome = pharos("doctor", environment={"PHAROS_MODELS": folder})
            self.assertEqual(outcome.returncode, 1)
            self.assertIn(f"no models in {folder}", outcome.stdout)
            self.assertIn("./run --build-only", outcome.stdout)


class BenchTest(unittest.TestCase):
    """The benchmarks run and print what they promise; how fast is nobody's test."""

    def test_graph(self):
        found = json.loads(pharos("bench", "graph", "--seconds", "0.05", "--json", program="RELEASED_PHAROS").stdout)
        cases = {case["case"]: case for case in found["cases"]}
        kept_or_not = ["seq-3", "par-5", "seq-10", "seq-1000", "fanout-10", "fanout-100", "sends-1000",
                       "sends-10000", "react-10", "react-100", "wide-25x300", "wide-15x600", "wide-9x1200"]
        self.assertEqual(list(cases), [*kept_or_not, *(f"{name}+memory" for name in kept_or_not),
                                       "concurrent-1000", "concurrent-10000", "compile-1000", "loop-100000"])
        self.assertEqual(set(cases["seq-3"]), {"case", "median_us", "p90_us", "runs"})
        self.assertGreater(cases["concurrent-10000"]["memory_mb"], 5)
        self.assertLess(cases["loop-100000"]["memory_mb"], 2)

    def test_graph_in_words(self):
        lines = pharos("bench", "graph", "--case", "seq-3,par-5", "--seconds", "0.01",
                       program="RELEASED_PHAROS").stdout.splitlines()
        self.assertRegex(lines[0], r"case +median µs +p90 µs +runs")
        self.assertEqual([line.split()[0] for line in lines[1:]], ["seq-3", "par-5"])

    def test_graph_beside_the_peer(self):
        found = json.loads(pharos("bench", "graph", "--peer", "--case", "seq-3,react-10+memory", "--seconds", "0.1",
                                  "--json", program="RELEASED_PHAROS").stdout)
        for case in found["cases"]:
            self.assertAlmostEqual(case["ratio"], case["peer_median_us"] / case["median_us"])
            self.assertGreater(case["ratio"], 1)

    def test_checkpoint(self):
        names = ["seq-3+sqlite+sync", "concurrent-64+sqlite+async", "seq-3+postgres+async"]
        found = json.loads(pharos("bench", "checkpoint", "--case", ",".join(names), "--seconds", "0.1", "--json",
                                  program="RELEASED_PHAROS").stdout)
        self.assertEqual([case["case"] for case in found["cases"]], names)
        for case in found["cases"]:
            self.assertEqual(set(case), {"case", "median_us", "p90_us", "runs", "checkpoints_per_second", "bytes"})

    def test_checkpoint_beside_the_peer(self):
        found = json.loads(pharos("bench", "checkpoint", "--peer", "--case",
                                  "chat-200+sqlite,concurrent-64+postgres+sync", "--seconds", "0", "--json",
                                  program="RELEASED_PHAROS").stdout)
        for case in found["cases"]:
            self.assertAlmostEqual(case["ratio"], case["peer_median_us"] / case["median_us"])
            self.assertGreater(case["ratio"], 1)
            self.assertGreater(case["peer_bytes"], 0)
        chat = found["cases"][0]
        self.assertEqual(chat["payload_bytes"], 320_000)
        self.assertLessEqual(chat["bytes_ratio"], 3)

    def test_checkpoint_in_words(self):
        lines = pharos("bench", "checkpoint", "--case", "seq-3+sqlite+sync", "--seconds", "0",
                       program="RELEASED_PHAROS").stdout.splitlines()
        self.assertRegex(lines[0], r"case +median ms +p90 ms +runs +puts/s +kB")
        self.assertEqual([line.split()[0] for line in lines[1:]], ["seq-3+sqlite+sync"])

    def test_server(self):
        found = json.loads(pharos("bench", "server", "--seconds", "0.1", "--json", program="RELEASED_PHAROS").stdout)
        self.assertEqual((found["pharos"]["errors"], found["streams"]["errors"]), (0, 0))
        self.assertGreater(found["pharos"]["requests_per_second"], 0)
        self.assertEqual(found["streams"]["streams"], 10_000)
        self.assertGreaterEqual(found["streams"]["events"], 10_000)
        self.assertIsNone(found["peer"])

    def test_users(self):
        report = json.loads(pharos("bench", "users", "--users", "8", "--seconds", "8", "--json",
                                   program="RELEASED_PHAROS").stdout)
        self.assertEqual(report["errors_percent"], 0, report["first_error"])
        counts = {action["name"]: action["count"] for action in report["actions"]}
        self.assertEqual((counts["log in"], counts["upload"]), (8, 8))
        self.assertEqual(sum(counts.values()), 2 * counts["all"])
        self.assertGreater(report["database_statements"], counts["all"])
        self.assertGreater(report["database_p95_ms_at_most"], 0)

    def test_every_case_of_the_peer_can_be_prepared(self):
        """A name that one side has and the other lacks would end a long run; `seconds` 0 still runs each once."""
        ours = [case for case in json.loads(pharos("bench", "graph", "--seconds", "0", "--json",
                                                   program="RELEASED_PHAROS").stdout)["cases"]]
        quick = [case["case"] for case in ours if case["case"] not in ("concurrent-10000", "loop-100000")]
        asked = "".join(json.dumps({"case": name, "seconds": 0}) + "\n" for name in quick)
        answered = subprocess.run([ROOT / "bench/peer/start.sh"], input=asked, capture_output=True, text=True,
                                  check=True).stdout.splitlines()
        self.assertEqual([json.loads(line).get("error") for line in answered], [None] * len(quick))

    def test_a_peer_that_fails_is_one_sentence(self):
        for peer, said in (("/nowhere/peer", "PHAROS_PEER"), ("/bin/true", "has ended")):
            with self.subTest(peer):
                outcome = pharos("bench", "graph", "--peer", "--case", "seq-3", "--seconds", "0",
                                 environment={"PHAROS_PEER": peer})
                self.assertNotEqual(outcome.returncode, 0)
                self.assertEqual(outcome.stderr.count("\n"), 1, outcome.stderr)
                self.assertIn(said, outcome.stderr)

    def test_an_unknown_case_suggests_the_nearest(self):
        outcome = pharos("bench", "graph", "--case", "seq-33")
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("did you mean 'seq-3'", outcome.stderr)

    def test_embedder(self):
        self.assertRegex(pharos("bench", "embedder", program="RELEASED_PHAROS").stdout,
                         r"^\d+ tokens a second a core in (bf16|int8|f32), a query of 10 tokens in [\d.]+ ms")

    def test_vision(self):
        found = json.loads(pharos("bench", "vision", "--json", program="RELEASED_PHAROS").stdout)
        self.assertLessEqual({"p50_ms", "p95_ms", "photos_per_second", "load_ms", "peak_rss_mb", "stages"}, set(found))
        self.assertAlmostEqual(sum(stage["share"] for stage in found["stages"]), 1.0, delta=0.02)

    def test_vision_in_words(self):
        found = pharos("bench", "vision", program="RELEASED_PHAROS").stdout
        for part in ("p95", "photos a second", "Models loaded", "decode", "pose", "faces", "outfit", "quality"):
            self.assertIn(part, found)


if __name__ == "__main__":
    unittest.main()
