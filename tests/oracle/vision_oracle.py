#!/usr/bin/env python3
"""Compares `pharos vision --raw` with MediaPipe on photos that packages bring.

    build/test-venv/bin/python tests/oracle/vision_oracle.py build/release/bin/pharos [--keep FOLDER] [--only NAME]

The Python packages are those of tests/requirements.txt.
Prints each bar with the number reached, the photos that miss one, and `N passed, N failed`.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import cv2
import mediapipe as mp
import numpy as np

from vision_photos import all_photos

VISIBLE = 0.5
LEFT_RIGHT = {"shoulders": (11, 12), "hips": (23, 24), "ears": (7, 8)}
# Another JPEG decoder than OpenCV's may give pixels that differ by a level or two.
DECODER_ALLOWANCE = 3


class Reference:
    """The original library, as it is used on single photos."""

    def __init__(self):
        solutions = mp.solutions
        self.pose = solutions.pose.Pose(static_image_mode=True, model_complexity=1, min_detection_confidence=0.5,
                                        min_tracking_confidence=0.5)
        self.faces = solutions.face_detection.FaceDetection(model_selection=0, min_detection_confidence=0.5)
        self.mesh = solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=10, refine_landmarks=False,
                                                 min_detection_confidence=0.5, min_tracking_confidence=0.5)

    def look(self, file):
        bgr = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        height, width = rgb.shape[:2]
        seen = {"image": {"width": width, "height": height}, "faces": [], "pose": None, "angles_deg": None}
        for one in self.faces.process(rgb).detections or []:
            box = one.location_data.relative_bounding_box
            seen["faces"].append({"bbox": [box.xmin * width, box.ymin * height, box.width * width,
                                           box.height * height], "score": one.score[0]})
        seen["mesh_count"] = len(self.mesh.process(rgb).multi_face_landmarks or [])
        landmarks = self.pose.process(rgb).pose_landmarks
        if landmarks:
            seen["pose"] = [{"x": point.x * width, "y": point.y * height, "z": point.z * width,
                             "visibility": point.visibility, "presence": point.presence}
                            for point in landmarks.landmark]
            seen |= posture(seen["pose"])
        return seen


def posture(pose):
    """Angles, view and facing as Pharos defines them, from any 33 landmarks."""
    at = [np.array([point["x"], point["y"]]) for point in pose]
    angles = {}
    for name, (left, right) in LEFT_RIGHT.items():
        dx, dy = at[left] - at[right]
        angles[name] = line_angle(math.degrees(math.atan2(dy, dx)))
    trunk = (at[11] + at[12]) / 2 - (at[23] + at[24]) / 2
    angles["trunk_lean"] = math.degrees(math.atan2(trunk[0], -trunk[1]))
    across = at[11][0] - at[12][0]
    ratio = abs(across) / np.linalg.norm(trunk)
    view = "frontal" if ratio > 0.45 else "side" if ratio < 0.25 else "oblique"
    return {"angles_deg": angles, "view": view, "facing": "front" if across > 0 else "back"}


def line_angle(degrees):
    """A line's direction repeats every half turn: from -90 (excluded) to 90."""
    return degrees - 180 * math.ceil(degrees / 180 - 0.5)


def overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def compare(ours, theirs):
    """What agreement is measured by, for one photo; `unequal` lists what should be the same and is not."""
    found = {"unequal": [], "mean": None, "worst": None, "angles": [], "overlaps": []}
    same = {"size": (ours["image"], theirs["image"]), "faces": (len(ours["faces"]), len(theirs["faces"])),
            "meshes": (ours["mesh_count"], theirs["mesh_count"]),
            "pose": (ours["pose"] is not None, theirs["pose"] is not None)}
    if ours["pose"] and theirs["pose"]:
        same |= {key: (ours[key], theirs[key]) for key in ("view", "facing")}
        size = max(theirs["image"].values())
        errors = [math.dist((a["x"], a["y"]), (b["x"], b["y"])) / size * 100
                  for a, b in zip(ours["pose"], theirs["pose"], strict=True) if b["visibility"] >= VISIBLE]
        if errors:
            found |= {"mean": sum(errors) / len(errors), "worst": max(errors)}
        for name, angle in theirs["angles_deg"].items():
            found["angles"].append(abs(math.remainder(ours["angles_deg"][name] - angle, 180)))
    for face in theirs["faces"]:
        found["overlaps"].append(max((overlap(face["bbox"], other["bbox"]) for other in ours["faces"]), default=0))
    found["unequal"] = [f"{name} {a} instead of {b}" for name, (a, b) in same.items() if a != b]
    return found


def run_pharos(binary, photo):
    command = [*binary, "vision", str(photo), "--raw", "--json"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {outcome.returncode}: {outcome.stderr.strip()}")
    return json.loads(outcome.stdout)


def bars(name, results, allowance):
    """(what, number reached, whether it is enough)"""
    def at_most(what, values, limit, unit):
        reached = max(values, default=0)
        return f"{name}: {what}", f"{reached:.4f}{unit} (at most {limit:g})", reached <= limit

    means = [result["mean"] for result in results.values() if result["mean"] is not None]
    angles = [angle for result in results.values() for angle in result["angles"]]
    overlaps = [value for result in results.values() for value in result["overlaps"]]
    unequal = [f"{photo}: {'; '.join(result['unequal'])}" for photo, result in results.items() if result["unequal"]]
    worst = [result["worst"] for result in results.values() if result["worst"] is not None]
    return [
        at_most("mean distance of landmarks", [np.mean(means)] if means else [], 0.02 * allowance, " % of size"),
        at_most("worst photo's mean distance", means, 0.25 * allowance, " % of size"),
        at_most("worst visible landmark", worst, 1.0 * allowance, " % of size"),
        at_most("angles, 99th percentile", [np.percentile(angles, 99)] if angles else [], 0.25 * allowance, "°"),
        (f"{name}: overlap of face boxes", f"{min(overlaps, default=1):.4f} (at least 0.98)",
         min(overlaps, default=1) >= 0.98),
        (f"{name}: counts, presence, view and facing", "; ".join(unequal) or f"equal on {len(results)} photos",
         not unequal),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="+", help="the pharos program, with what must stand before `vision`")
    parser.add_argument("--keep", type=pathlib.Path, help="leave the photos in this folder")
    parser.add_argument("--only", default="", help="only photos whose name contains this")
    options = parser.parse_args()
    reference = Reference()
    results = {".png": {}, ".jpg": {}}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, file in all_photos():
            if options.only not in name:
                continue
            photo = folder / name
            photo.write_bytes(file)
            result = compare(run_pharos(options.binary, photo), reference.look(file))
            results[photo.suffix][name] = result
            mean = "no pose" if result["mean"] is None else f"{result['mean']:.4f} %"
            print(f"  {name}: {mean}{''.join('; ' + text for text in result['unequal'])}", flush=True)
    outcomes = [*bars("lossless", results[".png"], 1), *bars("JPEG", results[".jpg"], DECODER_ALLOWANCE)]
    for what, reached, enough in outcomes:
        print(f"{'ok  ' if enough else 'FAIL'}  {what}: {reached}")
    failed = sum(not enough for _, _, enough in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
