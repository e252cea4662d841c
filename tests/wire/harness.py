"""A real router for one test: started in a folder of its own on ports of the system's choice,
watched through its log, ended by its process id. And what every script needs: checks and main().

A script is a file of functions named test_*; main(globals()) runs them one after the other and,
when one fails, shows what the router logged. Configurations are dictionaries: JSON is YAML, too.
"""

import atexit
import copy
import ctypes
import http.client
import json
import os
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

# Until something is given up: long, because machines that test are busy. Nothing waits this long
# unless it fails.
DEADLINE = 60.0

PROGRAM = None
SHARDS = 1
_routers = []

ALLOW_ALL = {"uri": "", "match": "prefix", "allow": ["publish", "subscribe", "call", "register"]}


def realm(name="realm1", **changes):
    """A realm where anonymous may do everything."""
    result = {
        "name": name,
        "roles": [{"name": "anonymous", "permissions": [ALLOW_ALL]}],
        "authentication": {"anonymous_role": "anonymous"},
    }
    result.update(changes)
    return copy.deepcopy(result)


def config(listener=None, **changes):
    """The smallest configuration, with `listener` added to its only listener."""
    result = {
        "listeners": [{"address": "127.0.0.1:0", **(listener or {})}],
        "realms": [realm()],
        "shards": SHARDS,
        "drain_timeout": "10s",
        "keep_alive": {"ping_interval": "0"},
    }
    result.update(changes)
    return copy.deepcopy(result)


def wait_until(condition, what, timeout=DEADLINE):
    """Looks until `condition` gives something true, and returns that."""
    end = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(0.01)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_equal(found, wanted, what=""):
    if found != wanted:
        raise AssertionError(f"{what}: found {found!r}, wanted {wanted!r}")


def check_same_time(measure, cases, turns, tolerance=0.25, rounds=6):
    """`measure(case)` gives seconds. Measures all cases in each turn, in any order, so that none is
    always the same thread's; their medians must be near each other. What differs does so in every
    round; what a busy machine spoils does not."""
    for number in range(rounds):
        times = {case: [] for case in cases}
        for _ in range(turns):
            for case in random.sample(list(times), len(times)):
                times[case].append(measure(case))
        medians = {case: statistics.median(taken) for case, taken in times.items()}
        text = ", ".join(f"{case} {median * 1e3:.3f} ms" for case, median in medians.items())
        print(f"        medians of {turns}: {text}")
        longest = max(medians.values())
        if longest - min(medians.values()) < tolerance * longest:
            return
    raise AssertionError(f"in {rounds} rounds none was as long as the other: {text}")


def command(*arguments, folder=None, env=None):
    """Runs the program to its end: (exit code, standard output, standard error)."""
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, env=env, timeout=DEADLINE,
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def open_for_owner(path, flags):
    """For open(): a configuration that others may read is warned of."""
    return os.open(path, flags, 0o600)


