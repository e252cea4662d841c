"""Peers that are gone without a word, and addresses that take more than their share; in a network
namespace of the test's own."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import own_network

if __name__ == "__main__":
    own_network.enter()

import harness
from clients import *
from harness import *

ADMIN = {"address": "127.0.0.1:0"}


def port_of(client):
    return client.socket.getsockname()[1]


def test_unacknowledged_events_end_a_dead_peer():
    settings = config(keep_alive={"ping_interval": "0", "tcp_timeout": "2s"})
    with Router(settings) as router:
        for make in BOTH:
            publisher = rawsocket(router).join()
            dead = make(router).join()
            dead.subscribe("com.x")
            own_network.drop(port_of(dead))
            start, position = time.monotonic(), len(router.log())
            publisher.publish("com.x", 1)
            router.wait_log("session closed .*timed out", position)
            elapsed = time.monotonic() - start
            check(elapsed > 1.5, f"{elapsed:.1f} s")
            own_network.drop_nothing()
            publisher.close()
            dead.close()
            wait_until(lambda: router.log().count("session closed") % 2 == 0, "both are gone")


def test_a_ping_without_an_answer_ends_a_dead_peer():
    settings = config(keep_alive={"ping_interval": "1s", "ping_timeout": "3s",
                                  "tcp_timeout": "0"})
    with Router(settings) as router:
        dead = websocket(router).join()
        caller = rawsocket(router).join()
        dead.register("com.proc")
        own_network.drop(port_of(dead))
        request = caller.call("com.proc")
        answer = caller.receive()
        check_equal(answer[:3], [ERROR, CALL, request], "an answer")
        own_network.drop_nothing()
        router.wait_log("session closed .*no answer to a ping")


def connected(router, own, where="192.0.2.1", family=socket.AF_INET):
    plain = socket.socket(family)
    plain.settimeout(DEADLINE)
    plain.bind((own, 0))
    plain.connect((where, int(router.address("rs").rsplit(":", 1)[1])))
    return plain


def shaken(plain):
    """The RawSocket answer; None: closed without one."""
    try:
        plain.sendall(b"\x7f\xf1\0\0")
        return plain.recv(4) or None
    except ConnectionResetError:
        return None


def test_an_address_has_so_many_connections():
    settings = config({"address": "0.0.0.0:0"}, connections_per_address=2, admin=ADMIN)
    with Router(settings) as router:
        inside = [connected(router, "192.0.2.1") for _ in range(2)]
        for plain in inside:
            check_equal(shaken(plain), b"\x7f\xf1\0\0", "room for two")
        over = connected(router, "192.0.2.1")
        check_equal(shaken(over), b"\x7f\x40\0\0", "RawSocket error 4")
        over.close()
        check_equal(upgrade_status(connected(router, "192.0.2.1")), 503, "WebSocket")
        check_equal(shaken(connected(router, "192.0.2.2")), b"\x7f\xf1\0\0", "another address")
        for _ in range(5):
            rawsocket(router).join()  # the loopback has no limit

        flood = [connected(router, "192.0.2.1") for _ in range(30)]
        closed = [plain for plain in flood if shaken(plain) is None]
        check(len(closed) >= 10, f"{len(closed)} of a flood of 30 get no answer")
        for plain in flood:
            plain.close()
        inside.pop().close()
        wait_until(lambda: is_let_in(router), "room again")


def is_let_in(router):
    plain = connected(router, "192.0.2.1")
    answer = shaken(plain)
    plain.close()
    return answer == b"\x7f\xf1\0\0"


def upgrade_status(plain):
    plain.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                  b"Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n")
    status = int(plain.recv(100).split()[1])
    plain.close()
    return status


def test_a_network_of_ipv6_counts_as_one_address():
    settings = config({"address": "[::]:0"}, connections_per_address=2)
    with Router(settings) as router:
        where = ("2001:db8:0:1::1", socket.AF_INET6)
        inside = [connected(router, "2001:db8:0:1::1", *where),
                  connected(router, "2001:db8:0:1::2", *where)]
        for plain in inside:
            check_equal(shaken(plain), b"\x7f\xf1\0\0", "room for two")
        over = connected(router, "2001:db8:0:1::2", *where)
        check_equal(shaken(over), b"\x7f\x40\0\0", "a third of the same network")
        other = connected(router, "2001:db8:0:2::1", *where)
        check_equal(shaken(other), b"\x7f\xf1\0\0", "another network")


def say(plain, message):
    octets = json.dumps(message).encode()
    plain.sendall(len(octets).to_bytes(4, "big") + octets)


def hear(plain):
    size = int.from_bytes(plain.recv(4, socket.MSG_WAITALL), "big")
    return json.loads(plain.recv(size, socket.MSG_WAITALL))


def log_in_from(router, own, ticket, where="192.0.2.1", family=socket.AF_INET):
    """The last message of a log-in from the address `own`."""
    plain = connected(router, own, where, family)
    check_equal(shaken(plain), b"\x7f\xf1\0\0", "handshake")
    say(plain, [HELLO, "realm1", {"roles": ROLES, "authid": "joe", "authmethods": ["ticket"]}])
    answer = hear(plain)
    if answer[0] == CHALLENGE:
        say(plain, [AUTHENTICATE, ticket, {}])
        answer = hear(plain)
    plain.close()
    return answer


def guarded(listener):
    users = [{"authid": "joe", "role": "anonymous", "ticket": "swordfish"}]
    return config(listener, realms=[realm(authentication={"users": users})], admin=ADMIN,
                  login_throttle={"failures": 3, "window": "6s"})


def test_an_address_has_so_many_failed_log_ins():
    with Router(guarded({"address": "0.0.0.0:0"})) as router:
        for _ in range(3):
            answer = log_in_from(router, "192.0.2.1", "guess")
            check_equal(answer[2], "wamp.error.authentication_denied", "a guess")
        answer = log_in_from(router, "192.0.2.1", "swordfish")
        check_equal(answer[2], "wamp.error.authentication_failed", "even the right one waits")
        check("try again in " in answer[1]["message"], answer)
        check_equal(log_in_from(router, "192.0.2.2", "swordfish")[0], WELCOME, "another address")
        for _ in range(5):
            log_in_from(router, "127.0.0.1", "guess", where="127.0.0.1")
        check_equal(log_in_from(router, "127.0.0.1", "swordfish", where="127.0.0.1")[0], WELCOME,
                    "the loopback is not counted")
        router.wait_log("too many failed log-ins from this address")
        wait_until(lambda: log_in_from(router, "192.0.2.1", "swordfish")[0] == WELCOME, "a try")


def test_challenges_collected_before_do_not_help_to_guess():
    with Router(guarded({"address": "0.0.0.0:0"})) as router:
        waiting = [connected(router, "192.0.2.1") for _ in range(6)]
        for plain in waiting:
            shaken(plain)
            say(plain, [HELLO, "realm1",
                        {"roles": ROLES, "authid": "joe", "authmethods": ["ticket"]}])
            check_equal(hear(plain)[0], CHALLENGE, "CHALLENGE")
        outcomes = []
        for plain in waiting:
            say(plain, [AUTHENTICATE, "guess", {}])
            outcomes.append(hear(plain)[2])
            plain.close()
        check_equal(outcomes.count("wamp.error.authentication_denied"), 3, "tries")


def test_a_network_of_ipv6_shares_its_failed_log_ins():
    with Router(guarded({"address": "[::]:0"})) as router:
        where = ("2001:db8:0:1::1", socket.AF_INET6)
        for own in ("2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1::1"):
            log_in_from(router, own, "guess", *where)
        check_equal(log_in_from(router, "2001:db8:0:1::2", "swordfish", *where)[2],
                    "wamp.error.authentication_failed", "the same network")
        check_equal(log_in_from(router, "2001:db8:0:2::1", "swordfish", *where)[0], WELCOME,
                    "another network")


if __name__ == "__main__":
    harness.main(globals())
