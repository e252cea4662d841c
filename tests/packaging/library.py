#!/usr/bin/python3
"""Installs into a folder of its own and uses the libraries from there as the pages tell it: by the
CMake lines and by the pkg-config line that stand on them. What is built there runs.

    library.py --build FOLDER
"""

import argparse
import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "wire"))

import harness  # noqa: E402

# Folders of the source that nothing installed may name, unless below kreisel/.
OURS = r'#include "|#include <(?:common|client|router)/'


def run(*command, folder=None, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, cwd=folder,
                          env={**os.environ, **environment}, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def blocks_of(page, language):
    with open(os.path.join(TOP, page), encoding="utf-8") as file:
        return re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)


def find(folder, name):
    found = [os.path.join(place, name) for place, _, names in os.walk(folder) if name in names]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def check_headers(include):
    count = 0
    for place, _, names in os.walk(include):
        for name in names:
            count += 1
            with open(os.path.join(place, name), encoding="utf-8") as file:
                stray = re.search(OURS, file.read())
            assert not stray, f"{name} includes {stray[0]}"
    assert count > 20, count
    print(f"{count} headers")


def check_reads(folder, prefix):
    """What was compiled has read the installed headers, and nothing of the source."""
    read = ""
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".d"):
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    read += file.read()
    files = {os.path.normpath(word) for word in read.split()}
    assert any(file.startswith(os.path.join(prefix, "include", "kreisel")) for file in files), read
    strays = [file for file in files if file.startswith(TOP + "/")]
    assert not strays, strays[:5]


def build_by_cmake(folder, lines, prefix):
    """The folder with what was built."""
    os.makedirs(folder)
    with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
        file.write(lines)
    for source in re.findall(r"\w+\.cpp", lines):
        shutil.copy(os.path.join(TOP, "examples", "client", source), folder)
    built = os.path.join(folder, "build")
    run("cmake", "-G", "Ninja", "-S", folder, "-B", built, f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_BUILD_TYPE=None")
    run("cmake", "--build", built)
    # Ninja keeps the list of what was read for itself.
    deps = run("ninja", "-C", built, "-t", "deps")
    with open(os.path.join(built, "read.d"), "w", encoding="utf-8") as file:
        file.write(deps)
    check_reads(built, prefix)
    return built


def build_by_pkg_config(folder, line, prefix):
    os.makedirs(folder)
    for source in re.findall(r"\w+\.cpp", line):
        shutil.copy(os.path.join(TOP, "examples", "client", source), folder)
    place = os.path.dirname(find(prefix, "kreisel-client.pc"))
    run("bash", "-euc", line.replace("g++ ", "g++ -MMD ", 1), folder=folder, PKG_CONFIG_PATH=place)
    check_reads(folder, prefix)
    return folder


@contextlib.contextmanager
def running(program, *arguments):
    with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def check_service(program, kreisel):
    """The service that was built is called by the command that was installed."""
    harness.PROGRAM = kreisel
    with harness.Router(harness.config()) as router:
        address = router.address("ws://")
        with running(program, address) as service:
            harness.check_equal(service.stdout.readline(), "serving\n", "the first line")
            code, output, error = harness.command(
                "call", "--url", address, "--realm", "realm1", "com.example.time", "0")
            harness.check_equal(code, 0, f"exit code of kreisel call: {error}")
            harness.check(output.strip(), "a time")


def check_embedded(program, kreisel):
    """It is on its own; the command has no part in it."""
    del kreisel
    harness.check_equal(run(program), "backend is in\n2 + 3 = 5\n", "what it says")


PAGES = [("docs/client/README.md", check_service), ("docs/embedding.md", check_embedded)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    with tempfile.TemporaryDirectory(prefix="kreisel-library-") as folder:
        prefix = os.path.join(folder, "prefix")
        run("cmake", "--install", build, "--prefix", prefix)
        kreisel = find(os.path.join(prefix, "bin"), "kreisel")
        check_headers(os.path.join(prefix, "include"))
        for page, check in PAGES:
            [lines] = blocks_of(page, "cmake")
            [line] = [text for text in blocks_of(page, "sh") if "pkg-config --cflags" in text]
            name = re.search(r"add_executable\((\w+)", lines)[1]
            by_cmake = build_by_cmake(os.path.join(folder, "cmake", name), lines, prefix)
            check(os.path.join(by_cmake, name), kreisel)
            print(f"{name} by CMake", flush=True)
            by_hand = build_by_pkg_config(os.path.join(folder, "pc", name), line, prefix)
            check(os.path.join(by_hand, name), kreisel)
            print(f"{name} by pkg-config", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
