"""Connections whose other side is gone without a word: the cable is out, a firewall drops.

In network namespaces of the test's own, so as root; skipped where these may not be made.

The router lives in one namespace, its peers in another, a veth pair between them. This process
stays in the router's and makes the peers' sockets in theirs: a socket belongs to where it was made.
"""

import contextlib
import ctypes
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *
from own_network import SKIPPED, run

CLONE_NEWNET = 0x40000000
ROUTER = "10.0.0.1"
PEER = "10.0.0.2"
# The timeout is what a busy machine may keep a client from its answer.
SHORT = {"ping_interval": "300ms", "ping_timeout": "4s"}

libc = ctypes.CDLL(None, use_errno=True)


def must(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


class Peers:
    """The peers' namespace; it goes with the processes that are in it."""

    def __init__(self):
        self.here = os.open("/proc/self/ns/net", os.O_RDONLY)
        must(libc.unshare(CLONE_NEWNET), "unshare")
        self.there = os.open("/proc/self/ns/net", os.O_RDONLY)
        must(libc.setns(self.here, 0), "setns")

    @contextlib.contextmanager
    def entered(self):
        must(libc.setns(self.there, 0), "setns")
        try:
            yield
        finally:
            must(libc.setns(self.here, 0), "setns")

    def run(self, *words):
        with self.entered():
            run(*words)

    def connect(self, router, make, address=ROUTER):
        scheme = "ws" if make is websocket else "rs"
        with self.entered():
            url = router.address(scheme).replace("0.0.0.0", address)
            return (WebSocket if make is websocket else RawSocket)(url)

    @contextlib.contextmanager
    def firewall(self):
        """Drops everything between the two while it lasts."""
        self.run("nft", "add table inet gone; add chain inet gone in "
                        "{ type filter hook input priority 0; policy drop; }; "
                        "add chain inet gone out "
                        "{ type filter hook output priority 0; policy drop; }")
        try:
            yield
        finally:
            self.run("nft", "delete table inet gone")

    @contextlib.contextmanager
    def cable_out(self):
        self.run("ip", "link", "set", "peer", "down")
        try:
            yield
        finally:
            self.run("ip", "link", "set", "peer", "up")


def make_network():
    """Two namespaces of our own, joined by a pair of virtual devices."""
    must(libc.unshare(CLONE_NEWNET), "unshare")
    peers = Peers()
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "router", "type", "veth", "peer", "name", "peer",
        "netns", f"/proc/{os.getpid()}/fd/{peers.there}")
    run("ip", "address", "add", f"{ROUTER}/24", "dev", "router")
    run("ip", "link", "set", "router", "up")
    peers.run("ip", "address", "add", f"{PEER}/24", "dev", "peer")
    peers.run("ip", "link", "set", "peer", "up")
    with peers.firewall():
        pass
    return peers


def open_config(**changes):
    return config({"address": "0.0.0.0:0"}, **changes)


def near(router):
    return RawSocket(router.address("rs").replace("0.0.0.0", "127.0.0.1"))


def found_dead(router, peers, breakage, make, within):
    """A callee behind a broken network: its caller is told, and its procedure becomes free."""
    lost = peers.connect(router, make).join()
    lost.register("com.work")
    caller = near(router).join()
    request = caller.call("com.work")
    lost.expect(INVOCATION)
    with breakage():
        start = time.monotonic()
        caller.expect(ERROR, CALL, request, ANY, "wamp.error.canceled", timeout=within)
        took = time.monotonic() - start
        caller.register("com.work")
        print(f"        a dead {make.__name__} was found after {took:.1f} s")
    return lost


def test_a_dead_websocket_is_found_by_ping():
    with Router(open_config(keep_alive=SHORT)) as router:
        for breakage in (PEERS.firewall, PEERS.cable_out):
            lost = found_dead(router, PEERS, breakage, websocket, DEADLINE)
            # The network is back, and the router knows nothing of this connection any more.
            lost.answers_pings = False
            lost.send_octets(lost.frame(b"", 9))
            lost.expect_closed()


def test_a_dead_rawsocket_is_found_by_what_it_does_not_acknowledge():
    settings = {"ping_interval": "0", "tcp_timeout": "2s"}
    with Router(open_config(keep_alive=settings)) as router:
        publisher = near(router).join()
        for breakage in (PEERS.firewall, PEERS.cable_out):
            lost = PEERS.connect(router, rawsocket).join()
            lost.subscribe("com.news")
            with breakage():
                start = time.monotonic()
                publisher.publish("com.news", 1)
                wait_until(lambda: count_sessions(publisher) == 1, "the dead one is found")
                print(f"        a dead rawsocket was found after {time.monotonic() - start:.1f} s")
            lost.close()


def test_who_is_back_in_time_has_lost_nothing():
    settings = {"ping_interval": "1s", "ping_timeout": "10s"}
    with Router(open_config(keep_alive=settings)) as router:
        for make in BOTH:
            far = PEERS.connect(router, make).join()
            subscription = far.subscribe("com.news")
            publisher = near(router).join()
            with PEERS.firewall():
                for number in range(100):
                    publisher.publish("com.news", number)
                time.sleep(0.5)
            for number in range(100):
                far.expect(EVENT, subscription, ANY, {}, [number])
            far.round_trip()


def test_the_others_are_served_while_many_are_dead():
    with Router(open_config(keep_alive=SHORT)) as router:
        crowd = [PEERS.connect(router, websocket).join() for _ in range(50)]
        for client in crowd:
            client.subscribe("com.news")
        publisher = near(router).join()
        with PEERS.firewall():
            worst = 0.0
            for number in range(300):
                start = time.monotonic()
                publisher.publish("com.news", number, "x" * 1000)
                worst = max(worst, time.monotonic() - start)
                time.sleep(0.005)
            check(worst < 5, f"an acknowledgement took {worst:.2f} s")
            wait_until(lambda: count_sessions(publisher) == 1, "all the dead were found")


def count_sessions(client):
    request = client.call("wamp.session.count")
    return client.expect(RESULT, request)[3][0]


def main():
    global PEERS
    try:
        PEERS = make_network()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"skipped: no network namespaces, veth or nft here: {error}")
        sys.exit(SKIPPED)
    harness.main(globals())


if __name__ == "__main__":
    main()
