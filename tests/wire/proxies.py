"""Who is believed about the client's address: PROXY headers, X-Forwarded-For, Forwarded."""

import harness
from certificates import *
from clients import *
from harness import *

V1 = b"PROXY TCP4 203.0.113.7 198.51.100.1 51000 443\r\n"
ADDRESSES = bytes([203, 0, 113, 8, 198, 51, 100, 1]) + (51001).to_bytes(2, "big") + b"\x01\xbb"


def v2(command=0x21, family=0x11, body=ADDRESSES):
    head = b"\r\n\r\n\0\r\nQUIT\n" + bytes([command, family])
    return head + len(body).to_bytes(2, "big") + body


def behind(rule="optional", trusted=("127.0.0.1",), **more):
    return config({"proxy_protocol": rule, "trusted_proxies": list(trusted), **more})


def peer_seen(client):
    client.join()
    client.call("wamp.session.get", client.session)
    peer = client.expect(RESULT)[3][0]["transport"]["peer"]
    client.close()
    return peer


def refused(router, first, why, scheme="rs"):
    start = len(router.log())
    client = RawSocket(router.address(scheme), shake=False, first=first)
    client.send_octets(b"\x7f\xf1\0\0")
    check_equal(client.rest(), b"", "an answer")
    client.close()
    return router.wait_log(f"connection refused peer=\\S+ why=.*{why}", start)


def test_header_tells_the_peer_to_session_details_and_log():
    with Router(behind()) as router:
        for first, peer in ((V1, "203.0.113.7:51000"), (v2(), "203.0.113.8:51001"),
                            (b"PROXY TCP6 2001:db8::7 ::1 9 9\r\n", "[2001:db8::7]:9")):
            for kind in (WebSocket, RawSocket):
                scheme = "ws" if kind is WebSocket else "rs"
                start = len(router.log())
                check_equal(peer_seen(kind(router.address(scheme), first=first)), peer, scheme)
                router.wait_log(f"session joined .*peer={re.escape(peer)} ", start)


def test_header_and_what_follows_may_come_in_any_cut():
    with Router(behind()) as router:
        client = RawSocket(router.address("rs"), shake=False)
        for octet in V1 + b"\x7f\xf1\0\0":
            client.send_octets(bytes([octet]))
        check_equal(client.take(2, time.monotonic() + DEADLINE)[0], 0x7f, "answer")


def test_health_check_of_the_proxy_itself_keeps_its_address():
    with Router(behind("required")) as router:
        for first in (v2(0x20, 0, b""), b"PROXY UNKNOWN\r\n"):
            peer = peer_seen(RawSocket(router.address("rs"), first=first))
            check(peer.startswith("127.0.0.1:"), peer)


def test_header_is_optional_or_required():
    with Router(behind("optional")) as router:
        check(peer_seen(rawsocket(router)).startswith("127.0.0.1:"), "without")
        check(peer_seen(websocket(router)).startswith("127.0.0.1:"), "without")
    with Router(behind("required")) as router:
        refused(router, b"", "sends none")
        check_equal(peer_seen(RawSocket(router.address("rs"), first=V1)), "203.0.113.7:51000", "")


def test_who_is_not_trusted_may_not_tell():
    with Router(behind("optional", ["10.0.0.0/8"])) as router:
        refused(router, V1, "trusted_proxies does not name")
        refused(router, v2(), "trusted_proxies does not name")
        check(peer_seen(rawsocket(router)).startswith("127.0.0.1:"), "without")
    with Router(behind("required", ["10.0.0.0/8"])) as router:
        refused(router, V1, "only proxies that trusted_proxies names")
        refused(router, b"", "only proxies that trusted_proxies names")


def test_listener_without_proxy_protocol_says_so():
    with Router(config()) as router:
        client = WebSocket(router.address("ws"), subprotocols=None, first=V1)
        client.send_octets(client.upgrade_request("wamp.2.json"))
        status, _, body = client.response()
        check_equal(status, 400, "status")
        check(b"proxy_protocol is off" in body, body)


def test_malformed_headers_of_trusted_proxies_are_refused():
    with Router(behind()) as router:
        for first in (b"PROXY TCP4 1.2.3.4\r\n", b"PROXY nonsense\r\n", b"PROXY " + b"x" * 200,
                      v2(0x31), v2(0x21, 0x12), v2(0x21, 0x11, b"short"),
                      v2(body=ADDRESSES + b"x" * 5000)):
            refused(router, first, "PROXY header: ")


def test_slow_header_falls_under_the_deadline_of_the_log_in():
    settings = behind("required")
    settings["limits"] = {"hello_timeout": "2s"}
    with Router(settings) as router:
        slow = connect(router.address("rs"))
        slow.sendall(b"PROXY TCP4 203.0")
        check_equal(slow.recv(10), b"", "nothing but the end")


