"""Standard error is a pipe whose reader stalls or is gone: the router goes on, and still stops."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *


def talk_a_lot(router):
    """Each session is two lines of more than 100 octets."""
    for _ in range(600):
        rawsocket(router).join().close()


def test_router_outlives_the_reader_of_its_log():
    reader, writer = os.pipe()
    with Router(config(), standard_error=writer) as router:
        os.close(writer)
        os.close(reader)
        talk_a_lot(router)
        websocket(router).join().round_trip()
        check_equal(router.stop(), 0, "exit code")


def test_router_serves_and_stops_while_nobody_reads_its_log():
    reader, writer = os.pipe()
    try:
        with Router(config(), standard_error=writer) as router:
            os.close(writer)
            talk_a_lot(router)
            alice = websocket(router).join()
            alice.round_trip()
            router.tell(15)
            alice.expect_closed(1012)
            check_equal(router.wait_end(), 0, "exit code")
    finally:
        os.close(reader)


if __name__ == "__main__":
    harness.main(globals())
