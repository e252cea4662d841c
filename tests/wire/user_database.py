"""Users in SQLite and PostgreSQL: found by the configured query, strangers answered like users,
and a database that is down, slow or not as it should be. The PostgreSQL is the test's own: a
cluster in a temporary folder on a unix socket."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import harness
from clients import *
from harness import *

TABLE = "CREATE TABLE users (name TEXT PRIMARY KEY, role TEXT, ticket TEXT, ticket_hash TEXT)"
USERS = [("joe", "anonymous", "secret", None), ("ann", "anonymous", "anns", None),
         ("odd", "no_such_role", "odds", None), ("empty", None, "x", None)]
QUERY = "SELECT role, ticket, ticket_hash FROM users WHERE name = $1"


def settings(database, **authentication):
    database = {"query": QUERY, "remembered_for": "0", **database}
    return config(realms=[realm(authentication={"user_database": database, **authentication})])


def log_in(client, authid, ticket="secret"):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid})
    message = client.receive()
    if message[0] != CHALLENGE:
        return message
    client.send(AUTHENTICATE, ticket, {})
    return client.receive()


def user(client, authid="joe", ticket="secret"):
    welcome = log_in(client, authid, ticket)
    check_equal(welcome[0], WELCOME, f"log-in of {authid}: {welcome}")
    check_equal(welcome[2]["authprovider"], "database", "authprovider")
    return client


def reason_of(message):
    check_equal(message[0], ABORT, "the log-in is refused")
    return message[2]


class Sqlite:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "users.db")

    def __enter__(self):
        with contextlib.closing(sqlite3.connect(self.path)) as database:
            database.execute(TABLE)
            database.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", USERS)
            database.commit()
        return self

    def __exit__(self, kind, error, trace):
        self.folder.cleanup()

    def settings(self, more=None, **authentication):
        return settings({"sqlite": self.path, **(more or {})}, **authentication)

    def run(self, sql):
        with contextlib.closing(sqlite3.connect(self.path)) as database:
            database.execute(sql)
            database.commit()


class PostgreSql:
    """A cluster of its own. The server refuses to be root, so root runs it as somebody else."""

    def __init__(self):
        programs = glob.glob("/usr/lib/postgresql/*/bin")
        check(programs, "postgresql is not installed (scripts/setup does it)")
        self.programs = sorted(programs)[-1]
        self.folder = tempfile.mkdtemp(prefix="kreisel-pg-")
        self.data = os.path.join(self.folder, "data")
        self.server = None
        self.owner = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.owner = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def __enter__(self):
        self.run_program("initdb", "-D", self.data, "-U", "kreisel", "-A", "trust", "--no-sync")
        self.start()
        self.run(TABLE)
        for row in USERS:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in row)
            self.run(f"INSERT INTO users VALUES ({values})")
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_program(self, name, *arguments):
        return subprocess.run([os.path.join(self.programs, name), *arguments], check=True,
                              cwd=self.folder, capture_output=True, text=True, timeout=60,
                              **self.owner)

    def start(self):
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.server = subprocess.Popen(
                [os.path.join(self.programs, "postgres"), "-D", self.data, "-k", self.folder, "-c",
                 "listen_addresses=", "-c", "fsync=off"], cwd=self.folder, stdout=log, stderr=log,
                **self.owner)
        wait_until(self.answers, "the database server")

    def answers(self):
        try:
            return self.run("SELECT 1") is None
        except subprocess.CalledProcessError:
            return False

    def stop(self):
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)  # ends its connections, too
            self.server.wait(DEADLINE)
            self.server = None

    def run(self, sql):
        self.run_program("psql", "-h", self.folder, "-U", "kreisel", "-d", "postgres", "-q", "-c",
                         sql)

    def settings(self, more=None, **authentication):
        connection = f"host={self.folder} user=kreisel dbname=postgres"
        return settings({"postgresql": connection, **(more or {})}, **authentication)


def check_users_of(database):
    sue = {"authid": "sue", "role": "anonymous", "ticket": "sues"}
    with Router(database.settings(users=[sue])) as router:
        for make in BOTH:
            user(make(router)).round_trip()
            wrong = log_in(make(router), "joe", "wrong")
            stranger = log_in(make(router), "nobody", "secret")
            check_equal(reason_of(wrong), "wamp.error.authentication_denied", "wrong")
            check_equal(stranger, wrong, "a stranger is told the same")
            check_equal(log_in(make(router), "sue", "sues")[0], WELCOME, "sue of realms.yaml")
        for name in ("' OR '1' = '1", "joe' --", "joe\u0000", "\u00e4", "x" * 5000):
            check_equal(reason_of(log_in(websocket(router), name)),
                        "wamp.error.authentication_denied", name)
        check_equal(reason_of(log_in(websocket(router), "odd", "odds")),
                    "wamp.error.no_such_role", "a role that the realm has not")
        check_equal(reason_of(log_in(websocket(router), "empty", "x")),
                    "wamp.error.authentication_failed", "a row without role")
        router.wait_log("user in the database cannot be used.*'role' is missing")

        database.run("INSERT INTO users VALUES ('new', 'anonymous', 'news', NULL)")
        user(websocket(router), "new", "news")
        database.run("DELETE FROM users WHERE name = 'new'")
        check_equal(reason_of(log_in(websocket(router), "new", "news")),
                    "wamp.error.authentication_denied", "gone")
        check("secret" not in router.log(), "no secret in the log")


def test_users_of_sqlite():
    with Sqlite() as database:
        check_users_of(database)


def test_users_of_postgresql():
    with PostgreSql() as database:
        check_users_of(database)


def check_wrong_queries(database, *more):
    for query, told in (("SELECT * FROM persons WHERE name = $1", "persons"),
                        ("SELECT role FROM users", "needs one parameter"),
                        ("SELECT role, ticket AS tickett FROM users WHERE name = $1",
                         "unknown key 'tickett'"),
                        ("SELECT role, 'x' AS ticket FROM users WHERE name <> $1 || '.'",
                         "more than one row"), *more):
        with Router(database.settings({"query": query})) as router:
            check_equal(reason_of(log_in(websocket(router), "joe")),
                        "wamp.error.authentication_failed", query)
            router.wait_log(told)


def test_wrong_queries_are_told_to_the_operator_and_to_nobody_else():
    with Sqlite() as database:
        check_wrong_queries(database, ("DELETE FROM users WHERE name = $1", "is no SELECT"))
    with PostgreSql() as database:
        check_wrong_queries(database, ("DELETE FROM users WHERE name = $1", "is no SELECT"))


def test_a_file_that_is_not_there_yet_is_found_later():
    with Sqlite() as database:
        os.rename(database.path, database.path + ".away")
        with Router(database.settings()) as router:
            check_equal(reason_of(log_in(websocket(router), "joe")),
                        "wamp.error.authentication_failed", "no file")
            router.wait_log("the user database cannot be asked, trying again")
            os.rename(database.path + ".away", database.path)
            wait_until(lambda: log_in(websocket(router), "joe")[0] == WELCOME, "the file")
            router.wait_log("the user database answers again")


def test_a_server_that_goes_and_comes_back():
    sue = {"authid": "sue", "role": "anonymous", "ticket": "sues"}
    with PostgreSql() as database:
        with Router(database.settings(users=[sue])) as router:
            inside = user(websocket(router))
            database.stop()
            check_equal(reason_of(log_in(websocket(router), "joe")),
                        "wamp.error.authentication_failed", "down")
            check_equal(log_in(websocket(router), "sue", "sues")[0], WELCOME, "sue")
            inside.round_trip()
            database.start()
            wait_until(lambda: log_in(websocket(router), "joe")[0] == WELCOME, "the server")


def test_connections_that_died_meanwhile_are_made_anew():
    with PostgreSql() as database:
        with Router(database.settings({"connections": 2})) as router:
            for _ in range(4):
                user(websocket(router))
            database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                         " WHERE pid <> pg_backend_pid() AND query LIKE '%users%'")
            for _ in range(4):
                user(websocket(router))


def test_a_slow_server_costs_its_time_and_blocks_nobody():
    slow = {"query": QUERY.replace("$1", "$1 AND pg_sleep(30) IS NOT NULL"), "timeout": "3s",
            "connections": 1, "waiting_max": 1}
    sue = {"authid": "sue", "role": "anonymous", "ticket": "sues"}
    with PostgreSql() as database:
        with Router(database.settings(slow, users=[sue])) as router:
            inside = websocket(router)
            check_equal(log_in(inside, "sue", "sues")[0], WELCOME, "sue")
            waiting = [websocket(router) for _ in range(5)]
            start = time.monotonic()
            for client in waiting:
                client.send(HELLO, "realm1",
                            {"roles": ROLES, "authmethods": ["ticket"], "authid": "joe"})
            inside.round_trip()
            check(time.monotonic() - start < 3, "others are served")
            outcomes = {outcome_of(client) for client in waiting}
            # The database's silence is a last word, its queue is not.
            check_equal(outcomes, {"wamp.error.authentication_failed", 1013}, "outcomes")
            took = time.monotonic() - start
            check(took < 20, f"all were answered after {took:.1f} s, and not of half a minute")
            router.wait_log("no answer in time")
            router.wait_log("too many log-ins wait for the user database")
            check_equal(router.stop(), 0, "exit code")


def test_answers_are_remembered_for_a_moment():
    with Sqlite() as database:
        with Router(database.settings({"remembered_for": "10m"})) as router:
            user(websocket(router))
            check_equal(reason_of(log_in(websocket(router), "late", "lates")),
                        "wamp.error.authentication_denied", "late")
            database.run("UPDATE users SET ticket = 'changed' WHERE name = 'joe'")
            database.run("INSERT INTO users VALUES ('late', 'anonymous', 'lates', NULL)")
            user(websocket(router))
            check_equal(log_in(websocket(router), "late", "lates")[0], ABORT, "still unknown")

            # Another configuration asks anew.
            router.reload(database.settings({"remembered_for": "0"}))
            user(websocket(router), "late", "lates")
            check_equal(log_in(websocket(router), "joe")[0], ABORT, "the old ticket")


def test_time_does_not_tell_who_is_in_the_database():
    with PostgreSql() as database:
        with Router({**database.settings(), "shards": 1}) as router:
            user(websocket(router))

            def measure(authid):
                client = websocket(router)
                start = time.monotonic()
                check_equal(log_in(client, authid, "wrong")[0], ABORT, authid)
                took = time.monotonic() - start
                client.close()
                return took

            check_same_time(measure, ("joe", "nobody"), turns=100, tolerance=0.3)


if __name__ == "__main__":
    harness.main(globals())
