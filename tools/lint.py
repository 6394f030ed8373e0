"""The checks of `./test lint`: each yields its name and a list of findings, one line a finding."""
import concurrent.futures
import functools
import hashlib
import os
import pathlib
import re
import subprocess

FLOORS = {"core": 0, "platform": 1, "apps": 2, "server": 3}


def sources(root):
    return sorted(path for suffix in ("h", "cc") for path in (root / "src").rglob(f"*.{suffix}"))


def formatting(root):
    outcome = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *map(str, sources(root))],
                             capture_output=True, text=True, check=False)
    return [line for line in outcome.stderr.splitlines() if "error:" in line]


def floors(root):
    """A file may include its own floor and the floors below, never above."""
    findings = []
    for path in sources(root):
        place = path.relative_to(root / "src")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            included = re.match(r'\s*#\s*include\s+"([a-z]+)/', line)
            if included and included[1] in FLOORS and FLOORS[included[1]] > FLOORS[place.parts[0]]:
                findings.append(f"src/{place}:{number}: '{place.parts[0]}' may not include '{included[1]}', "
                                "a floor above it")
    return findings


def without_comments(text):
    """The text with comments and string contents blanked, so that line numbers stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0]) if match[0][0] == "/" else '""' + " " * (len(match[0]) - 2)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def coroutine_idioms(root):
    """Capturing lambdas that die before the coroutine they started (docs/architecture.md, Coroutines)."""
    idioms = [
        (r"co_await\s*\(?\s*\[\s*[^\]\s][^\]]*\]",
         "co_await of a capturing lambda made on the spot: name the lambda, or pass what it needs by parameter"),
        (r"co_spawn\s*\((?:[^;{}(),]|\([^()]*\))*,\s*\[\s*[^\]\s][^\]]*\]",
         "co_spawn of a temporary capturing lambda: name it and keep it, or pass what it needs by parameter"),
    ]
    findings = []
    for path in sources(root):
        text = without_comments(path.read_text())
        for pattern, message in idioms:
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{path.relative_to(root)}:{line}: {message}")
    return findings


def regular_expressions(root):
    """None over what strangers send: the time of std::regex, and its depth, grow as the sender likes."""
    return [f"{path.relative_to(root)}: std::regex is for tests and benchmarks; write a small parser"
            for path in sources(root)
            if "#include <regex>" in path.read_text() and "tests" not in path.parts and "bench" not in path.name]


def outside_paths(root):
    """No path of one machine and no registry's host in what is kept."""
    pattern = re.compile(r"(^|[^A-Za-z0-9_.])/(home|root|tmp/wt)/|https?://[^\s\"']*(pypi|npmjs|crates\.io|maven)")
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=False)
    findings = []
    for name in listed.stdout.splitlines():
        path = root / name
        if path.suffix in (".png", ".bin") or not path.is_file() or name == "tools/lint.py":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                findings.append(f"{name}:{number}: a machine's path or a registry's host")
    return findings


def included_files(root):
    """A function from a source file to itself and every file of ours that it includes, directly or not."""
    @functools.cache
    def direct(path):
        names = re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), flags=re.M)
        return [found for name in names for found in [root / "src" / name] if found.exists()]

    def everything(path):
        seen, waiting = {path}, [path]
        while waiting:
            for header in direct(waiting.pop()):
                if header not in seen:
                    seen.add(header)
                    waiting.append(header)
        return sorted(seen)
    return everything


def tidy(root, build):
    """clang-tidy over every source file; what has not changed since it was clean is not looked at again."""
    stamps = build / "tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    configuration = (root / ".clang-tidy").read_bytes()
    included = included_files(root)

    def check(path):
        contents = b"".join(file.read_bytes() for file in included(path))
        key = hashlib.sha256(configuration + str(path.relative_to(root)).encode() + contents).hexdigest()
        if (stamps / key).exists():
            return []
        outcome = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), str(path)],
                                 capture_output=True, text=True, check=False)
        if outcome.returncode == 0:
            (stamps / key).touch()
            return []
        return [line for line in outcome.stdout.splitlines() if re.search(r"(error|warning):", line)] or \
               [f"{path}: clang-tidy failed: {outcome.stderr[-300:]}"]

    files = [path for path in sources(root) if path.suffix == ".cc" and "fuzz" not in path.name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [finding for findings in pool.map(check, files) for finding in findings]


def checks(root, build, thorough):
    root = pathlib.Path(root)
    yield "formatting", formatting(root)
    yield "floors", floors(root)
    yield "coroutine idioms", coroutine_idioms(root)
    yield "outside paths", outside_paths(root)
    yield "regular expressions", regular_expressions(root)
    if thorough:
        yield "clang-tidy", tidy(root, pathlib.Path(build))
