"""`kreisel bench`: every scenario against a real router, and what it says when there is none."""

import harness
from harness import *
from kreisel_command import *

SHORT = ("--seconds", "0.3")
SCENARIOS = {
    "rpc": (*SHORT, "--warm-up", "0", "--callers", "2", "--callees", "1"),
    "fan-out": (*SHORT, "--warm-up", "0", "--subscribers", "5"),
    "topics": (*SHORT, "--warm-up", "0", "--topics", "3"),
    "connect": (*SHORT, "--sessions", "20"),
}


def bench(router, scenario, *more):
    return kreisel(router, "bench", scenario, *SCENARIOS[scenario], *more)


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
                check("0 s: 0" in done.error and "latency" in done.error, done.error)


def test_encodings_and_spellings_of_the_url():
    with Router(config()) as router:
        for encoding in ("json", "msgpack", "cbor"):
            check_equal(bench(router, "rpc", "--encoding", encoding).only()["encoding"], encoding,
                        "encoding")
        url = router.address("rs").replace("rs://", "tcp://")
        check_equal(bench(router, "rpc", "--url", url).only()["wire"], "rawsocket", "wire")


def test_a_run_that_cannot_be_reports_nothing():
    with Router(config(realms=[realm("other")])) as router:
        for scenario in SCENARIOS:
            bench(router, scenario).failed(1, f"kreisel bench {scenario}: ")
    bench(None, "rpc", "--url", "ws://127.0.0.1:1/ws").failed(1)
    bench(None, "rpc", "--url", "http://127.0.0.1:1/ws").failed(1)
    kreisel(None, "bench").failed(2)
    kreisel(None, "bench", "rpc", "--callers", "0").failed(2)


if __name__ == "__main__":
    harness.main(globals())
