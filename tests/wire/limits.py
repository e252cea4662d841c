"""Every limit of a connection, a session and the router, hit once from outside."""

import harness
from clients import *
from harness import *


def hello(filler=0):
    return json.dumps([HELLO, "realm1", {"roles": ROLES, "authextra": {"x": "y" * filler}}])


def code_of(client, code):
    return code if isinstance(client, WebSocket) else None


def test_message_over_hello_bytes_max_before_log_in_and_over_message_bytes_max_after():
    limits = {"hello_bytes_max": "2KiB", "message_bytes_max": "16KiB"}
    with Router(config(limits=limits)) as router:
        for make in BOTH:
            early = make(router)
            early.send_text(hello(2000))
            early.expect_closed(code_of(early, 1009))

            late = make(router)
            late.send_text(hello(1000))
            late.expect(WELCOME)
            late.publish("com.x", "x" * 15000)
            late.publish_blindly("com.x", "x" * 16400)
            late.expect_closed(code_of(late, 1009))
        router.wait_log("connection closed before log-in .*longer than allowed")
        router.wait_log("session closed .*longer than allowed")


def test_a_message_in_fragments_counts_as_a_whole():
    limits = {"hello_bytes_max": "2KiB", "message_bytes_max": "16KiB"}
    with Router(config(limits=limits)) as router:
        alice = websocket(router).join()
        alice.send_octets(alice.frame("[16, 1, {}, \"com.x\", [\"", is_final=False))
        for _ in range(17):
            alice.send_octets(alice.frame("x" * 1000, opcode=0, is_final=False))
        alice.expect_closed(1009)


def test_nesting_over_the_limit_is_a_protocol_violation():
    with Router(config(limits={"nesting_max": 8})) as router:
        for make in BOTH:
            alice = make(router).join()
            alice.publish("com.x", json.loads("[" * 6 + "]" * 6))
            alice.publish_blindly("com.x", json.loads("[" * 7 + "]" * 7))
            alice.expect(ABORT, ANY, "wamp.error.protocol_violation")
            closed = alice.expect_closed(code_of(alice, 1002))
            if make is websocket:
                check("protocol_violation" in closed.reason, closed.reason)


def test_who_says_nothing_is_closed_after_hello_timeout():
    with Router(config(limits={"hello_timeout": "2s"})) as router:
        inside = [make(router).join() for make in BOTH]
        mute = [make(router, **how) for make, how in
                ((websocket, {"subprotocols": None}), (rawsocket, {"shake": False}))]
        shaken = [make(router) for make in BOTH]

        for client in mute:
            client.expect_closed()
        for client in shaken:
            client.expect(ABORT, ANY, "wamp.error.authentication_failed")
            client.expect_closed(code_of(client, 1008))
        for client in inside:
            client.round_trip()
        router.wait_log("connection closed .*no protocol handshake in time")


def drip(client, octets):
    """One octet at a time until the router ends it; returns how many went."""
    sent = 0
    for octet in octets:
        try:
            client.send_octets(bytes([octet]))
            sent += 1
            client.fill(1, time.monotonic() + 0.05)
            return sent
        except Silence:
            continue
        except (Closed, OSError):
            return sent
    raise AssertionError("the router takes all of it, however slow")


def test_dripping_does_not_stretch_hello_timeout():
    with Router(config(limits={"hello_timeout": "2s"})) as router:
        start = time.monotonic()
        head = websocket(router, subprotocols=None)
        drip(head, b"GET /ws HTTP/1.1\r\nHost: a\r\nX-A: " + b"b" * 500)

        fragment = websocket(router)
        drip(fragment, fragment.frame(hello(500), is_final=False))

        handshake = rawsocket(router, shake=False)
        handshake.send_octets(b"\x7f")
        check_equal(handshake.rest(), b"", "nothing for half a handshake")

        message = rawsocket(router)
        drip(message, message.frame(hello(500)))
        check(time.monotonic() - start < 20, "each well before half a minute of drops")


