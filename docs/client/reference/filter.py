#!/usr/bin/python3
"""What Doxygen reads instead of a file: `filter.py FILE`. Line numbers stay.

The comment behind `#pragma once` becomes the documentation of the header. What everybody expects of
a type is not listed: comparisons, copies, moves, hashes. Links of the pages to what is not part of
the reference become plain words.
"""

import re
import sys

PAGES = {"README.md", "cookbook.md", "reference.md"}
# Lines that say what needs no words.
EXPECTED = [re.compile(each) for each in (
    r"\s+(bool|auto) operator(==|<=>)\(const \w+&( \w+)?\) const = default;",
    r"\s+(\w+)\((const \1&|\1&&)( \w+)?\)( noexcept)?;",
    r"\s+(\w+)& operator=\((const \1&|\1&&)( \w+)?\)( noexcept)?;",
    r"\s+~?(\w+)\(\)( noexcept)?;",
    r"inline (\w+&? )?(\w+)::.* = default;",
)]
HASH = re.compile(r"^template <[^>]*>\nstruct std::hash<.*?^};$", re.MULTILINE | re.DOTALL)


def head(lines):
    """The comment at the top as documentation of the file."""
    lines[0] = "/// @file"
    for number in range(1, len(lines)):
        if not lines[number].startswith("//"):
            break
        lines[number] = "/" + lines[number]


def close_trailing(lines):
    """Doxygen takes a comment in the line below for more of one that stands behind a member."""
    for number, line in enumerate(lines[:-1]):
        code, mark, text = line.partition("///<")
        if mark and code.strip() and re.match(r"\s*///[^<]", lines[number + 1]):
            lines[number] = f"{code}/**<{text} */"


def header(text):
    text = HASH.sub(lambda match: "\n" * match[0].count("\n"), text)
    lines = ["" if any(each.fullmatch(line) for each in EXPECTED) else line
             for line in text.split("\n")]
    if lines[0] == "#pragma once":
        head(lines)
    close_trailing(lines)
    return "\n".join(lines)


def page(text):
    def link(match):
        file = match[2].partition("#")[0]
        if file in PAGES:
            # Found from the top folder, where there is another README.md.
            return f"[{match[1]}](docs/client/{file})"
        return match[0] if re.match("[a-z]+:", file) else match[1]
    return re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, text)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    sys.stdout.write(header(text) if sys.argv[1].endswith(".hpp") else page(text))


main()
