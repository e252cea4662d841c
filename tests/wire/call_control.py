"""Calls under way and who abuses them: progress and parts out of place, calls and invocations of
others, a thousand pending calls when caller or callee goes, a hundred thousand timeouts."""

import threading

import harness
from clients import *
from harness import *

PENDING = 1000


def announcing(**features):
    """HELLO.Details.roles; features of the caller and of the callee: "a b"."""
    roles = {role: {} for role in ROLES}
    for role, names in features.items():
        roles[role] = {"features": dict.fromkeys(names.split(), True)}
    return roles


STREAM = "progressive_call_results progressive_call_invocations call_canceling"
STREAMING = announcing(caller=STREAM, callee=STREAM)


def streaming(router, kind=websocket):
    return kind(router).join(roles=STREAMING)


def test_progress_after_the_end_is_dropped():
    with Router(config()) as router:
        callee, caller = streaming(router), streaming(router, rawsocket)
        callee.register("com.x")
        for end in ([YIELD], [ERROR, INVOCATION]):
            request = caller.call("com.x", receive_progress=True)
            invocation = callee.expect(INVOCATION, ANY, ANY, {"receive_progress": True})[1]
            callee.send(YIELD, invocation, {"progress": True}, ["part"])
            caller.expect(RESULT, request, {"progress": True}, ["part"])
            callee.send(*end, invocation, {}, *([["end"]] if end == [YIELD] else ["com.error"]))
            caller.expect(*([RESULT] if end == [YIELD] else [ERROR, CALL]), request)
            for late in ([YIELD, invocation, {"progress": True}, ["late"]],
                         [YIELD, invocation, {}, ["late"]],
                         [ERROR, INVOCATION, invocation, {}, "com.late"]):
                callee.send(*late)
            callee.round_trip()
            caller.round_trip()


def test_parts_for_another_procedure_are_dropped_and_parts_after_the_last_end_the_session():
    with Router(config()) as router:
        callee, caller = streaming(router), streaming(router)
        callee.register("com.x")
        callee.register("com.y")
        request = caller.call("com.x", 1, progress=True)
        first = callee.expect(INVOCATION, ANY, ANY, {"progress": True}, [1])
        caller.send(CALL, request, {"progress": True}, "com.y", [2])
        caller.send(CALL, request, {}, "com.nowhere", [3])
        caller.send(CALL, request, {}, "com.x", [4])
        callee.expect(INVOCATION, first[1], first[2], {}, [4])
        callee.send(YIELD, first[1], {}, ["sum"])
        caller.expect(RESULT, request, {}, ["sum"])
        # Over: what still comes is dropped without an answer.
        caller.send(CALL, request, {"progress": True}, "com.x", [5])
        caller.round_trip()

        request = caller.call("com.x", 1)
        invocation = callee.expect(INVOCATION, ANY, ANY, {}, [1])[1]
        caller.send(CALL, request, {}, "com.x", [2])
        caller.expect(ABORT, ANY, "wamp.error.protocol_violation")
        caller.expect_closed(1002)
        callee.expect(INTERRUPT, invocation)
        callee.round_trip()


def test_nobody_cancels_the_call_of_another_session():
    with Router(config()) as router:
        callee, caller, eve = (streaming(router) for _ in range(3))
        callee.register("com.x")
        request = caller.call("com.x")
        invocation = callee.expect(INVOCATION)[1]
        for mode in ("skip", "kill", "killnowait", "unknown"):
            eve.send(CANCEL, request, {"mode": mode})
        eve.round_trip()
        callee.round_trip()
        callee.send(YIELD, invocation, {}, ["whole"])
        caller.expect(RESULT, request, {}, ["whole"])


