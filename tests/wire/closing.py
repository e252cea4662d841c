"""How connections end, from either side, with a goodbye and without one."""

import socket
import threading

import harness
from clients import *
from harness import *

VIOLATION = "wamp.error.protocol_violation"


def test_goodbye_is_echoed_then_closed():
    with Router(config()) as router:
        for make in BOTH:
            alice = make(router).join()
            alice.send(GOODBYE, {}, "wamp.close.close_realm")
            alice.expect(GOODBYE, ANY, "wamp.close.goodbye_and_out")
            alice.expect_closed(1000 if make is websocket else None)
        wait_until(lambda: router.log().count("GOODBYE of the client") == 2, "both told")


def test_what_follows_goodbye_is_ignored():
    with Router(config()) as router:
        witness = rawsocket(router).join()
        witness.subscribe("com.x")
        for make in BOTH:
            alice = make(router).join()
            alice.send_many([[GOODBYE, {}, "wamp.close.close_realm"],
                             [PUBLISH, 1, {}, "com.x"],
                             [SUBSCRIBE, 2, {}, "com.x"],
                             [HELLO, "realm1", {"roles": ROLES}]])
            alice.expect(GOODBYE, ANY, "wamp.close.goodbye_and_out")
            alice.expect_closed(1000 if make is websocket else None)
        witness.expect_silence()


def test_requests_before_goodbye_in_the_same_write_are_answered():
    with Router(config()) as router:
        for make in BOTH:
            alice = make(router).join()
            alice.send_many([[SUBSCRIBE, 1, {}, "com.x"],
                             [PUBLISH, 2, {"acknowledge": True, "exclude_me": False}, "com.x"],
                             [GOODBYE, {}, "wamp.close.close_realm"]])
            alice.expect(SUBSCRIBED, 1)
            kinds = sorted([alice.receive()[0], alice.receive()[0]])
            check_equal(kinds, [PUBLISHED, EVENT], "answers")
            alice.expect(GOODBYE)


def test_violations_abort_with_their_reason_and_1002():
    faults = ['nonsense', '{}', '[]', '[16]', '[99, 1]', '["16", 1, {}, "com.x"]',
              '[16, -1, {}, "com.x"]', '[16, 9007199254740993, {}, "com.x"]', '[1, "realm1", {}]',
              '[36, 1, 1, {}]', '[70, 7, {}]', '[16, 1, {}, "com..x y"', '[2, 1, {}]']
    with Router(config()) as router:
        for fault in faults:
            for make in BOTH:
                alice = make(router).join()
                alice.send_text(fault)
                abort = alice.expect(ABORT, ANY, VIOLATION)
                check(len(abort[1].get("message", "")) > 5, f"it is said why: {abort}")
                closed = alice.expect_closed(1002 if make is websocket else None)
                if make is websocket:
                    check(closed.reason.startswith(VIOLATION), closed.reason)
        for client in (websocket(router), rawsocket(router)):
            client.send(PUBLISH, 1, {}, "com.x")
            client.expect(ABORT, ANY, VIOLATION)


def test_faulty_frames_get_their_close_code():
    def frames(client):
        masked = client.frame("x")
        yield b"\x81\x01x", 1002  # not masked
        yield bytes([masked[0] | 0x40]) + masked[1:], 1002  # reserved bit
        yield client.frame("x", opcode=3), 1002
        yield client.frame("x" * 126, opcode=9), 1002
        yield client.frame("x", opcode=0), 1002
        yield client.frame(b"\xff\xfe"), 1007
        yield client.frame(b"[]", opcode=2), 1003
        yield client.frame((1004).to_bytes(2, "big"), opcode=8), 1002

    with Router(config()) as router:
        for index in range(8):
            alice = websocket(router).join()
            octets, code = list(frames(alice))[index]
            alice.send_octets(octets)
            alice.expect_closed(code)
        router.wait_log("session closed .*violation of the transport")


def test_abort_reaches_a_client_that_goes_on_sending():
    # Closing with unread input would reset the connection and destroy what explains it.
    with Router(config()) as router:
        for make in BOTH:
            alice = make(router).join()
            noise = alice.frame("[16, 1, {}, \"com.x\", [\"" + "n" * 50000 + "\"]]") * 40
            text = alice.frame("[99]")

            def flood(client=alice, octets=text + noise):
                try:
                    client.send_octets(octets)
                except OSError:
                    pass

            thread = threading.Thread(target=flood, daemon=True)
            thread.start()
            alice.expect(ABORT, ANY, VIOLATION)
            closed = alice.expect_closed(1002 if make is websocket else None)
            check(not closed.was_reset, "no reset")
            thread.join(DEADLINE)


