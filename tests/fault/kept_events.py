"""Kept events and the disk: kill -9 in traffic, full disks, damaged files and taken ones."""

import pathlib
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wire"))

import harness
from clients import *
from harness import *

TOPIC = "com.example.kept"


def kept_config(**changes):
    rule = {"uri": "com.example.", "match": "prefix", "events_max": 100000, **changes}
    return config(realms=[realm(history=[rule])], storage="events")


def file_of(router):
    return os.path.join(router.folder, "events", "realm1.sqlite")


def history(router):
    """All events that are kept, page by page."""
    client = rawsocket(router).join()
    subscription = client.request(SUBSCRIBE, {"match": "prefix"}, "com.example.")
    subscription = client.expect(SUBSCRIBED, subscription, ANY)[2]
    events = []
    while True:
        filters = {"after_publication": events[-1]["publication"]} if events else {}
        request = client.request(CALL, {}, "wamp.subscription.get_events", [subscription], filters)
        answer = client.receive()
        check_equal(answer[:2], [RESULT, request], f"{answer}")
        page = answer[3] if len(answer) > 3 else []
        if not page:
            return events
        events += page


def publish_kept(client, value, **options):
    return client.request(PUBLISH, {"acknowledge": True, **options}, TOPIC, [value])


def start_again(router, settings):
    return Router(settings, folder=router.folder)


def test_every_acknowledged_publication_survives_kill_9_in_order_and_once():
    with Router(kept_config()) as router:
        expected = []
        for turn in range(3):
            client = rawsocket(router).join()
            sent = {}
            acknowledged = []
            for number in range(400):
                sent[publish_kept(client, [turn, number])] = number
                if number < 100:
                    continue
                answer = client.receive()
                check_equal(answer[0], PUBLISHED, f"{answer}")
                acknowledged.append((answer[2], [turn, sent[answer[1]]]))
            # A hundred are under way.
            router.tell(signal.SIGKILL)
            router.wait_end()
            os.remove(router.ready_path)
            router = start_again(router, kept_config())
            kept = [(event["publication"], event["args"][0]) for event in history(router)]
            check_equal(len({publication for publication, _ in kept}), len(kept), "each once")
            here = [pair for pair in kept if pair[1][0] == turn]
            check_equal(here[:len(acknowledged)], acknowledged, "acknowledged ones, in order")
            check_equal([pair[1][1] for pair in here], list(range(len(here))), "no gap, no turn")
            expected += here
            check_equal(kept, expected, "what earlier lives kept")
        router.kill()


def test_retained_events_survive_kill_9():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        publish_kept(client, "old", retain=True)
        client.expect(PUBLISHED, ANY, ANY)
        publish_kept(client, "new", retain=True)
        publication = client.expect(PUBLISHED, ANY, ANY)[2]
        gone = client.request(PUBLISH, {"acknowledge": True, "retain": True}, "com.gone", [1])
        client.expect(PUBLISHED, gone, ANY)
        gone = client.request(PUBLISH, {"acknowledge": True, "retain": True}, "com.gone")
        client.expect(PUBLISHED, gone, ANY)
        router.tell(signal.SIGKILL)
        router.wait_end()
        os.remove(router.ready_path)
        with start_again(router, kept_config()) as second:
            client = rawsocket(second).join()
            client.request(SUBSCRIBE, {"match": "prefix", "get_retained": True}, "com.")
            subscription = client.expect(SUBSCRIBED, ANY, ANY)[2]
            client.expect(EVENT, subscription, publication,
                          {"topic": TOPIC, "retained": True}, ["new"])
            client.expect_silence()


def test_unacknowledged_publications_of_some_seconds_ago_survive_kill_9():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        for number in range(50):
            client.publish_blindly(TOPIC, number)
        client.round_trip()
        time.sleep(3)
        router.tell(signal.SIGKILL)
        router.wait_end()
        os.remove(router.ready_path)
        with start_again(router, kept_config()) as second:
            check_equal([event["args"] for event in history(second)],
                        [[number] for number in range(50)], "history")


def test_a_stop_writes_what_nobody_waits_for():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        client.publish_blindly(TOPIC, 1)
        client.round_trip()
        check_equal(router.stop(), 0, "exit code")
        with start_again(router, kept_config()) as second:
            check_equal(len(history(second)), 1, "history")


