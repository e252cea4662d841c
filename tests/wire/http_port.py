"""The HTTP side of a WebSocket port: pages, refusals, the upgrade."""

import harness
from clients import *
from harness import *

HOST = "Host: localhost\r\n"


def ask(router, request, has_end=True):
    """Status, head and body of the answer to a raw request."""
    client = websocket(router, subprotocols=None)
    client.send_octets(request.encode() + (b"\r\n" if has_end else b""))
    answer = client.response()
    client.close()
    return answer


def upgrade(router, subprotocols="wamp.2.json", headers="", path=None, change=None):
    client = websocket(router, subprotocols=None)
    request = client.upgrade_request(subprotocols, headers, path)
    client.send_octets(request.replace(*change) if change else request)
    answer = client.response(has_body=False)
    if answer[0] != 101:
        answer = (*answer[:2], client.rest())
    client.close()
    return answer


def test_page_says_what_answers_and_how_to_connect():
    with Router(config()) as router:
        for path in ("/", "/ws", "/ws?x=1"):
            status, head, body = ask(router, f"GET {path} HTTP/1.1\r\n{HOST}")
            check_equal(status, 200, path)
            check("Content-Type: text/html" in head, head)
            check(f"Content-Length: {len(body)}\r\n" in head, head)
            for word in (b"WAMP", b"/ws", b"wamp.2.json"):
                check(word in body, f"{word} in {body}")


def test_head_gets_the_head_only():
    with Router(config()) as router:
        status, head, body = ask(router, f"HEAD / HTTP/1.1\r\n{HOST}")
        check_equal((status, body), (200, b""), "answer")
        check(re.search(r"Content-Length: [1-9]\d+\r\n", head), head)
        check_equal(ask(router, f"HEAD /none HTTP/1.1\r\n{HOST}")[0::2], (404, b""), "not there")


def test_statuses_of_refusals():
    with Router(config()) as router:
        check_equal(ask(router, f"GET /else HTTP/1.1\r\n{HOST}")[0], 404, "unknown path")
        status, head, _ = ask(router, f"POST / HTTP/1.1\r\n{HOST}Content-Length: 0\r\n")
        check_equal(status, 405, "POST")
        check("Allow: GET, HEAD\r\n" in head, head)
        for request in ("nonsense\r\n", "GET / HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n" + HOST,
                        "GET / HTTP/1.1\r\n" + HOST + "A : b\r\n", "\x00\x01\r\n",
                        "GET / HTTP/1.1\r\n" + HOST + HOST,
                        f"GET / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n"):
            check_equal(ask(router, request)[0], 400, repr(request))
        router.wait_log(r"connection refused .*why=\"?404")
        websocket(router).join()


def test_refused_upgrades():
    with Router(config()) as router:
        check_equal(upgrade(router, path="/else")[0], 404, "path")
        status, head, _ = upgrade(router, change=(b"Version: 13", b"Version: 8"))
        check_equal(status, 426, "version")
        check("Sec-WebSocket-Version: 13\r\n" in head, head)
        for change in ((b"Upgrade: websocket\r\n", b""), (b"Connection: Upgrade\r\n", b""),
                       (b"Sec-WebSocket-Key: ", b"Sec-WebSocket-Key: x"),
                       (b"HTTP/1.1", b"HTTP/1.0")):
            status, _, body = upgrade(router, change=change)
            check_equal(status, 400, f"without {change[0]}")
            check(len(body) > 10, "it is said why")


def test_head_over_16_kib_is_refused_before_its_end():
    with Router(config()) as router:
        filler = f"X: {'y' * 1000}\r\n"
        start = f"GET / HTTP/1.1\r\n{HOST}"
        fitting = start + filler * 15
        check_equal(ask(router, fitting)[0], 200, f"head of {len(fitting)} octets")
        status, _, _ = ask(router, start + filler * 17, has_end=False)
        check_equal(status, 431, "too long")


def test_origins():
    origins = ["https://app.example", "https://*.example.com:8443"]
    with Router(config({"origins": origins})) as router:
        for origin in ("https://app.example", "https://a.example.com:8443", "HTTPS://APP.example"):
            check_equal(upgrade(router, headers=f"Origin: {origin}\r\n")[0], 101, origin)
        for origin in ("https://app.example.evil", "http://app.example", "https://evil",
                       "https://a.example.com", "null", "https://app.example:444"):
            check_equal(upgrade(router, headers=f"Origin: {origin}\r\n")[0], 403, origin)
        check_equal(upgrade(router)[0], 101, "no browser")
        router.wait_log(r"connection refused .*403.*origin")


def test_subprotocol_is_the_first_of_the_clients_that_is_known():
    with Router(config()) as router:
        for offer, chosen in (("wamp.2.json", "wamp.2.json"),
                              ("wamp.2.cbor, wamp.2.json", "wamp.2.cbor"),
                              ("wamp.2.flatbuffers,wamp.2.msgpack , wamp.2.json", "wamp.2.msgpack"),
                              ("wamp.2.json.batched, wamp.2.json", "wamp.2.json.batched")):
            status, head, _ = upgrade(router, offer)
            check_equal(status, 101, offer)
            check(f"Sec-WebSocket-Protocol: {chosen}\r\n" in head, head)
        for offer in ("wamp.2.flatbuffers", "soap", ""):
            status, _, body = upgrade(router, offer)
            check_equal(status, 400, repr(offer))
            check(b"wamp.2.json" in body, body)


def test_serializers_of_the_listener_are_all_that_is_offered():
    with Router(config({"serializers": ["cbor"], "batched": False})) as router:
        check_equal(upgrade(router, "wamp.2.json")[0], 400, "json")
        check_equal(upgrade(router, "wamp.2.cbor.batched")[0], 400, "batched")
        check_equal(upgrade(router, "wamp.2.json, wamp.2.cbor")[0], 101, "cbor")
        check_equal(rawsocket(router, shake=False).shake(0xf1)[1], 0x10, "json on RawSocket")


def test_octets_behind_the_upgrade_request_are_not_lost():
    with Router(config()) as router:
        first = websocket(router, subprotocols=None)
        hello = first.frame(json.dumps([HELLO, "realm1", {"roles": ROLES}]))
        subscribe = first.frame(json.dumps([SUBSCRIBE, 1, {}, "com.x"]))
        status, _, _ = first.upgrade("wamp.2.json", pipelined=hello + subscribe)

        check_equal(status, 101, "status")
        first.expect(WELCOME)
        first.expect(SUBSCRIBED, 1)


def test_paths_of_the_listener():
    with Router(config({"paths": ["/a", "/b/c"]})) as router:
        check(router.address("ws").endswith("/a"), router.address("ws"))
        for path, status in (("/a", 101), ("/b/c", 101), ("/b/c?d", 101),
                             ("/b", 404), ("/ws", 404)):
            check_equal(upgrade(router, path=path)[0], status, path)


if __name__ == "__main__":
    harness.main(globals())
