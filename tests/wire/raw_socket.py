"""RawSocket from outside: handshake, prefixes, limits of the receiver."""

import harness
from clients import *
from harness import *

TOO_LARGE = "wamp.error.payload_size_exceeded"


def test_handshake_echoes_the_serializer_and_announces_a_length():
    with Router(config(limits={"message_bytes_max": "1MiB"})) as router:
        for serializer in (1, 2, 3):
            client = rawsocket(router, shake=False)
            check_equal(client.shake(0xf0 | serializer), bytes([0x7f, 0xb0 | serializer, 0, 0]),
                        "answer")


def test_errors_1_to_3_then_the_end():
    with Router(config()) as router:
        for second, rest, error in ((0xff, b"\0\0", 1), (0xf0, b"\0\0", 1), (0xf4, b"\0\0", 1),
                                    (0xf1, b"\0\1", 3), (0xf1, b"\1\0", 3)):
            client = rawsocket(router, shake=False)
            check_equal(client.shake(second, rest), bytes([0x7f, error << 4, 0, 0]), "answer")
            client.expect_closed()
        router.wait_log("connection refused .*serializer")
        router.wait_log("connection refused .*reserved")


def test_ping_before_hello_and_between():
    with Router(config()) as router:
        alice = rawsocket(router)
        alice.ping(b"one")
        alice.send_octets(alice.frame(json.dumps([HELLO, "realm1", {"roles": ROLES}])) +
                          alice.frame(b"two", 1))
        alice.expect(WELCOME)
        alice.ping(b"")
        alice.round_trip()
        check_equal(alice.pongs, [b"one", b"two", b""], "pongs")


def test_pong_that_nobody_asked_for_is_ignored():
    with Router(config()) as router:
        alice = rawsocket(router).join()
        alice.send_octets(alice.frame(b"hello", 2))
        alice.round_trip()


def test_faulty_prefixes_end_the_connection_only():
    with Router(config()) as router:
        other = rawsocket(router).join()
        for prefix in (b"\x03\0\0\0", b"\x10\0\0\2[]", b"\x80\0\0\0", b"\x08\0\0\1", b"\x07\0\0\0"):
            alice = rawsocket(router).join()
            alice.register("com.x")
            alice.send_octets(prefix)
            alice.expect_closed()
        other.register("com.x")
        router.wait_log("session closed .*violation of the transport")


def test_message_over_the_announced_length_ends_the_connection_before_it_came():
    settings = config(limits={"message_bytes_max": "4KiB", "hello_bytes_max": "4KiB"})
    with Router(settings) as router:
        alice = rawsocket(router).join()
        check_equal(alice.announced_bytes(), 4096, "announced")
        alice.send_octets(b"\0" + (4097).to_bytes(3, "big"))
        alice.expect_closed()


def test_event_over_the_receivers_limit_is_dropped_and_others_get_it():
    with Router(config()) as router:
        small = rawsocket(router, size_code=1).join()
        wide = rawsocket(router).join()
        for client in (small, wide):
            client.subscribe("com.x")
        sender = websocket(router).join()
        sender.publish("com.x", "x" * 1100)
        sender.publish("com.x", "short")
        wide.expect(EVENT, ANY, ANY, {}, ["x" * 1100])
        wide.expect(EVENT, ANY, ANY, {}, ["short"])
        small.expect(EVENT, ANY, ANY, {}, ["short"])
        router.wait_log("event dropped .*longer than the receiver takes")


def test_result_over_the_callers_limit_becomes_an_error():
    with Router(config()) as router:
        callee = websocket(router).join()
        callee.register("com.x")
        small = rawsocket(router, size_code=1).join()
        request = small.call("com.x")
        callee.serve("x" * 1100)
        small.expect_error(CALL, request, TOO_LARGE)
        request = small.call("com.x")
        callee.serve("x" * 900)
        small.expect(RESULT, request, {}, ["x" * 900])
        request = small.call("com.x")
        invocation = callee.expect(INVOCATION)
        callee.send(ERROR, INVOCATION, invocation[1], {}, "com.error", ["x" * 1100])
        error = small.expect(ERROR, CALL, request, ANY, "com.error")
        check(len(json.dumps(error)) < 200, "the error came without what made it too long")


