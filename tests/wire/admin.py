"""/metrics, /healthz and /readyz: the numbers are those of what happened, and they are there when
the router is full, when it drains and when somebody is rude at the admin address."""

import signal
import socket

import harness
from clients import *
from harness import *

ADMIN = {"address": "127.0.0.1:0"}


def get(router, path, method="GET", raw=None):
    """(status, head, body) of one request at the admin address."""
    host, port = re.match(r"http://([\d.]+):(\d+)/", router.address("http://")).groups()
    with socket.create_connection((host, int(port)), timeout=DEADLINE) as plain:
        plain.sendall(raw or f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = b""
        while True:
            more = plain.recv(65536)
            if not more:
                break
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else None, head.decode(), body.decode()


def metrics(router):
    """{'name{labels}': value} of /metrics."""
    status, head, body = get(router, "/metrics")
    check_equal(status, 200, "status")
    check("Content-Type: text/plain; version=0.0.4" in head, head)
    check(f"Content-Length: {len(body.encode())}" in head, head)
    lines = [line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def find(numbers, **wanted):
    """The numbers, if those are among them."""
    return numbers if wanted.items() <= numbers.items() else None


def check_grown(before, after, name, least, most=None):
    grown = after.get(name, 0) - before.get(name, 0)
    check(least <= grown <= (least if most is None else most), f"{name} grew by {grown}")


def test_numbers_are_those_of_what_happened():
    with Router(config(admin=ADMIN)) as router:
        before = metrics(router)
        alice = websocket(router).join()
        bob = rawsocket(router).join()
        bob.subscribe("com.topic")
        bob.register("com.proc")
        for number in range(7):
            alice.publish("com.topic", number)
            bob.expect(EVENT, ANY, ANY, {}, [number])
        alice.call("com.proc")
        bob.expect(INVOCATION)

        # What is written is known to be so a moment later.
        during = wait_until(lambda: find(metrics(router), kreisel_outbox_bytes=0,
                                         kreisel_handshakes=0), "all is written")
        check_grown(before, during, 'kreisel_messages_received_total{type="publish"}', 7)
        check_grown(before, during, 'kreisel_messages_sent_total{type="event"}', 7)
        check_grown(before, during, 'kreisel_messages_sent_total{type="invocation"}', 1)
        check_grown(before, during, "kreisel_sessions_opened_total", 2)
        check_grown(before, during, "kreisel_connections_accepted_total", 2)
        check_grown(before, during, "kreisel_bytes_received_total", 400, 4000)
        check_grown(before, during, "kreisel_bytes_sent_total", 400, 9000)
        for name, wanted in (("kreisel_connections", 2), ("kreisel_ready", 1),
                             ("kreisel_silent", 0), ('kreisel_sessions{realm="realm1"}', 2),
                             ('kreisel_subscriptions{realm="realm1"}', 1),
                             ('kreisel_registrations{realm="realm1"}', 1),
                             ('kreisel_pending_calls{realm="realm1"}', 1)):
            check_equal(during[name], wanted, name)
        check(during["process_resident_memory_bytes"] > 1 << 20, "resident memory")
        check(during["process_open_fds"] > 5, "descriptors")
        check(abs(during["process_start_time_seconds"] - time.time()) < 60, "start")
        check(during["process_cpu_seconds_total"] < 20, "CPU time")

        bob.send(GOODBYE, {}, "wamp.close.normal")
        bob.expect(GOODBYE)
        alice.close()
        after = wait_until(lambda: find(metrics(router), **{
            "kreisel_connections": 0, 'kreisel_sessions{realm="realm1"}': 0}), "both are gone")
        check_grown(during, after, 'kreisel_sessions_closed_total{why="goodbye"}', 1)
        check_grown(during, after, 'kreisel_sessions_closed_total{why="lost"}', 1)


def test_refused_log_ins_are_counted_by_method():
    settings = config(admin=ADMIN)
    settings["realms"][0]["authentication"] = {"users": [
        {"authid": "joe", "role": "anonymous", "ticket": "secret"}]}
    with Router(settings) as router:
        joe = rawsocket(router)
        joe.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": "joe"})
        joe.expect(CHALLENGE)
        joe.send(AUTHENTICATE, "wrong", {})
        joe.expect(ABORT)
        stranger = rawsocket(router)
        stranger.send(HELLO, "no.such.realm", {"roles": ROLES})
        stranger.expect(ABORT)
        found = wait_until(lambda: find(metrics(router), **{
            'kreisel_logins_failed_total{method="ticket"}': 1,
            'kreisel_logins_failed_total{method="none"}': 1}), "both are counted")
        check_equal(found["kreisel_sessions_opened_total"], 0, "opened")


def test_checks_of_passwords_and_look_ups_of_users_are_counted():
    slow_hash = ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                 "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
    query = "SELECT role, ticket FROM users WHERE name = $1"
    authentication = {
        "users": [{"authid": "joe", "role": "anonymous", "ticket_hash": slow_hash}],
        "user_database": {"sqlite": "users.db", "query": query, "remembered_for": "0"}}
    checks = {"threads": 1, "waiting_max": 1}
    with Router(config(admin=ADMIN, realms=[realm(authentication=authentication)],
                       password_checks=checks, limits={"hello_timeout": "1m"})) as router:
        def hello(authid):
            client = rawsocket(router)
            client.send(HELLO, "realm1", {
                "roles": ROLES, "authmethods": ["ticket"], "authid": authid})
            return client

        crowd = [hello("joe") for _ in range(6)]
        for client in crowd:
            client.expect(CHALLENGE)
        for client in crowd:  # all of them within the time of one check
            client.send(AUTHENTICATE, "wrong", {})
        denied = [outcome_of(client) for client in crowd].count("wamp.error.authentication_denied")
        check_equal(hello("ann").expect(ABORT)[2], "wamp.error.authentication_failed", "no file")

        check(0 < denied < len(crowd), f"{denied} of {len(crowd)} had their turn")
        passwords = '{pool="password_checks"}'
        users = '{pool="user_database",realm="realm1"}'
        wanted = {"kreisel_background_done_total" + passwords: denied,
                  "kreisel_background_refused_total" + passwords: len(crowd) - denied,
                  "kreisel_background_waiting" + passwords: 0,
                  "kreisel_background_done_total" + users: 1,
                  "kreisel_background_refused_total" + users: 0,
                  'kreisel_user_database_errors_total{realm="realm1"}': 1}
        # The numbers follow the answers.
        wait_until(lambda: wanted.items() <= metrics(router).items(), f"{wanted}")


def test_it_answers_while_the_router_is_full():
    with Router(config(admin=ADMIN, max_connections=2)) as router:
        inside = [rawsocket(router).join() for _ in range(2)]
        refused = rawsocket(router, shake=False)
        check_equal(refused.shake(0xf1)[1], 0x40, "RawSocket error 4")
        check_equal(get(router, "/healthz")[::2], (200, "healthy\n"), "health")
        name = 'kreisel_limit_reached_total{limit="max_connections"}'
        wait_until(lambda: metrics(router)[name] == 1, name)
        for client in inside:
            client.round_trip()


def test_readiness_ends_with_the_drain_and_health_does_not():
    with Router(config(admin=ADMIN)) as router:
        caller = rawsocket(router).join()
        callee = rawsocket(router).join()
        callee.register("com.slow")
        check_equal(get(router, "/readyz")[::2], (200, "ready\n"), "before")
        caller.call("com.slow")
        invocation = callee.expect(INVOCATION)
        router.tell(signal.SIGTERM)
        wait_until(lambda: get(router, "/readyz")[0] == 503, "not ready while it drains")
        check_equal(get(router, "/readyz")[2], "the router is stopping\n", "why")
        check_equal(get(router, "/healthz")[0], 200, "it lives")
        check_equal(metrics(router)["kreisel_ready"], 0, "kreisel_ready")
        callee.send(YIELD, invocation[1], {})
        caller.expect(RESULT)
        check_equal(router.wait_end(), 0, "exit code")


def test_ready_again_when_descriptors_are_back():
    with Router(config(admin=ADMIN)) as router:
        limit = router.descriptors() + 2
        resource.prlimit(router.pid, resource.RLIMIT_NOFILE, (limit, limit))
        crowd = [connect(router.address("rs")) for _ in range(4)]
        router.wait_log("cannot accept connections")
        for each in crowd:
            each.close()
        wait_until(lambda: get(router, "/readyz")[0] == 200, "ready again")


def test_rude_clients_of_the_admin_address_harm_nobody():
    with Router(config(admin=ADMIN)) as router:
        check_equal(get(router, "/")[0], 404, "another path")
        check_equal(get(router, "/metrics?x=y")[0], 200, "a query is no part of the path")
        check_equal(get(router, "/metrics", "POST")[0], 405, "POST")
        status, head, body = get(router, "/metrics", "HEAD")
        check_equal((status, body), (200, ""), "HEAD")
        check(int(re.search(r"Content-Length: (\d+)", head)[1]) > 1000, head)
        check_equal(get(router, "", raw=b"GET / HTTP/1.1\nHost: x\n\n")[0], 400, "bare line feeds")
        check_equal(get(router, "", raw=b"GET /" + b"a" * 9000)[0], 431, "long head")
        check_equal(get(router, "", raw=b"\x7f\xf1\0\0")[0], 400, "RawSocket")

        address = router.address("http://")
        mute = [connect(address) for _ in range(40)]
        wait_until(lambda: len([each for each in mute if is_ended(each)]) >= 8, "8 are too many")
        closed = [each for each in mute if is_ended(each)]
        check(len(closed) <= 9, f"{len(closed)} of 40 are too many")
        for each in mute:
            each.close()
        wait_until(lambda: reachable(router), "room again")


def is_ended(plain):
    plain.settimeout(0.02)
    try:
        return plain.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def reachable(router):
    try:
        return get(router, "/healthz")[0] == 200
    except OSError:
        return False


def test_unix_socket_and_taken_address():
    with Router(config(admin={"address": "unix:admin.sock"})) as router:
        check_equal(router.address("http+unix:"), "http+unix:admin.sock", "address")
        plain = socket.socket(socket.AF_UNIX)
        plain.connect(os.path.join(router.folder, "admin.sock"))
        plain.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        check(plain.recv(1000).startswith(b"HTTP/1.1 200 OK"), "health")
        plain.close()
        check_equal(router.stop(), 0, "exit code")
        check(not os.path.exists(os.path.join(router.folder, "admin.sock")), "its file is gone")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Router(config(admin={"address": address}), wait=False) as router:
            check_equal(router.wait_end(), 1, "exit code")
            check("in use" in router.log(), router.log())


if __name__ == "__main__":
    harness.main(globals())
