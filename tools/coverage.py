"""Line coverage of each room by unit and end-to-end tests, from clang's source-based profiles."""
import json
import os
import shutil
import subprocess


def by_room(root, build, run_all_tests):
    """Runs the tests of the coverage build by `run_all_tests(programs)`; yields (room, percent), the whole last."""
    profiles = build / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir()
    programs = [*sorted((build / "tests").glob("*_test")), build / "bin/pharos"]
    os.environ["LLVM_PROFILE_FILE"] = str(profiles / "%m.profraw")  # %m: one file a program, runs merged
    run_all_tests(programs[:-1])
    merged = build / "merged.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", str(merged), *map(str, profiles.glob("*.profraw"))],
                   check=True)
    objects = [argument for program in programs[1:] for argument in ("-object", str(program))]
    exported = subprocess.run(["llvm-cov-19", "export", "-summary-only", f"-instr-profile={merged}", str(programs[0]),
                               *objects], check=True, capture_output=True, text=True)
    rooms = {}
    for file in json.loads(exported.stdout)["data"][0]["files"]:
        place = file["filename"].removeprefix(f"{root}/src/")
        if place.startswith("/") or "/tests/" in place:
            continue
        room = place.rsplit("/", 1)[0]
        covered, count = rooms.get(room, (0, 0))
        lines = file["summary"]["lines"]
        rooms[room] = (covered + lines["covered"], count + lines["count"])
    for room, (covered, count) in sorted(rooms.items()):
        print(f"   {room:24} {100 * covered / count:5.1f} %  ({covered} of {count} lines)")
        yield room, 100 * covered / count
    covered, count = map(sum, zip(*rooms.values()))
    print(f"   {'all':24} {100 * covered / count:5.1f} %  ({covered} of {count} lines)")
    yield "all", 100 * covered / count
