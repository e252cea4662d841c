"""What must keep its order with several shards: events and invocations of each pair, SUBSCRIBED
before the first EVENT, one RESULT for each CALL; under load, with sessions on every shard."""

import threading

import harness
from clients import *
from harness import *


def sharded(**changes):
    return config(shards=4, **changes)


def in_threads(work, arguments):
    """Runs work(argument) for each in a thread of its own; the first failure is raised."""
    failures = []

    def guarded(argument):
        try:
            work(argument)
        except Exception as error:  # noqa: raised below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(each,), daemon=True) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(6 * DEADLINE)
        check(not thread.is_alive(), "a thread hangs")
    if failures:
        raise failures[0]


def test_events_of_each_pair_come_in_order():
    publishers, subscribers, count = 6, 12, 200
    with Router(sharded()) as router:
        readers = [BOTH[i % 2](router).join() for i in range(subscribers)]
        for reader in readers:
            reader.subscribe("com.x")
        writers = [BOTH[i % 2](router).join() for i in range(publishers)]

        def write(index):
            writers[index].send_many([[PUBLISH, number + 1, {}, "com.x", [index, number]]
                                      for number in range(count)])

        def read(reader):
            next_of = [0] * publishers
            for _ in range(publishers * count):
                index, number = reader.expect(EVENT)[4]
                check_equal(number, next_of[index], f"event of publisher {index}")
                next_of[index] += 1

        in_threads(lambda work: work[0](work[1]),
                   [(write, i) for i in range(publishers)] + [(read, r) for r in readers])
        for client in readers:
            client.expect_silence(0.01)


def test_subscribed_comes_before_the_first_event_and_none_is_lost_after():
    with Router(sharded()) as router:
        writers = [rawsocket(router).join() for _ in range(3)]
        is_over = threading.Event()

        def write(index):
            number = 0
            while not is_over.is_set():
                writers[index].send_many([[PUBLISH, n + 1, {}, "com.x", [index, n]]
                                          for n in range(number, number + 20)])
                number += 20
                writers[index].last_request = number
                writers[index].round_trip()
                number += 1

        def read(index):
            client = BOTH[index % 2](router).join()
            for turn in range(15):
                request = client.request(SUBSCRIBE, {}, "com.x")
                client.expect(SUBSCRIBED, request)
                last = {}
                for _ in range(30):
                    writer, number = client.expect(EVENT)[4]
                    # 21 in a round, one of them elsewhere.
                    step = number - last.get(writer, number - 1)
                    check(step in (1, 2), f"event {number} after {last.get(writer)}")
                    last[writer] = number
                subscription = client_subscription(client)
                request = client.request(UNSUBSCRIBE, subscription)
                message = client.receive()
                while message[0] == EVENT:
                    message = client.receive()
                check_equal(message[:2], [UNSUBSCRIBED, request], "UNSUBSCRIBED")
                client.round_trip()  # no EVENT comes behind UNSUBSCRIBED

        def client_subscription(client):
            request = client.request(SUBSCRIBE, {}, "com.x")
            message = client.receive()
            while message[0] == EVENT:
                message = client.receive()
            check_equal(message[:2], [SUBSCRIBED, request], "SUBSCRIBED again")
            return message[2]

        def read_all(_):
            try:
                in_threads(read, range(6))
            finally:
                is_over.set()

        in_threads(lambda work: work[0](work[1]), [(write, i) for i in range(3)] + [(read_all, 0)])


def test_every_call_has_one_result_in_the_order_of_its_callee():
    callers, callees, count = 8, 4, 150
    with Router(sharded()) as router:
        serving = [BOTH[i % 2](router).join() for i in range(callees)]
        for index, callee in enumerate(serving):
            callee.register(f"com.proc{index}")
        calling = [BOTH[(i + 1) % 2](router).join() for i in range(callers)]

        def serve(callee):
            next_of = {}
            for expected in range(callers * count // callees):
                invocation = callee.expect(INVOCATION, expected + 1)
                caller, number = invocation[4]
                check(number > next_of.get(caller, -1), f"{number} of caller {caller} too late")
                next_of[caller] = number
                callee.send(YIELD, invocation[1], {}, [caller, number])

        def call(index):
            client = calling[index]
            waiting = {}
            client.send_many([[CALL, n + 1, {}, f"com.proc{n % callees}", [index, n]]
                              for n in range(count // callees * callees)])
            for number in range(count // callees * callees):
                waiting[number + 1] = [index, number]
            while waiting:
                result = client.expect(RESULT)
                check_equal(result[3], waiting.pop(result[1], None), f"RESULT {result[1]}")
            client.expect_silence(0.05)

        count = count // callees * callees
        in_threads(lambda work: work[0](work[1]),
                   [(serve, c) for c in serving] + [(call, i) for i in range(callers)])


def test_sessions_that_come_and_go_leave_nothing_and_disturb_nobody():
    with Router(sharded()) as router:
        steady = rawsocket(router).join()
        steady.subscribe("com.x")
        steady.register("com.steady")
        settled = router.descriptors()

        def come_and_go(index):
            for turn in range(25):
                client = BOTH[(index + turn) % 2](router).join()
                client.register(f"com.of{index}")
                client.subscribe("com.y")
                client.publish_blindly("com.y", turn)
                if turn % 3 == 0:
                    client.reset()
                elif turn % 3 == 1:
                    client.send(GOODBYE, {}, "wamp.close.close_realm")
                    message = client.receive()
                    while message[0] == EVENT:
                        message = client.receive()
                    check_equal(message[0], GOODBYE, "answer")
                    client.close()
                    continue
                client.close()
                # The end of the session is noticed later: the name must become free.
                other = rawsocket(router).join()
                wait_until(lambda: is_registered(other, f"com.of{index}"), "free again")
                other.send(GOODBYE, {}, "wamp.close.close_realm")
                other.expect(GOODBYE)
                other.close()

        in_threads(come_and_go, range(6))
        wait_until(lambda: router.descriptors() <= settled, "all connections are gone")
        steady.round_trip()


def is_registered(client, procedure):
    request = client.request(REGISTER, {}, procedure)
    return client.receive()[:2] == [REGISTERED, request]


def test_block_publisher_and_removed_realm_work_across_shards():
    limits = {"outbox_bytes_max": "1MiB", "slow_consumer": "block_publisher", "pause_max": "400ms"}
    with Router(sharded(limits=limits)) as router:
        slow = [rawsocket(router, receive_buffer=1 << 14).join() for _ in range(4)]
        for client in slow:
            client.subscribe("com.x")
        publishers = [rawsocket(router).join() for _ in range(4)]

        def publish(client):
            for _ in range(100):  # small ones, else those in flight would pass the hard limit
                client.publish("com.x", "x" * (1 << 16))

        in_threads(publish, publishers)
        wait_until(lambda: router.log().count("publishers wait for it") == 4, "all slow ones go")
        router.reload(sharded(limits=limits, realms=[realm("other")]))
        for client in publishers:
            client.expect_goodbye("wamp.close.close_realm")
            client.expect_closed()


if __name__ == "__main__":
    harness.main(globals())
