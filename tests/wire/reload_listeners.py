"""SIGHUP and listeners: added, removed, changed, while a pair of clients works on."""

import os

import harness
from clients import *
from harness import *
from reload import Load


def settings(*addresses, **changes):
    listeners = [each if isinstance(each, dict) else {"address": each} for each in addresses]
    return config(listeners=listeners, realms=[realm(), realm("load")], **changes)


def test_added_listener_answers_and_the_old_one_is_untouched():
    with Router(settings("127.0.0.1:0")) as router, Load(router, websocket) as load:
        before = router.addresses()
        alice = websocket(router).join()
        alice.subscribe("com.x")

        router.reload(settings("127.0.0.1:0", "127.0.0.2:0"))

        wait_until(lambda: len(router.addresses()) == 4, "the ready file tells the new addresses")
        check_equal(router.addresses()[:2], before, "the old addresses")
        rawsocket(router, 1).join().publish("com.x", 1)
        alice.expect(EVENT, ANY, ANY, {}, [1])
        load.check()


def test_removed_listener_takes_nobody_new_and_its_sessions_live_on():
    for make in BOTH:
        with Router(settings("127.0.0.1:0", "127.0.0.2:0")) as router, Load(router, make) as load:
            alice = make(router, 1).join()
            alice.subscribe("com.x")
            address = router.address("rs", 1)

            router.reload(settings("127.0.0.1:0"))

            wait_until(lambda: is_closed(address), "the port is closed")
            make(router).join().publish("com.x", 1)
            alice.expect(EVENT, ANY, ANY, {}, [1])
            alice.register("com.y")
            load.check()


def test_changed_address_opens_before_the_old_one_closes():
    with Router(settings("127.0.0.1:0", "127.0.0.2:0")) as router, Load(router, websocket) as load:
        old = router.address("rs", 1)
        alice = rawsocket(router, 1).join()

        router.reload(settings("127.0.0.1:0", "127.0.0.3:0"))

        wait_until(lambda: "127.0.0.3" in router.addresses("rs")[1], "the new address")
        rawsocket(router, 1).join()
        wait_until(lambda: is_closed(old), "the old port is closed")
        alice.round_trip()
        load.check()


def test_if_the_new_address_cannot_open_the_old_one_stays():
    with Router(settings("127.0.0.1:0", "127.0.0.2:0")) as router, Load(router, rawsocket) as load:
        taken = router.address("rs").rsplit(":", 1)[1]

        # The port of the first listener, by another way of writing its address.
        router.reload_badly(settings("127.0.0.1:0", f"0.0.0.0:{taken}"), "Address already in use")

        rawsocket(router, 1).join()
        load.check()


def test_unix_socket_comes_and_goes():
    with Router(settings("127.0.0.1:0")) as router, Load(router, websocket) as load:
        path = os.path.join(router.folder, "socket")
        router.reload(settings("127.0.0.1:0", {"address": f"unix:{path}", "unix_mode": "0600"}))
        alice = RawSocket(f"rs+unix:{path}").join()
        check_equal(os.stat(path).st_mode & 0o777, 0o600, "mode")

        router.reload(settings("127.0.0.1:0"))

        wait_until(lambda: not os.path.exists(path), "the file is gone")
        alice.round_trip()
        load.check()


def test_changed_transports_origins_and_limits_of_a_listener_hold_without_a_new_port():
    with Router(settings("127.0.0.1:0", "127.0.0.2:0")) as router, Load(router, websocket) as load:
        address = router.address("ws", 1)
        inside = websocket(router, 1).join()
        changed = {"address": "127.0.0.2:0", "transports": ["websocket"],
                   "origins": ["https://good.example"],
                   "limits": {"message_bytes_max": "1KiB", "hello_bytes_max": "1KiB"}}

        router.reload(settings("127.0.0.1:0", changed))
        check_equal(router.address("ws", 1), address, "the same port")

        def is_judged():
            web = websocket(router, 1, subprotocols=None)
            return web.upgrade("wamp.2.json", "Origin: https://bad.example\r\n")[0] == 403

        wait_until(is_judged, "the origins hold")
        websocket(router, 1, headers="Origin: https://good.example\r\n").join()
        raw = RawSocket(address.replace("ws:", "rs:"), shake=False)
        raw.send_octets(b"\x7f\xf1\0\0\r\n\r\n")
        check(raw.rest().startswith(b"HTTP/1.1 400"), "RawSocket is off")
        inside.publish_blindly("com.x", "x" * 2000)
        inside.expect_closed(1009)
        rawsocket(router).join().publish("com.x", "x" * 2000)
        load.check()


if __name__ == "__main__":
    harness.main(globals())