def test_challenge_that_is_not_answered_ends_with_hello_timeout():
    settings = config(limits={"hello_timeout": "2s"})
    settings["realms"][0]["authentication"]["users"] = [
        {"authid": "joe", "role": "anonymous", "ticket": "secret"}]
    with Router(settings) as router:
        joe = websocket(router)
        joe.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": "joe"})
        joe.expect(CHALLENGE)
        joe.expect(ABORT, ANY, "wamp.error.authentication_failed")
        joe.expect_closed(1008)


def status_of_new(router):
    client = websocket(router, subprotocols=None)
    status, head, _ = client.upgrade("wamp.2.json")
    client.close()
    return status, head


def test_connections_over_the_limit_are_refused_and_let_in_again_later():
    with Router(config(max_connections=3)) as router:
        inside = [websocket(router).join(), rawsocket(router).join(), rawsocket(router).join()]

        status, head = status_of_new(router)
        check_equal(status, 503, "WebSocket")
        check("Retry-After: " in head, head)
        raw = rawsocket(router, shake=False)
        check_equal(raw.shake(0xf1)[1], 0x40, "RawSocket error 4")
        raw.close()
        for client in inside:
            client.round_trip()
        router.wait_log("connection refused .*503")

        inside.pop().close()
        wait_until(lambda: status_of_new(router)[0] == 101, "room for one again")
        late = wait_until(lambda: join_or_none(router), "a session again")
        late.round_trip()


def join_or_none(router):
    client = rawsocket(router, shake=False)
    if client.shake(0xf1)[1] & 15 == 0:
        client.close()
        return None
    return client.join()


def test_a_flood_over_the_limit_is_closed_and_survived():
    with Router(config(max_connections=2)) as router:
        inside = rawsocket(router).join()
        flood = [connect(router.address("rs")) for _ in range(60)]
        inside.round_trip()
        router.wait_log("connection refused .*limit of connections")
        for each in flood:
            each.close()
        wait_until(lambda: join_or_none(router), "room again")
        inside.round_trip()


def test_log_ins_in_flight_are_limited_and_sessions_do_not_count():
    with Router(config(handshakes_in_flight=2)) as router:
        inside = [websocket(router).join() for _ in range(5)]
        waiting = [websocket(router), rawsocket(router)]

        check_equal(status_of_new(router)[0], 503, "a third log-in")
        waiting[0].join()

        wait_until(lambda: status_of_new(router)[0] == 101, "room for one again")
        waiting[1].join()
        for client in inside:
            client.round_trip()


def test_subscriptions_registrations_and_pending_calls_of_a_session():
    limits = {"subscriptions_per_session": 2, "registrations_per_session": 2,
              "pending_calls_per_session": 2}
    with Router(config(limits=limits)) as router:
        alice = websocket(router).join()
        bob = rawsocket(router).join()
        for client in (alice, bob):
            first = client.subscribe("com.a")
            client.subscribe("com.b")
            request = client.request(SUBSCRIBE, {}, "com.c")
            client.expect_error(SUBSCRIBE, request, "wamp.error.limit_exceeded")
            check_equal(client.subscribe("com.a"), first, "the same again is no new one")
            client.expect(UNSUBSCRIBED, client.request(UNSUBSCRIBE, first))
            client.subscribe("com.c")
        alice.register("com.a")
        alice.register("com.b")
        request = alice.request(REGISTER, {}, "com.c")
        alice.expect_error(REGISTER, request, "wamp.error.limit_exceeded")
        bob.register("com.c")

        calls = [bob.call("com.a"), bob.call("com.b")]
        bob.expect_error(CALL, bob.call("com.a"), "wamp.error.limit_exceeded")
        alice.serve(1)
        alice.serve(2)
        bob.expect(RESULT, calls[0])
        bob.expect(RESULT, calls[1])
        again = bob.call("com.a")
        alice.serve(3)
        bob.expect(RESULT, again, {}, [3])


if __name__ == "__main__":
    harness.main(globals())
