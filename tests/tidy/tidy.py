#!/usr/bin/python3
"""Checks the rules of the house that a compiler cannot: see rules.py and docs/architecture.md.

    tests/tidy/tidy.py                  every file of the tree, and the README's table of folders
    tests/tidy/tidy.py FILE...          these files only (scripts/hooks/pre-commit)
    tests/tidy/tidy.py --format         clang-format on every C++ file
    tests/tidy/tidy.py --deps BUILD     what the compiler read for the pure folders, by ninja's log

Prints one line a finding; exit status 1 if there is any.
"""

import subprocess
import sys
from pathlib import Path

import checks
import rules

TOP = Path(__file__).resolve().parents[2]


def files_of_tree():
    """Tracked and new files, without ignored ones; of an unpacked archive all but build folders."""
    if (TOP / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=TOP, check=True, capture_output=True, text=True).stdout
        names = [name for name in listing.split("\0") if name]
    else:
        names = [str(path.relative_to(TOP)) for path in TOP.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith("build/")]
    names = [name for name in names if "node_modules/" not in name and "__pycache__" not in name]
    return sorted(name for name in set(names) if (TOP / name).is_file())


def read(name):
    """The text of a file, None if it is not text (a corpus, a picture)."""
    data = (TOP / name).read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def judge_files(names):
    for name in names:
        if name in rules.GENERATED or "/corpus/" in name:
            continue
        text = read(name)
        if text is not None:
            yield from checks.check_file(name, text)


def judge_tree():
    names = files_of_tree()
    yield from judge_files(names)
    yield from checks.check_readme(read("README.md") or "", names)


def judge_format():
    names = [name for name in files_of_tree() if name.endswith(rules.CODE_SUFFIXES)]
    command = ["clang-format-14", "--dry-run", *names]
    result = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    for line in result.stderr.splitlines():
        if "warning:" in line or "error:" in line:
            path, number, _column, text = line.split(":", 3)
            text = text.strip() + " (clang-format-14 -i)"
            yield checks.Finding(path, int(number), "format", text)


def judge_dependencies(build):
    listing = subprocess.run(
        ["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    yield from checks.check_dependencies(listing)
    for folder, count in checks.pure_objects(listing).items():
        sources = list((TOP / folder).glob("*.cpp"))
        if count < len(sources):
            text = f"{count} of {len(sources)} objects are built"
            yield checks.Finding(folder, 1, "dependency", text)


def main(arguments):
    if arguments[:1] == ["--deps"]:
        findings = list(judge_dependencies(arguments[1]))
    elif arguments == ["--format"]:
        findings = list(judge_format())
    elif arguments:
        findings = list(judge_files([name for name in arguments if (TOP / name).is_file()]))
    else:
        findings = list(judge_tree())
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
