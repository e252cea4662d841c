"""Runs the blocks of one page in a folder of their own, against a router of their own."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MODULES = os.path.join(TOP, "tests", "interop", "node_modules")
sys.path.insert(0, os.path.join(TOP, "tests", "wire"))

import harness  # noqa: E402

# What the pages write for the places that are different in every test.
PAGE_ADDRESS = "127.0.0.1:8080"
PAGE_ADMIN = "127.0.0.1:9090"
PAGE_FOLDER = "/run/kreisel"
PAGE_CONFIG_FOLDER = "/etc/kreisel"  # in the log
EXAMPLE_SECONDS_MAX = 60
LOG_SECONDS_MAX = 20

# What is different each time, as the word that both sides are compared with.
VARIABLE = [
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}([+-]\d{4})?", "TIME"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r'(session"?[=:])\d+', r"\1ID"),
    (r'(authid"?[=:]"?)[0-9a-f]{24}', r"\1RANDOM"),
]


def comparable(text):
    for pattern, word in VARIABLE:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def on_free_ports(text):
    return text.replace(PAGE_ADDRESS, "127.0.0.1:0").replace(PAGE_ADMIN, "127.0.0.1:0")


class Examples:
    """Context: the folder and the router go when it ends."""

    def __init__(self, page):
        self.page = page
        self.folder = tempfile.mkdtemp(prefix="kreisel-docs-")
        os.symlink(MODULES, os.path.join(self.folder, "node_modules"))
        self.router = None
        self.count = 0
        self.output = ""
        self.error = ""  # what the example wrote there is no part of the page

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.router:
            self.router.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self):
        for block in self.page.blocks:
            try:
                self.take(block)
            except AssertionError as error:
                log = f"\n--- log of the router\n{self.router.log()}" if self.router else ""
                raise AssertionError(f"docs/{self.page.name}:{block.line}: {error}{log}") from None

    def take(self, block):
        if block.file:
            self.write(block.file, on_free_ports(block.text))
            if "router" in block.words:
                self.start_router(block.text)
        elif block.is_run:
            self.count += 1
            self.output = self.execute(block)
        elif block.words == ["output"]:
            self.compare(self.output, block.text)
        elif block.words == ["log"]:
            self.compare_log(block.text)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8",
                  opener=harness.open_for_owner) as file:
            file.write(text.replace(PAGE_FOLDER, self.folder))
        return os.path.join(self.folder, name)

    def start_router(self, text):
        if self.router:
            self.router.kill()
        settings = on_free_ports(text).replace(PAGE_FOLDER, self.folder)
        self.router = harness.Router(settings, folder=tempfile.mkdtemp(dir=self.folder))

    def address(self):
        if self.router is None:
            with open(os.path.join(TOP, "realms.yaml"), encoding="utf-8") as file:
                self.start_router(file.read())
        return re.search(r"127\.0\.0\.1:\d+", "\n".join(self.router.addresses()))[0]

    def execute(self, block):
        """Standard output of the example, which must end well."""
        text = block.text
        if PAGE_ADDRESS in text:
            text = text.replace(PAGE_ADDRESS, self.address())
        if PAGE_ADMIN in text:
            admin = re.search(r"http://([\d.:]+)", "\n".join(self.router.addresses()))[1]
            text = text.replace(PAGE_ADMIN, admin)
        if block.language == "javascript":
            command = ["node", self.write("example.mjs", text)]
        elif block.language == "python":
            command = ["/usr/bin/python3", self.write("example.py", text)]
        else:
            command = ["bash", "-c", text]
        program_folder = os.path.dirname(harness.PROGRAM)
        environment = {**os.environ, "PATH": f"{program_folder}:{os.environ['PATH']}"}
        for name in ("NOTIFY_SOCKET", "NODE_OPTIONS"):
            environment.pop(name, None)
        # A session of its own: whatever the example leaves running ends with it.
        with subprocess.Popen(command, cwd=self.folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as running:
            late = False
            try:
                output, self.error = running.communicate(timeout=EXAMPLE_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            if late:
                output, self.error = running.communicate()
        harness.check(not late, f"the example does not end; it said:\n{output}{self.error}")
        harness.check(running.returncode == 0 or block.language == "sh",
                      f"the example failed:\n{output}{self.error}")
        return output.replace(self.folder, PAGE_FOLDER)

    def compare(self, found, wanted):
        if comparable(found) != comparable(wanted):
            raise AssertionError(f"the example printed\n{found}--- where the page says\n{wanted}"
                                 f"--- its standard error\n{self.error}")

    def compare_log(self, wanted):
        """Each line, in this order, others between."""
        harness.check(self.router is not None, "no router of this page has logged anything")
        missing = None
        deadline = time.monotonic() + LOG_SECONDS_MAX
        while time.monotonic() < deadline:  # the log has a thread of its own
            log = self.router.log().replace(self.router.folder, PAGE_CONFIG_FOLDER)
            lines = iter(comparable(log))
            missing = next((line for line in comparable(wanted) if line not in lines), None)
            if missing is None:
                return
            time.sleep(0.02)
        raise AssertionError(f"the log lacks (or has elsewhere):\n{missing}")
