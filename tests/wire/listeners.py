"""Where the router listens: IPv4, IPv6, unix sockets, and which transport answers where."""

import os
import socket
import stat

import harness
from clients import *
from harness import *


def test_any_address_of_ipv6_takes_ipv4_too():
    with Router(config({"address": "[::]:0"})) as router:
        port = router.address("rs").rsplit(":", 1)[1]

        RawSocket(f"rs://[::1]:{port}").join()
        WebSocket(f"ws://127.0.0.1:{port}/ws").join()

        router.wait_log(r"session joined .*peer=127\.0\.0\.1:\d+ ")
        router.wait_log(r"session joined .*peer=\[::1\]:\d+ ")


def test_one_address_of_ipv6():
    with Router(config({"address": "[::1]:0"})) as router:
        websocket(router).join()
        rawsocket(router).join()


def test_both_transports_share_a_port_by_the_first_octet():
    with Router(config()) as router:
        check_equal(router.address("ws").split(":")[2].split("/")[0],
                    router.address("rs").split(":")[2], "one port")
        raw = rawsocket(router).join()
        raw.subscribe("com.x")
        websocket(router).join().publish("com.x", 1)
        raw.expect(EVENT, ANY, ANY, {}, [1])


def test_a_lone_first_octet_decides_nothing_too_early():
    with Router(config()) as router:
        raw = rawsocket(router, shake=False)
        for octet in b"\x7f\xf1\0":
            raw.send_octets(bytes([octet]))
        raw.send_octets(b"\0")
        check_equal(raw.take(4, time.monotonic() + DEADLINE)[1] & 15, 1, "serializer")
        raw.join()

        web = websocket(router, subprotocols=None)
        for octet in web.upgrade_request("wamp.2.json"):
            web.send_octets(bytes([octet]))
        check_equal(web.response(has_body=False)[0], 101, "status")
        web.join()


def test_transports_on_ports_of_their_own():
    listeners = [{"address": "127.0.0.1:0", "transports": ["websocket"]},
                 {"address": "127.0.0.2:0", "transports": ["rawsocket"]}]
    with Router(config(listeners=listeners)) as router:
        check_equal(len(router.addresses()), 2, "addresses")
        websocket(router).join()
        rawsocket(router).join()

        raw = RawSocket(router.address("ws").replace("ws:", "rs:"), shake=False)
        raw.send_octets(b"\x7f\xf1\0\0\r\n\r\n")
        check(raw.rest().startswith(b"HTTP/1.1 400"), "RawSocket at the WebSocket port")

        web = WebSocket(router.address("rs"), subprotocols=None)
        web.send_octets(b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n")
        check_equal(web.rest(), b"", "HTTP at the RawSocket port")


def test_unix_socket_has_its_mode_and_goes_with_the_router():
    with Router(config({"address": "unix:socket", "unix_mode": "0640"})) as router:
        path = os.path.join(router.folder, "socket")
        check_equal(stat.S_IMODE(os.stat(path).st_mode), 0o640, "mode")

        for address in router.addresses():
            check("+unix:" in address, address)
        RawSocket(f"rs+unix:{path}").join()
        web = WebSocket(f"ws+unix:{path}").join()
        web.round_trip()
        web.close()

        check_equal(router.stop(), 0, "exit code")
        check(not os.path.exists(path), "the file is gone")


def test_stale_socket_file_is_replaced():
    with Router(config({"address": "unix:socket"})) as router:
        path = os.path.join(router.folder, "socket")
        router.kill()
        check(os.path.exists(path), "kill -9 leaves the file")
        os.remove(router.ready_path)

        with Router(config({"address": "unix:socket"}), folder=router.folder):
            RawSocket(f"rs+unix:{path}").join()


def refused(router):
    check_equal(router.wait_end(), 1, "exit code")
    lines = router.log().splitlines()
    check_equal(len(lines), 1, f"lines of {lines}")
    return lines[0]


def test_socket_that_somebody_answers_is_refused_and_left_alone():
    with Router(config({"address": "unix:socket"})) as first:
        path = os.path.join(first.folder, "socket")
        with Router(config({"address": f"unix:{path}"}), wait=False) as second:
            check("another process answers there" in refused(second), second.log())
        RawSocket(f"rs+unix:{path}").join()


def test_regular_file_is_refused_and_left_alone():
    with Router(config(), wait=False) as helper:
        path = os.path.join(helper.folder, "socket")
        with open(path, "w", encoding="utf-8") as file:
            file.write("precious")
        with Router(config({"address": f"unix:{path}"}), wait=False) as router:
            check("it is no socket" in refused(router), router.log())
        with open(path, encoding="utf-8") as file:
            check_equal(file.read(), "precious", "content")


def test_a_failed_start_leaves_no_socket_file():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        listeners = [{"address": "unix:socket"}, {"address": f"127.0.0.1:{port}"}]
        with Router(config(listeners=listeners), wait=False) as router:
            check("Address already in use" in refused(router), router.log())
            check(not os.path.exists(os.path.join(router.folder, "socket")), "the file is gone")


def test_two_listeners_have_limits_of_their_own():
    listeners = [{"address": "127.0.0.1:0"},
                 {"address": "127.0.0.2:0",
                  "limits": {"message_bytes_max": "2KiB", "hello_bytes_max": "1KiB"}}]
    with Router(config(listeners=listeners)) as router:
        wide = websocket(router, 0).join()
        narrow = websocket(router, 1).join()
        for client in (wide, narrow):
            client.publish_blindly("com.x", "x" * 4000)

        narrow.expect_closed(1009)
        wide.round_trip()
        check_equal(rawsocket(router, 0).announced_bytes(), 1 << 24, "announced by the first")
        check_equal(rawsocket(router, 1).announced_bytes(), 2048, "announced by the second")


if __name__ == "__main__":
    harness.main(globals())
