"""`kreisel bench`: every scenario against a real router, and what it says when there is none."""

import os
import re
import socket
import tempfile
import threading

import harness
from certificates import Certificates, tls_of
from harness import *
from kreisel_command import *

SHORT = ("--seconds", "1")
SCENARIOS = {
    "rpc": (*SHORT, "--warm-up", "0", "--callers", "2", "--callees", "1"),
    "fan-out": (*SHORT, "--warm-up", "0", "--subscribers", "5"),
    "topics": (*SHORT, "--warm-up", "0", "--topics", "3"),
    "connect": (*SHORT, "--sessions", "20"),
}


def bench(router, scenario, *more):
    return kreisel(router, "bench", scenario, *SCENARIOS[scenario], *more)


def fan_out(url):
    """Long enough for tens of events on any machine."""
    return kreisel(None, "bench", "fan-out", "--seconds", "3", "--warm-up", "0", "--subscribers",
                   "5", "--url", url)


def test_every_scenario_reports_rates_and_latencies():
    with Router(config()) as router:
        for scenario in SCENARIOS:
            for scheme in ("ws", "rs"):
                url = router.address(scheme)
                done = bench(router, scenario, "--url", url, "--pid", str(router.pid))
                outcome = done.only()
                check_equal(outcome["scenario"], scenario, "scenario")
                check(outcome["count"] > 0 and outcome["rate"] > 0, f"{outcome}")
                check(0 < outcome["p50_us"] <= outcome["p99_us"] <= outcome["p99_9_us"],
                      f"{outcome}")
                check(" s: 0" in done.error and "latency" in done.error, done.error)


def test_encodings_and_spellings_of_the_url():
    with Router(config()) as router:
        for encoding in ("json", "msgpack", "cbor"):
            check_equal(bench(router, "rpc", "--encoding", encoding).only()["encoding"], encoding,
                        "encoding")
        url = router.address("rs").replace("rs://", "tcp://")
        check_equal(bench(router, "rpc", "--url", url).only()["wire"], "rawsocket", "wire")


def test_addresses_of_other_families():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "router.sock")
        listeners = [{"address": "[::1]:0"}, {"address": f"unix:{path}"}]
        with Router(config(listeners=listeners)) as router:
            for url in (router.address("ws"), router.address("rs"), f"unix:{path}",
                        f"unix+ws:{path}"):
                check(kreisel(None, "bench", "rpc", *SCENARIOS["rpc"], "--url", url)
                      .only()["count"] > 0, url)


def test_sessions_over_tls():
    with Certificates() as pem:
        listener = {"tls": tls_of(pem.server("server", ("localhost",)))}
        with Router(config(listener)) as router:
            url = router.address("wss")
            for address in (url, router.address("rss").replace("rss:", "tcps:")):
                check(kreisel(None, "bench", "rpc", *SCENARIOS["rpc"], "--url", address)
                      .only()["count"] > 0, address)


def test_sessions_log_in_with_what_the_command_line_says():
    users = [{"role": "anonymous", "authid": "joe", "ticket": "right"},
             {"role": "anonymous", "authid": "jane", "wampcra": {"secret": "hush"}}]
    ways = {("joe", "--ticket"): "right", ("jane", "--wampcra"): "hush"}
    with Router(config(realms=[realm(authentication={"users": users})])) as router:
        for (name, option), secret in ways.items():
            for scenario in ("rpc", "connect"):
                login = ("--authid", name, option)
                check(bench(router, scenario, *login, secret).only()["count"] > 0, f"{option}")
                done = bench(router, scenario, *login, "wrong").failed(1)
                check("wrong" not in done.error, done.error)
        bench(router, "rpc").failed(1, "ABORT")
        bench(router, "rpc", "--cryptosign", "/no/such/file").failed(2)


def test_a_run_that_cannot_be_reports_nothing():
    with Router(config(realms=[realm("other")])) as router:
        for scenario in SCENARIOS:
            bench(router, scenario).failed(1, f"kreisel bench {scenario}: ")
    bench(None, "rpc", "--url", "ws://127.0.0.1:1/ws").failed(1)
    bench(None, "rpc", "--url", "http://127.0.0.1:1/ws").failed(1)
    kreisel(None, "bench").failed(2)
    kreisel(None, "bench", "rpc", "--callers", "0").failed(2)


class Meddler:
    """Between RawSocket clients and the router; `meddle(events)` gets the events of one connection
    so far as frames and returns what is passed on of the last."""

    def __init__(self, router, meddle):
        self.place = ("127.0.0.1", int(re.search(r":(\d+)$", router.address("rs"))[1]))
        self.meddle = meddle
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rs://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.listening.close()

    def accept(self):
        while True:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            router = socket.create_connection(self.place)
            threading.Thread(target=self.carry, args=(client, router), daemon=True).start()
            threading.Thread(target=self.carry_back, args=(router, client), daemon=True).start()

    @staticmethod
    def carry(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def carry_back(self, source, target):
        events = []
        try:
            with source.makefile("rb") as reader:
                target.sendall(reader.read(4))
                while len(head := reader.read(4)) == 4:
                    frame = head + reader.read(int.from_bytes(head[1:], "big"))
                    if frame[4:].startswith(b"[36,"):
                        events.append(frame)
                        frame = self.meddle(events)
                    target.sendall(frame)
        except OSError:
            pass


def test_what_is_lost_doubled_or_out_of_order_is_found():
    def drop(events):
        return b"" if len(events) == 10 else events[-1]

    def double(events):
        return events[-1] * 2 if len(events) == 10 else events[-1]

    def swap(events):
        if len(events) == 10:
            return b""
        return events[-1] + events[-2] if len(events) == 11 else events[-1]

    with Router(config()) as router:
        for meddle in (drop, double, swap):
            with Meddler(router, meddle) as between:
                fan_out(between.url).failed(1, "of a subscriber")
        with Meddler(router, lambda events: events[-1]) as between:
            check(fan_out(between.url).only()["count"] > 0, "untouched")


if __name__ == "__main__":
    harness.main(globals())