def test_header_stands_below_tls():
    with Certificates() as made:
        settings = behind("required", tls=tls_of(made.server("one")))
        with Router(settings) as router:
            for first, peer in ((V1, "203.0.113.7:51000"), (v2(), "203.0.113.8:51001")):
                check_equal(peer_seen(WebSocket(router.address("wss"), first=first)), peer, "wss")
                check_equal(peer_seen(RawSocket(router.address("rss"), first=first)), peer, "rss")
            start = len(router.log())
            try:
                connect(router.address("wss"))
                raise AssertionError("let in without a header")
            except OSError:
                pass
            router.wait_log("connection refused .*sends none", start)


def forwarded_peer(router, headers):
    return peer_seen(websocket(router, headers="".join(f"{line}\r\n" for line in headers)))


def test_x_forwarded_for_counts_from_the_right():
    with Router(config({"trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8"]})) as router:
        for headers, peer in (
                (["X-Forwarded-For: 203.0.113.7"], "203.0.113.7"),
                (["X-Forwarded-For: 1.2.3.4, 203.0.113.7, 10.0.0.9"], "203.0.113.7"),
                (["X-Forwarded-For: 1.2.3.4", "x-forwarded-for: 203.0.113.7"], "203.0.113.7"),
                (["X-Forwarded-For: [2001:db8::7]:80"], "2001:db8::7")):
            start = len(router.log())
            check_equal(forwarded_peer(router, headers), peer, str(headers))
            router.wait_log(f"session joined .*peer={re.escape(peer)} ", start)
        for headers in ([], ["X-Forwarded-For: nonsense"], ["Forwarded: for=203.0.113.7"]):
            peer = forwarded_peer(router, headers)
            check(peer.startswith("127.0.0.1:"), f"{headers}: {peer}")


def test_forwarded_header_by_configuration():
    settings = config({"trusted_proxies": ["127.0.0.1"], "forwarded_header": "forwarded"})
    with Router(settings) as router:
        check_equal(forwarded_peer(router, ['Forwarded: for="[2001:db8::7]:80";proto=https']),
                    "2001:db8::7", "Forwarded")
        peer = forwarded_peer(router, ["X-Forwarded-For: 203.0.113.7"])
        check(peer.startswith("127.0.0.1:"), f"the other header: {peer}")
    settings["listeners"][0]["forwarded_header"] = "none"
    with Router(settings) as router:
        peer = forwarded_peer(router, ["X-Forwarded-For: 1.1.1.1", "Forwarded: for=1.1.1.1"])
        check(peer.startswith("127.0.0.1:"), peer)


def test_x_forwarded_for_of_others_is_not_believed():
    for trusted in ([], ["10.0.0.0/8"]):
        with Router(config({"trusted_proxies": trusted})) as router:
            peer = forwarded_peer(router, ["X-Forwarded-For: 203.0.113.7"])
            check(peer.startswith("127.0.0.1:"), f"{trusted}: {peer}")
    # Behind the PROXY header of a trusted proxy stands somebody who is not.
    with Router(behind("required")) as router:
        client = WebSocket(router.address("ws"), first=V1,
                           headers="X-Forwarded-For: 1.1.1.1\r\n")
        check_equal(peer_seen(client), "203.0.113.7:51000", "of the PROXY header")


def test_limit_of_an_address_is_the_clients_and_not_the_proxys():
    settings = config({"trusted_proxies": ["127.0.0.1"]}, connections_per_address=2)
    with Router(settings) as router:
        inside = [websocket(router, headers=f"X-Forwarded-For: 203.0.113.{last}\r\n").join()
                  for last in range(5)]
        crowd = "X-Forwarded-For: 203.0.113.77\r\n"
        inside += [websocket(router, headers=crowd).join() for _ in range(2)]
        websocket(router, headers=crowd).expect_closed(1013)
        for client in inside:
            client.round_trip()


def test_unix_socket_may_be_trusted():
    with tempfile.TemporaryDirectory() as folder:
        listener = {"address": f"unix:{folder}/wamp", "trusted_proxies": ["unix"],
                    "proxy_protocol": "optional"}
        with Router(config(listener)) as router:
            check_equal(peer_seen(RawSocket(router.address("rs+unix"), first=V1)),
                        "203.0.113.7:51000", "PROXY")
            client = WebSocket(router.address("ws+unix"), headers="X-Forwarded-For: 1.2.3.4\r\n")
            check_equal(peer_seen(client), "1.2.3.4", "X-Forwarded-For")


if __name__ == "__main__":
    harness.main(globals())
