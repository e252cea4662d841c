"""`kreisel publish` and `kreisel subscribe`: lines in and out, receivers, ends."""

import os
import signal
import subprocess
import time

import harness
from clients import *
from harness import *
from kreisel_command import *

TOPIC = "com.example.tick"


def publish(router, *arguments, **how):
    done = kreisel(router, "publish", TOPIC, *arguments, **how)
    check_equal(done.code, 0, done.error)
    return done


def test_events_are_printed_as_they_come():
    with Router(config()) as router, listen(router, TOPIC) as listening:
        check_equal(publish(router, "1", "text", "-k", "a=[1]").output, "", "output of publish")
        listening.wait_lines(1)
        publish(router)
        check_equal(listening.wait_lines(2), [
            {"topic": TOPIC, "args": [1, "text"], "kwargs": {"a": [1]}},
            {"topic": TOPIC, "args": []}], "events")


def test_patterns_and_several_topics():
    with Router(config()) as router:
        with listen(router, "com.example.", "--match", "prefix") as prefix, \
                listen(router, "com..tick", "--match", "wildcard") as wildcard, \
                Running(router, "subscribe", "com.other", TOPIC) as several:
            several.wait_error("subscribed to", 2)
            publish(router, "1")
            kreisel(router, "publish", "com.other", "2")
            kreisel(router, "publish", "com.example.tock", "3")
            check_equal([line["topic"] for line in prefix.wait_lines(2)],
                        [TOPIC, "com.example.tock"], "prefix")
            check_equal([line["topic"] for line in several.wait_lines(2)], [TOPIC, "com.other"],
                        "several")
            check_equal(wildcard.wait_lines(1), [{"topic": TOPIC, "args": [1]}], "wildcard")


def test_count_ends_a_subscriber():
    with Router(config()) as router, listen(router, TOPIC, "--count", "3") as listening:
        publish(router, "x", "--repeat", "5")
        check_equal(listening.wait_end(), 0, listening.error())
        check_equal(len(listening.lines()), 3, "events")


def test_timeout_of_a_subscriber():
    with Router(config()) as router:
        start = time.monotonic()
        kreisel(router, "subscribe", TOPIC, "--count", "1", "--timeout", "300ms").failed(
            5, "wamp.error.timeout", "0 of 1")
        check_equal(kreisel(router, "subscribe", TOPIC, "--timeout", "300ms").lines(), [],
                    "without --count")
        check(time.monotonic() - start > 0.6, "time")


def test_signals_end_a_subscriber_in_order():
    with Router(config()) as router:
        for number in (signal.SIGINT, signal.SIGTERM):
            with listen(router, TOPIC) as listening:
                check_equal(listening.stop(number), 0, listening.error())
        check_equal(kreisel(router, "call", "wamp.session.count").only(), 1, "sessions left")


def test_details_and_acknowledgements():
    with Router(config()) as router, listen(router, TOPIC, "--details") as listening:
        told = publish(router, "1", "--acknowledge", "--disclose-me").only()
        event = listening.wait_lines(1)[0]
        check_equal(event["publication"], told["publication"], "publication")
        check("publisher" in event["details"], f"{event}")


def test_retained_events():
    with Router(config()) as router:
        publish(router, "kept", "--retain", "-a")
        done = kreisel(router, "subscribe", TOPIC, "--get-retained", "--count", "1")
        check_equal(done.only(), {"topic": TOPIC, "args": ["kept"]}, "retained")


def test_receivers():
    with Router(config()) as router, listen(router, TOPIC) as one, listen(router, TOPIC) as two:
        first, second = (re.search(r"session (\d+)", each.error())[1] for each in (one, two))
        publish(router, "both")
        publish(router, "one", "--eligible", first)
        publish(router, "two", "--exclude", first)
        publish(router, "one again", "--eligible", first, "--eligible", second, "--exclude",
                second)
        publish(router, "nobody", "--eligible-authid", "nobody")
        publish(router, "nobody", "--exclude-authrole", "anonymous")
        publish(router, "end", "--eligible-authrole", "anonymous", "--no-exclude-me")
        texts = [[line["args"][0] for line in each.wait_lines(count)]
                 for each, count in ((one, 4), (two, 3))]
        check_equal(texts, [["both", "one", "one again", "end"], ["both", "two", "end"]], "events")


def test_repeat_and_interval():
    with Router(config()) as router, listen(router, TOPIC) as listening:
        start = time.monotonic()
        publish(router, "x", "--repeat", "4", "--interval", "100ms")
        check(time.monotonic() - start >= 0.3, "time")
        check_equal(len(listening.wait_lines(4)), 4, "events")