def test_a_full_disk_is_an_error_and_the_router_goes_on():
    with Router({**kept_config(), "admin": {"address": "127.0.0.1:0"}}) as router:
        client = rawsocket(router).join()
        publish_kept(client, 1)
        client.expect(PUBLISHED, ANY, ANY)
        size = os.path.getsize(file_of(router) + "-wal")
        resource.prlimit(router.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        request = publish_kept(client, "x" * 100_000)
        error = client.expect(ERROR, PUBLISH, request, {}, "wamp.error.storage_failed", ANY)
        check("could not be stored" in error[5][0], f"{error}")
        router.wait_log("events cannot be stored")
        check_equal(router.get("/readyz"), (503, "events of realm realm1 cannot be stored\n"),
                    "not ready")
        check_equal([event["args"] for event in history(router)], [[1]], "history")

        resource.prlimit(router.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        publish_kept(client, 2)
        client.expect(PUBLISHED, ANY, ANY)
        router.wait_log("events are stored again")
        check_equal(router.get("/readyz"), (200, "ready\n"), "ready again")
        check_equal(router.log().count("events cannot be stored"), 1, "told once")
        router.tell(signal.SIGKILL)
        router.wait_end()
        os.remove(router.ready_path)
        with start_again(router, kept_config()) as second:
            check_equal([event["args"] for event in history(second)], [[1], [2]], "history")


def refused_start(folder):
    code, _, text = command("run", "-c", os.path.join(folder, "realms.yaml"), folder=folder)
    check(code != 0, "the router must not start")
    return text


def test_a_file_that_another_router_holds_is_refused():
    with Router(kept_config()) as router:
        text = refused_start(router.folder)
        check("realm1.sqlite: database is locked" in text, text)


def test_a_damaged_file_is_refused():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        for number in range(300):
            publish_kept(client, number)
            client.expect(PUBLISHED, ANY, ANY)
        router.stop()
        with open(file_of(router), "r+b") as file:
            file.seek(8192)
            file.write(b"damage" * 2000)
        check("cannot open the event storage" in refused_start(router.folder), "damaged pages")
        with open(file_of(router), "wb") as file:
            file.write(b"no database" * 1000)
        check("not a database" in refused_start(router.folder), "another file")


def test_an_event_that_is_damaged_is_refused():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        publish_kept(client, 1)
        client.expect(PUBLISHED, ANY, ANY)
        router.stop()
        database = sqlite3.connect(file_of(router))
        database.execute("UPDATE history SET message = x'5b31362c'")
        database.commit()
        database.close()
        text = refused_start(router.folder)
        check("damaged event" in text, text)


def test_a_folder_that_cannot_be_made_is_refused():
    with Router(kept_config()) as router:
        router.stop()
        shutil.rmtree(os.path.join(router.folder, "events"))
        with open(os.path.join(router.folder, "events"), "w", encoding="ascii") as file:
            file.write("in the way")
        check("cannot make the folder" in refused_start(router.folder), "a file in the way")


def test_memory_is_bounded_by_the_rules():
    with Router(kept_config(events_max=1000, bytes_max="1MiB")) as router:
        client = rawsocket(router).join()
        before = None
        for number in range(20_000):
            client.publish_blindly(TOPIC, "x" * 2000)
            if number % 500 == 499:
                publish_kept(client, "mark")
                while client.receive()[0] != PUBLISHED:
                    pass
            if number == 2_000:
                before = router.resident_bytes()
        grown = router.resident_bytes() - before
        check(grown < 24 << 20, f"grew by {grown >> 20} MiB")
        check(os.path.getsize(file_of(router)) < 16 << 20, "the file is bounded, too")


def test_rules_are_reloaded_and_those_that_stay_keep_their_events():
    with Router(kept_config()) as router:
        client = rawsocket(router).join()
        for number in range(5):
            publish_kept(client, number)
            client.expect(PUBLISHED, ANY, ANY)
        router.reload(kept_config(events_max=2))
        check_equal([event["args"] for event in history(router)], [[3], [4]], "history")
        router.reload(config(realms=[realm()], storage="events"))
        router.reload(kept_config())
        check_equal(history(router), [], "the rule was gone, and so are its events")


def test_a_realm_that_comes_back_has_its_history():
    both = [kept_config()["realms"][0], realm("other")]
    with Router(config(realms=both, storage="events")) as router:
        client = rawsocket(router).join()
        publish_kept(client, 1)
        client.expect(PUBLISHED, ANY, ANY)
        router.reload(config(realms=both[1:], storage="events"))
        router.reload(config(realms=both, storage="events"))
        check_equal([event["args"] for event in history(router)], [[1]], "history")


if __name__ == "__main__":
    harness.main(globals())
