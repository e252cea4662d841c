"""A stop waits for calls in flight, then closes so that clients come back."""

import signal
import time

import harness
from clients import *
from harness import *


def start_call(router, make=websocket):
    callee = make(router).join()
    callee.register("com.slow")
    caller = make(router).join()
    request = caller.call("com.slow")
    invocation = callee.expect(INVOCATION)
    return callee, invocation[1], caller, request


def test_call_in_flight_is_answered_then_1012_without_goodbye():
    with Router(config(drain_timeout="1h")) as router:
        callee, invocation, caller, request = start_call(router)
        idle = websocket(router).join()
        raw = rawsocket(router).join()
        router.tell(signal.SIGTERM)
        router.wait_log("stopping")
        idle.expect_silence(0.3)

        callee.send(YIELD, invocation, {}, ["late"])

        caller.expect(RESULT, request, {}, ["late"])
        for client in (caller, callee, idle):
            closed = client.expect_closed(1012)
            check("restart" in closed.reason, closed.reason)
        raw.expect_closed()
        check_equal(router.wait_end(), 0, "exit code")


def test_sessions_go_on_while_it_drains():
    with Router(config(drain_timeout="1h")) as router:
        callee, invocation, caller, request = start_call(router, rawsocket)
        router.tell(signal.SIGTERM)
        router.wait_log("stopping")

        # The answer may need another call of the callee's own.
        caller.register("com.helper")
        inner = callee.call("com.helper")
        caller.serve("helped")
        callee.expect(RESULT, inner, {}, ["helped"])
        callee.send(YIELD, invocation, {}, ["done"])

        caller.expect(RESULT, request, {}, ["done"])
        caller.expect_closed()
        check_equal(router.wait_end(), 0, "exit code")


def test_nobody_new_gets_in_while_it_drains():
    with Router(config(drain_timeout="1h")) as router:
        # Connected before the others, so accepted before them, and not a word said.
        half = rawsocket(router, shake=False)
        callee, invocation, caller, request = start_call(router)
        address = router.address("rs")
        router.tell(signal.SIGTERM)
        router.wait_log("stopping")

        wait_until(lambda: is_closed(address), "the port is closed")
        half.shake(0xf1)
        check_equal(half.answer[1], 0x40, "RawSocket error 4 for who was half in")
        callee.send(YIELD, invocation, {}, [])
        caller.expect(RESULT, request)
        check_equal(router.wait_end(), 0, "exit code")


def test_callee_that_never_answers_ends_with_the_drain_timeout():
    with Router(config(drain_timeout="700ms")) as router:
        callee, _, caller, _ = start_call(router)
        start = time.monotonic()

        router.tell(signal.SIGTERM)

        callee.expect_closed(1012)
        # Its callee may go first: then it is told so.
        messages, closed = caller.read_to_end()
        check_equal(closed.code, 1012, "close code")
        check_equal([(m[0], m[4]) for m in messages] or [(ERROR, "wamp.error.canceled")],
                    [(ERROR, "wamp.error.canceled")], "at most the end of the call")
        took = time.monotonic() - start
        check(took >= 0.6, f"it waited: {took:.2f} s")
        check_equal(router.wait_end(), 0, "exit code")


def test_clients_that_do_not_read_hold_the_stop_back_for_seconds_only():
    limits = {"outbox_bytes_max": "64MiB"}
    with Router(config(limits=limits, drain_timeout="1h")) as router:
        stuck = [make(router, receive_buffer=1 << 14).join() for make in BOTH]
        for client in stuck:
            client.subscribe("com.x")
        publisher = rawsocket(router).join()
        for _ in range(12):
            publisher.publish("com.x", "x" * (1 << 20))

        router.tell(signal.SIGTERM)

        publisher.expect_closed()
        check_equal(router.wait_end(), 0, "exit code, long before the drain's time is over")


def test_hangup_while_it_drains_changes_nothing():
    with Router(config(drain_timeout="1h")) as router:
        callee, invocation, caller, request = start_call(router)
        router.tell(signal.SIGTERM)
        router.wait_log("stopping")
        router.tell(signal.SIGHUP)
        caller.expect_silence(0.2)
        callee.send(YIELD, invocation, {}, ["late"])
        caller.expect(RESULT, request, {}, ["late"])
        check_equal(router.wait_end(), 0, "exit code")
        check("configuration" not in router.log(), router.log())


def test_idle_router_stops_without_waiting():
    with Router(config(drain_timeout="1h")) as router:
        alice = rawsocket(router).join()
        router.tell(signal.SIGTERM)
        alice.expect_closed()
        alice.close()
        check_equal(router.wait_end(), 0, "exit code")


if __name__ == "__main__":
    harness.main(globals())