class Router:
    """A running `kreisel run`; as a context manager it is gone at the end, whatever happened."""

    def __init__(self, settings, *, env=None, files=None, wait=True, folder=None,
                 standard_error=None):
        self.owns_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="kreisel-wire-")
        self.config_path = os.path.join(self.folder, "realms.yaml")
        self.ready_path = os.path.join(self.folder, "ready")
        self.log_path = os.path.join(self.folder, "log")
        self.output_path = os.path.join(self.folder, "output")
        self.write(settings)

        def prepare():
            # The router must not outlive a test that is killed.
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            if files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, files)

        environment = {**os.environ, **(env or {})}
        if not env or "NOTIFY_SOCKET" not in env:
            environment.pop("NOTIFY_SOCKET", None)
        with open(self.log_path, "wb") as log, open(self.output_path, "wb") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "-c", self.config_path, "--ready-file", self.ready_path],
                cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=standard_error or log, preexec_fn=prepare)
        _routers.append(self)
        if wait:
            self.wait_ready()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            print(f"--- log of the router\n{self.log()[-6000:]}---", file=sys.stderr)
        self.kill()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        return self.process.pid

    def write(self, settings):
        """Replaces the configuration file; text as it is, a dictionary as JSON."""
        text = settings if isinstance(settings, str) else json.dumps(settings, indent=1)
        with open(self.config_path, "w", encoding="utf-8", opener=open_for_owner) as file:
            file.write(text + "\n")

    def wait_ready(self):
        wait_until(lambda: self.process.poll() is not None or os.path.exists(self.ready_path),
                   "the ready file")
        check(self.process.poll() is None, f"the router ended at once: {self.log()}")

    def addresses(self, scheme=""):
        with open(self.ready_path, encoding="utf-8") as file:
            return [line.strip() for line in file if line.startswith(scheme)]

    def address(self, scheme, index=0):
        return self.addresses(scheme)[index]

    # --- what it says ---

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def output(self):
        with open(self.output_path, encoding="utf-8") as file:
            return file.read()

    def wait_log(self, pattern, start=0):
        """The first match of `pattern` in the log from the character `start` on."""
        return wait_until(lambda: re.search(pattern, self.log()[start:], re.MULTILINE),
                          f"a line of the log like {pattern!r}")

    def get(self, path):
        """(status, body) at the admin address."""
        place = re.match(r"http://([^/]+)/", self.address("http://"))[1]
        connection = http.client.HTTPConnection(place, timeout=DEADLINE)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    # --- what it is told ---

    def tell(self, number):
        self.process.send_signal(number)

    def reload(self, settings, outcome="configuration taken over"):
        """New configuration and SIGHUP; returns what the log says about it."""
        start = len(self.log())
        self.write(settings)
        self.tell(signal.SIGHUP)
        found = self.wait_log(r"configuration (taken over|not taken over).*\n", start)
        check_equal(f"configuration {found[1]}", outcome, self.log()[start:])
        return self.log()[start:]

    def reload_badly(self, settings, *told):
        """Each of the patterns `told` is an error in the log: a line, and lines take their time."""
        start = len(self.log())
        self.reload(settings, "configuration not taken over")
        for pattern in told:
            self.wait_log(f"configuration not taken over .*{pattern}", start)

    def wait_end(self, timeout=DEADLINE):
        return self.process.wait(timeout)

    def stop(self, number=signal.SIGTERM):
        self.tell(number)
        return self.wait_end()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # --- what it uses ---

    def resident_bytes(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) * 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kept_waiting_seconds(self):
        """How long its threads were ready to run, and others had the processors: what a busy
        machine, and not the router, adds to what is measured."""
        waited = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as file:
                    waited += int(file.read().split()[1])
            except (OSError, IndexError):
                pass  # a thread that has ended, or a kernel that does not count
        return waited / 1e9

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


@atexit.register
def _kill_all():
    for router in _routers:
        router.kill()


def main(names):
    """Runs the test_* functions of a script: `script --kreisel PROGRAM [--shards N] [NAME...]`."""
    global PROGRAM, SHARDS
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != "--kreisel":
        sys.exit(f"usage: {sys.argv[0]} --kreisel PROGRAM [--shards N] [TEST...]")
    PROGRAM = os.path.abspath(arguments[1])
    wanted = arguments[2:]
    if wanted[:1] == ["--shards"]:
        SHARDS = int(wanted[1])
        wanted = wanted[2:]
    failed = 0
    ran = 0
    for name, function in list(names.items()):
        if not name.startswith("test_") or (wanted and name not in wanted):
            continue
        start = time.monotonic()
        ran += 1
        try:
            function()
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:  # noqa: any failure is one of this test, the others still run
            failed += 1
            traceback.print_exc()
            print(f"FAILED  {name} ({time.monotonic() - start:.1f} s)", flush=True)
    if ran == 0:
        sys.exit("no test of that name")
    sys.exit(1 if failed else 0)
