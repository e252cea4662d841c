"""Users and their secrets over real sockets: hashed tickets, and that neither answer nor time tells
who exists."""

import os
import select
import signal
import time

import harness
from clients import *
from harness import *

# argon2id of "password", 64 MiB and 2 passes: the reference implementation prints it.
SLOW_HASH = ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
             "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")


def settings(users, **changes):
    authentication = {"users": [{"role": "anonymous", **user} for user in users]}
    # A busy machine takes seconds for each ticket.
    changes.setdefault("limits", {"hello_timeout": "1m"})
    return config(realms=[realm(authentication=authentication)], **changes)


HASHED = [{"authid": "joe", "ticket_hash": SLOW_HASH}]


def challenged(client, authid="joe"):
    """The client, asked for its ticket."""
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid})
    client.expect(CHALLENGE, "ticket")
    return client


def log_in(client, authid, ticket):
    """The last message of the log-in."""
    challenged(client, authid).send(AUTHENTICATE, ticket, {})
    return client.receive()


def test_a_hashed_ticket_lets_its_owner_in_and_nobody_else():
    for make in BOTH:
        with Router(settings(HASHED)) as router:
            welcome = log_in(make(router), "joe", "password")
            check_equal(welcome[0], WELCOME, f"log-in of joe: {welcome}")
            check_equal(welcome[2]["authmethod"], "ticket", "authmethod")

            wrong = log_in(make(router), "joe", "Password")
            stranger = log_in(make(router), "nobody", "password")

            check_equal(wrong[0], ABORT, "wrong ticket")
            check_equal(wrong[2], "wamp.error.authentication_denied", "wrong ticket")
            check_equal(stranger, wrong, "a stranger is told the same")
            router.wait_log("joe.* gave a wrong ticket")
            router.wait_log("nobody.* is no user")
            check("Password" not in router.log() and "argon2" not in router.log(), router.log())


def test_others_are_served_while_tickets_are_checked():
    with Router(settings(HASHED, shards=1, password_checks={"threads": 1})) as router:
        inside = websocket(router)
        log_in(inside, "joe", "password")
        waiting = [challenged(websocket(router)) for _ in range(5)]
        for client in waiting:
            client.send(AUTHENTICATE, "wrong", {})

        inside.round_trip()
        readable, _, _ = select.select([client.socket for client in waiting], [], [], 0)
        check(len(readable) < len(waiting), "served when all tickets were checked")
        for client in waiting:
            client.expect(ABORT, ANY, "wamp.error.authentication_denied")


def test_too_many_checks_at_once_are_told_to_come_back():
    checks = {"threads": 1, "waiting_max": 1}
    with Router(settings(HASHED, password_checks=checks)) as router:
        clients = [challenged(make(router)) for make in BOTH for _ in range(4)]
        for client in clients:
            client.send(AUTHENTICATE, "wrong", {})
        outcomes = {outcome_of(client) for client in clients}

        # Who is one too many hears no ABORT, which is a last word: it is to come again.
        check(outcomes >= {"wamp.error.authentication_denied", 1013}, f"{outcomes}")
        check(outcomes <= {"wamp.error.authentication_denied", 1013, None}, f"{outcomes}")
        router.wait_log("too many tickets wait to be checked")
        check_equal(log_in(rawsocket(router), "joe", "password")[0], WELCOME, "afterwards")


def test_a_client_that_leaves_meanwhile_is_forgotten():
    with Router(settings(HASHED)) as router:
        client = challenged(websocket(router))
        client.send(AUTHENTICATE, "password", {})
        client.close()
        router.wait_log("connection closed before log-in")

        check_equal(log_in(websocket(router), "joe", "password")[0], WELCOME, "the next one")


def test_a_message_during_the_check_is_a_violation():
    with Router(settings(HASHED)) as router:
        client = challenged(websocket(router))
        client.send_many([[AUTHENTICATE, "password", {}], [AUTHENTICATE, "password", {}]])

        client.expect(ABORT, ANY, "wamp.error.protocol_violation")
        client.expect_closed(1002)


def test_time_does_not_tell_who_exists():
    """Wrong tickets of a user and of strangers, in turn: their medians are near each other."""
    users = HASHED + [{"authid": "ann", "ticket_hash": SLOW_HASH}]
    with Router(settings(users, shards=1)) as router:
        def measure(authid):
            client = websocket(router)
            start = time.monotonic()
            check_equal(log_in(client, authid, f"wrong at {start}")[0], ABORT, authid)
            took = time.monotonic() - start
            client.close()
            return took

        measure("joe")
        check_same_time(measure, ("joe", "nobody"), turns=15)


def test_a_router_stops_while_tickets_are_checked():
    with Router(settings(HASHED, password_checks={"threads": 1})) as router:
        clients = [challenged(websocket(router)) for _ in range(5)]
        for client in clients:
            client.send(AUTHENTICATE, "wrong", {})

        check_equal(router.stop(), 0, "exit code")


def test_secrets_in_a_configuration_that_others_may_read_are_warned_of():
    told = "others may read or write this file, and this and 1 more secrets are as good as"
    users = [{"authid": "joe", "ticket": "swordfish"},
             {"authid": "sue", "wampcra": {"secret": "s"}}]
    with Router(settings(users)) as router:
        check("as good as" not in router.log(), "mode 600")
        for mode, is_warned in ((0o600, False), (0o640, False), (0o644, True), (0o606, True)):
            os.chmod(router.config_path, mode)
            status, _, error = command("check", "realms.yaml", folder=router.folder)
            check_equal([status, told in error], [0, is_warned], f"mode {mode:o}: {error}")
        start = len(router.log())
        router.tell(signal.SIGHUP)
        router.wait_log("warning.*users.0..ticket: others may read", start)
        check_equal(log_in(websocket(router), "joe", "swordfish")[0], WELCOME, "and all the same")
        # Hashes and references open no door, nor does the name of a database.
        users = [{"authid": "joe", "role": "anonymous", "ticket": "${JOE_TICKET}"},
                 {**HASHED[0], "role": "anonymous"}]
        users[1]["authid"] = "ann"
        for connection, is_warned in (("dbname=users", False), ("${DATABASE}", False),
                                      ("postgresql://kreisel@host/users", False),
                                      ("dbname=users password=x", True),
                                      ("postgresql://kreisel:x@host/users", True)):
            database = {"postgresql": connection, "query": "SELECT role FROM u WHERE name = $1"}
            router.write(config(realms=[realm(
                authentication={"users": users, "user_database": database})]))
            os.chmod(router.config_path, 0o644)
            status, _, error = command("check", "realms.yaml", folder=router.folder, env={
                **os.environ, "JOE_TICKET": "swordfish", "DATABASE": "dbname=x password=y"})
            check_equal([status, error != ""], [0, is_warned], f"{connection}: {error}")


if __name__ == "__main__":
    harness.main(globals())
