#!/usr/bin/python3
"""The pages of docs/client/, docs/embedding.md and the programs of examples/client/:

    client.py --kreisel PROGRAM [--examples FOLDER NAME...]

Every block of C++ on the pages (and in README.md) stands word for word in a program that is built;
each of these programs runs against a real router and prints what it is there for.
"""

import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap

import examples
import harness
from pages import Page
from run import uri_faults

PAGES = [*sorted(glob.glob(os.path.join(examples.TOP, "docs/client/*.md"))),
         os.path.join(examples.TOP, "docs/embedding.md"),
         os.path.join(examples.TOP, "README.md")]
SOURCES = os.path.join(examples.TOP, "examples/client/*.cpp")


def lines_of(text):
    """Lines without the indentation that all have, and without empty ones at the ends."""
    return textwrap.dedent(text).strip("\n").splitlines()


def stands_in(snippet, source):
    """Whether the lines of the snippet follow each other in the source, indented or not."""
    wanted = lines_of(snippet)
    lines = source.splitlines()
    return any(lines_of("\n".join(lines[at:at + len(wanted)])) == wanted
               for at in range(len(lines) - len(wanted) + 1))


def page_faults(page, sources):
    """What is wrong with one page, its programs aside."""
    for fault in page.faults():
        if not fault.startswith("has no example"):
            yield fault
    yield from uri_faults(page)
    for block in page.blocks:
        if block.language == "cpp" and not any(stands_in(block.text, text) for text in sources):
            yield f"line {block.line}: no program of examples/client has these lines"


class Programs:
    """The built examples, with a router beside each."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, name, *arguments):
        """With pipes for input and output."""
        self.started.append(subprocess.Popen(
            [os.path.join(self.folder, f"example_{name}"), *arguments], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return self.started[-1]

    def end(self):
        """What still runs, because something else failed, is killed."""
        for running in self.started:
            if running.poll() is None:
                running.kill()
            running.wait()

    def run(self, name, *arguments):
        """Standard output of a program that ends well."""
        return output_of(self.start(name, *arguments))


def output_of(running):
    try:
        output, error = running.communicate(timeout=harness.DEADLINE)
    except subprocess.TimeoutExpired:
        running.kill()
        raise AssertionError(f"does not end; it said: {running.communicate()}") from None
    harness.check_equal(running.returncode, 0, f"exit code, having said {output!r} {error!r}")
    return output


def expect_line(running, wanted):
    """The next line; whoever never writes one is ended by the time limit of the test."""
    harness.check_equal(running.stdout.readline(), wanted + "\n", "the next line")


def cookbook():
    return Page(os.path.join(examples.TOP, "docs/client/cookbook.md"))


def config_of(page, name):
    """A configuration on the page, on a port of the system's choice."""
    return examples.on_free_ports(next(block.text for block in page.blocks if block.file == name))


def run_plain(programs, name, wanted):
    with harness.Router(harness.config()) as router:
        harness.check_equal(programs.run(name, router.address("ws://")), wanted, name)


def run_alone(programs, name, wanted):
    """One that brings its own router."""
    harness.check_equal(programs.run(name), wanted, name)


def run_login(programs, name, wanted):
    with harness.Router(config_of(cookbook(), "realms.yaml")) as router:
        harness.check_equal(programs.run(name, router.address("ws://")), wanted, name)


def run_certificate(programs, name, wanted):
    """With the certificates that the page makes."""
    page = cookbook()
    commands = next(block.text for block in page.blocks if block.language == "sh")
    with tempfile.TemporaryDirectory(prefix="kreisel-docs-") as folder:
        subprocess.run(["bash", "-ec", commands], cwd=folder, check=True, capture_output=True,
                       timeout=harness.DEADLINE)
        with harness.Router(config_of(page, "tls.yaml"), folder=folder) as router:
            harness.check_equal(programs.run(name, router.address("wss://"), folder), wanted, name)


def run_ticker(programs, name, wanted):
    """That the page draws what it publishes is tested in tests/interop."""
    with harness.Router(harness.config()) as router:
        ticker = programs.start(name, router.address("ws://"))
        expect_line(ticker, wanted)
        ticker.send_signal(signal.SIGTERM)
        harness.check_equal(output_of(ticker), "", "more than was said")


def run_time(programs, name, wanted):
    with harness.Router(harness.config()) as router:
        service = programs.start("time_service", router.address("ws://"))
        expect_line(service, "serving")
        harness.check_equal(programs.run(name, router.address("ws://")), wanted, name)
        service.send_signal(signal.SIGTERM)
        output_of(service)