def test_invocation_over_the_callees_limit_is_refused_to_the_caller():
    with Router(config()) as router:
        small = rawsocket(router, size_code=1).join()
        small.register("com.x")
        caller = websocket(router).join()
        request = caller.call("com.x", "x" * 1100)
        caller.expect_error(CALL, request, TOO_LARGE)
        for number in range(2):
            request = caller.call("com.x", "short")
            small.serve(number)
            caller.expect(RESULT, request, {}, [number])


def test_refused_invocations_leave_no_gap_in_the_ids_of_the_callee():
    with Router(config()) as router:
        small = rawsocket(router, size_code=1).join(roles={
            **ROLES, "callee": {"features": {"call_canceling": True}}})
        small.register("com.x")
        caller = websocket(router).join()
        first = caller.call("com.x", "first")
        check_equal(small.expect(INVOCATION)[1], 1, "invocation")
        for _ in range(3):
            request = caller.call("com.x", "x" * 1100)
            caller.expect_error(CALL, request, TOO_LARGE)
        second = caller.call("com.x", "second")
        check_equal(small.expect(INVOCATION)[1], 2, "invocation")
        request = caller.call("com.x", "x" * 1100)
        caller.expect_error(CALL, request, TOO_LARGE)
        third = caller.call("com.x", "third")
        check_equal(small.expect(INVOCATION)[1], 3, "invocation")

        caller.send(CANCEL, third, {})
        caller.expect_error(CALL, third, "wamp.error.canceled")
        small.expect(INTERRUPT, 3, {"mode": "killnowait"})
        small.send(YIELD, 2, {}, ["second"])
        caller.expect(RESULT, second, {}, ["second"])
        small.send(ERROR, INVOCATION, 1, {}, "com.error")
        caller.expect(ERROR, CALL, first, {}, "com.error")
        small.send(YIELD, 4, {})
        small.expect(ABORT, ANY, "wamp.error.protocol_violation")


def test_a_callee_lives_through_any_number_of_refused_invocations():
    too_long = "x" * 1100
    with Router(config()) as router:
        small = rawsocket(router, size_code=1).join()
        small.register("com.x")
        caller = websocket(router).join()
        for number in range(6000):
            refused, served = caller.call("com.x", too_long), caller.call("com.x")
            check_equal(small.serve(number)[1], number + 1, "invocation")
            caller.expect_error(CALL, refused, TOO_LARGE)
            caller.expect(RESULT, served, {}, [number])


def test_welcome_fits_a_peer_that_takes_short_messages():
    with Router(config()) as router:
        for size_code, has_features in ((0, False), (1, False), (15, True)):
            client = rawsocket(router, size_code=size_code)
            client.send(HELLO, "realm1", {"roles": ROLES})
            details = client.expect(WELCOME)[2]
            check_equal(sorted(details["roles"]), ["broker", "dealer"], "roles")
            check_equal("features" in details["roles"]["dealer"], has_features, "features")
            client.round_trip()


def test_message_of_exactly_16_mib():
    with Router(config()) as router:
        alice = rawsocket(router).join()
        text = '[16, 1, {"acknowledge": true}, "com.x", [""]]'
        text = text.replace('""', '"' + "x" * ((1 << 24) - len(text)) + '"')
        check_equal(len(text), 1 << 24, "length")
        alice.send_octets(b"\x08\0\0\0" + text.encode())
        alice.expect(PUBLISHED, 1)


def test_result_of_exactly_16_mib_passes_and_one_octet_more_is_an_error():
    def yield_of_16_mib(invocation):
        head, tail = f'[70,{invocation},{{}},["', '"]]'
        return head + "x" * ((1 << 24) - len(head) - len(tail)) + tail

    with Router(config(limits={"outbox_bytes_max": "64MiB"})) as router:
        callee = rawsocket(router).join()
        callee.register("com.x")
        caller = rawsocket(router).join()
        request = caller.call("com.x")
        check_equal(callee.expect(INVOCATION)[1], 1, "invocation")
        callee.send_octets(b"\x08\0\0\0" + yield_of_16_mib(1).encode())
        check_equal(len(caller.expect(RESULT, request)[3][0]), (1 << 24) - 14, "length")

        # A request id of two digits makes RESULT one octet longer than its YIELD.
        while caller.last_request < 9:
            caller.round_trip()
        request = caller.call("com.x")
        check_equal((request, callee.expect(INVOCATION)[1]), (10, 2), "ids")
        callee.send_octets(b"\x08\0\0\0" + yield_of_16_mib(2).encode())
        caller.expect_error(CALL, request, TOO_LARGE)
        caller.round_trip()


if __name__ == "__main__":
    harness.main(globals())
