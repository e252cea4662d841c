"""How much a session may send, how long it may be silent, how many of them a user may have."""

import harness
from clients import *
from harness import *

ADMIN = {"address": "127.0.0.1:0"}


def reached(router, limit, realm=None):
    """The counter of a limit at /metrics."""
    label = f'limit="{limit}"' + (f',realm="{realm}"' if realm else "")
    text = router.get("/metrics")[1]
    found = re.search(rf"^kreisel_limit_reached_total\{{{label}\}} (\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else 0


def wait_reached(router, wanted, limit, realm=None):
    """The counter is `wanted`: it may follow the answer by a moment."""
    wait_until(lambda: reached(router, limit, realm) == wanted, f"{wanted} times {limit}")


def limited(**limits):
    return config(admin=ADMIN, limits=limits)


def test_who_publishes_too_fast_is_read_slowly_and_loses_nothing():
    for limits in ({"messages_per_second_max": 100}, {"bytes_per_second_max": "16KiB"}):
        with Router(limited(**limits)) as router:
            for make in BOTH:
                reader = rawsocket(router).join()
                reader.subscribe("com.x")
                fast = make(router).join()
                size = 1 if "messages_per_second_max" in limits else 120
                start = time.monotonic()
                fast.send_many([[PUBLISH, number, {}, "com.x", [number, "x" * size]]
                                for number in range(1, 251)])
                for number in range(1, 251):
                    reader.expect(EVENT, ANY, ANY, {}, [number, "x" * size])
                fast.last_request = 250
                fast.round_trip()
                elapsed = time.monotonic() - start
                # A second's worth at once, the rest at its pace; the timers tick every 100 ms.
                check(1.0 <= elapsed < 10, f"{elapsed:.1f} s with {limits}")
            wait_until(lambda: reached(router, list(limits)[0]), "it is counted")


def test_calls_beyond_the_pace_are_refused_at_once():
    with Router(limited(messages_per_second_max=50)) as router:
        callee = rawsocket(router).join()
        callee.register("com.proc")
        total = 0
        for make in BOTH:
            caller = make(router).join()
            start = time.monotonic()
            caller.send_many([[CALL, number, {}, "com.proc"] for number in range(1, 151)] +
                             [[PUBLISH, 151, {"acknowledge": True}, "com.nobody"]])
            refused = []
            while (message := caller.receive())[0] != PUBLISHED:
                check_equal(message[:2] + message[4:5],
                            [ERROR, CALL, "wamp.error.rate_limited"], "answer")
                refused.append(message[2])
                took = time.monotonic() - start
            # A machine that takes its time over them has let more of them in.
            least = 97 - 50 * took
            check(least <= len(refused) <= 101, f"{len(refused)} refused in {took:.2f} s")
            check_equal(refused, sorted(set(refused)), "each once")
            total += len(refused)
            called = 150 - len(refused)
            for _ in range(called):
                callee.expect(INVOCATION)
            # It is let in again when it has waited, and what it calls then is not refused.
            caller.last_request = 151
            request = caller.call("com.proc")
            callee.serve("late")
            found = caller.expect(RESULT, request, {}, ["late"])
            check(found, "answer")
        wait_until(lambda: reached(router, "messages_per_second_max") >= total, "they are counted")


def test_a_role_has_a_pace_of_its_own():
    settings = limited(messages_per_second_max=20)
    settings["realms"][0]["roles"][0]["limits"] = {"messages_per_second_max": 0}
    with Router(settings) as router:
        fast = rawsocket(router).join()
        for _ in range(100):
            fast.round_trip()
        check_equal(reached(router, "messages_per_second_max"), 0, "times that something held it")

        settings["realms"][0]["roles"][0]["limits"] = {"messages_per_second_max": 10}
        router.reload(settings)
        start = time.monotonic()
        for _ in range(30):
            fast.round_trip()
        check(time.monotonic() - start > 1, "the reload holds it")


def test_silence_ends_a_session_and_messages_either_way_keep_it():
    settings = limited(idle_timeout="3s")
    settings["keep_alive"] = {"ping_interval": "300ms", "ping_timeout": "15s"}
    with Router(settings) as router:
        for make in BOTH:
            talker = rawsocket(router).join()
            listener = make(router).join()
            listener.subscribe("com.x")
            mute = make(router).join()
            end = time.monotonic() + 4
            while time.monotonic() < end:
                talker.publish("com.x", 1)
                listener.expect(EVENT, ANY, ANY, {}, [1])
                time.sleep(0.1)
            mute.expect_goodbye("wamp.close.killed")
            listener.round_trip()
            for client in (talker, listener, mute):
                client.close()
        router.wait_log("session closed .*idle for too long")
        wait_reached(router, 2, "idle_timeout")


def test_sessions_of_a_user_are_limited_and_a_dead_one_makes_room():
    settings = limited(sessions_per_authid=2)
    settings["realms"][0]["authentication"]["users"] = [
        {"authid": name, "role": "anonymous", "ticket": "secret"} for name in ("joe", "ann")]
    with Router(settings) as router:
        inside = [log_in(router, "joe"), log_in(router, "joe")]
        for client in inside:
            check_equal(client.expect(WELCOME)[0], WELCOME, "room for two")
        log_in(router, "joe").expect(ABORT, ANY, "wamp.error.limit_exceeded")
        log_in(router, "ann").expect(WELCOME)
        rawsocket(router).join()
        for client in inside:
            client.round_trip()
        wait_reached(router, 1, "sessions_per_authid", "realm1")

        # Nobody answers for the second one any more: the next refusal has it looked after.
        inside[1].answers_pings = False
        log_in(router, "joe").expect(ABORT)
        inside[0].expect_silence(0.1)  # answers the ping
        wait_until(lambda: log_in(router, "joe").receive()[0] == WELCOME, "room again")


def log_in(router, name):
    client = websocket(router)
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": name})
    client.expect(CHALLENGE)
    client.send(AUTHENTICATE, "secret", {})
    return client


def test_dropped_events_are_told_to_who_lost_them():
    with Router(limited(outbox_bytes_max="1MiB", slow_consumer="drop_newest")) as router:
        slow = websocket(router, receive_buffer=1 << 14).join()
        other = rawsocket(router).join()
        notice = slow.subscribe("wamp.session.on_events_dropped")
        other.subscribe("wamp.session.on_events_dropped")
        slow.subscribe("com.x")
        publisher = rawsocket(router).join()
        for _ in range(20):
            publisher.publish("com.x", "m" * (1 << 20))
        router.wait_log("events dropped")
        kept, told = 0, []
        while kept + sum(told) < 20:
            event = slow.expect(EVENT)
            if event[1] == notice:
                told += event[4]
            else:
                kept += 1
        check(told and kept + sum(told) == 20, f"{kept} of 20 came, and {told} are missing")
        other.expect_silence()
        wait_until(lambda: reached(router, "outbox_bytes_max"), "it is counted")


def test_limits_of_a_connection_are_counted():
    limits = {"hello_bytes_max": "2KiB", "message_bytes_max": "8KiB", "nesting_max": 8,
              "hello_timeout": "2s"}
    with Router(limited(**limits)) as router:
        early = rawsocket(router)
        early.send_text(json.dumps([HELLO, "realm1", {"x": "y" * 3000}]))
        early.expect_closed()
        late = rawsocket(router).join()
        late.publish_blindly("com.x", "y" * 9000)
        late.expect_closed()
        deep = websocket(router).join()
        deep.publish_blindly("com.x", json.loads("[" * 9 + "]" * 9))
        deep.expect(ABORT)
        mute = rawsocket(router)
        mute.expect(ABORT, ANY, "wamp.error.authentication_failed")
        for limit in limits:
            wait_reached(router, 1, limit)


def test_log_ins_in_flight_are_counted():
    with Router(config(admin=ADMIN, handshakes_in_flight=1)) as router:
        waiting = rawsocket(router)
        refused = rawsocket(router, shake=False)
        check_equal(refused.shake(0xf1)[1], 0x40, "RawSocket error 4")
        wait_reached(router, 1, "handshakes_in_flight")
        waiting.join()


def test_outbox_limits_are_counted():
    for policy, limit in (("disconnect", "outbox_bytes_max"), ("block_publisher", "pause_max")):
        with Router(limited(outbox_bytes_max="1MiB", slow_consumer=policy,
                            pause_max="300ms")) as router:
            slow = rawsocket(router, receive_buffer=1 << 14).join()
            slow.subscribe("com.x")
            publisher = rawsocket(router).join()
            for _ in range(20):
                publisher.publish("com.x", "m" * (1 << 20))
            router.wait_log("session closed .*slow consumer")
            wait_until(lambda: reached(router, limit), f"{limit} with {policy}")
            told = 'kreisel_sessions_closed_total{why="slow_consumer"} 1'
            wait_until(lambda: told in router.get("/metrics")[1], told)


def test_reflection_testaments_and_tables_are_counted_by_realm():
    limits = {"subscriptions_per_session": 1, "registrations_per_session": 1,
              "pending_calls_per_session": 1, "testaments_per_session": 0}
    with Router(limited(**limits)) as router:
        alice = rawsocket(router).join()
        alice.subscribe("com.a")
        alice.expect_error(SUBSCRIBE, alice.request(SUBSCRIBE, {}, "com.b"),
                           "wamp.error.limit_exceeded")
        alice.register("com.a")
        alice.expect_error(REGISTER, alice.request(REGISTER, {}, "com.b"),
                           "wamp.error.limit_exceeded")
        alice.expect_error(CALL, alice.call("wamp.session.add_testament", "com.t", [], {}),
                           "wamp.error.limit_exceeded")
        alice.call("com.a")
        alice.expect(INVOCATION)
        alice.expect_error(CALL, alice.call("com.a"), "wamp.error.limit_exceeded")
        for limit in limits:
            wait_reached(router, 1, limit, "realm1")


if __name__ == "__main__":
    harness.main(globals())
