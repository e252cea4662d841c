#!/usr/bin/python3
"""The obligations in docs/conformance/ and the promises of docs/security.md against the tests:

    check.py table --build FOLDER           rows, counts, and that the named tests exist
    check.py table --build FOLDER --write   corrects the counts on the front page
    check.py ran --build FOLDER             that the named tests passed in the last run of ctest

`ran` is the last test of each run of ctest and then judges that run by its log. If tests were left
out it names them and is skipped, but fails if KREISEL_ALL_TESTS is set, as scripts/test does.
"""

import argparse
import glob
import os
import re
import sys

sys.dont_write_bytecode = True

from runs import Run, Tests  # noqa: E402
from table import (count_faults, promise_faults, read_covers, read_promises,  # noqa: E402
                   read_rows, row_faults, scenario_faults, with_counts)

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FRONT = os.path.join(TOP, "docs", "wamp-conformance.md")
SECURITY = os.path.join(TOP, "docs", "security.md")
PAGES = os.path.join(TOP, "docs", "conformance", "*.md")
TEXTS = os.path.join(TOP, "tests", "scenario", "texts")
SKIPPED = 77


def all_rows():
    return [row for path in sorted(glob.glob(PAGES)) for row in read_rows(path)]


def link_faults():
    """Links of the pages that lead nowhere."""
    for path in sorted(glob.glob(PAGES)):
        with open(path, encoding="utf-8") as file:
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read()):
                if ":" not in target and not os.path.exists(
                        os.path.join(os.path.dirname(path), target)):
                    yield f"{os.path.basename(path)}: the link to {target} leads nowhere"


def check_table(build, is_writing):
    rows = all_rows()
    with open(FRONT, encoding="utf-8") as file:
        front = file.read()
    if is_writing and with_counts(front, rows) != front:
        front = with_counts(front, rows)
        with open(FRONT, "w", encoding="utf-8") as file:
            file.write(front)
    promises = list(read_promises(SECURITY))
    tests = Tests(build)
    faults = [*row_faults(rows), *scenario_faults(rows, read_covers(TEXTS)),
              *count_faults(front, rows), *promise_faults(promises), *link_faults()]
    for row in [*rows, *promises]:
        faults += [f"{row.place}: {fault}" for fault in map(tests.fault_of, row.tests) if fault]
    for fault in faults:
        print(fault)
    names = {test for row in rows for test in row.tests}
    print(f"{len(rows)} obligations, {sum(row.is_built for row in rows)} built, "
          f"shown by {len(names)} tests; {len(promises)} promises; {len(faults)} faults")
    return 1 if faults else 0


def check_ran(log, must_be_all):
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            run = Run(file.read())
    except OSError as error:
        print(f"no log of ctest: {error}")
        return 1
    rows = all_rows()
    names = {test for row in [*rows, *read_promises(SECURITY)] for test in row.tests}
    faults = {name: fault for name in names if (fault := run.fault_of(name))}
    left_out = {name for name in faults if not run.has_run(name)}
    for fault in sorted(set(faults.values())):
        print(fault)
    unseen = [row.number for row in rows if row.tests and set(row.tests) & set(faults)]
    print(f"{len(names) - len(faults)} of {len(names)} named tests passed in this run")
    if unseen:
        print(f"not wholly shown in this run: {', '.join(map(str, sorted(unseen)))}")
    if set(faults) - left_out or (left_out and must_be_all):
        return 1
    if left_out:
        print("Tests were left out; scripts/test, or ctest without a filter, runs them all.")
        return SKIPPED
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["table", "ran"])
    parser.add_argument("--build", required=True, help="the build folder, like build/dev")
    parser.add_argument("--write", action="store_true", help="correct the counts")
    parser.add_argument("--log", help="the log of ctest; its last one if not given")
    arguments = parser.parse_args()
    if arguments.what == "table":
        sys.exit(check_table(arguments.build, arguments.write))
    log = arguments.log or os.path.join(arguments.build, "Testing", "Temporary", "LastTest.log")
    sys.exit(check_ran(log, bool(os.environ.get("KREISEL_ALL_TESTS"))))


if __name__ == "__main__":
    main()
