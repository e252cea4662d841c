"""Links that are slow or dead without a word, by a proxy in this test: what is late is not lost,
and what is dead is found."""

import pathlib
import select
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

# The timeout is what a busy machine may keep a client from its answer.
SHORT = {"ping_interval": "300ms", "ping_timeout": "4s"}


class Link:
    """A proxy before the router that hands on each piece `delay` seconds late, both ways, and
    nothing any more once it is cut: neither octets nor the end of a connection."""

    def __init__(self, address, delay=0.0):
        self.target = ("127.0.0.1", int(re.search(r":(\d+)", address)[1]))
        self.delay = delay
        self.is_cut = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.address = address.replace(f":{self.target[1]}", f":{port}")
        self.pairs = {}  # socket -> its other side
        self.late = []   # (when, to, octets), in order of time
        self.wake, self.waker = socket.socketpair()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.waker.close()
        self.thread.join()
        for each in [self.listener, self.wake, *self.pairs]:
            each.close()

    def run(self):
        while True:
            now = time.monotonic()
            while self.late and self.late[0][0] <= now:
                self.hand_on(*self.late.pop(0)[1:])
            wait = self.late[0][0] - now if self.late else 1.0
            readable, _, _ = select.select([self.listener, self.wake, *self.pairs], [], [], wait)
            if self.wake in readable:
                return
            for each in readable:
                self.on_readable(each)

    def on_readable(self, each):
        if each is self.listener:
            near = self.listener.accept()[0]
            far = socket.create_connection(self.target)
            self.pairs[near], self.pairs[far] = far, near
            return
        try:
            octets = each.recv(1 << 16)
        except OSError:
            octets = b""
        if not self.is_cut:
            self.late.append((time.monotonic() + self.delay, self.pairs[each], octets))
        if not octets:
            del self.pairs[each]

    def hand_on(self, to, octets):
        if self.is_cut:
            return
        try:
            if octets:
                to.sendall(octets)
            else:
                to.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def far_client(link, make):
    return (WebSocket if make is websocket else RawSocket)(link.address)


def test_a_late_peer_is_served_in_order_and_holds_nobody_up():
    with Router(config(keep_alive=SHORT)) as router:
        for make in BOTH:
            link = Link(router.address("ws" if make is websocket else "rs"), delay=0.25)
            far = far_client(link, make).join()
            topic = f"com.news.{make.__name__}"
            subscription = far.subscribe(topic)
            near = rawsocket(router).join()
            start = time.monotonic()
            for number in range(200):
                near.publish(topic, number)
            check(time.monotonic() - start < 20, "who is near does not wait for who is far")
            for number in range(200):
                far.expect(EVENT, subscription, ANY, {}, [number])
            far.expect_silence(5)  # longer than a client lives whose answers do not come
            far.round_trip()
            link.close()


def test_calls_over_a_late_link_keep_their_timeout():
    with Router(config()) as router:
        link = Link(router.address("rs"), delay=0.5)
        callee = far_client(link, rawsocket).join()
        callee.register("com.work")
        caller = websocket(router).join()
        hasty = caller.call("com.work", timeout=300)
        patient = caller.call("com.work", timeout=60000)
        caller.expect_error(CALL, hasty, "wamp.error.timeout")
        callee.serve("too late")
        callee.serve("in time")
        caller.expect(RESULT, patient, {}, ["in time"])
        link.close()


def test_a_link_that_died_without_a_word_is_found_by_ping():
    with Router(config(keep_alive=SHORT)) as router:
        link = Link(router.address("ws"))
        lost = far_client(link, websocket).join()
        lost.register("com.work")
        caller = rawsocket(router).join()
        request = caller.call("com.work")
        lost.expect(INVOCATION)

        link.is_cut = True

        caller.expect_error(CALL, request, "wamp.error.canceled")
        router.wait_log("session closed .*no answer to a ping")
        caller.register("com.work")
        link.close()


if __name__ == "__main__":
    harness.main(globals())
