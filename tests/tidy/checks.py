"""The checks on single files and on the tree. Each takes what it looks at and yields findings."""

import re
from dataclasses import dataclass
from pathlib import Path

import rules
import source


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def folder_of(path):
    """The folder of the table that a file belongs to, or None."""
    parts = Path(path).parts
    if parts[0] in rules.FREE_FOLDERS:
        return parts[0]
    if len(parts) > 2 and parts[0] in rules.FOLDERS_OF_FOLDERS:
        folder = "/".join(parts[:2])
        return folder if folder in rules.ARROWS else parts[0]
    return parts[0] if len(parts) > 1 else None


def check_arrows(path, text):
    folder = folder_of(path)
    if folder is None or folder in rules.FREE_FOLDERS:
        return
    if folder not in rules.ARROWS:
        yield Finding(path, 1, "arrow", f"folder {folder} has no entry in tests/tidy/rules.py")
        return
    for include in source.includes_of(text):
        if not include.is_ours:
            continue
        target = folder_of(include.name)
        if target != folder and target not in rules.ARROWS[folder]:
            yield Finding(
                path, include.line, "arrow", f"{folder} must not include {include.name} ({target})")


def check_pure(path, text):
    if folder_of(path) not in rules.PURE_FOLDERS:
        return
    for include in source.includes_of(text):
        if any(re.fullmatch(banned, include.name) for banned in rules.BANNED_IN_PURE):
            yield Finding(
                path, include.line, "pure", f"a pure folder must not include {include.name}")
    for number, line in enumerate(source.blank(text).split("\n"), 1):
        for pattern, why in rules.BANNED_CALLS_IN_PURE:
            match = re.search(pattern, line)
            if match:
                yield Finding(path, number, "pure", f"`{match[0].strip()}` {why}")


def check_heavy(path, text):
    if not path.endswith(".hpp") or folder_of(path) in rules.FREE_FOLDERS:
        return
    takes_asio = re.fullmatch(rules.HEADERS_WITH_ASIO, path)
    for include in source.includes_of(text):
        if takes_asio and re.fullmatch(rules.ASIO_HEADER, include.name):
            continue
        if any(re.fullmatch(heavy, include.name) for heavy in rules.HEAVY_HEADERS):
            yield Finding(
                path, include.line, "heavy", f"{include.name} may be included by .cpp files only")


def check_lengths(path, text):
    lines = text.splitlines()
    if len(lines) > rules.FILE_LINES_MAX:
        yield Finding(path, len(lines), "file-length", f"{len(lines)} lines, at most "
                      f"{rules.FILE_LINES_MAX}: whose idea has split?")
    for number, line in enumerate(lines, 1):
        if len(line) > rules.COLUMNS_MAX and not line.lstrip().startswith("#include"):
            yield Finding(
                path, number, "columns", f"{len(line)} columns, at most {rules.COLUMNS_MAX}")


def check_functions(path, text):
    for function in source.functions_of(text):
        if function.lines > rules.FUNCTION_LINES_MAX:
            yield Finding(
                path, function.line, "function-length",
                f"{function.lines} lines, at most {rules.FUNCTION_LINES_MAX}: {function.name}")


def is_told_by_its_header(path, lines):
    """x.cpp that begins with x.hpp: the pair is one idea, told in the header."""
    own = f'#include "{path[:-len(".cpp")]}.hpp"'
    return path.endswith(".cpp") and lines[:1] == [own]


def check_header_comment(path, text):
    lines = [line.strip() for line in text.splitlines()[:6]]
    lines = [line for line in lines
             if line and not line.startswith(("#!", "#pragma once", "<!doctype"))]
    if is_told_by_its_header(path, lines):
        return
    if not lines or not lines[0].startswith(("//", "#", '"""', "<!--", "/*")) or \
            lines[0].startswith("#include"):
        yield Finding(path, 1, "header-comment", "say first what the file is for")


def check_marks(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(rules.MARKS, line)
        if match:
            yield Finding(path, number, "mark", f"{match[0]} without the number of an issue")


def check_places(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(rules.MACHINE_PATHS, line)
        if match:
            yield Finding(path, number, "place", f"`{match[0]}` is a path of one machine")
        match = re.search(rules.REGISTRY_HOSTS, line)
        if match:
            yield Finding(path, number, "place", f"`{match[0]}` is the host of a registry")


def has_interpreter(text):
    return text.startswith("#!")


def check_file(path, text):
    """All findings of one file."""
    is_code = path.endswith(rules.CODE_SUFFIXES)
    is_script = path.endswith(rules.SCRIPT_SUFFIXES) or has_interpreter(text)
    checks = [check_places]
    if is_code:
        checks += [check_arrows, check_pure, check_heavy, check_functions]
    if is_code or is_script:
        checks += [check_header_comment]
    if path.endswith(rules.TEXT_SUFFIXES) or is_script or path.endswith("CMakeLists.txt"):
        checks += [check_lengths, check_marks]
    # The tables of this very check name what they look for.
    if path.startswith("tests/tidy/"):
        checks = [each for each in checks if each not in (check_marks, check_places)]
    for check in checks:
        yield from check(path, text)


def folders_in(paths):
    """The folders that the README must name."""
    folders = set()
    for path in paths:
        parts = Path(path).parts
        if len(parts) < 2 or parts[0].startswith("."):
            continue
        folders.add(parts[0])
        if len(parts) > 2 and parts[0] in rules.FOLDERS_OF_FOLDERS:
            folders.add("/".join(parts[:2]))
    return folders - set(rules.FOLDERS_OF_FOLDERS)


def check_readme(text, paths):
    """The table of folders is the folders; paths are all files of the tree."""
    rows = re.findall(r"^\| `([^`|]+)/` \|", text, re.MULTILINE)
    expected = folders_in(paths)
    for row in sorted(set(rows) - expected):
        yield Finding("README.md", 1, "folders", f"the table names {row}/, which is not there")
    for folder in sorted(expected - set(rows)):
        yield Finding("README.md", 1, "folders", f"the table does not name {folder}/")


def check_dependencies(listing):
    """`listing` is what `ninja -t deps` prints."""
    library_of = {library: folder for folder, library in rules.PURE_FOLDERS.items()}
    folder, target = None, ""
    for line in listing.splitlines():
        if line and not line.startswith(" "):
            target = line.split(":")[0]
            match = re.search(r"(?:^|/)CMakeFiles/(\w+)\.dir/", target)
            folder = library_of.get(match[1]) if match else None
        elif folder:
            name = line.strip()
            if any(re.search(banned, name) for banned in rules.BANNED_DEPENDENCIES):
                yield Finding(target, 1, "dependency", f"{folder} is pure, but reads {name}")


def pure_objects(listing):
    """How many objects of each pure folder `listing` tells of."""
    counts = {}
    for folder, library in rules.PURE_FOLDERS.items():
        pattern = rf"^\S*CMakeFiles/{library}\.dir/\S+\.o:"
        counts[folder] = len(re.findall(pattern, listing, re.MULTILINE))
    return counts
