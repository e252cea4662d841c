"""File descriptors run out: the router says so once, stays calm, serves who is in, recovers."""

import pathlib
import resource
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *


def soft_limit(router):
    with open(f"/proc/{router.pid}/limits", encoding="ascii") as file:
        return int(re.search(r"Max open files\s+(\d+)", file.read())[1])


def leave_room_for(router, count):
    limit = router.descriptors() + count
    resource.prlimit(router.pid, resource.RLIMIT_NOFILE, (limit, limit))


def test_soft_limit_is_raised_to_the_hard_one_and_both_numbers_are_told():
    with Router(config(max_connections=5000), files=(64, 1024)) as router:
        check_equal(soft_limit(router), 1024, "soft limit")
        line = router.wait_log(".*open files.*")[0]
        check("warning" in line and "=5000" in line and "=992" in line, line)


def test_no_warning_if_all_connections_fit():
    with Router(config(max_connections=900), files=(64, 1024)) as router:
        websocket(router).join()
        check("open files" not in router.log(), router.log())


def test_a_low_limit_refuses_politely_before_descriptors_run_out():
    with Router(config(), files=(72, 72)) as router:
        inside = [rawsocket(router).join() for _ in range(40)]
        refused = rawsocket(router, shake=False)
        check_equal(refused.shake(0xf1)[1], 0x40, "RawSocket error 4")
        flood = [connect(router.address("rs")) for _ in range(60)]
        for client in inside:
            client.round_trip()
        check("Too many open files" not in router.log(), "the reserve holds")
        for each in flood:
            each.close()


def test_exhausted_descriptors_are_told_once_cost_no_time_and_recover():
    with Router(config()) as router:
        inside = rawsocket(router).join()
        leave_room_for(router, 3)
        crowd = [connect(router.address("rs")) for _ in range(12)]
        router.wait_log("cannot accept connections.*Too many open files")

        before = router.cpu_seconds()
        end = time.monotonic() + 2
        while time.monotonic() < end:
            inside.round_trip()
            time.sleep(0.1)
        used = router.cpu_seconds() - before
        check(used < 0.4, f"{used:.2f} CPU seconds in 2 s")
        check_equal(router.log().count("cannot accept"), 1, "lines about it")

        for each in crowd[:8]:
            each.close()
        late = [crowd_member_joins(each) for each in crowd[8:11]]
        router.wait_log("accepting again")
        inside.subscribe("com.x")
        late[0].publish("com.x", 1)
        inside.expect(EVENT, ANY, ANY, {}, [1])


def crowd_member_joins(plain):
    """A client on a connection that waited in the kernel."""
    client = RawSocket.__new__(RawSocket)
    Client.__init__(client, plain)
    client.shake(0xf1)
    return client.join()


def test_it_can_run_out_again_and_stop_while_it_has():
    with Router(config()) as router:
        inside = websocket(router).join()
        leave_room_for(router, 1)
        for turn in range(2):
            crowd = [connect(router.address("rs")) for _ in range(4)]
            wait_until(lambda: router.log().count("cannot accept") == turn + 1, "told again")
            if turn == 0:
                for each in crowd:
                    each.close()
                wait_until(lambda: "accepting again" in router.log(), "recovered")
        router.tell(15)
        inside.expect_closed(1012)
        check_equal(router.wait_end(), 0, "exit code")


if __name__ == "__main__":
    harness.main(globals())
