"""A client that comes back before the router has noticed that it went."""

import harness
from clients import *
from harness import *

USERS = [{"authid": name, "ticket": "secret"} for name in ("joe", "sue")]


def users():
    wanted = realm()
    role = wanted["roles"][0]["name"]
    wanted["authentication"]["users"] = [{**user, "role": role} for user in USERS]
    return config(realms=[wanted])


def log_in(client, authid):
    client.send(HELLO, "realm1", {"roles": ROLES, "authid": authid, "authmethods": ["ticket"]})
    client.expect(CHALLENGE)
    client.send(AUTHENTICATE, "secret", {})
    client.expect(WELCOME)
    return client


def test_procedures_of_a_ghost_pass_to_the_session_of_the_same_user():
    with Router(users()) as router:
        ghost = log_in(websocket(router), "joe")  # never reads again, so never answers a ping
        for name in ("com.a", "com.b"):
            ghost.register(name)
        back = log_in(websocket(router), "joe")
        requests = [back.request(REGISTER, {}, name) for name in ("com.a", "com.b")]
        for request in requests:
            back.expect(REGISTERED, request)
        router.wait_log("session closed .*its user is back")
        caller = websocket(router).join()
        request = caller.call("com.b")
        back.serve("back")
        caller.expect(RESULT, request, {}, ["back"])


def test_a_session_that_is_there_keeps_its_procedures():
    with Router(users()) as router:
        first = log_in(websocket(router), "joe")
        first.register("com.a")
        second = log_in(websocket(router), "joe")
        request = second.request(REGISTER, {}, "com.a")
        wait_until(lambda: first.round_trip() or first.pings, "a ping, which is answered")
        second.expect_error(REGISTER, request, "wamp.error.procedure_already_exists")
        second.call("com.a")
        first.serve("still here")
        second.expect(RESULT)


def test_others_are_refused_at_once():
    with Router(users()) as router:
        first = log_in(websocket(router), "joe")
        first.register("com.a")
        for other in (log_in(websocket(router), "sue"), websocket(router).join(), first):
            request = other.request(REGISTER, {}, "com.a")
            other.expect_error(REGISTER, request, "wamp.error.procedure_already_exists")
        check_equal(first.pings, 0, "nobody had to be asked")


def test_rawsockets_are_not_pinged_and_keep_what_they_have():
    with Router(users()) as router:
        first = log_in(rawsocket(router), "joe")
        first.register("com.a")
        second = log_in(rawsocket(router), "joe")
        request = second.request(REGISTER, {}, "com.a")
        second.expect_error(REGISTER, request, "wamp.error.procedure_already_exists")


def test_who_waited_may_leave():
    with Router(users()) as router:
        ghost = log_in(websocket(router), "joe")
        ghost.register("com.a")
        back = log_in(websocket(router), "joe")
        back.request(REGISTER, {}, "com.a")
        back.reset()
        router.wait_log("session closed .*its user is back")
        third = log_in(websocket(router), "joe")
        third.register("com.a")


if __name__ == "__main__":
    harness.main(globals())
