"""Clients that stop reading: how long callers wait, what is kept, what a flood costs. What the
others pay is measured by stalled_reader_cost.py; tests/wire/slow_readers.py has the policies one by
one."""

import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

MEGABYTE = "m" * (1 << 20)


def limited(policy="drop_newest", **more):
    limits = {"outbox_bytes_max": "1MiB", "slow_consumer": policy, "message_bytes_max": "8MiB",
              **more}
    return config(limits=limits)


def test_answers_are_kept_while_events_are_dropped():
    with Router(limited()) as router:
        slow = rawsocket(router, receive_buffer=1 << 14).join()
        slow.subscribe("com.x")
        callee = rawsocket(router).join()
        callee.register("com.proc")
        publisher = rawsocket(router).join()
        while "events dropped" not in router.log():
            publisher.publish("com.x", MEGABYTE)

        wanted = []
        for _ in range(100):
            wanted.append([RESULT, slow.call("com.proc")])
            callee.serve("yes")
            wanted.append([ERROR, slow.call("com.no.proc")])
            request = slow.request(PUBLISH, {"acknowledge": True}, "com.nobody", [])
            wanted.append([PUBLISHED, request])
            publisher.publish("com.x", MEGABYTE)  # dropped

        found = []
        while len(found) < len(wanted):
            message = slow.receive()
            if message[0] != EVENT:
                found.append([message[0], message[2] if message[0] == ERROR else message[1]])
        # Of different calls, answers of the callee and of the router have no order.
        check_equal(sorted(found), sorted(wanted), "every answer, once")


def test_callers_of_a_stalled_callee_have_an_answer_within_two_seconds():
    with Router(limited("drop_newest", pause_max="1s")) as router:
        callee = websocket(router, receive_buffer=1 << 14).join()
        callee.register("com.proc")
        caller = rawsocket(router).join()
        waited = router.kept_waiting_seconds()
        # What waits in the sockets' own buffers might be worked on; what waits behind is not.
        requests = [caller.call("com.proc", MEGABYTE) for _ in range(16)]
        start = time.monotonic()
        while requests:
            message = caller.receive()
            check_equal(message[0], ERROR, "kind")
            requests.remove(message[2])
        longest = time.monotonic() - start
        waited = router.kept_waiting_seconds() - waited
        check(longest < 2 + waited, f"{longest:.1f} s, of which {waited:.1f} s for a processor")
        caller.expect_error(CALL, caller.call("com.proc"), "wamp.error.no_such_procedure")
        router.wait_log("session closed .*calls wait for it")


def test_a_stalled_caller_costs_its_callee_and_others_nothing():
    with Router(limited("disconnect")) as router:
        callee = rawsocket(router).join()
        callee.register("com.big")
        stalled = websocket(router, receive_buffer=1 << 14).join()
        other = rawsocket(router).join()
        before = router.resident_bytes()
        while not re.search("session closed .*hard limit of its outbox", router.log()):
            check(stalled.last_request < 40, "the hard limit holds")
            try:
                stalled.call("com.big")
                invocation = callee.receive(1.0)
            except (Silence, OSError):
                continue  # the router has closed it, and its log will tell so
            callee.send(YIELD, invocation[1], {}, [MEGABYTE])
            start = time.monotonic()
            other.round_trip()
            check(time.monotonic() - start < 5, "others are served")
        check(router.resident_bytes() - before < 24 << 20, "memory is bounded")
        callee.round_trip()


def flood(client, topic):
    def run():
        try:
            for _ in range(200):
                client.publish_blindly(topic, MEGABYTE)
        except OSError:
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_two_that_flood_each_other_and_do_not_read():
    for policy in ("disconnect", "drop_newest", "block_publisher"):
        with Router(limited(policy, pause_max="300ms")) as router:
            other = rawsocket(router).join()
            pair = [make(router, receive_buffer=1 << 14).join() for make in BOTH]
            for client, topic in zip(pair, ("com.a", "com.b")):
                client.subscribe(topic)
            before = router.resident_bytes()
            threads = [flood(pair[0], "com.b"), flood(pair[1], "com.a")]
            end = time.monotonic() + 3
            while time.monotonic() < end:
                start = time.monotonic()
                other.round_trip()
                check(time.monotonic() - start < 5, f"others are served with {policy}")
                grown = router.resident_bytes() - before
                check(grown < 40 << 20, f"it grew by {grown >> 20} MB with {policy}")
                time.sleep(0.02)
            for client in pair:
                client.close()
            for thread in threads:
                thread.join(DEADLINE)
                check(not thread.is_alive(), "a flood is over")
            other.round_trip()


def test_sixteen_megabytes_with_a_limit_of_eight():
    with Router(limited()) as router:
        other = rawsocket(router).join()
        for make, code in ((websocket, 1009), (rawsocket, None)):
            client = make(router).join()
            before = router.resident_bytes()
            message = json.dumps([PUBLISH, 1, {}, "com.x", ["x" * ((1 << 24) - 100)]])
            try:
                client.send_text(message)
            except OSError:
                pass
            try:
                client.expect_closed(code)
            except AssertionError as error:
                check("reset=True" in str(error), str(error))
            grown = router.resident_bytes() - before
            check(grown < 9 << 20, f"{grown >> 20} MB for a message that is refused")
        other.round_trip()


if __name__ == "__main__":
    harness.main(globals())
