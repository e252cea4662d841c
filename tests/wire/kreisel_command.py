"""The client's subcommands of `kreisel`, run to their end or kept running beside a test."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

import harness
from harness import DEADLINE, check, check_equal, wait_until


def environment(router, **more):
    """Ours without what a developer has set, and with the router's URL."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KREISEL_")}
    if router is not None:
        clean["KREISEL_URL"] = router.address("ws")
    return {**clean, **more}


class Done:
    """What a command left: its exit code, what it printed."""

    def __init__(self, code, output, error):
        self.code, self.output, self.error = code, output, error

    def lines(self):
        """Its output as JSON lines."""
        check_equal(self.code, 0, f"exit code; {self.error}")
        return [json.loads(line) for line in self.output.splitlines()]

    def only(self):
        lines = self.lines()
        check_equal(len(lines), 1, f"lines of {self.output!r}")
        return lines[0]

    def failed(self, code, *words):
        """It ended with `code`, printed nothing and told each of `words` on stderr."""
        check_equal((self.code, self.output), (code, ""), f"exit code and output; {self.error}")
        for word in words:
            check(word in self.error, f"{word!r} is not in {self.error!r}")
        return self

    def uri(self):
        return json.loads(self.error.splitlines()[-1])["error"]


def kreisel(router, *arguments, text="", env=None, octets=None):
    """Runs a command to its end. `octets` are arguments that are no text."""
    words = [harness.PROGRAM, *arguments]
    if octets is not None:
        words = [word.encode() for word in words] + octets
    done = subprocess.run(words, input=text.encode(), env=environment(router, **(env or {})),
                          timeout=DEADLINE, capture_output=True, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


class Running:
    """A command that goes on; as a context manager it is gone at the end."""

    def __init__(self, router, *arguments, env=None, wait="", standard_input=subprocess.DEVNULL):
        self.folder = tempfile.mkdtemp(prefix="kreisel-command-")
        with open(self._path("output"), "wb") as output, open(self._path("error"), "wb") as error:
            self.process = subprocess.Popen(
                [harness.PROGRAM, *arguments, "-v"], env=environment(router, **(env or {})),
                stdin=standard_input, stdout=output, stderr=error)
        if wait:
            self.wait_error(wait)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _read(self, name):
        with open(self._path(name), encoding="utf-8") as file:
            return file.read()

    def output(self):
        return self._read("output")

    def lines(self):
        return [json.loads(line) for line in self.output().splitlines()]

    def wait_lines(self, count):
        return wait_until(lambda: len(self.lines()) >= count and self.lines(), f"{count} lines")

    def error(self):
        return self._read("error")

    def wait_error(self, pattern, count=1):
        def looks():
            check(self.process.poll() is None, f"ended early: {self.error()}")
            return len(re.findall(pattern, self.error())) >= count
        wait_until(looks, f"{pattern!r} on stderr")

    def wait_end(self):
        return self.process.wait(DEADLINE)

    def stop(self, number=signal.SIGTERM):
        """The exit code after a signal."""
        self.process.send_signal(number)
        return self.wait_end()


def provide(router, uri, *arguments, **how):
    return Running(router, "register", uri, *arguments, wait="registered ", **how)


def listen(router, *arguments, **how):
    return Running(router, "subscribe", *arguments, wait="subscribed to ", **how)
