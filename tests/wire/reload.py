"""SIGHUP: what a new realms.yaml does to sessions, users, roles, realms and limits, while a pair of
clients that it does not concern publishes and calls all the time."""

import os
import signal
import threading

import harness
from clients import *
from harness import *

EVERYTHING = ["publish", "subscribe", "call", "register"]
REVOCATION = {"roles": {"publisher": {}, "caller": {},
                        "subscriber": {"features": {"subscription_revocation": True}},
                        "callee": {"features": {"registration_revocation": True}}}}


class Load:
    """A publisher and a subscriber that is a callee, too, in a realm of their own, exchanging
    numbers; any message but the expected one, or the end of a connection, fails the test."""

    def __init__(self, router, make):
        self.receiver = make(router).join("load")
        self.receiver.subscribe("com.load")
        self.receiver.register("com.load")
        self.sender = make(router).join("load")
        self.rounds = 0
        self.error = None
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.is_over.is_set():
                number = self.rounds
                published = self.sender.publish_blindly("com.load", number, acknowledge=True)
                called = self.sender.call("com.load", number)
                self.receiver.expect(EVENT, ANY, ANY, {}, [number])
                invocation = self.receiver.expect(INVOCATION, ANY, ANY, {}, [number])
                self.receiver.send(YIELD, invocation[1], {}, [number])
                self.sender.expect(PUBLISHED, published)
                self.sender.expect(RESULT, called, {}, [number])
                self.rounds += 1
        except Exception as error:  # noqa: told by check()
            self.error = error

    def check(self):
        """It has gone on since the last look."""
        rounds = self.rounds
        wait_until(lambda: self.error or self.rounds > rounds + 1, "the load goes on")
        if self.error:
            raise AssertionError("the load was disturbed") from self.error

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.is_over.set()
        self.thread.join()
        if kind is None and self.error:
            raise AssertionError("the load was disturbed") from self.error


def settings(**changes):
    """Two realms: realm1 to change, load to be left alone."""
    return config(realms=[realm(**changes), realm("load")])


def with_rule(**rule):
    roles = [{"name": "anonymous", "permissions": [ALLOW_ALL, rule]}]
    return settings(roles=roles)


def with_users(users, *more_roles):
    roles = [{"name": name, "permissions": [ALLOW_ALL]} for name in ("anonymous", *more_roles)]
    return settings(roles=roles,
                    authentication={"anonymous_role": "anonymous", "users": users})


def log_in(client, authid, ticket):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid})
    client.expect(CHALLENGE, "ticket")
    client.send(AUTHENTICATE, ticket, {})
    return client.receive()


def user(client, authid="joe", ticket="secret"):
    welcome = log_in(client, authid, ticket)
    check_equal(welcome[0], WELCOME, f"log-in of {authid}: {welcome}")
    return client


def test_lost_permission_revokes_subscription_and_registration():
    with Router(settings()) as router, Load(router, websocket) as load:
        told = websocket(router).join(**REVOCATION)
        untold = rawsocket(router).join()
        topic = told.subscribe("com.secret.topic")
        kept = told.subscribe("com.open.topic")
        procedure = told.register("com.secret.procedure")
        untold.subscribe("com.secret.topic")
        untold.register("com.secret.other")

        log = router.reload(with_rule(uri="com.secret", match="prefix", allow=["publish", "call"]))

        revoked = [told.receive(), told.receive()]
        revoked.sort()
        check_equal(revoked[0][:2], [UNSUBSCRIBED, 0], "UNSUBSCRIBED")
        check_equal(revoked[0][2]["subscription"], topic, "which subscription")
        check_equal(revoked[1][:2], [UNREGISTERED, 0], "UNREGISTERED")
        check_equal(revoked[1][2]["registration"], procedure, "which registration")
        sender = websocket(router).join()
        sender.publish("com.secret.topic", 1)
        for name in ("com.secret.procedure", "com.secret.other"):
            sender.expect_error(CALL, sender.call(name), "wamp.error.no_such_procedure")
        sender.publish("com.open.topic", 2)
        told.expect(EVENT, kept, ANY, {}, [2])
        untold.expect_silence()
        for client in (told, untold):
            request = client.request(SUBSCRIBE, {}, "com.secret.topic")
            client.expect_error(SUBSCRIBE, request, "wamp.error.not_authorized")
        check("configuration changed" in log and "permissions" in log, log)
        load.check()


