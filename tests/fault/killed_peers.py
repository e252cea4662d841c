"""Clients that are killed by kill -9, and a router that is: who is told what, and what is lost."""

import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

# What the survivors wait for comes in milliseconds; the bound leaves room for a busy machine.
SOON = 15.0

CALLEE_FEATURES = {"features": {"call_canceling": True, "progressive_call_results": True}}


class KilledClient:
    """A process of its own that runs `play(client, tell)` on a client of the router until it is
    killed; `tell(line)` reaches wait_told() here."""

    def __init__(self, router, make, play):
        reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(reader)
                client = make(router)
                play(client, lambda line: os.write(writer, f"{line}\n".encode()))
                status = 0
            finally:
                os._exit(status)
        os.close(writer)
        self.told = os.fdopen(reader, encoding="ascii")

    def wait_told(self, wanted):
        check_equal(self.told.readline().strip(), wanted, "the client in its own process")

    def kill(self):
        """Returns the time of the kill."""
        os.kill(self.pid, signal.SIGKILL)
        now = time.monotonic()
        os.waitpid(self.pid, 0)
        self.told.close()
        return now


def took(start):
    return time.monotonic() - start


def callee_that_never_answers(client, tell):
    client.join(roles={**ROLES, "callee": CALLEE_FEATURES})
    client.register("com.work")
    tell("registered")
    client.expect(INVOCATION)
    tell("invoked")
    time.sleep(60)


def test_callee_killed_in_a_call():
    with Router(config()) as router:
        for make in BOTH:
            callee = KilledClient(router, make, callee_that_never_answers)
            callee.wait_told("registered")
            watcher = rawsocket(router).join()
            watcher.subscribe("wamp.session.on_leave")
            caller = websocket(router).join()
            request = caller.call("com.work")
            callee.wait_told("invoked")

            killed = callee.kill()

            caller.expect_error(CALL, request, "wamp.error.canceled")
            check(took(killed) < SOON, f"the caller was told after {took(killed):.1f} s")
            watcher.expect(EVENT)
            registration = caller.register("com.work")  # the procedure is free
            check(took(killed) < SOON, f"the procedure was free after {took(killed):.1f} s")
            caller.request(UNREGISTER, registration)
            caller.expect(UNREGISTERED)


def test_of_two_callees_one_is_killed_and_each_call_is_answered_once():
    def worker(client, tell):
        client.join()
        client.register("com.work", invoke="roundrobin")
        tell("registered")
        while True:
            client.serve("of the one that dies")

    with Router(config()) as router:
        callee = KilledClient(router, rawsocket, worker)
        callee.wait_told("registered")
        other = websocket(router).join()
        other.register("com.work", invoke="roundrobin")
        caller = rawsocket(router).join()
        served = {}
        sent = set()
        for turn in range(400):
            sent.add(caller.call("com.work"))
            if turn == 200:
                callee.kill()
        served_by_other = 0
        while len(served) < len(sent):
            # The survivor answers what it has; the caller reads what there is.
            try:
                invocation = other.receive(0.02)
                check_equal(invocation[0], INVOCATION, f"{invocation}")
                other.send(YIELD, invocation[1], {}, ["of the survivor"])
                served_by_other += 1
            except Silence:
                pass
            try:
                while True:
                    answer = caller.receive(0.001)
                    request = answer[1] if answer[0] == RESULT else answer[2]
                    check(request in sent and request not in served, f"once each: {answer}")
                    served[request] = answer[0]
            except Silence:
                pass
        caller.expect_silence()
        check(served_by_other >= 200, f"the survivor served {served_by_other}")
        check(set(served.values()) <= {RESULT, ERROR}, "answers")


def test_caller_killed_in_a_call():
    def caller_that_waits(client, tell):
        client.join()
        client.call("com.work")
        tell("called")
        time.sleep(60)

    with Router(config()) as router:
        callee = websocket(router).join(roles={**ROLES, "callee": CALLEE_FEATURES})
        callee.register("com.work")
        for make in BOTH:
            caller = KilledClient(router, make, caller_that_waits)
            caller.wait_told("called")
            invocation = callee.expect(INVOCATION)[1]

            killed = caller.kill()

            callee.expect(INTERRUPT, invocation)
            check(took(killed) < SOON, f"the callee was told after {took(killed):.1f} s")
            callee.send(ERROR, INVOCATION, invocation, {}, "wamp.error.canceled")
            second = rawsocket(router).join()
            request = second.call("com.work")
            callee.serve("still serving")
            second.expect(RESULT, request, {}, ["still serving"])


def test_publisher_killed_in_a_message():
    def publisher(client, tell):
        client.join()
        client.call("wamp.session.add_testament", "com.news", ["testament"], {})
        client.expect(RESULT)
        for number in range(200):
            client.publish_blindly("com.news", number)
        whole = client.frame(json.dumps([PUBLISH, client.last_request + 1, {}, "com.news", [200]]))
        client.send_octets(whole[:-5])
        tell("sent")
        time.sleep(60)

    with Router(config()) as router:
        subscriber = rawsocket(router).join()
        subscription = subscriber.subscribe("com.news")
        for make in BOTH:
            dying = KilledClient(router, make, publisher)
            dying.wait_told("sent")

            killed = dying.kill()

            events = []
            while not events or events[-1] != "testament":
                event = subscriber.expect(EVENT, subscription)
                events.append(event[4][0])
            # The kernel still sends what was written; the message without an end is none.
            check_equal(events[:-1], list(range(len(events) - 1)), "events in order, no gap")
            check_equal(len(events), 201, "each whole message, then the testament")
            check(took(killed) < SOON, f"the testament came after {took(killed):.1f} s")


def test_subscriber_killed_costs_the_others_nothing():
    def subscriber(client, tell):
        client.join()
        client.subscribe("com.news")
        tell("subscribed")
        time.sleep(60)

    with Router(config()) as router:
        dying = KilledClient(router, websocket, subscriber)
        dying.wait_told("subscribed")
        listener = rawsocket(router).join()
        listener.subscribe("com.news")
        publisher = rawsocket(router).join()
        for number in range(100):
            if number == 50:
                dying.kill()
            publisher.publish("com.news", number)
        for number in range(100):
            listener.expect(EVENT, ANY, ANY, {}, [number])


def test_router_killed_tells_every_client_and_a_new_one_knows_nothing_of_them():
    with Router(config()) as router:
        port = re.search(r":(\d+)", router.address("rs"))[1]
        clients = [make(router).join() for make in BOTH for _ in range(10)]
        clients[0].register("com.work")
        clients[1].call("com.work")

        router.tell(signal.SIGKILL)
        killed = time.monotonic()

        for client in clients[1:]:
            try:
                client.receive(SOON)
                raise AssertionError("a message of a dead router")
            except Closed as closed:
                check_equal(closed.code, None, "no close frame: 1006 to a browser")
        check(took(killed) < SOON, f"all were told after {took(killed):.1f} s")
        router.wait_end()
        os.remove(router.ready_path)
        with Router(config({"address": f"127.0.0.1:{port}"}), folder=router.folder) as second:
            back = websocket(second).join()
            back.register("com.work")
            back.call("wamp.session.count")
            back.expect(RESULT, ANY, {}, [1])


if __name__ == "__main__":
    harness.main(globals())
