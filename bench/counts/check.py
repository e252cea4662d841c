#!/usr/bin/python3
"""Counts the instructions of the workloads and compares them with what is stored beside this file.

    check.py PROGRAM             fails if one differs by more than 5 % from instructions.json
    check.py PROGRAM --update    stores what it counts, for a change that is meant

Counted by callgrind, so neither the machine's speed nor its load matters, only the compiler (that
of Debian 12) and its options (preset dev). A count that fell must be stored too: else it could
grow again unseen.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

STORED = pathlib.Path(__file__).resolve().parent / "instructions.json"
TOLERANCE = 0.05


def names_of(program):
    """The workloads of the program, and how many times each does its work."""
    listing = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return {name: int(rounds) for name, rounds in (line.split() for line in listing.splitlines())}


def count(program, name):
    """Instructions of the workload's measured part."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--toggle-collect=measured_part", program, name],
        capture_output=True, text=True, check=False)
    found = re.search(r"Collected\s*:\s*(\d+)", run.stderr)
    if run.returncode != 0 or found is None or int(found[1]) == 0:
        sys.exit(f"{name} could not be counted (exit status {run.returncode}):\n{run.stderr}")
    return int(found[1])


def judge(stored, counted):
    """What differs too much, a sentence each."""
    faults = []
    for name in sorted(stored.keys() | counted.keys()):
        if name not in stored or name not in counted:
            where = "file" if name in stored else "program"
            faults.append(f"{name}: stands only in the {where}")
            continue
        change = counted[name] / stored[name] - 1
        verdict = "" if abs(change) <= TOLERANCE else "  <-- differs by more than 5 %"
        print(f"{name:16} {counted[name]:>9} instructions, stored {stored[name]:>9} "
              f"({change:+.1%}){verdict}")
        if verdict:
            faults.append(f"{name}: {stored[name]} instructions became {counted[name]}")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    counted = {name: count(arguments.program, name) // rounds
               for name, rounds in names_of(arguments.program).items()}
    if arguments.update:
        STORED.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
        return 0
    faults = judge(json.loads(STORED.read_text(encoding="utf-8")), counted)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print("if that is meant: bench/counts/check.py PROGRAM --update, in the same commit",
              file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
