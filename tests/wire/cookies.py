"""Cookies: set by the router when a WebSocket is opened, logged in by later, dead after a logout, a
kill, or when user or role are gone; and never of use to somebody else."""

import re
import time

import harness
from clients import *
from harness import *

PAGE = "https://example.com"
USERS = [{"authid": "joe", "role": "anonymous", "ticket": "swordfish"},
         {"authid": "ann", "role": "anonymous", "ticket": "sesame"}]
SECRETS = {"joe": "swordfish", "ann": "sesame"}


def settings(users=USERS, cookie=None, **changes):
    return config({"origins": [PAGE], "cookie": cookie or {}},
                  realms=[realm(authentication={"anonymous_role": "anonymous", "users": users})],
                  **changes)


def open_page(router, cookie=None, origin=PAGE):
    """A WebSocket of the page; `cookie` is sent along as a browser would."""
    headers = f"Origin: {origin}\r\n" + (f"Cookie: other=1; {cookie}\r\n" if cookie else "")
    return websocket(router, headers=headers)


def set_cookie(client):
    """The text of Set-Cookie, or None."""
    found = re.search("Set-Cookie: ([^\r]*)\r\n", client.accepted)
    return found[1] if found else None


def cookie_of(client):
    return set_cookie(client).split(";")[0]


def log_in(client, authid="joe"):
    client.send(HELLO, "realm1",
                {"roles": ROLES, "authid": authid, "authmethods": ["cookie", "ticket"]})
    message = client.receive()
    if message[0] == CHALLENGE:
        client.send(AUTHENTICATE, SECRETS[authid], {})
        message = client.receive()
    check_equal(message[0], WELCOME, "log-in")
    client.session = message[1]
    return message[2]


def by_cookie(router, cookie, **details):
    """The answer to a HELLO that offers the cookie only."""
    client = open_page(router, cookie)
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["cookie"], **details})
    return client.receive()


def check_dead(router, cookie):
    answer = by_cookie(router, cookie)
    check_equal([answer[0], answer[2]], [ABORT, "wamp.error.no_matching_auth_method"], "dead")


def test_a_cookie_is_hidden_from_scripts_and_from_other_sites():
    with Router(settings()) as router:
        text = set_cookie(open_page(router))
        check(re.fullmatch("kreisel=[0-9a-f]{64}; Path=/; Max-Age=604800; HttpOnly; Secure; "
                           "SameSite=Lax", text), text)
        check(text != set_cookie(open_page(router)), "each gets its own")
    own = {"name": "sid", "max_age": "1h", "same_site": "strict", "path": "/ws", "secure": False}
    with Router(settings(cookie=own)) as router:
        text = set_cookie(open_page(router))
        check(re.fullmatch("sid=[0-9a-f]{64}; Path=/ws; Max-Age=3600; HttpOnly; SameSite=Strict",
                           text), text)
    with Router(config()) as router:
        check_equal(set_cookie(websocket(router)), None, "no cookie without configuration")


def test_who_has_logged_in_gets_in_by_cookie():
    with Router(settings()) as router:
        first = open_page(router)
        cookie = cookie_of(first)
        check_equal(log_in(first)["authmethod"], "ticket", "the first time")
        again = open_page(router, cookie)
        check_equal(set_cookie(again), None, "a good cookie is left alone")
        details = log_in(again)
        check_equal([details["authid"], details["authmethod"], details["authprovider"]],
                    ["joe", "cookie", "static"], "the second time")
        check_equal(by_cookie(router, cookie)[2]["authid"], "joe", "without authid")
        check_equal(by_cookie(router, cookie, authid="ann")[0], ABORT, "for another user")
        check(cookie.split("=")[1] not in router.log(), "not in the log")


def test_logout_and_kill_end_the_cookie_and_closing_does_not():
    with Router(settings()) as router:
        first = open_page(router)
        cookie = cookie_of(first)
        log_in(first)
        first.send(GOODBYE, {}, "wamp.close.normal")
        first.expect(GOODBYE, ANY, ANY)
        check_equal(by_cookie(router, cookie)[0], WELCOME, "after closing")
        again = open_page(router, cookie)
        log_in(again)
        again.send(GOODBYE, {}, "wamp.close.logout")
        again.expect(GOODBYE, ANY, ANY)
        check_dead(router, cookie)

        victim = open_page(router)
        cookie = cookie_of(victim)
        log_in(victim)
        second = open_page(router, cookie)
        log_in(second)
        killer = websocket(router).join()
        killer.request(CALL, {}, "wamp.session.kill", [second.session])
        second.expect(GOODBYE, ANY, "wamp.close.killed")
        check_dead(router, cookie)


def test_a_cookie_dies_with_its_user():
    with Router(settings()) as router:
        cookies = {}
        for authid in SECRETS:
            client = open_page(router)
            cookies[authid] = cookie_of(client)
            log_in(client, authid)
            client.close()
        router.reload(settings(users=USERS[1:]))
        check_dead(router, cookies["joe"])
        check_equal(by_cookie(router, cookies["ann"])[0], WELCOME, "others stay")


def test_a_cookie_expires():
    with Router(settings(cookie={"max_age": "4s"})) as router:
        client = open_page(router)
        cookie = cookie_of(client)
        log_in(client)
        check_equal(by_cookie(router, cookie)[0], WELCOME, "before")
        wait_until(lambda: by_cookie(router, cookie)[0] == ABORT, "expiry")


def test_a_planted_cookie_does_not_come_to_stand_for_the_victim():
    with Router(settings()) as router:
        made_up = "kreisel=" + "0" * 64
        check(set_cookie(open_page(router, made_up)) is not None, "an unknown one is replaced")

        attacker = open_page(router)
        planted = cookie_of(attacker)
        log_in(attacker, "ann")
        victim = open_page(router, planted)
        victim.send(HELLO, "realm1", {"roles": ROLES, "authid": "joe", "authmethods": ["ticket"]})
        victim.expect(CHALLENGE, "ticket", ANY)
        victim.send(AUTHENTICATE, "swordfish", {})
        check_equal(victim.receive()[0], WELCOME, "the victim logs in")
        check_dead(router, planted)


def test_anonymous_log_ins_get_no_cookie_to_log_in_by():
    with Router(settings()) as router:
        client = open_page(router)
        cookie = cookie_of(client)
        client.join()
        check_dead(router, cookie)


def test_pages_of_other_sites_do_not_get_in():
    with Router(settings()) as router:
        client = open_page(router)
        cookie = cookie_of(client)
        log_in(client)
        refused = websocket(router, subprotocols=None)
        status, _, _ = refused.upgrade(
            "wamp.2.json", f"Origin: https://evil.example\r\nCookie: {cookie}\r\n")
        check_equal(status, 403, "another origin")


def test_the_number_of_cookies_is_bounded():
    with Router(settings(cookies_max=2)) as router:
        cookies = []
        for _ in range(3):
            client = open_page(router)
            cookies.append(cookie_of(client))
            log_in(client)
            time.sleep(0.01)
        check_dead(router, cookies[0])
        for cookie in cookies[1:]:
            check_equal(by_cookie(router, cookie)[0], WELCOME, "the newer ones stay")


if __name__ == "__main__":
    harness.main(globals())
