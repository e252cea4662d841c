"""What a client that stops reading costs the others, measured: run it with nothing beside it."""

import pathlib
import selectors
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *
from stalled_readers import MEGABYTE, limited

READERS = 100
ROUNDS = 150
EVENTS_A_ROUND = 20
PAIRS = 5
RATIO_MAX = 1.1


class Crowd:
    """Subscribers that are read by one thread, which only counts the ends of events."""

    END = b'"]]'

    def __init__(self, router, count):
        self.selector = selectors.DefaultSelector()
        self.tails = {}
        for _ in range(count):
            client = rawsocket(router).join()
            client.subscribe("com.crowd")
            check(not client.buffer, "nothing is left over")
            client.socket.setblocking(False)
            self.tails[client.socket] = b""
            self.selector.register(client.socket, selectors.EVENT_READ)

    def read(self, events):
        """Until so many events of each are there."""
        left = events * len(self.tails)
        end = time.monotonic() + DEADLINE
        while left > 0:
            check(time.monotonic() < end, f"{left} events are missing")
            for key, _ in self.selector.select(1):
                octets = self.tails[key.fileobj] + key.fileobj.recv(1 << 18)
                left -= octets.count(self.END)
                # A mark may be cut in two; a whole one is not to be counted again.
                self.tails[key.fileobj] = b"" if octets.endswith(self.END) else octets[-2:]
        check_equal(left, 0, "events too many")


def cpu_seconds(router):
    """Of all threads, to the nanosecond where the kernel tells it; ticks are a tenth of a run."""
    try:
        return sum(int(path.read_text(encoding="ascii").split()[0]) for path in
                   pathlib.Path(f"/proc/{router.pid}/task").glob("*/schedstat")) / 1e9
    except (OSError, IndexError):
        return router.cpu_seconds()


def measure(has_stalled):
    """CPU seconds of the router for one event, the 99th percentile of a round's seconds, and the
    octets by which the router grew."""
    with Router(limited()) as router:
        stalled = rawsocket(router, receive_buffer=1 << 14).join()
        if has_stalled:
            stalled.subscribe("com.crowd")
        readers = READERS - (1 if has_stalled else 0)
        crowd = Crowd(router, readers)
        publisher = rawsocket(router).join()
        before = router.resident_bytes()
        # Until the socket and the outbox of the stalled one are full.
        for _ in range(12):
            publisher.publish_blindly("com.crowd", MEGABYTE)
            crowd.read(1)
        seconds = []
        cpu = cpu_seconds(router)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            first = publisher.last_request + 1
            publisher.last_request += EVENTS_A_ROUND
            publisher.send_many([[PUBLISH, request, {}, "com.crowd", ["x" * 100]]
                                 for request in range(first, first + EVENTS_A_ROUND)])
            crowd.read(EVENTS_A_ROUND)
            seconds.append(time.perf_counter() - start)
        cpu = cpu_seconds(router) - cpu
        check_equal("events dropped" in router.log(), has_stalled, "somebody is stalled")
        return (cpu / (ROUNDS * EVENTS_A_ROUND * readers),
                statistics.quantiles(seconds, n=100)[98], router.resident_bytes() - before)


def compare_once():
    """Medians of the pairs' ratios: what a stalled reader costs the other 99."""
    cpu, late, grown = [], [], []
    for _ in range(PAIRS):
        with_one, without = measure(True), measure(False)
        cpu.append(with_one[0] / without[0])
        late.append(with_one[1] / without[1])
        grown.append(with_one[2])
    result = statistics.median(cpu), statistics.median(late), max(grown)
    print(f"        with one stalled of {READERS}: CPU per event x {result[0]:.2f}, p99 of a "
          f"round x {result[1]:.2f}, {result[2] >> 20} MB more", flush=True)
    return result


def test_a_stalled_reader_costs_the_others_nothing():
    # Whatever else the machine does makes one side of a pair worse, here CPU and there the time;
    # what the others pay they pay each time.
    least_cpu = least_late = float("inf")
    for _ in range(6):
        cpu, late, grown = compare_once()
        check(grown < 24 << 20, f"it grew by {grown >> 20} MB")
        least_cpu, least_late = min(least_cpu, cpu), min(least_late, late)
        if least_cpu <= RATIO_MAX and least_late <= RATIO_MAX:
            return
    raise AssertionError(f"the others pay for it: {least_cpu:.2f} and {least_late:.2f}")


if __name__ == "__main__":
    harness.main(globals())
