"""The calendar jumps by a day, both ways, under a running router (calendar_shim.cpp is preloaded):
nobody is thrown out, and what is timed keeps its time."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

DAY = 24 * 3600
SHORT = {"ping_interval": "200ms", "ping_timeout": "5s"}


class Calendar:
    """What the router's calendar is ahead of the machine's."""

    def __init__(self, router_folder):
        self.path = os.path.join(router_folder, "calendar")
        self.jump_to(0)

    def jump_to(self, seconds):
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))


class JumpingRouter(Router):
    def __init__(self, settings, folder):
        self.calendar = Calendar(folder)
        shim = os.environ["KREISEL_CALENDAR_SHIM"]
        super().__init__(settings, folder=folder, env={
            "LD_PRELOAD": shim, "KREISEL_TEST_CALENDAR": self.calendar.path})
        self.owns_folder = True


def jumping_router(**changes):
    return JumpingRouter(config(**changes), tempfile.mkdtemp(prefix="kreisel-wire-"))


def log_in_as_joe(router):
    """Returns the day on which, as the router's log says."""
    joe = websocket(router)
    joe.send(HELLO, "realm1", {"roles": ROLES, "authid": "joe", "authmethods": ["ticket"]})
    joe.expect(CHALLENGE)
    joe.send(AUTHENTICATE, "secret", {})
    session = joe.expect(WELCOME)[1]
    line = router.wait_log(f"^.*session joined .*session={session} ")[0]
    joe.close()
    return line[:10]


def expect_alive(clients):
    """Answers pings for a while, then talks: a jump of a day would end them at once."""
    end = time.monotonic() + 1.0
    for client in clients:
        client.expect_silence(max(0.05, end - time.monotonic()))
        client.round_trip()


def test_sessions_pings_and_log_ins_survive_jumps_of_a_day():
    users = realm()
    users["authentication"]["users"] = [
        {"authid": "joe", "role": "anonymous", "ticket": "secret"}]
    with jumping_router(realms=[users], keep_alive=SHORT) as router:
        clients = [make(router).join() for make in BOTH]
        days = [log_in_as_joe(router)]
        for seconds in (DAY, -DAY, 0):
            router.calendar.jump_to(seconds)
            expect_alive(clients)
            days.append(log_in_as_joe(router))
        check(clients[0].pings >= 3, "pings go on")
        check(days[2] < days[0] < days[1], f"the calendar did jump: {days}")


def test_timeouts_keep_their_time():
    with jumping_router(limits={"hello_timeout": "3s"}) as router:
        callee = websocket(router).join()
        callee.register("com.work")
        caller = rawsocket(router).join()
        for seconds in (DAY, -DAY):
            start = time.monotonic()
            mute = rawsocket(router, shake=False)
            short = caller.call("com.work", timeout=1500)
            callee.expect(INVOCATION)
            router.calendar.jump_to(seconds)
            caller.expect_error(CALL, short, "wamp.error.timeout")
            took = time.monotonic() - start
            check(took > 1.0, f"a timeout of 1.5 s came after {took:.1f} s")
            mute.expect_closed()
            took = time.monotonic() - start
            check(took > 2.0, f"hello_timeout of 3 s came after {took:.1f} s")


def kept_values(client, subscription):
    request = client.call("wamp.subscription.get_events", subscription)
    answer = client.expect(RESULT, request)
    return [event["args"][0] for event in (answer[3] if len(answer) > 3 else [])]


def test_history_ages_by_the_calendar_and_keeps_its_order():
    history = [{"uri": "com.kept", "age_max": "1h"}]
    with jumping_router(realms=[realm(history=history)]) as router:
        client = rawsocket(router).join()
        subscription = client.subscribe("com.kept")
        client.publish("com.kept", "today")
        router.calendar.jump_to(-DAY)
        client.publish("com.kept", "yesterday")
        check_equal(kept_values(client, subscription), ["today", "yesterday"], "as they came")
        router.calendar.jump_to(DAY)
        check_equal(kept_values(client, subscription), [], "older than an hour by now")
        client.publish("com.kept", "tomorrow")
        check_equal(kept_values(client, subscription), ["tomorrow"], "what is new is kept")
        router.calendar.jump_to(0)
        client.round_trip()
        check_equal(kept_values(client, subscription), ["tomorrow"], "from the future")


if __name__ == "__main__":
    harness.main(globals())
