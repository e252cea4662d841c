#!/usr/bin/python3
"""`kreisel check` on every broken file: exit status 1, and the lines of the .expected beside it,
each behind the name of the file.

    check_command.py --kreisel PROGRAM
"""

import argparse
import pathlib
import subprocess
import sys

BROKEN = pathlib.Path(__file__).resolve().parent / "broken"


def fault_of(kreisel, file):
    """What is wrong with the answer for `file`, or nothing."""
    places = file.with_suffix(".expected").read_text().splitlines()
    wanted = [f"{file.name}:{place}" for place in places]
    done = subprocess.run([kreisel, "check", file.name], cwd=BROKEN, capture_output=True,
                          text=True, timeout=60, check=False)
    told = done.stderr.splitlines()
    count = f"{len(wanted)} error" + ("" if len(wanted) == 1 else "s")
    if done.returncode != 1:
        return f"exit status {done.returncode} instead of 1"
    if told != wanted + [count]:
        return "said\n    " + "\n    ".join(told) + "\n  instead of\n    " + "\n    ".join(
            wanted + [count])
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kreisel", required=True)
    kreisel = str(pathlib.Path(parser.parse_args().kreisel).resolve())
    files = sorted(BROKEN.glob("*.yaml"))
    faults = 0
    for file in files:
        fault = fault_of(kreisel, file)
        if fault:
            faults += 1
            print(f"{file.name}: {fault}")
    print(f"{len(files)} broken files, {faults} answered wrongly")
    return 1 if faults or len(files) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
