"""The router's pings on WebSocket, and its answers to the client's."""

import harness
from clients import *
from harness import *

# The timeout is what a busy machine may keep a client from its answer.
SHORT = {"ping_interval": "200ms", "ping_timeout": "2500ms"}


def test_ping_comes_and_pong_keeps_alive():
    with Router(config(keep_alive=SHORT)) as router:
        alice = websocket(router).join()
        alice.expect_silence(4)  # longer than a client lives that does not answer
        check(3 <= alice.pings <= 20, f"{alice.pings} pings in 4 s")
        alice.round_trip()


def test_silence_ends_the_connection_and_frees_its_registration():
    with Router(config(keep_alive=SHORT)) as router:
        quiet = websocket(router).join()
        start = time.monotonic()
        quiet.register("com.x")
        other = rawsocket(router).join()
        request = other.request(REGISTER, {}, "com.x")
        other.expect_error(REGISTER, request, "wamp.error.procedure_already_exists")

        quiet.answers_pings = False
        try:
            quiet.receive()
            raise AssertionError("a message")
        except Closed:
            took = time.monotonic() - start

        check(quiet.pings >= 1, "it was pinged")
        check(took > 2.6, f"closed after {took:.2f} s")
        other.register("com.x")
        router.wait_log("session closed .*no answer to a ping")


def test_any_traffic_counts_as_life():
    with Router(config(keep_alive={"ping_interval": "2s", "ping_timeout": "2s"})) as router:
        alice = websocket(router).join()
        alice.answers_pings = False
        end = time.monotonic() + 5
        while time.monotonic() < end:
            alice.round_trip()
            alice.expect_silence(0.15)
        check_equal(alice.pings, 0, "pings to a client that talks")


def test_rawsocket_is_not_pinged_and_stays():
    with Router(config(keep_alive=SHORT)) as router:
        alice = rawsocket(router).join()
        alice.expect_silence(1.2)
        check_equal(alice.pings, 0, "pings: some clients break on them")
        alice.round_trip()


def test_pings_are_off_with_interval_0_and_new_ones_come_with_a_reload():
    with Router(config()) as router:
        alice = websocket(router).join()
        alice.expect_silence(0.7)
        check_equal(alice.pings, 0, "off")
        router.reload(config(keep_alive=SHORT))
        alice.round_trip()
        wait_until(lambda: alice.expect_silence(0.2) or alice.pings, "a ping")


def test_pings_of_the_client_are_answered_before_and_after_log_in():
    with Router(config()) as router:
        for make in BOTH:
            alice = make(router)
            alice.ping(b"early")
            alice.join()
            alice.ping(b"")
            alice.ping(b"z" * 125)
            alice.round_trip()
            check_equal(alice.pongs, [b"early", b"", b"z" * 125], "pongs")


def test_pings_are_answered_within_a_long_message_of_the_client():
    with Router(config()) as router:
        alice = websocket(router).join()
        listener = websocket(router).join()
        listener.subscribe("com.x")
        text = json.dumps([PUBLISH, 1, {"acknowledge": True}, "com.x", ["x" * (15 << 20)]])
        alice.send_octets(alice.frame(text[:1 << 20], is_final=False))
        for start in range(1 << 20, len(text), 1 << 20):
            alice.ping(b"%d" % start)
            end = time.monotonic() + DEADLINE
            check_equal(alice.receive_frame(end), (True, 10, b"%d" % start), "pong")
            part = text[start:start + (1 << 20)]
            is_final = start + (1 << 20) >= len(text)
            alice.send_octets(alice.frame(part, opcode=0, is_final=is_final))
        alice.expect(PUBLISHED, 1)
        check_equal(len(listener.expect(EVENT)[4][0]), 15 << 20, "length of the event")


def test_pongs_pass_a_long_message_and_a_full_outbox():
    for make in BOTH:
        with Router(config(limits={"outbox_bytes_max": "64MiB"})) as router:
            slow = make(router, receive_buffer=1 << 16).join()
            slow.subscribe("com.x")
            sender = rawsocket(router).join()
            for number in range(3):
                sender.publish("com.x", number, "x" * (8 << 20))

            slow.ping(b"are you there?")
            pong_after = 0
            while not slow.pongs:
                if make is websocket:
                    frames_until_pong(slow)
                    break
                slow.expect(EVENT)
                pong_after += 1
            check(pong_after <= 2, f"pong behind {pong_after} events of 8 MB")


def frames_until_pong(client):
    """The pong stands between fragments, long before the end of the first long message."""
    octets = 0
    while True:
        _, opcode, payload = client.receive_frame(time.monotonic() + DEADLINE)
        if opcode == 10:
            check_equal(payload, b"are you there?", "payload")
            check(octets < (20 << 20), f"pong behind {octets} octets")
            return
        octets += len(payload)


def test_a_slow_reader_whose_bytes_move_is_alive():
    with Router(config(keep_alive={"ping_interval": "200ms", "ping_timeout": "2s"})) as router:
        slow = websocket(router, receive_buffer=1 << 16).join()
        slow.answers_pings = False
        slow.subscribe("com.x")
        rawsocket(router).join().publish("com.x", "x" * (8 << 20))
        # Takes seconds for it, longer than interval and timeout together, without a word.
        total = 0
        start = time.monotonic()
        while total < (8 << 20):
            end = time.monotonic() + DEADLINE
            slow.fill(1, end)
            total += len(slow.take(len(slow.buffer), end))
            time.sleep(0.06)
        check(total >= 8 << 20, "all of it came")
        check(time.monotonic() - start > 3, "slowly")


if __name__ == "__main__":
    harness.main(globals())
