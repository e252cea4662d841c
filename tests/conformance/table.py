"""The table of obligations: the rows of docs/conformance/*.md and the counts on the front page.

A row is `| number | what is asked | where | status | tests |`. The status is one of

    built               tests show it; at least one is named
    in part: why        tests show what there is; does not count as built
    not yet[: why]      will be built
    not built: why      may be left out, and is
    not asked: why      is a matter of clients, or of nobody
"""

import collections
import dataclasses
import os
import re

OBLIGATIONS = 265
ROWS_OF_A_TEST_MAX = 3
STATUS = re.compile(r"built|in part: \S.*|not yet(: \S.*)?|not (built|asked): \S.*")


@dataclasses.dataclass
class Row:
    number: int
    asked: str
    where: str
    status: str
    tests: list
    section: tuple
    place: str

    @property
    def is_built(self):
        return self.status == "built"

    @property
    def has_tests(self):
        return self.is_built or self.status.startswith("in part: ")


def anchor_of(heading):
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")


def read_rows(path):
    """The rows of one page; raises ValueError for a line that looks like a row and is none."""
    page = os.path.basename(path)
    section = None
    with open(path, encoding="utf-8") as file:
        for at, line in enumerate(file, 1):
            place = f"{page}:{at}"
            if line.startswith("## "):
                section = (page, anchor_of(line[3:].strip()))
            if not re.match(r"\| *\d", line):
                continue
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) != 5 or not cells[0].isdigit() or section is None:
                raise ValueError(f"{place}: not number, asked, where, status and tests")
            tests = re.findall(r"`([^`]+)`", cells[4])
            if ", ".join(f"`{test}`" for test in tests) != cells[4]:
                raise ValueError(f"{place}: tests are written `one`, `two: case`")
            yield Row(int(cells[0]), cells[1], cells[2], cells[3], tests, section, place)


@dataclasses.dataclass
class Promise:
    said: str
    tests: list
    place: str


def read_promises(path):
    """The rows `| promise | how | tests |` of a page, in tables whose last column is `shown by`."""
    page = os.path.basename(path)
    is_table = False
    with open(path, encoding="utf-8") as file:
        for at, line in enumerate(file, 1):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.startswith("|"):
                is_table = False
            elif cells[-1] == "shown by":
                is_table = True
            elif is_table and not line.startswith("| ---"):
                yield Promise(cells[0], re.findall(r"`([^`]+)`", cells[-1]), f"{page}:{at}")


def promise_faults(promises):
    """A promise that no test holds the program to is none."""
    if not promises:
        yield "no promises found"
    for promise in promises:
        if not promise.tests:
            yield f"{promise.place}: no test shows it"


def row_faults(rows):
    """What is wrong with the rows by themselves."""
    numbers = collections.Counter(row.number for row in rows)
    for number in range(1, OBLIGATIONS + 1):
        if numbers[number] != 1:
            yield f"{number} stands in {numbers[number]} rows"
    for number in sorted(numbers):
        if number < 1 or number > OBLIGATIONS:
            yield f"{number} is no number of an obligation"
    shown = collections.defaultdict(list)
    for row in rows:
        if not row.asked or not row.where:
            yield f"{row.place}: says not what is asked, or not where"
        if not STATUS.fullmatch(row.status):
            yield f"{row.place}: {row.status!r} is no status"
        if row.has_tests and not row.tests:
            yield f"{row.place}: built, and no test shows it"
        if row.tests and not row.has_tests:
            yield f"{row.place}: has a test, and its status is {row.status!r}"
        if len(set(row.tests)) != len(row.tests):
            yield f"{row.place}: names a test twice"
        for test in set(row.tests):
            shown[test].append(row.number)
    for test, numbers in sorted(shown.items()):
        if len(numbers) > ROWS_OF_A_TEST_MAX:
            yield f"{test} stands for {len(numbers)} obligations: {sorted(numbers)}"


def scenario_faults(rows, covers):
    """Rows against the heads of the scenario texts; `covers` has the numbers of each text."""
    by_number = {row.number: row for row in rows}
    for row in rows:
        for test in row.tests:
            if test.startswith("scenario/") and row.number not in covers.get(test, {row.number}):
                yield f"{row.place}: names {test}, whose head does not say `covers {row.number}`"
    for test, numbers in sorted(covers.items()):
        for number in sorted(numbers):
            if number not in by_number:
                yield f"{test} covers {number}, which is in no row"
            elif not by_number[number].has_tests:
                row = by_number[number]
                yield (f"{row.place}: {test} covers {number}, and its status is {row.status!r}: "
                       "write `built` or `in part` and name the tests")


def read_covers(folder):
    """The numbers that each text below `folder` says it covers, by the name of its test."""
    result = {}
    for directory, _, files in os.walk(folder):
        for name in files:
            if not name.endswith(".txt"):
                continue
            path = os.path.join(directory, name)
            with open(path, encoding="utf-8") as file:
                heads = re.findall(r"^covers +([\d ]+)$", file.read(), re.MULTILINE)
            test = "scenario/" + os.path.relpath(path, folder)[:-len(".txt")]
            result[test] = {int(number) for head in heads for number in head.split()}
    return result


def with_counts(front, rows):
    """The text of the front page with the counts that `rows` have."""
    for section in {row.section for row in rows}:
        link = re.escape(f"](conformance/{section[0]}#{section[1]}) |")
        of_section = [row.is_built for row in rows if row.section == section]
        count = f"{sum(of_section)} of {len(of_section)}"
        front = re.sub(rf"({link}) \d+ of \d+ \|", rf"\g<1> {count} |", front)
    total = f"{sum(row.is_built for row in rows)} of {len(rows)} are built"
    return re.sub(r"\d+ of \d+ are built", total, front)


def count_faults(front, rows):
    for page, anchor in sorted({row.section for row in rows}):
        if not re.search(rf"\]\(conformance/{re.escape(page)}#{anchor}\) \| \d+ of \d+ \|", front):
            yield f"the front page has no row for {page}#{anchor}"
    if not re.search(r"\d+ of \d+ are built", front):
        yield "the front page has no total"
    if with_counts(front, rows) != front:
        yield "the counts of the front page are not those of the rows; --write corrects them"
