#!/usr/bin/env python3
"""Builds and runs the tests of Pharos and ends with one line `N passed, N failed`.

A suite is a named function that yields results; every result is one test. `./test NAME …` runs the suites whose
name contains NAME, and where no suite does, the unit tests whose own name contains it.
"""
import argparse
import concurrent.futures
import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import coverage
import faults
import lint

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/lsan.supp:print_suppressions=0",
    "TSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/tsan.supp",
}


@dataclasses.dataclass
class Result:
    name: str
    passed: bool
    detail: str = ""


@dataclasses.dataclass
class Options:
    """What the caller asked for, as the suites need it."""
    long: bool = False
    test_filter: str = "*"
    thorough_lint: bool = False


def build(preset, *targets):
    """Configures and builds by the same steps as ./run; stops the whole test run when that fails."""
    script = 'root=$1; shift; source "$root/setup/setup.sh"; build "$@"'
    if subprocess.run(["bash", "-euo", "pipefail", "-c", script, "build", str(ROOT), preset, *targets],
                      check=False).returncode != 0:
        print(f"the {preset} build failed: nothing was tested\n0 passed, 1 failed")
        sys.exit(1)


def run(command, environment=None, **options):
    return subprocess.run([str(part) for part in command], env={**os.environ, **SANITIZERS, **(environment or {})},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False, **options)


# ---- suites -------------------------------------------------------------------------------------------------


def unit_program(program, test_filter, environment=None):
    """Runs one GoogleTest program; a crash is a failure of its own that names the last test begun."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        outcome = run([program, f"--gtest_output=json:{report.name}", f"--gtest_filter={test_filter}",
                       "--gtest_color=no"], environment, cwd=ROOT)
        text = pathlib.Path(report.name).read_text()
    results = []
    if text:
        for group in json.loads(text).get("testsuites", []):
            for test in group["testsuite"]:
                if test.get("status") == "NOTRUN" or test.get("result") == "SKIPPED":
                    continue
                failures = "\n".join(failure["failure"] for failure in test.get("failures", []))
                results.append(Result(f"{program.name}: {group['name']}.{test['name']}", not failures, failures))
    if outcome.returncode != 0 and all(result.passed for result in results):
        begun = re.findall(r"\[ RUN      \] (\S+)", outcome.stdout)
        results.append(Result(f"{program.name}: ends cleanly (last begun: {begun[-1] if begun else 'none'})", False,
                              outcome.stdout[-6000:]))
    return results


def unit(room):
    def suite(options):
        return unit_program(BUILD / "dev/tests" / f"{room}_test", options.test_filter,
                            {"PHAROS_TEST_LONG": "1"} if options.long else None)
    return suite


def fuzz(options):
    """Each parser's fuzzer from what it found before and its own seeds: a minute for those that read photos, whose
    formats are the largest, twenty seconds for the others; ten minutes each in a long run."""
    def duration(program):
        if options.long:
            return 600
        return 60 if program.name.startswith(("image_", "exif_")) else 20

    programs = sorted((BUILD / "dev/fuzzers").glob("*_fuzz"))

    def campaign(program):
        seconds = duration(program)
        corpus = BUILD / "dev/fuzzers/corpus" / program.name
        corpus.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as findings:
            outcome = run([program, corpus, f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10",
                           f"-artifact_prefix={findings}/", "-print_final_stats=1"], cwd=findings)
        return Result(f"fuzz: {program.name} for {seconds} s", outcome.returncode == 0, outcome.stdout[-4000:])

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(campaign, programs))


class Recorder(unittest.TestResult):
    """Keeps every outcome of a unittest run as a Result."""

    def __init__(self):
        super().__init__()
        self.results = []

    def record(self, test, detail=""):
        self.results.append(Result(test.id(), not detail, detail))

    def addSuccess(self, test):
        self.record(test)

    def addError(self, test, err):
        self.record(test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.record(test, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.record(subtest, self._exc_info_to_string(err, test))


def python_file(test_filter, file):
    """Runs one file of unittest, one result a test method."""
    sys.path[:0] = [str(file.parent), str(ROOT / "tools")]
    recorder = Recorder()
    loader = unittest.TestLoader()
    loader.testNamePatterns = test_filter.split(":")
    loader.discover(str(file.parent), file.name).run(recorder)
    return recorder.results


def python_tests(folder, test_filter="*"):
    """Runs a folder of such files, as many at once as there are cores: they wait for servers more than they work."""
    files = sorted(folder.glob("*_test.py"), key=lambda file: -file.stat().st_size)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        return [result for results in pool.map(functools.partial(python_file, test_filter), files)
                for result in results]


def end_to_end(options):
    """The command line as a person uses it: the sanitized program for odd input, the released one for the rest."""
    build("release", "pharos")
    os.environ.update(SANITIZERS, PHAROS=str(BUILD / "dev/bin/pharos"),
                      RELEASED_PHAROS=str(BUILD / "release/bin/pharos"))
    if options.long:
        os.environ["PHAROS_TEST_LONG"] = "1"
    return python_tests(ROOT / "tests/e2e", options.test_filter)


def oracle_program(name):
    """A program that compares ours with others' and prints a line `ok …` or `FAIL …` for each thing."""
    outcome = run([sys.executable, ROOT / "tests/oracle" / name, BUILD / "release/bin/pharos"])
    print(outcome.stdout, end="")
    results = [Result(f"oracle: {thing}", verdict == "ok", outcome.stdout[-4000:])
               for verdict, thing in re.findall(r"^(ok|FAIL) +(.+)$", outcome.stdout, re.M)]
    if not results or (outcome.returncode != 0 and all(result.passed for result in results)):
        results.append(Result(f"oracle: {name} runs", False, outcome.stdout[-4000:]))
    return results


