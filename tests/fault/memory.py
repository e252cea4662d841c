"""Memory runs out: the router says so and ends as a whole, and what it promised is kept."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

TOPIC = "com.example.kept"


def settings(**changes):
    history = [{"uri": TOPIC, "events_max": 100_000}]
    return config(realms=[realm(history=history)], storage="events",
                  limits={"retained_bytes": "1GiB"}, **changes)


def leave_room_for(router, count):
    """Of address space: what malloc() asks the system for then fails, as for any limit."""
    with open(f"/proc/{router.pid}/status", encoding="ascii") as file:
        used = int(re.search(r"VmSize:\s+(\d+) kB", file.read())[1]) << 10
    resource.prlimit(router.pid, resource.RLIMIT_AS, (used + count, used + count))


def fill(client):
    """Makes the router hold all it can, by retained events."""
    for number in range(1000):
        client.request(PUBLISH, {"retain": True}, f"com.x.{number}", ["x" * 400_000])


def run_out_of_memory(router):
    """Returns what was acknowledged on the way."""
    inside = websocket(router).join()
    acknowledged = []
    leave_room_for(router, 24 << 20)
    try:
        for number in range(20):
            acknowledged.append(inside.publish(TOPIC, number))
        fill(rawsocket(router).join())
    except (OSError, Closed):
        pass
    check_equal(router.wait_end(), 1, "exit code")
    inside.expect_closed()
    return acknowledged


def kept(router):
    client = rawsocket(router).join()
    subscription = client.subscribe(TOPIC)
    client.call("wamp.subscription.get_events", subscription)
    return [event["publication"] for event in client.expect(RESULT)[3]]


def test_the_router_says_so_ends_and_has_what_it_acknowledged():
    with Router(settings()) as router:
        acknowledged = run_out_of_memory(router)
        check_equal(len(acknowledged), 20, "acknowledged publications")
        check(re.search(r" error  out of memory, stopped at once$", router.log(), re.MULTILINE),
              router.log())
        check("terminate called" not in router.log(), router.log())
        os.remove(router.ready_path)
        with Router(settings(), folder=router.folder) as second:
            check_equal(kept(second), acknowledged, "kept events")


def test_the_line_is_json_where_the_others_are():
    with Router(settings(log={"format": "json"})) as router:
        run_out_of_memory(router)
        lines = [json.loads(line) for line in router.log().splitlines()]
        # The thread that stores may have run short before the one that ends the process.
        last = "out of memory, stopped at once"
        said = [line["level"] for line in lines if line["event"] == last]
        check_equal(said, ["error"], "levels of the last line")


if __name__ == "__main__":
    harness.main(globals())
