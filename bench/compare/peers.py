"""The servers that bench/compare/run measures, each with its own best simple configuration.

A peer knows how its server is started and which load generator speaks to it. `prepare` starts the
server if it does not run; what it needs and does not find is a Failure with the reason.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

from measure import START_SECONDS_MAX, Failure, Process, free_port, revision

HERE = pathlib.Path(__file__).resolve().parent
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
# No log, no disk, no limit to what waits for a subscriber. Whether it waits for more to send is
# measured both ways: its default costs less time of the processor, but more latency.
MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
log_dest none
sys_interval 0
max_queued_messages 0
max_queued_bytes 0
set_tcp_nodelay {no_delay}
"""


class ListeningProcess(Process):
    """A server that tells nobody when it is ready: it is when its port takes a connection."""

    def __init__(self, name, command, port, log):
        self.name = name
        self.log = log
        self.admin_port = None
        self.addresses = [f"raw://127.0.0.1:{port}"]
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._takes_connections(port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Failure(f"{name} did not start: {log.read_text()[-500:].strip()}")
            time.sleep(0.05)

    @staticmethod
    def _takes_connections(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False


class Peer:
    """A server under measurement.

    `kind` is what the chart and the ratios need: floor, kreisel or other. `speaks` is the protocol
    of bench_compare, or None for what bench_load speaks to at `scheme`.
    """

    def __init__(self, name, start, kind="other", speaks=None, scheme="raw", options=(),
                 has_requests=True, version=None):
        self.name = name
        self.kind = kind
        self.speaks = speaks
        self.scheme = scheme
        self.options = [*options, *(["--protocol", speaks] if speaks else [])]
        self.has_requests = has_requests
        self.process = None
        self.why_not = None
        self._start = start
        self._version = version or revision

    def prepare(self):
        if self.why_not is not None:
            raise Failure(self.why_not)
        if self.process is not None and self.process.process.poll() is None:
            return
        try:
            self.process = self._start()
        except (Failure, OSError) as failure:
            self.why_not = str(failure)
            raise Failure(self.why_not) from failure

    def version(self):
        return self._version() if self.why_not is None else None

    def stop(self):
        if self.process is not None:
            self.process.stop()


def program(name):
    path = shutil.which(name, path=PATH)
    if path is None:
        raise Failure(f"{name} is not installed (scripts/setup --compare)")
    return path


def version_of(command):
    """The first version number that the command prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    return found[0] if found else "unknown"


def package_file(package):
    path = HERE / "node_modules" / package / "package.json"
    if not path.exists():
        raise Failure(f"{package} is not installed (scripts/setup --compare)")
    return path


def node_peer(name, package, script, folder, speaks):
    def start():
        package_file(package)
        ready = folder / f"{package}.ready"
        return Process(name, [program("node"), HERE / script, ready], ready,
                       folder / f"{package}.log")

    return Peer(name, start, speaks=speaks, version=lambda: json.loads(
        package_file(package).read_text())["version"])


def nats(folder):
    def start():
        port = free_port()
        return ListeningProcess("nats-server", [program("nats-server"), "-a", "127.0.0.1", "-p",
                                                str(port)], port, folder / "nats.log")

    return Peer("nats-server", start, speaks="nats",
                version=lambda: version_of([program("nats-server"), "--version"]))


def redis(folder):
    def start():
        port = free_port()
        return ListeningProcess(
            "redis-server",
            [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", "",
             "--appendonly", "no", "--loglevel", "warning", "--dir", str(folder),
             "--client-output-buffer-limit", "pubsub", "0", "0", "0"],
            port, folder / "redis.log")

    return Peer("redis-server", start, speaks="redis", has_requests=False,
                version=lambda: version_of([program("redis-server"), "--version"]))


def mosquitto(folder, name, no_delay):
    def start():
        port = free_port()
        config = folder / f"mosquitto-{no_delay}.conf"
        config.write_text(MOSQUITTO.format(port=port, no_delay=no_delay))
        return ListeningProcess(name, [program("mosquitto"), "-c", str(config)], port,
                                config.with_suffix(".log"))

    return Peer(name, start, speaks="mqtt", has_requests=False,
                version=lambda: version_of([program("mosquitto"), "-h"]))


def all_peers(bench):
    """In the order of the table. Kreisel's two wires are one process; so are the floor's two."""
    folder = bench.folder
    router, floors = [], {}

    def start_router():
        if not router or router[-1].process.poll() is not None:
            router.append(bench.router("kreisel"))
        return router[-1]

    def start_floor(messages_a_write):
        if messages_a_write not in floors:
            floors[messages_a_write] = bench.floor(
                f"floor-{messages_a_write}", "--messages-a-write", str(messages_a_write))
        return floors[messages_a_write]

    like = ["--like", "websocket"]
    return [
        Peer("epoll echo", lambda: start_floor(16), "floor", speaks="echo"),
        Peer("epoll floor, 16 a write", lambda: start_floor(16), "floor", options=like),
        Peer("epoll floor, 4 a write", lambda: start_floor(4), "floor", options=like),
        Peer("epoll floor, 1 a write", lambda: start_floor(1), "floor", options=like),
        Peer("Kreisel, WebSocket JSON", start_router, "kreisel", scheme="ws"),
        Peer("Kreisel, RawSocket MessagePack", start_router, "kreisel", scheme="rs",
             options=["--encoding", "msgpack"]),
        node_peer("fox-wamp", "fox-wamp", "fox_wamp_server.mjs", folder, "wamp"),
        node_peer("socket.io", "socket.io", "socketio_server.mjs", folder, "socketio"),
        nats(folder), redis(folder), mosquitto(folder, "mosquitto", "false"),
        mosquitto(folder, "mosquitto, TCP_NODELAY", "true"),
    ]