def oracle(options):
    """Our landmarks against the reference library's own output on the same photos, and our Agent Server API against
    LangGraph's own server."""
    build("release", "pharos")
    return oracle_program("vision_oracle.py") + oracle_program("agent_server.py")


def lint_suite(options):
    """The quick checks; with clang-tidy, which takes many minutes, when lint is asked for by name."""
    return [Result(f"lint: {name}", not findings, "\n".join(findings))
            for name, findings in lint.checks(ROOT, BUILD / "dev", options.thorough_lint)]


def coverage_suite(options):
    """Line coverage by room; at least 90 % over all and in each. A test that fails is told: it may cover less."""
    build("coverage", "all")
    failed = []

    def run_all_tests(programs):
        for program in programs:
            failed.extend(result for result in unit_program(program, "*") if not result.passed)
        os.environ.update(PHAROS=str(BUILD / "coverage/bin/pharos"), RELEASED_PHAROS=str(BUILD / "coverage/bin/pharos"))
        failed.extend(result for result in python_tests(ROOT / "tests/e2e") if not result.passed)

    rooms = list(coverage.by_room(ROOT, BUILD / "coverage", run_all_tests))
    return failed + [Result(f"coverage: {name} {percent:.1f} %", percent >= 90.0) for name, percent in rooms]


def fault_suite(options):
    """Every fault that must be survived: its tests, and that each of them is still there."""
    results = []
    for program in faults.programs():
        wanted = dataclasses.replace(options, test_filter=":".join(faults.wanted_in(program)))
        results += suites()[program](wanted)
    shown = "\n".join(result.name for result in results)
    for fault, patterns in faults.FAULTS.items():
        missing = [pattern for pattern in patterns if not re.search(faults.in_results(pattern), shown)]
        results.append(Result(f"faults: {fault}", not missing, f"there is no test {', '.join(missing)}"))
    return results


def suites():
    rooms = sorted(path.name.removesuffix("_test") for path in (BUILD / "dev/tests").glob("*_test"))
    return {
        "tools": lambda options: python_tests(ROOT / "tools/tests", options.test_filter),
        "lint": lint_suite,
        **{room: unit(room) for room in rooms},
        "e2e": end_to_end,
        "oracle": oracle,
        "fuzz": fuzz,
    }


# ---- the run ------------------------------------------------------------------------------------------------


def choose(names):
    """The suites to run and the test filter within them."""
    everything = suites()
    if "coverage" in names:
        return {"coverage": coverage_suite}, "*"
    if "faults" in names:
        return {"faults": fault_suite}, "*"
    if not names:
        return everything, "*"
    chosen = {name: suite for name, suite in everything.items() if any(wanted in name for wanted in names)}
    if chosen:
        return chosen, "*"
    by_test = {name: suite for name, suite in everything.items()
               if name in ("tools", "e2e") or (BUILD / "dev/tests" / f"{name}_test").exists()}
    return by_test, ":".join(f"*{name}*" for name in names)


def main():
    parser = argparse.ArgumentParser(prog="./test", description="Runs the tests of Pharos.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="suites or tests whose name contains NAME; "
                        "'faults', 'coverage' and 'long' are runs of their own")
    parser.add_argument("--list", action="store_true", help="show the suites")
    arguments = parser.parse_args()
    started = time.monotonic()

    if "coverage" not in arguments.names:
        build("dev", "all")
    if arguments.list:
        print("\n".join([*suites(), "faults", "coverage", "long"]))
        return 0
    names = [name for name in arguments.names if name != "long"]
    chosen, test_filter = choose(names)
    options = Options(long="long" in arguments.names, test_filter=test_filter, thorough_lint="lint" in names)
    results = []
    for name, suite in chosen.items():
        suite_started = time.monotonic()
        print(f"== {name}", flush=True)
        outcomes = suite(options)
        for failure in (outcome for outcome in outcomes if not outcome.passed):
            print(f"FAILED {failure.name}\n{failure.detail}", flush=True)
        print(f"   {sum(outcome.passed for outcome in outcomes)} of {len(outcomes)} passed, "
              f"{time.monotonic() - suite_started:.0f} s", flush=True)
        results += outcomes

    failed = [result for result in results if not result.passed]
    if not results:
        print(f"no test is named {' or '.join(names)}; ./test --list shows the suites")
    for failure in failed:
        print(f"FAILED {failure.name}")
    print(f"in {time.monotonic() - started:.0f} s")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
