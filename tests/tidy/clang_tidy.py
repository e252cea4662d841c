#!/usr/bin/python3
"""Runs clang-tidy on the .cpp files of the product, as many at a time as there are cores.

    tests/tidy/clang_tidy.py BUILD [FILE...]

A file whose text, headers and rules are as they were when it last passed is not run again; what
passed is kept in BUILD/tidy-passed. Exit status 1 if there is any finding.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("common/", "router/", "client/", "program/", "bench/", "examples/")
# Not for clang 14: with Boost 1.74 it has none of what these files consist of.
COROUTINES = re.compile(r"^awaitable<", re.MULTILINE)
FINDING = re.compile(r"^(?=[^:\s]+:\d+:\d+: (?:error|warning): )", re.MULTILINE)


def commands_of(build):
    """The compiler's entry for each of our .cpp files."""
    entries = json.loads((Path(build) / "compile_commands.json").read_text())
    found = {}
    for entry in entries:
        path = Path(entry["file"])
        if path.is_relative_to(TOP):
            name = str(path.relative_to(TOP))
            is_coroutine = name.startswith("examples/") and COROUTINES.search(path.read_text())
            if name.startswith(FOLDERS) and not is_coroutine:
                found[name] = entry
    return found


def headers_of(build):
    """Object file -> the headers of ours that it was made of."""
    listing = subprocess.run(
        ["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    headers, target = {}, None
    for line in listing.splitlines():
        if line and not line.startswith(" "):
            target = headers.setdefault(line.split(":")[0], [])
        elif line.strip().startswith(str(TOP)):
            target.append(line.strip())
    return headers


def key_of(entry, headers):
    """Everything that a run depends on, as one hash."""
    digest = hashlib.sha256((TOP / ".clang-tidy").read_bytes())
    digest.update(entry["command"].encode())
    for name in sorted({entry["file"], *headers}):
        if Path(name).is_file():
            digest.update(name.encode() + b"\0" + Path(name).read_bytes())
    return digest.hexdigest()


def run(build, name):
    """The findings of one file, as text."""
    result = subprocess.run(
        ["clang-tidy-14", "--quiet", "-p", build, str(TOP / name)],
        cwd=TOP, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return ""
    return result.stdout.replace(f"{TOP}/", "") or result.stderr


def main(arguments):
    build, wanted = arguments[0], set(arguments[1:])
    commands = {name: entry for name, entry in commands_of(build).items()
                if not wanted or name in wanted}
    if not commands:
        print("no file to look at")
        return 1
    headers = headers_of(build)
    passed = Path(build) / "tidy-passed"
    passed.mkdir(exist_ok=True)

    def judge(name):
        entry = commands[name]
        stamp = passed / key_of(entry, headers.get(entry.get("output", ""), []))
        if stamp.exists():
            return ""
        text = run(build, name)
        if not text:
            stamp.touch()
        return text

    # A finding in a header shows up once for each file that includes it.
    seen, faulty = set(), 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(judge, sorted(commands)):
            faulty += bool(text)
            for block in FINDING.split(text):
                head = block.split("\n")[0]
                if block.strip() and head not in seen:
                    seen.add(head)
                    print(block.rstrip(), flush=True)
    print(f"clang-tidy: {len(commands)} files, {faulty} with findings")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
