"""Hundreds of connections that never finish what they begin, while others are served."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from certificates import *
from clients import *
from harness import *

CROWD = 300
HEAD = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX-Slow: "
# Nobody who is honest waits so long, however busy the machine is.
SERVED_WITHIN = 8.0


class Honest:
    """One who is in and one who comes, again and again; remembers the longest wait."""

    def __init__(self, router):
        self.schemes = ((WebSocket, "ws"), (RawSocket, "rs"))
        if router.addresses("wss"):
            self.schemes = ((WebSocket, "wss"), (RawSocket, "rss"))
        self.router = router
        self.inside = self.newcomer(*self.schemes[1])
        self.longest = 0.0

    def newcomer(self, make, scheme):
        return make(self.router.address(scheme)).join()

    def turn(self):
        start = time.monotonic()
        self.inside.round_trip()
        for make, scheme in self.schemes:
            visitor = self.newcomer(make, scheme)
            visitor.round_trip()
            visitor.close()
        self.longest = max(self.longest, time.monotonic() - start)

    def check(self):
        check(self.longest < SERVED_WITHIN, f"somebody honest waited {self.longest:.2f} s")


def has_ended(plain):
    """Reads what there is; true at the end of the connection."""
    plain.setblocking(False)
    try:
        while plain.recv(1 << 16):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def drip(crowd, octet, honest):
    """An octet from each that is still there, then a turn of the honest ones."""
    for plain in list(crowd):
        try:
            plain.setblocking(False)
            plain.send(octet)
        except BlockingIOError:
            pass
        except OSError:
            crowd.remove(plain)
            continue
        if has_ended(plain):
            crowd.remove(plain)
    honest.turn()


def crowd_of(router, scheme, first=b""):
    crowd = []
    for _ in range(CROWD):
        # Below TLS, which the crowd never finishes.
        plain = connect(router.address(scheme).replace("rss:", "rs:"))
        if first:
            plain.sendall(first)
        crowd.append(plain)
    return crowd


def crowd_starves(router, scheme, first, octet):
    """Drips until the router has thrown all of them out."""
    honest = Honest(router)
    before = router.descriptors()
    crowd = crowd_of(router, scheme, first)
    everybody = list(crowd)
    end = time.monotonic() + DEADLINE
    while crowd:
        check(time.monotonic() < end, f"{len(crowd)} are still there")
        drip(crowd, octet, honest)
        time.sleep(0.1)
    honest.check()
    wait_until(lambda: router.descriptors() <= before, "their descriptors are free")
    for plain in everybody:
        plain.close()


def short_log_in(listener=None):
    return config(listener, limits={"hello_timeout": "4s"})


def test_who_says_nothing_or_half_a_handshake_is_thrown_out():
    with Router(short_log_in()) as router:
        crowd_starves(router, "rs", b"", b"")
        crowd_starves(router, "rs", b"\x7f", b"")


def test_http_heads_without_an_end():
    with Router(short_log_in()) as router:
        crowd_starves(router, "ws", HEAD, b"x")


def test_tls_handshakes_without_an_end():
    with Certificates() as made:
        with Router(short_log_in({"tls": tls_of(made.server("one"))})) as router:
            crowd_starves(router, "rss", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"x")


def test_fragments_before_log_in():
    with Router(short_log_in()) as router:
        template = websocket(router)
        upgrade = template.upgrade_request("wamp.2.json")
        first = template.frame('[1,"realm1",{"agent":"', is_final=False)
        crowd_starves(router, "ws", upgrade + first, template.frame("x", 0, is_final=False))


def test_a_crowd_beyond_the_limit_keeps_newcomers_out_only_until_its_time_is_over():
    settings = config(handshakes_in_flight=CROWD // 2, limits={"hello_timeout": "5s"})
    with Router(settings) as router:
        inside = rawsocket(router).join()
        crowd = crowd_of(router, "rs")
        inside.round_trip()

        def newcomer():
            client = rawsocket(router, shake=False)
            if client.shake(0xf1)[1] & 15 != 1:
                return False
            client.join().round_trip()
            return True

        check(not newcomer(), "refused with RawSocket error 4 while the crowd is there")
        wait_until(newcomer, "a newcomer gets in")
        inside.round_trip()
        for plain in crowd:
            plain.close()


def test_messages_without_an_end_after_log_in_cost_the_others_nothing():
    limits = {"message_bytes_max": "64KiB"}
    with Router(config(limits=limits)) as router:
        honest = Honest(router)
        crowd = []
        for number in range(CROWD):
            client = (websocket if number % 2 else rawsocket)(router).join()
            whole = client.frame(json.dumps([PUBLISH, 1, {}, "com.x", ["x" * 40_000]]))
            client.send_octets(whole[:30_000])
            crowd.append((client, whole))
        before = router.resident_bytes()
        for at in range(30_000, 30_010):
            for client, whole in crowd:
                client.send_octets(whole[at:at + 1])
            honest.turn()
        for client, whole in crowd:
            client.send_octets(whole[30_010:])
            client.last_request = 1
            client.round_trip()
        honest.check()
        grown = router.resident_bytes() - before
        check(grown < 8 << 20, f"grew by {grown >> 10} KiB while they dripped")


if __name__ == "__main__":
    harness.main(globals())