def test_nobody_answers_the_invocation_of_another_session():
    with Router(config()) as router:
        callee, caller, eve = (streaming(router) for _ in range(3))
        callee.register("com.x")
        eve.register("com.eve")
        mine = caller.call("com.eve")
        invocation = eve.serve("of eve")[1]
        caller.expect(RESULT, mine)
        request = caller.call("com.x", receive_progress=True)
        # Ids count for each callee: this number is pending at one, and over at the other.
        callee.expect(INVOCATION, invocation)
        eve.send(YIELD, invocation, {"progress": True}, ["forged"])
        eve.send(YIELD, invocation, {}, ["forged"])
        eve.send(ERROR, INVOCATION, invocation, {}, "com.forged")
        eve.round_trip()
        caller.round_trip()
        # An id that was never given to it cannot be a mistake.
        eve.send(YIELD, invocation + 1, {"progress": True}, ["forged"])
        eve.expect(ABORT, ANY, "wamp.error.protocol_violation")
        eve.expect_closed(1002)
        callee.send(YIELD, invocation, {}, ["true"])
        caller.expect(RESULT, request, {}, ["true"])


def pile_up(caller, callee):
    """PENDING calls that the callee has and does not answer: the requests, the invocations."""
    start = caller.last_request + 1
    caller.last_request += PENDING
    requests = list(range(start, start + PENDING))
    caller.send_many([[CALL, request, {}, "com.x", [request]] for request in requests])
    return requests, [callee.expect(INVOCATION)[1] for _ in requests]


def test_a_caller_that_goes_interrupts_its_thousand_calls():
    # Every slot of the callee is taken, and no call may wait: one that is forgotten is missed.
    limits = {"pending_calls_per_session": PENDING, "waiting_calls_per_registration": 0}
    with Router(config(limits=limits)) as router:
        callee = streaming(router, rawsocket)
        callee.register("com.x", concurrency=PENDING)
        for end in ("reset", "close", "reset"):
            caller = streaming(router, rawsocket)
            _, invocations = pile_up(caller, callee)
            too_many = caller.call("com.x")
            caller.expect(ERROR, CALL, too_many)
            getattr(caller, end)()
            interrupted = [callee.expect(INTERRUPT)[1] for _ in invocations]
            check_equal(sorted(interrupted), invocations, "interrupted")
            callee.send_many([[YIELD, invocation, {}, ["late"]] for invocation in invocations])
            callee.round_trip()


def test_a_callee_that_goes_fails_its_thousand_calls():
    with Router(config(limits={"pending_calls_per_session": PENDING})) as router:
        caller = streaming(router, rawsocket)
        for end in ("reset", "close", "reset"):
            callee = streaming(router, rawsocket)
            callee.register("com.x")
            requests, _ = pile_up(caller, callee)
            too_many = caller.call("com.x")
            caller.expect_error(CALL, too_many, "wamp.error.limit_exceeded")
            getattr(callee, end)()
            failed = [caller.expect(ERROR, CALL, ANY, ANY, "wamp.error.canceled")[2]
                      for _ in requests]
            check_equal(sorted(failed), requests, "failed")
            request = caller.call("com.x")
            caller.expect_error(CALL, request, "wamp.error.no_such_procedure")


# --- a hundred thousand timeouts ---

CALLS, CALLERS = 100_000, 4
SEND_SECONDS = 4.0
BATCH = 100
LATE_MAX = 0.2


def timeout_ms(request):
    """Later than all are sent, spread over two seconds, neighbours far apart."""
    return 5000 + request * 7919 % 2000


def test_no_timeout_comes_before_its_time_when_the_router_was_idle():
    with Router(config()) as router:
        callee, caller = websocket(router).join(), websocket(router).join()
        callee.register("com.x")
        for idle in range(10):
            time.sleep(idle * 0.037)
            start = time.monotonic()
            request = caller.call("com.x", timeout=250)
            caller.expect_error(CALL, request, "wamp.error.timeout")
            took = time.monotonic() - start
            check(took >= 0.25, f"timed out after {took:.3f} s")


class Metronome(threading.Thread):
    """How much later than wanted this process gets to run: what its clock cannot tell from a late
    answer."""

    def __init__(self):
        super().__init__(daemon=True)
        self.lag = 0.0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            start = time.monotonic()
            time.sleep(0.005)
            self.lag = max(self.lag, time.monotonic() - start - 0.005)