def test_permission_gained_is_used_at_once_by_sessions_that_are_there():
    with Router(with_rule(uri="com.x", allow=[])) as router, Load(router, rawsocket) as load:
        alice = rawsocket(router).join()
        request = alice.request(SUBSCRIBE, {}, "com.x")
        alice.expect_error(SUBSCRIBE, request, "wamp.error.not_authorized")

        router.reload(settings())

        alice.subscribe("com.x")
        load.check()


def test_removed_user_hears_goodbye_and_others_stay():
    joe = {"authid": "joe", "role": "anonymous", "ticket": "secret"}
    sue = {"authid": "sue", "role": "anonymous", "ticket": "secret"}
    for make in BOTH:
        with Router(with_users([joe, sue])) as router, Load(router, make) as load:
            gone = user(make(router))
            stays = user(make(router), "sue")
            gone.register("com.of.joe")

            router.reload(with_users([sue]))

            message = gone.expect_goodbye("wamp.close.killed")
            check_equal(message[1]["message"], "the user was removed", "why")
            gone.expect_closed(1000 if make is websocket else None)
            stays.expect_error(CALL, stays.call("com.of.joe"), "wamp.error.no_such_procedure")
            check_equal(log_in(make(router), "joe", "secret")[0], ABORT, "joe is unknown")
            load.check()


def test_changed_and_removed_roles_end_their_sessions():
    joe = {"authid": "joe", "role": "staff", "ticket": "secret"}
    with Router(with_users([joe], "staff", "boss")) as router, Load(router, websocket) as load:
        first = user(websocket(router))
        router.reload(with_users([{**joe, "role": "boss"}], "staff", "boss"))
        message = first.expect_goodbye("wamp.close.killed")
        check("role" in message[1]["message"], f"why: {message}")
        first.expect_closed(1000)

        second = user(websocket(router))
        router.reload(with_users([{**joe, "role": "anonymous"}]))
        second.expect_goodbye("wamp.close.killed")
        second.expect_closed(1000)
        load.check()


def test_anonymous_switched_off_ends_anonymous_sessions():
    joe = {"authid": "joe", "role": "anonymous", "ticket": "secret"}
    with Router(with_users([joe])) as router, Load(router, rawsocket) as load:
        nobody = rawsocket(router).join()
        known = user(rawsocket(router))

        router.reload(settings(authentication={"users": [joe]}))

        nobody.expect_goodbye("wamp.close.killed")
        nobody.expect_closed()
        known.round_trip()
        load.check()


def test_new_secret_counts_for_the_next_log_in_only():
    joe = {"authid": "joe", "role": "anonymous", "ticket": "secret"}
    with Router(with_users([joe])) as router, Load(router, websocket) as load:
        inside = user(websocket(router))

        log = router.reload(with_users([{**joe, "ticket": "changed-secret"}]))

        inside.round_trip()
        check_equal(log_in(websocket(router), "joe", "secret")[0], ABORT, "the old one")
        user(websocket(router), "joe", "changed-secret")
        check("ticket" in log and "changed-secret" not in log, log)
        load.check()


def test_removed_realm_says_goodbye_and_is_unknown():
    with Router(settings()) as router, Load(router, websocket) as load:
        web = websocket(router).join()
        raw = rawsocket(router).join()
        silent = websocket(router).join()

        log = router.reload(config(realms=[realm("load")]))

        web.expect_goodbye("wamp.close.close_realm")
        web.expect_closed(1000)
        raw.expect_goodbye("wamp.close.close_realm")
        raw.expect_closed()
        late = websocket(router)
        late.send(HELLO, "realm1", {"roles": ROLES})
        late.expect(ABORT, ANY, "wamp.error.no_such_realm")
        check("realm1" in log, log)
        # Who does not answer GOODBYE is closed in the end.
        silent.expect(GOODBYE, ANY, "wamp.close.close_realm")
        silent.expect_closed(1000)
        load.check()