def run_chat(programs, name, wanted):
    with harness.Router(harness.config()) as router:
        ann, bob = (programs.start(name, router.address("ws://"), who) for who in ("ann", "bob"))
        for each in (ann, bob):
            expect_line(each, "you are in")
        bob.stdin.write("hello\n")
        bob.stdin.flush()
        expect_line(ann, wanted)
        ann.stdin.write("good day\n")
        ann.stdin.flush()
        expect_line(bob, "ann: good day")
        for each in (ann, bob):
            harness.check_equal(output_of(each), "", "more than was said")


def run_steady(programs, name, wanted):
    """The router goes and comes back at the same port; before that, it is not there at all."""
    with harness.Router(harness.config()) as first:
        address = first.address("ws://")
        first.kill()
        program = programs.start(name, address)
        place = re.search(r"127\.0\.0\.1:\d+", address)[0]
        settings = harness.config({"address": place})
        expect_line(program, "lost")
        with harness.Router(settings) as second:
            while (line := program.stdout.readline()) == "lost\n":
                pass
            harness.check_equal(line, "joined\n", "the first connection")
            expect_line(program, "serving")
            second.kill()
            expect_line(program, "lost")
        with harness.Router(settings):
            while (line := program.stdout.readline()) == "lost\n":
                pass
            harness.check_equal(line, "joined\n", "the second connection")
            program.send_signal(signal.SIGTERM)
            harness.check_equal(output_of(program), wanted, name)


RUNS = {
    "hello": (run_plain, "6 * 7 = 42\n"),
    "script": (run_plain, "5\n"),
    "threads": (run_plain, "9\n16\n"),
    "time_client": (run_time, "Tokyo is 9 hours ahead\ncom.example.error.no_zone\n"),
    "chat": (run_chat, "bob: hello"),
    "workers": (run_plain, "1.png by ann\n2.png by bob\n3.png by cleo\n"
                           "4.png by ann\n5.png by bob\n6.png by cleo\n"),
    "progress": (run_plain, "film.mpg is whole\n1000000 octets\n"),
    "exchange": (run_plain, "15 so far\n22 so far\n22 in all\n"),
    "ticker": (run_ticker, "trading"),
    "certificate": (run_certificate, "gateway is in as device by tls\n"),
    "structs": (run_plain, "4 things, today\n"
                           "wamp.error.invalid_argument: argument 1: expected a list, got text\n"),
    "sensors": (run_plain, "kitchen: com.example.kitchen.light 0.5\n"
                           "heat: com.example.cellar.heat 11.5\n"),
    "calls": (run_plain, "2 steps\nwamp.error.timeout\nwamp.error.canceled\n"),
    "login": (run_login, "joe is in as frontend by ticket\nsue is in as frontend by wampcra\n"
                         "pam is in as frontend by wamp-scram\n"
                         "kim is in as frontend by cryptosign\n"
                         "pam is not: wamp.error.authentication_denied\n"),
    "steady": (run_steady, "5\n"),
    "embedded_router": (run_alone, "backend is in\n2 + 3 = 5\n"),
}


def run_faults(programs, names):
    """Every program that was built runs; time_service does so with its client."""
    for name in sorted(set(names) - set(RUNS) - {"time_service"}):
        yield f"{name} has no run in tests/docs/client.py"
    for name in sorted(set(names) & set(RUNS)):
        run, wanted = RUNS[name]
        try:
            run(programs, name, wanted)
        except AssertionError as error:
            yield f"example_{name}: {error}"
        else:
            print(f"ok      example_{name}", flush=True)
        finally:
            programs.end()


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != "--kreisel":
        sys.exit(f"usage: {sys.argv[0]} --kreisel PROGRAM [--examples FOLDER NAME...]")
    harness.PROGRAM = os.path.abspath(arguments[1])
    folder, names = "", []
    if arguments[2:3] == ["--examples"]:
        folder, *names = arguments[3:]

    sources = []
    for path in sorted(glob.glob(SOURCES)):
        with open(path, encoding="utf-8") as file:
            sources.append(file.read())
    faults = []
    for path in PAGES:
        page = Page(path)
        faults += [f"{os.path.relpath(path, examples.TOP)}: {fault}"
                   for fault in page_faults(page, sources)]
    faults += run_faults(Programs(folder), names)
    for fault in faults:
        print(fault)
    print(f"{len(PAGES)} pages, {len(names)} programs, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
