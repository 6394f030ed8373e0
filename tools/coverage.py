"""Line coverage of each room by unit and end-to-end tests, from clang's source-based profiles."""
import json
import os
import shutil
import subprocess


def by_functions(export):
    """{file: (lines covered, lines)}, of llvm-cov's sums: of a template the one instance that covers most."""
    files = json.loads(export("-summary-only"))["data"][0]["files"]
    return {file["filename"]: (file["summary"]["lines"]["covered"], file["summary"]["lines"]["count"]) for file in files}


def by_lines(export):
    """The same line by line, of all instances: what describes a struct counts as a function that nobody calls."""
    files = {}
    for record in export("-format=lcov").split("end_of_record\n"):
        lines = record.splitlines()
        path = next((line.removeprefix("SF:") for line in lines if line.startswith("SF:")), "")
        counts = [line.split(",")[1] != "0" for line in lines if line.startswith("DA:")]
        files[path] = sum(counts), len(counts)
    return files


def covered_lines(export):
    """Both ways leave out lines that were run, never the other way round: of each file the one that sees more."""
    lines = by_lines(export)
    return {file: max(counts, lines.get(file, (0, 1)), key=lambda pair: pair[0] / max(1, pair[1]))
            for file, counts in by_functions(export).items()}


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

    def export(how):
        return subprocess.run(["llvm-cov-19", "export", how, f"-instr-profile={merged}", str(programs[0]), *objects],
                              check=True, capture_output=True, text=True).stdout

    rooms = {}
    for file, counts in covered_lines(export).items():
        place = file.removeprefix(f"{root}/src/")
        if place.startswith("/") or "/tests/" in place:
            continue
        room = place.rsplit("/", 1)[0]
        rooms[room] = tuple(map(sum, zip(rooms.get(room, (0, 0)), counts)))
    for room, (covered, count) in sorted(rooms.items()):
        print(f"   {room:24} {100 * covered / count:5.1f} %  ({covered} of {count} lines)")
        yield room, 100 * covered / count
    covered, count = map(sum, zip(*rooms.values()))
    print(f"   {'all':24} {100 * covered / count:5.1f} %  ({covered} of {count} lines)")
    yield "all", 100 * covered / count