def test_lines_of_standard_input_are_events():
    with Router(config()) as router, listen(router, TOPIC) as listening:
        publish(router, "--stdin", text='1\n\n"x"\n[1,2]\n{"a":1}\n{"args":[3],"kwargs":{"b":4}}\n'
                '{"topic":"com.other","args":[5]}')
        check_equal([(line["args"], line.get("kwargs")) for line in listening.wait_lines(6)],
                    [([1], None), (["x"], None), ([1, 2], None), ([{"a": 1}], None),
                     ([3], {"b": 4}), ([5], None)], "events")


def test_what_is_no_json_on_standard_input_names_its_line():
    with Router(config()) as router, listen(router, TOPIC) as listening:
        kreisel(router, "publish", TOPIC, "--stdin", text="1\nbad\n3\n").failed(2, "line 2")
        kreisel(router, "publish", TOPIC, "--stdin", "x", text="1\n").failed(2, "--stdin")
        publish(router, "end")
        check_equal([line["args"] for line in listening.wait_lines(2)], [[1], ["end"]], "events")


def test_events_of_one_router_flow_into_another():
    with Router(config()) as here, Router(config()) as there, listen(there, TOPIC) as listening:
        with listen(here, TOPIC) as source:
            with open(source._path("output"), encoding="utf-8") as lines:
                publish(here, "1", "-k", "a=2")
                source.wait_lines(1)
                publish(there, "--stdin", text=lines.read())
        check_equal(listening.wait_lines(1), [{"topic": TOPIC, "args": [1], "kwargs": {"a": 2}}],
                    "the event")


def test_a_slow_writer_of_standard_input_keeps_its_session():
    """Pings are answered while nothing comes."""
    settings = config(keep_alive={"ping_interval": "200ms", "ping_timeout": "2s"})
    with Router(settings) as router, listen(router, TOPIC) as listening:
        with Running(router, "publish", TOPIC, "--stdin", standard_input=subprocess.PIPE,
                     wait="session") as publishing:
            for number in range(2):
                publishing.process.stdin.write(f"{number}\n".encode())
                publishing.process.stdin.flush()
                listening.wait_lines(number + 1)
                time.sleep(3)
            publishing.process.stdin.close()
            check_equal(publishing.wait_end(), 0, publishing.error())


def test_failures():
    denied = [{"uri": "", "match": "prefix", "allow": ["call"]}]
    with Router(config(realms=[realm(roles=[{"name": "anonymous",
                                              "permissions": denied}])])) as router:
        done = kreisel(router, "publish", TOPIC, "-a").failed(1)
        check_equal(done.uri(), "wamp.error.not_authorized", "publish")
        done = kreisel(router, "subscribe", TOPIC).failed(1)
        check_equal(done.uri(), "wamp.error.not_authorized", "subscribe")
        done = kreisel(router, "register", TOPIC, "--echo").failed(1)
        check_equal(done.uri(), "wamp.error.not_authorized", "register")
    kreisel(None, "subscribe", TOPIC, "--url", "ws://127.0.0.1:1/ws").failed(3)
    kreisel(None, "publish", TOPIC, "--url", "ws://127.0.0.1:1/ws").failed(3)


def test_a_subscriber_comes_back_after_its_connection_is_lost():
    with Router(config()) as router, listen(router, TOPIC) as listening, \
            listen(router, TOPIC, "--once") as once:
        for each in (listening, once):
            session = re.search(r"session (\d+)", each.error())[1]
            kreisel(router, "call", "wamp.session.kill", session).only()
        check(once.wait_end() in (3, 4), once.error())


def test_a_router_that_restarts_gets_its_subscribers_back():
    with Router(config()) as router:
        settings = config({"address": re.search(r"127[\d.:]+", router.address("ws"))[0]})
        with listen(router, TOPIC) as listening, listen(router, TOPIC, "--once") as once:
            router.stop()
            check_equal(once.wait_end(), 3, once.error())
            with Router(settings) as again:
                listening.wait_error("connected again")
                publish(again, "back")
                check_equal(listening.wait_lines(1), [{"topic": TOPIC, "args": ["back"]}], "event")


def test_an_output_that_nobody_reads_ends_the_subscriber():
    with Router(config()) as router:
        reading, writing = os.pipe()
        with subprocess.Popen([harness.PROGRAM, "subscribe", TOPIC, "-v"], stdout=writing,
                              stderr=subprocess.PIPE, env=environment(router)) as process:
            os.close(writing)
            while b"subscribed" not in process.stderr.readline():
                pass
            os.close(reading)
            publish(router, "1")
            check(process.wait(DEADLINE) != 0, "ended")


if __name__ == "__main__":
    harness.main(globals())