def send_calls(caller, sent):
    """Batches at an even pace; sent[i]: the times before and after batch i was handed over."""
    requests = range(1, CALLS // CALLERS + 1)
    frames = [caller.frame(json.dumps([CALL, request, {"timeout": timeout_ms(request)}, "com.x"]))
              for request in requests]
    batches = [b"".join(frames[i:i + BATCH]) for i in range(0, len(frames), BATCH)]
    start = time.monotonic()
    for index, batch in enumerate(batches):
        time.sleep(max(0.0, start + index * SEND_SECONDS / len(batches) - time.monotonic()))
        before = time.monotonic()
        caller.socket.sendall(batch)
        sent.append((before, time.monotonic()))


def read_messages(client, count, messages):
    """(time, octets) of the next messages; what is in them is looked at when the clock does not
    matter any more."""
    buffer = bytearray()
    client.socket.settimeout(3 * DEADLINE)
    while len(messages) < count:
        octets = client.socket.recv(1 << 16)
        now = time.monotonic()
        check(octets, f"the connection ended after {len(messages)} messages")
        buffer += octets
        at = 0
        while len(buffer) >= at + 4:
            end = at + 4 + int.from_bytes(buffer[at + 1:at + 4], "big")
            if len(buffer) < end:
                break
            messages.append((now, bytes(buffer[at + 4:end])))
            at = end
        del buffer[:at]
    check_equal(len(buffer), 0, "octets behind the last message")


def judge(sent, answers, late_max):
    """How late the latest answer of one caller came; each call is answered once, none too early."""
    latest, answered = 0.0, set()
    for when, octets in answers:
        message = json.loads(octets)
        check_equal([*message[:2], message[4]], [ERROR, CALL, "wamp.error.timeout"], "answer")
        request = message[2]
        check(request not in answered, f"call {request} is answered twice")
        answered.add(request)
        before, after = sent[(request - 1) // BATCH]
        timeout = timeout_ms(request) / 1000
        check(when >= before + timeout, f"call {request} timed out early")
        latest = max(latest, when - after - timeout)
    check_equal(len(answered), CALLS // CALLERS, "calls answered")
    check(latest <= late_max, f"an answer came {latest:.3f} s late, {late_max:.3f} s are allowed")
    return latest


def in_threads(works):
    """Runs all, each in a thread of its own; the first failure is raised."""
    failures = []

    def guarded(work):
        try:
            work()
        except Exception as error:  # noqa: raised below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * DEADLINE)
        check(not thread.is_alive(), "a thread hangs")
    if failures:
        raise failures[0]


def test_a_hundred_thousand_timeouts_come_in_time():
    limits = {"pending_calls_per_session": CALLS, "outbox_bytes_max": "64MiB"}
    with Router(config(limits=limits)) as router:
        callee = rawsocket(router).join()
        callee.register("com.x")
        callers = [rawsocket(router).join() for _ in range(CALLERS)]
        sent, answers, invocations = ([[] for _ in callers], [[] for _ in callers], [])
        waited = router.kept_waiting_seconds()
        metronome = Metronome()
        metronome.start()
        in_threads(
            [lambda: read_messages(callee, CALLS, invocations)] +
            [lambda i=i: send_calls(callers[i], sent[i]) for i in range(CALLERS)] +
            [lambda i=i: read_messages(callers[i], CALLS // CALLERS, answers[i])
             for i in range(CALLERS)])
        metronome.is_over.set()
        # A machine too busy for this process for as long as a second proves nothing either way.
        waited = router.kept_waiting_seconds() - waited
        allowance = min(metronome.lag, 1.0) + waited
        latest = max(judge(sent[i], answers[i], LATE_MAX + allowance) for i in range(CALLERS))
        print(f"latest answer {latest * 1000:.0f} ms late, own lag {metronome.lag * 1000:.0f} ms, "
              f"the router was kept waiting for {waited * 1000:.0f} ms in all")
        # What the callee says now is late, and no second answer.
        callee.send_many([[YIELD, request, {}] for request in range(1, CALLS + 1, 1000)])
        callee.round_trip()
        for caller in callers:
            caller.last_request = CALLS // CALLERS
            caller.round_trip()


if __name__ == "__main__":
    harness.main(globals())
