"""What is logged: every refused and every closed session, with who, why and which rule."""

import signal
import socket
import tempfile

import harness
from clients import *
from harness import *


def events_of(router):
    """Every line of the log, which must be a JSON object with time, level and event."""
    events = []
    for line in router.log().split("\n")[:-1]:
        event = json.loads(line)
        for key in ("time", "level", "event"):
            check(key in event, f"{key} in {line}")
        events.append(event)
    return events


def wait_event(router, event, **fields):
    def find():
        text = router.log()
        for line in text.split("\n")[:-1]:
            found = json.loads(line)
            if found["event"] == event and all(re.search(pattern, str(found.get(key, "")))
                                               for key, pattern in fields.items()):
                return found
        return None
    return wait_until(find, f"{event} {fields} in the log")


def secured(**changes):
    settings = config(log={"format": "json", **changes})
    settings["realms"][0] = realm(
        roles=[{"name": "staff", "permissions": [ALLOW_ALL, {"uri": "com.no", "allow": []}]}],
        authentication={"users": [{"authid": "joe", "role": "staff", "ticket": "s3cret"}]})
    return settings


def log_in(client, authid="joe", ticket="s3cret"):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid})
    message = client.receive()
    if message[0] == CHALLENGE:
        client.send(AUTHENTICATE, ticket, {})
        message = client.receive()
    return message


def test_sessions_tell_who_they_are_and_why_they_ended():
    with Router(secured()) as router:
        joe = websocket(router)
        session = log_in(joe)[1]
        joined = wait_event(router, "session joined")
        check_equal((joined["realm"], joined["session"], joined["authid"], joined["authrole"]),
                    ("realm1", session, "joe", "staff"), "who")
        check_equal(joined["transport"], "websocket", "transport")
        check(joined["peer"].endswith(f":{joe.socket.getsockname()[1]}"), "peer")

        joe.send(GOODBYE, {}, "wamp.close.close_realm")
        joe.expect(GOODBYE)
        closed = wait_event(router, "session closed", session=str(session))
        check("GOODBYE" in closed["why"], closed["why"])
        events_of(router)


def test_refused_log_ins_tell_who_and_which_rule():
    with Router(secured()) as router:
        check_equal(log_in(websocket(router), ticket="br0ken")[0], ABORT, "wrong ticket")
        check_equal(log_in(rawsocket(router), authid="eve")[0], ABORT, "unknown user")
        nobody = rawsocket(router)
        nobody.send(HELLO, "realm1", {"roles": ROLES})
        nobody.expect(ABORT)
        wait_until(lambda: router.log().count("log-in refused") == 3, "three refusals")

        refusals = [e for e in events_of(router) if e["event"] == "log-in refused"]
        check("joe" in refusals[0]["why"] and "ticket" in refusals[0]["why"], f"{refusals[0]}")
        check("eve" in refusals[1]["why"], f"{refusals[1]}")
        check("anonymous" in refusals[2]["why"], f"{refusals[2]}")
        for refusal in refusals:
            check("realm1" in json.dumps(refusal), f"the realm: {refusal}")
            check(re.match(r"127\.0\.0\.1:\d+", refusal["peer"]), f"peer: {refusal}")
        check("s3cret" not in router.log() and "br0ken" not in router.log(), "no secret is logged")


def test_aborted_sessions_tell_the_violation():
    with Router(secured()) as router:
        joe = websocket(router)
        log_in(joe)
        joe.send(PUBLISH, 7, {}, "com.x")
        joe.expect(ABORT)
        aborted = wait_event(router, "session aborted", authid="joe")
        check("protocol_violation" in aborted["why"] and len(aborted["why"]) > 40, f"{aborted}")


def test_refused_requests_are_told_at_debug_with_the_rule():
    with Router(secured(level="debug")) as router:
        joe = websocket(router)
        log_in(joe)
        joe.expect_error(CALL, joe.call("com.no"), "wamp.error.not_authorized")
        refused = wait_event(router, "request refused", authid="joe")
        check("com.no" in refused["why"] and "staff" in refused["why"], f"{refused}")


def test_levels_differ_by_realm():
    settings = config(log={"level": "warning", "format": "json"},
                      realms=[realm(), realm("loud", log_level="info"),
                              realm("silent", log_level="off")])
    with Router(settings) as router:
        for name in ("silent", "realm1", "loud"):
            websocket(router).join(name).close()
        wait_event(router, "session closed", realm="loud")
        check_equal({event["realm"] for event in events_of(router)}, {"loud"}, "realms that log")

        settings["realms"][0]["log_level"] = "info"
        router.write(settings)
        router.tell(signal.SIGHUP)

        def is_logged():
            websocket(router).join().close()
            return '"realm":"realm1"' in router.log()

        wait_until(is_logged, "the new level holds")


def test_odd_text_of_clients_cannot_forge_lines():
    with Router(secured()) as router:
        odd = 'x"\n{"event":"forged"}\u2028\x1b[31m'
        check_equal(log_in(websocket(router), authid=odd)[0], ABORT, "unknown user")
        web = websocket(router, subprotocols=None)
        web.upgrade("wamp.2.json", "Origin: https://x\x7f\r\nUser-Agent: \"},{\r\n")
        wait_event(router, "log-in refused")
        check_equal([e for e in events_of(router) if e["event"] == "forged"], [], "forged lines")
        check("\x1b" not in router.log(), "no escape sequences")


def test_service_manager_is_told_of_every_state():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(DEADLINE)
            with Router(config(), env={"NOTIFY_SOCKET": path}) as router:
                check_equal(manager.recv(4096), b"READY=1", "start")
                websocket(router).join()

                router.reload(config())
                told = manager.recv(4096).decode()
                check(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", told), told)
                check_equal(manager.recv(4096), b"READY=1", "after the reload")
                router.reload_badly("nonsense: [")
                check(manager.recv(4096).startswith(b"RELOADING=1"), "a bad reload")
                check_equal(manager.recv(4096), b"READY=1", "still ready")

                check_equal(router.stop(), 0, "exit code")
                check_equal(manager.recv(4096), b"STOPPING=1", "stop")


def test_service_manager_in_the_abstract_space_or_gone_is_no_trouble():
    name = f"kreisel-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        manager.settimeout(DEADLINE)
        with Router(config(), env={"NOTIFY_SOCKET": "@" + name}):
            check_equal(manager.recv(4096), b"READY=1", "start")
    with Router(config(), env={"NOTIFY_SOCKET": "/nowhere/notify"}) as router:
        check_equal(router.stop(), 0, "exit code")


if __name__ == "__main__":
    harness.main(globals())
