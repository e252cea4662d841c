"""What a C++ file consists of, as far as tests/tidy needs it: includes, code without comments and
text, and the functions and lambdas with their lengths.
"""

import re
from dataclasses import dataclass

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
_CONTROL = {"if", "else", "for", "while", "switch", "do", "try", "catch", "case", "default"}
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern|concept)\b")
_LAMBDA = re.compile(
    r"(?:^|[^\w\])>])\[[^\[\]]*\]\s*(?:<[^<>]*>\s*)?(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?"
    r"\s*(?:mutable\b|noexcept\b|constexpr\b|->[^{};]*)*\s*$")
_QUALIFIERS = re.compile(
    r"(?:\s|const|noexcept|override|final|mutable|try|&|requires\b.*|->.*)*")


@dataclass
class Include:
    line: int
    name: str
    is_ours: bool


@dataclass
class Function:
    line: int
    lines: int
    name: str


def includes_of(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _INCLUDE.match(line)
        if match:
            found.append(Include(number, match[1] or match[2], bool(match[1])))
    return found


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank(text):
    """The same text, same lines, with comments gone and string literals empty."""

    def replace(match):
        token = match[0]
        lines = "\n" * token.count("\n")
        if token.startswith("/"):
            return " " + lines
        return ('""' if '"' in token[:3] else "' '") + lines

    return _TOKEN.sub(replace, text)


def without_directives(code):
    """Lines of the preprocessor emptied; macro bodies are not functions."""
    lines, in_directive = [], False
    for line in code.split("\n"):
        if in_directive or line.lstrip().startswith("#"):
            in_directive = line.endswith("\\")
            line = ""
        lines.append(line)
    return "\n".join(lines)


def _kind_of(header):
    """What a brace opens, judged by what stands before it."""
    header = header.strip()
    if _LAMBDA.search(header):
        return "function"
    first = re.match(r"[A-Za-z_]\w*", header)
    if not header or (first and first[0] in _CONTROL):
        return "block"
    if header[-1] in ",=([&|<+?" or re.search(r"\b(?:return|co_return)$", header):
        return "value"
    if "(" not in header:
        return "scope" if _SCOPE.search(header) else "value"
    after = header[header.rindex(")") + 1:] if ")" in header else ""
    if _QUALIFIERS.fullmatch(after):
        return "function"
    # A constructor whose last member is initialised with braces.
    if re.search(r"\)\s*(?:noexcept\s*)?:[^:]", header) and header.endswith("{}"):
        return "function"
    return "scope" if _SCOPE.search(header) and not header.endswith(")") else "value"


def functions_of(text):
    """Every function and lambda with a body; its lines count from its first to its last."""
    code = without_directives(blank(text))
    found, stack = [], []
    header, header_line, parens, line = "", 1, 0, 1
    for char in code:
        if char == "{":
            stack.append((_kind_of(header), header, header_line, line, parens))
            header, header_line, parens = "", line, 0
        elif char == "}" and stack:
            kind, opened, first_line, brace_line, parens = stack.pop()
            if kind == "function":
                # A lambda starts where its bracket is, not where the statement around it does.
                start = first_line if parens == 0 else brace_line
                name = " ".join(opened.split())[-60:]
                found.append(Function(start, line - start + 1, name))
            # A value goes on after its braces; everything else ends with them.
            is_inside = kind == "value" or parens > 0
            header, header_line = (opened + "{}", first_line) if is_inside else ("", line)
        elif char == ";" and parens == 0:
            header = ""
        else:
            parens += (char == "(") - (char == ")")
            if not header.strip():
                header_line = line
            header += char
        line += char == "\n"
    return found
