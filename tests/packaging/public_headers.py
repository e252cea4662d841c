#!/usr/bin/python3
"""Judges the headers that users of the client include: each compiles by itself, and none of them
brings a third-party library along but Boost.Asio and tl/expected.

    public_headers.py --compiler g++ HEADER...
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What the compiler read must not lie in one of these, wherever the distribution keeps them.
HIDDEN = (
    r"/(?:websocketpp|msgpack|rapidjson|cbor|openssl|spdlog|fmt|yaml-cpp|CLI|prometheus)(?:/|\.h)")
# Folders of ours that no user of the client may come to see.
INTERNAL = r"(?:router/(?!embedded/include/)|common/net/|common/tls/|common/wire/|client/net/)"
# In such a folder, yet fit to be seen: plain values, which settings are made of, and a base of the
# client that needs Asio alone.
PLAIN = ("common/tls/tls_settings.hpp", "common/tls/tls_client_settings.hpp",
         "client/net/tenancy.hpp")


def read_by(compiler, header):
    """The files that one header makes the compiler read, or its complaint."""
    with tempfile.NamedTemporaryFile(suffix=".d") as found:
        done = subprocess.run(
            [compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", ROOT,
             "-fsyntax-only", "-MD", "-MF", found.name, "-x", "c++", "-include", header,
             os.devnull],
            capture_output=True, text=True, cwd=ROOT, timeout=500)
        if done.returncode != 0:
            return None, done.stderr
        return found.read().decode().replace("\\\n", " ").split()[1:], ""


def faults_of(header, files):
    for file in files:
        path = os.path.relpath(os.path.join(ROOT, file), ROOT)
        is_ours = not path.startswith("..")
        if is_ours and path not in PLAIN and re.match(INTERNAL, path):
            yield f"{header} shows {path}, which is none of its users' business"
        if not is_ours and re.search(HIDDEN, file):
            yield f"{header} brings {file} along"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("headers", nargs="+")
    arguments = parser.parse_args()
    faults = []
    for header in arguments.headers:
        files, complaint = read_by(arguments.compiler, header)
        if files is None:
            faults.append(f"{header} does not compile by itself:\n{complaint}")
            continue
        # The header is there itself, or nothing was looked at.
        assert any(file.endswith(header) for file in files), (header, files[:5])
        faults += faults_of(header, files)
    print("\n".join(faults) if faults else f"{len(arguments.headers)} headers are clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