def test_refused_log_in_says_why_and_closes():
    with Router(config()) as router:
        for make in BOTH:
            alice = make(router)
            alice.send(HELLO, "nowhere", {"roles": ROLES})
            alice.expect(ABORT, ANY, "wamp.error.no_such_realm")
            alice.expect_closed(1000 if make is websocket else None)
        router.wait_log("log-in refused .*no_such_realm")


def test_close_frame_of_the_client_is_answered_with_its_code():
    with Router(config()) as router:
        for code in (1000, 1001, 3000, 4999):
            alice = websocket(router).join()
            alice.register("com.x")
            alice.send_close(code, "bye")
            alice.expect_closed(code)
        empty = websocket(router).join()
        empty.has_sent_close = True
        empty.send_octets(empty.frame(b"", opcode=8))
        empty.expect_closed(1005)


def leave_nothing(router, end):
    """However a session ends, its registration is free and its callers are told."""
    for make in BOTH:
        callee = make(router).join()
        callee.register("com.gone")
        caller = rawsocket(router).join()
        request = caller.call("com.gone")
        callee.expect(INVOCATION)
        end(callee)
        caller.expect_error(CALL, request, "wamp.error.canceled")
        request = caller.request(REGISTER, {}, "com.gone")
        caller.expect(REGISTERED, request)
        caller.send(GOODBYE, {}, "wamp.close.close_realm")
        caller.expect(GOODBYE)
        caller.expect_closed()


def test_reset_leaves_no_session():
    with Router(config()) as router:
        leave_nothing(router, lambda client: client.reset())


def test_reset_within_a_message_leaves_no_session():
    def end(client):
        client.send_octets(client.frame("[16, 2, {}, \"com.x\", [\"" + "x" * 90000)[:50000])
        client.reset()

    with Router(config()) as router:
        leave_nothing(router, end)


def test_reset_with_a_full_outbox_leaves_no_session():
    def end(client):
        # 20 MB wait to be read: more than the sockets hold.
        for number in range(20):
            client.publish_blindly("com.own", "x" * (1 << 20), exclude_me=False)
        client.reset()

    settings = config(limits={"outbox_bytes_max": "64MiB"})
    with Router(settings) as router:
        for make in BOTH:
            client = make(router).join()
            client.subscribe("com.own")
            client.register("com.gone")
            end(client)
            other = rawsocket(router).join()
            wait_until(lambda: is_registered(other, "com.gone"), "the procedure is free")
            other.send(GOODBYE, {}, "wamp.close.close_realm")  # and free again for the next one
            other.expect(GOODBYE)
            router.wait_log("session closed")


def is_registered(client, procedure):
    request = client.request(REGISTER, {}, procedure)
    return client.receive()[:2] == [REGISTERED, request]


def test_reset_right_after_hello_leaves_no_session():
    with Router(config()) as router:
        for make in BOTH:
            for _ in range(20):
                client = make(router)
                client.send_many([[HELLO, "realm1", {"roles": ROLES}],
                                  [REGISTER, 1, {"force_reregister": False}, "com.gone"]])
                client.reset()
        other = rawsocket(router).join()
        wait_until(lambda: is_registered(other, "com.gone"), "the procedure is free")
        wait_until(lambda: router.descriptors() < 40, "their descriptors are free")


def test_half_close_gets_the_answers_that_were_asked_for():
    with Router(config()) as router:
        alice = rawsocket(router).join()
        alice.send_many([[SUBSCRIBE, 1, {}, "com.x"], [REGISTER, 2, {}, "com.y"]])
        alice.socket.shutdown(socket.SHUT_WR)
        alice.expect(SUBSCRIBED, 1)
        alice.expect(REGISTERED, 2)
        alice.expect_closed()
        other = rawsocket(router).join()
        wait_until(lambda: is_registered(other, "com.y"), "the procedure is free")


def test_connect_and_leave_without_a_word():
    with Router(config()) as router:
        for _ in range(50):
            connect(router.address("rs")).close()
        web = connect(router.address("ws"))
        web.sendall(b"GET /ws HT")
        web.close()
        raw = connect(router.address("rs"))
        raw.sendall(b"\x7f\xf1\0\0\0\0")
        raw.close()
        wait_until(lambda: router.descriptors() < 30, "all are let go")
        rawsocket(router).join()


if __name__ == "__main__":
    harness.main(globals())
