"""What stands on a page of docs/: its fenced blocks, links and table rows.

The words behind the language of a fence say what the test does with a block:

    yaml file=NAME          the file NAME in the folder where the examples of the page run
    yaml file=NAME router   and a router runs with it from here on (before: the shipped realms.yaml)
    javascript run          run by Node with the packages of tests/interop
    python run              run by the system's python3
    sh run                  run by bash; `kreisel` is the program under test
    text output             what the block `run` before it prints
    text log                lines that the router has logged by now, in this order

Other fences are read by people only.
"""

import dataclasses
import os
import re

# Nothing to run: an index and overviews. The test holds their content against the code or against
# other files where it can.
PAGES_WITHOUT_EXAMPLE = {
    "README.md": "the index",
    "architecture.md": "how the program is made inside",
    "embedding.md": "its C++ stands in a program that client.py runs",
    "performance.md": "figures of benchmarks",
    "wamp-conformance.md": "its table is compared with WELCOME",
}
LANGUAGES = ("javascript", "python", "sh")


@dataclasses.dataclass
class Block:
    line: int
    language: str
    words: list
    text: str

    @property
    def is_run(self):
        return "run" in self.words

    @property
    def file(self):
        return next((word[5:] for word in self.words if word.startswith("file=")), None)


class PageError(Exception):
    """The page is not as it should be."""


class Page:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.blocks = list(read_blocks(self.text, self.name))

    @property
    def prose(self):
        """The page without its fenced blocks."""
        return re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)

    def links(self):
        """Targets of links within the project."""
        targets = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [target for target in targets if not re.match(r"[a-z]+:", target)]

    def rows(self):
        """Cells of every row of a table."""
        for line in self.prose.splitlines():
            if line.startswith("|") and not line.startswith("| ---"):
                yield [cell.strip() for cell in line.strip().strip("|").split("|")]

    def faults(self):
        """What is wrong with the page by itself."""
        for target in self.links():
            file, _, heading = target.partition("#")
            path = os.path.join(os.path.dirname(self.path), file) if file else self.path
            if not os.path.exists(path) or (heading and heading not in headings_of(path)):
                yield f"the link to {target} leads nowhere"
        if not self.text.startswith("# "):
            yield "does not begin with a title"
        has_example = any(block.is_run for block in self.blocks)
        if not has_example and self.name not in PAGES_WITHOUT_EXAMPLE:
            yield "has no example that runs"
        for at, block in enumerate(self.blocks):
            if block.is_run and block.language not in LANGUAGES:
                yield f"line {block.line}: nobody runs {block.language}"
            after = self.blocks[at + 1].words if at + 1 < len(self.blocks) else []
            if block.is_run and after != ["output"]:
                yield f"line {block.line}: no block `text output` follows the example"


def headings_of(path):
    """The names by which links reach the headings of a page."""
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ (.*)$", file.read(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def read_blocks(text, name):
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("```"):
            if opened:
                opened.text += line + "\n"
        elif opened:
            yield opened
            opened = None
        else:
            language, *words = line[3:].split() or [""]
            opened = Block(number, language, words, "")
    if opened:
        raise PageError(f"{name}: the fence at line {opened.line} has no end")
