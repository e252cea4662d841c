"""What the measuring scripts share: processes under measurement, the load on them, results.

    from measure import Bench, Failure, load

    with Bench(build_folder) as bench:
        router = bench.router("plain")
        floor = bench.floor("floor")
        report = load(bench.load, router, "ws", ["--scenario", "fanout"], seconds=1.0)

Whatever was started is ended with the Bench, by its id. A report is what bench_load prints as one
JSON object; it has failed, and raises Failure, if anything was lost or unexpected on the way.
"""

import contextlib
import datetime
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
START_SECONDS_MAX = 20.0
# The limits are so wide that no measurement meets one; subscriptions are what the curves hold.
CONFIG = """\
shards: {shards}
admin:
  address: 127.0.0.1:{admin_port}
max_connections: 18000
connections_per_address: 0
handshakes_in_flight: 2000
limits:
  outbox_bytes_max: 256MiB
  subscriptions_per_session: 200000
listeners:
  - address: 127.0.0.1:0
{tls}realms:
  - name: realm1
    authentication:
      anonymous_role: anonymous
    roles:
      - name: anonymous
        permissions:
          - uri: ""
            match: prefix
            allow: [call, register, publish, subscribe]
"""


class Failure(Exception):
    """What went wrong, in a sentence."""


class Process:
    """A server started for this run; ended with it, by its id."""

    def __init__(self, name, command, ready_file, log):
        self.name = name
        self.log = log
        self.admin_port = None
        ready_file.unlink(missing_ok=True)
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not (ready_file.exists() and ready_file.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Failure(f"{name} did not start:\n{log.read_text()}")
            time.sleep(0.02)
        self.addresses = ready_file.read_text().split()

    @property
    def pid(self):
        return self.process.pid

    def how_it_died(self):
        """What to add to a failure: nothing while the process lives."""
        status = self.process.poll()
        if status is None:
            return ""
        return f"\n{self.name} died with status {status}; the end of its log:\n" + \
            self.log.read_text()[-2000:]

    def address(self, scheme):
        for address in self.addresses:
            if address.startswith(scheme + "://"):
                return address
        raise Failure(f"{self.name} has no {scheme}:// address")

    def metric(self, name):
        """The sum of all series of that name in /metrics."""
        url = f"http://127.0.0.1:{self.admin_port}/metrics"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                text = answer.read().decode()
        except OSError as error:
            raise Failure(f"{self.name} does not tell its metrics: {error}") from error
        values = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                  if line.startswith((name + " ", name + "{"))]
        if not values:
            raise Failure(f"{self.name} has no metric {name}")
        return sum(values)

    def wait_for_metric(self, name, is_reached, seconds=30.0):
        deadline = time.monotonic() + seconds
        while not is_reached(self.metric(name)):
            if time.monotonic() > deadline:
                raise Failure(f"{name} of {self.name} stays at {self.metric(name):g}")
            time.sleep(0.05)

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Bench:
    """The programs of a build folder, and what was started of them."""

    def __init__(self, build_folder):
        self.programs = pathlib.Path(build_folder).resolve() / "bin"
        self.load = self.programs / "bench_load"
        self._running = []
        self._temporary = tempfile.TemporaryDirectory(prefix="kreisel-bench-")
        self.folder = pathlib.Path(self._temporary.name)
        raise_file_limit()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._running:
            process.stop()
        self._temporary.cleanup()

    def router(self, name, shards=1, tls=False):
        """A router of its own; with `tls` its listener takes TLS only."""
        admin_port = free_port()
        config = self.folder / f"{name}.yaml"
        lines = ""
        if tls:
            certificate, key = self.certificate()
            lines = f"    tls: {{certificate: {certificate}, key: {key}}}\n"
        config.write_text(CONFIG.format(shards=shards, admin_port=admin_port, tls=lines))
        ready = self.folder / f"{name}.ready"
        process = self._start(name, [self.programs / "kreisel", "run", "-c", config,
                                     "--ready-file", ready], ready)
        process.admin_port = admin_port
        return process

    def floor(self, name, *options, tls=False):
        ready = self.folder / f"{name}.ready"
        command = [self.programs / "bench_floor", "--ready-file", ready, *options]
        if tls:
            certificate, key = self.certificate()
            command += ["--certificate", certificate, "--key", key]
        return self._start(name, command, ready)

    def stop(self, process):
        """Before the others, for its memory or its ports."""
        process.stop()
        self._running.remove(process)

    def certificate(self):
        """A self-signed one with its key, for this run."""
        certificate, key = self.folder / "bench.pem", self.folder / "bench.key"
        if not certificate.exists():
            command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:P-256", "-nodes", "-days", "7", "-subj",
                       "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True)
            if done.returncode != 0:
                raise Failure(f"openssl made no certificate: {done.stdout}")
        return certificate, key

    def _start(self, name, command, ready):
        process = Process(name, [str(part) for part in command], ready,
                          self.folder / f"{name}.log")
        self._running.append(process)
        return process


