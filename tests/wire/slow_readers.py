"""Clients that do not read: what happens to their events, calls and results, and that nobody else
notices. Socket buffers hold some megabytes, so a reader is only slow behind those."""

import threading

import harness
from clients import *
from harness import *

MEGABYTE = "m" * (1 << 20)
QUARTER = "q" * (1 << 18)


def limited(policy, pause="300ms"):
    return config(limits={"outbox_bytes_max": "1MiB", "slow_consumer": policy, "pause_max": pause,
                          "message_bytes_max": "8MiB"})


class Stage:
    """A subscriber that does not read, one that does, and a publisher. The events fit into an
    outbox a few at a time: the router may hear later than the fast subscriber that one is read."""

    def __init__(self, router, make):
        self.slow = make(router, receive_buffer=1 << 14).join()
        self.slow.subscribe("com.x")
        self.fast = rawsocket(router).join()
        self.fast.subscribe("com.x")
        self.publisher = websocket(router).join()
        self.count = 0

    def publish(self, filler=QUARTER):
        """One event, which the fast subscriber gets at once."""
        self.publisher.publish("com.x", self.count, filler)
        self.fast.expect(EVENT, ANY, ANY, {}, [self.count, filler])
        self.count += 1


def test_disconnect_ends_the_slow_reader_and_nobody_else():
    for make in BOTH:
        with Router(limited("disconnect")) as router:
            stage = Stage(router, make)
            for _ in range(80):
                stage.publish()

            router.wait_log("session closed .*limit of its outbox")
            stage.fast.round_trip()
            stage.publisher.round_trip()
            check_equal(len(re.findall("session closed", router.log())), 1, "sessions closed")


def test_drop_newest_keeps_the_oldest_in_order_and_memory_bounded():
    with Router(limited("drop_newest")) as router:
        stage = Stage(router, websocket)
        stage.publish()
        before = router.resident_bytes()
        for _ in range(320):
            stage.publish()
        grown = router.resident_bytes() - before
        router.wait_log("events dropped .*the peer does not read")

        check(grown < (24 << 20), f"80 MB of events made it {grown >> 20} MB larger")
        numbers = [event[4][0] for event in catch_up(stage.slow)]
        check_equal(numbers, list(range(len(numbers))), "the first ones, without a gap")
        check(1 <= len(numbers) < 240, f"{len(numbers)} of 321 events")
        # Events come again, and nothing else has been lost.
        stage.publish("small")
        stage.slow.expect(EVENT, ANY, ANY, {}, [320 + 1, "small"])
        stage.slow.round_trip()


def catch_up(client):
    """The events that wait for it: the answer to a request comes behind them."""
    request = client.request(PUBLISH, {"acknowledge": True}, "com.nobody.listens", [])
    events = []
    while (message := client.receive())[0] == EVENT:
        events.append(message)
    check_equal(message[:2], [PUBLISHED, request], "only events waited")
    return events


def test_results_and_acknowledgements_are_kept_while_events_are_dropped():
    with Router(limited("drop_newest")) as router:
        stage = Stage(router, rawsocket)
        callee = websocket(router).join()
        callee.register("com.proc")
        while "events dropped" not in router.log():
            stage.publish()

        request = stage.slow.call("com.proc", "still there?")
        callee.serve("yes")

        message = [None]
        while message[0] != RESULT:
            message = stage.slow.receive()
            check(message[0] in (EVENT, RESULT), f"{message[0]}")
        check_equal(message[1:4], [request, {}, ["yes"]], "result")


def test_block_publisher_waits_for_the_reader_and_loses_nothing():
    with Router(limited("block_publisher", pause="20s")) as router:
        stage = Stage(router, websocket)
        other = rawsocket(router).join()
        other.subscribe("com.other")
        before = router.resident_bytes()
        # Blindly, in a thread: it will be stopped by TCP when the router no longer reads it.
        count = 60
        publisher = rawsocket(router).join()

        def publish_all():
            for number in range(count):
                publisher.publish_blindly("com.y", number, MEGABYTE)

        stage.slow.subscribe("com.y")
        thread = threading.Thread(target=publish_all, daemon=True)
        thread.start()
        thread.join(1.5)
        check(thread.is_alive(), "the publisher is held back")
        stage.publisher.publish("com.other", "hello")
        other.expect(EVENT, ANY, ANY, {}, ["hello"])
        grown = router.resident_bytes() - before
        check(grown < (40 << 20), f"60 MB in flight made it {grown >> 20} MB larger")

        for number in range(count):
            event = stage.slow.expect(EVENT, ANY, ANY, {})
            check_equal(event[4][0], number, "number")
        thread.join(DEADLINE)
        publisher.round_trip()


def test_block_publisher_gives_the_slow_reader_up_after_pause_max():
    with Router(limited("block_publisher", pause="300ms")) as router:
        stage = Stage(router, rawsocket)
        for _ in range(80):
            stage.publish()
        router.wait_log("session closed .*publishers wait for it")
        stage.publisher.round_trip()


def test_invocation_for_a_stalled_callee_is_unavailable_to_the_caller():
    for make in BOTH:
        with Router(limited("drop_newest")) as router:
            stage = Stage(router, make)
            stage.slow.register("com.proc")
            while "events dropped" not in router.log():
                stage.publish()

            request = stage.publisher.call("com.proc")

            stage.publisher.expect_error(CALL, request, "wamp.error.unavailable")
            # When it has read what waited, it is called again; what was refused left no gap.
            catch_up(stage.slow)
            request = stage.publisher.call("com.proc")
            check_equal(stage.slow.expect(INVOCATION)[1], 1, "invocation")
            stage.slow.send(YIELD, 1, {}, ["back"])
            stage.publisher.expect(RESULT, request, {}, ["back"])


def test_hard_limit_ends_a_caller_that_never_reads_its_results():
    for make in BOTH:
        with Router(limited("drop_newest")) as router:
            callee = rawsocket(router).join()
            callee.register("com.big")
            greedy = make(router, receive_buffer=1 << 14).join()
            before = router.resident_bytes()
            is_over = r"session closed .*hard limit of its outbox"
            while not re.search(is_over, router.log()):
                check(greedy.last_request < 60, "the hard limit holds")
                try:
                    greedy.call("com.big")
                    invocation = callee.receive(1.0)
                except (Silence, OSError):
                    continue  # the router has closed it, and its log will tell so
                callee.send(YIELD, invocation[1], {}, [MEGABYTE])

            grown = router.resident_bytes() - before
            check(grown < (24 << 20), f"it grew by {grown >> 20} MB")
            callee.round_trip()


def test_a_single_long_message_is_taken_by_an_empty_outbox():
    with Router(limited("disconnect")) as router:
        stage = Stage(router, websocket)
        stage.publish("x" * (7 << 20))
        event = stage.slow.expect(EVENT, ANY, ANY, {})
        check_equal(len(event[4][1]), 7 << 20, "length")
        stage.slow.round_trip()


def test_pings_without_reading_the_pongs_end_at_the_limit():
    with Router(config(limits={"outbox_bytes_max": "64KiB"})) as router:
        flood = websocket(router, receive_buffer=1 << 14).join()
        frames = b"".join(flood.frame(b"p" * 125, 9) for _ in range(2000))

        def send():
            try:
                for _ in range(500):
                    flood.send_octets(frames)
            except OSError:
                pass

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        router.wait_log("session closed .*answers to its pings")
        thread.join(DEADLINE)
        check(not thread.is_alive(), "it is not read for ever")
        rawsocket(router).join()


if __name__ == "__main__":
    harness.main(globals())