def test_added_realm_is_usable_and_a_realm_that_comes_back_is_empty():
    with Router(settings()) as router, Load(router, rawsocket) as load:
        router.reload(config(realms=[realm(), realm("load"), realm("realm2")]))
        alice = websocket(router).join("realm2")
        alice.register("com.x")

        router.reload(settings())
        alice.expect_goodbye("wamp.close.close_realm")
        router.reload(config(realms=[realm(), realm("load"), realm("realm2")]))

        bob = websocket(router).join("realm2")
        bob.expect_error(CALL, bob.call("com.x"), "wamp.error.no_such_procedure")
        bob.register("com.x")
        load.check()


def test_limits_bite_on_the_next_message():
    with Router(settings()) as router, Load(router, websocket) as load:
        web = websocket(router).join()
        raw = rawsocket(router).join()
        counted = websocket(router).join()
        counted.subscribe("com.a")
        web.publish("com.x", "x" * 5000)

        small = settings(limits={"subscriptions_per_session": 1})
        small["limits"] = {"message_bytes_max": "2KiB", "hello_bytes_max": "2KiB"}
        router.reload(small)

        web.publish_blindly("com.x", "x" * 5000)
        web.expect_closed(1009)
        raw.publish_blindly("com.x", "x" * 5000)
        raw.expect_closed()
        request = counted.request(SUBSCRIBE, {}, "com.b")
        counted.expect_error(SUBSCRIBE, request, "wamp.error.limit_exceeded")
        load.check()


def test_a_bad_file_changes_nothing_and_is_told_with_its_places():
    with Router(settings()) as router, Load(router, websocket) as load:
        alice = websocket(router).join()
        alice.subscribe("com.x")

        router.reload_badly("realms:\n  - name: other\n    roles: [{nam: x}]\nlisteners: 7\n",
                            r"realms\.yaml:3:\d+: .*did you mean 'name'",
                            r"realms\.yaml:4:\d+: .*listeners")

        alice.round_trip()
        websocket(router).join()
        load.check()


def test_a_missing_file_changes_nothing():
    with Router(settings()) as router, Load(router, websocket) as load:
        os.rename(router.config_path, router.config_path + ".away")
        router.tell(signal.SIGHUP)
        router.wait_log("configuration not taken over .*No such file")
        websocket(router).join()
        os.rename(router.config_path + ".away", router.config_path)
        router.reload(settings())
        load.check()


def test_a_listener_that_cannot_open_changes_nothing():
    with Router(settings()) as router, Load(router, websocket) as load:
        alice = websocket(router).join()
        wanted = settings()
        wanted["realms"] = [realm("other")]
        wanted["listeners"].append({"address": "unix:/nowhere/at/all.sock"})

        router.reload_badly(wanted, "/nowhere/at/all.sock: No such file")

        alice.round_trip()
        websocket(router).join()
        load.check()


def test_unchanged_file_changes_nothing_and_shards_need_a_restart():
    with Router(settings()) as router, Load(router, rawsocket) as load:
        log = router.reload(settings())
        check("changes=0" in log and "configuration changed" not in log, log)

        log = router.reload({**settings(), "shards": settings()["shards"] + 1})
        check("shards" in log and "restart" in log, log)
        load.check()


def test_level_and_format_of_the_log_change():
    with Router({**settings(), "log": {"level": "warning"}}) as router, \
            Load(router, websocket) as load:
        websocket(router).join().close()
        check_equal(router.log(), "", "nothing above info yet")

        router.write({**settings(), "log": {"level": "info", "format": "json"}})
        router.tell(signal.SIGHUP)
        router.wait_log("log.level: warning -> info")
        websocket(router).join()

        line = router.wait_log(r"^\{.*session joined.*$")[0]
        check_equal(json.loads(line)["realm"], "realm1", line)
        load.check()


def test_many_reloads_in_a_row_disturb_nobody():
    with Router(settings()) as router, Load(router, websocket) as load:
        alice = rawsocket(router).join()
        variants = [settings(), with_rule(uri="com.x", allow=[])]
        for turn in range(30):
            router.write(variants[turn % 2])
            router.tell(signal.SIGHUP)
            alice.round_trip()
        load.check()


if __name__ == "__main__":
    harness.main(globals())