def raise_file_limit():
    """For what is started from here: each session is an open file, there and here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 40_000
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, hard), max(wanted, hard)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def build(folder, targets):
    """Preset `bench` into `folder`."""
    environment = dict(os.environ, CCACHE_NOHASHDIR="1",
                       CCACHE_SLOPPINESS="pch_defines,time_macros")
    for command in (["cmake", "--preset", "bench", "-B", str(folder)],
                    ["cmake", "--build", str(folder), "--target", *targets]):
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Failure("the build failed:\n" + done.stdout[-4000:])


def load_command(program, process, scheme, options, seconds):
    return [str(program), "--url", process.address(scheme), "--pid", str(process.pid), "--json",
            "--seconds", str(seconds), *(str(option) for option in options)]


def load(program, process, scheme, options, seconds):
    """One measurement, as bench_load reports it."""
    command = load_command(program, process, scheme, options, seconds)
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=seconds + 120)
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(command)} did not end{process.how_it_died()}") from None
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip()}{process.how_it_died()}")
    return json.loads(done.stdout)


def load_together(program, process, scheme, options_of_each, seconds):
    """Several load generators at a time: all have opened their sessions before the first begins
    to measure. Returns (reports, what `is_open` found then)."""
    started = []
    try:
        for options in options_of_each:
            command = load_command(program, process, scheme, [*options, "--wait"], seconds)
            started.append(subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        for generator in started:
            if generator.stdout.readline().strip() != "open":
                raise Failure(f"a load generator did not open its sessions: "
                              f"{generator.communicate()[1].strip()}{process.how_it_died()}")
        sessions = process.metric("kreisel_sessions") if process.admin_port else None
        for generator in started:
            generator.stdin.write("go\n")
            generator.stdin.flush()
        reports = []
        for generator in started:
            output, errors = generator.communicate(timeout=seconds + 120)
            if generator.returncode != 0:
                raise Failure(f"a load generator: {errors.strip()}{process.how_it_died()}")
            reports.append(json.loads(output))
        return reports, sessions
    except subprocess.TimeoutExpired:
        raise Failure(f"a load generator did not end{process.how_it_died()}") from None
    finally:
        for generator in started:
            if generator.poll() is None:
                generator.kill()
                generator.wait()


def best(reports):
    """The least CPU time and median latency, and everything else of the round with the best rate:
    whatever disturbs a round makes it worse."""
    result = dict(max(reports, key=lambda report: report["rate"]))
    for key in ("cpu_seconds_per_million", "p50_us"):
        result[key] = min(report[key] for report in reports)
    result["rounds"] = reports
    return result


def machine():
    models = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
              if line.startswith("model name")]
    return f"{os.cpu_count()} cores, {models[0] if models else 'unknown processor'}"


def revision():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip() or "unknown"


def described(result):
    """`result` with what a stored file needs to explain itself."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"date": f"{now:%Y-%m-%dT%H:%M:%SZ}", "revision": revision(), "machine": machine(),
            "command": " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]), **result}


def results_path(suffix):
    """bench/results/DATE and `suffix`, as "-targets.json"."""
    now = datetime.datetime.now(datetime.timezone.utc)
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    return folder / f"{now:%Y-%m-%dT%H%M%SZ}{suffix}"


@contextlib.contextmanager
def idle_sessions(program, router, count):
    """`count` sessions that say nothing, in generators of their own, for as long as the block."""
    holders = []
    try:
        for first in range(0, count, 5000):
            command = load_command(program, router, "ws",
                                   ["--scenario", "logins", "--wait", "--encoding", "msgpack",
                                    "--sessions", min(5000, count - first)], 0.1)
            holders.append(subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        for holder in holders:
            if holder.stdout.readline().strip() != "open":
                raise Failure(f"idle sessions did not open: "
                              f"{holder.communicate()[1].strip()}{router.how_it_died()}")
        yield
    finally:
        for holder in holders:
            if holder.poll() is None:
                holder.kill()
            holder.communicate()
    router.wait_for_metric("kreisel_connections", lambda connections: connections == 0)
