"""An authorizer in a process of its own: it calls and publishes while 100 sessions wait for it, is
killed, and comes back."""

import collections
import json
import os
import signal
import subprocess
import sys
import tempfile

import harness
from clients import *
from harness import *

GUESTS = 100
ANSWERED = 40

OWN = ["register", "call", "publish"]
REALM = realm(
    roles=[
        {"name": "anonymous", "authorizer": "com.judge.authorize", "permissions": [
            {"uri": "com.judge.", "match": "prefix", "allow": []}]},
        # Its own role asks too: who is the authorizer must not wait for itself.
        {"name": "judge", "authorizer": "com.judge.authorize", "permissions": [
            {"uri": "com.judge.", "match": "prefix", "allow": OWN}]},
        {"name": "helper", "permissions": [
            {"uri": "com.judge.", "match": "prefix", "allow": OWN + ["subscribe"]}]},
    ],
    authentication={"anonymous_role": "anonymous", "users": [
        {"authid": "judge", "role": "judge", "ticket": "of the judge"},
        {"authid": "helper", "role": "helper", "ticket": "of the helper"}]})


def log_in(client, authid):
    client.send(HELLO, "realm1", {"roles": ROLES, "authid": authid, "authmethods": ["ticket"]})
    client.expect(CHALLENGE)
    client.send(AUTHENTICATE, f"of the {authid}", {})
    client.expect(WELCOME)
    return client


class Judge:
    """What runs in the other process: every question costs a publication and a call."""

    def __init__(self, address):
        self.client = log_in(RawSocket(address), "judge")
        self.questions = collections.deque()
        self.client.register("com.judge.authorize")
        print("ready", flush=True)

    def wait_for(self, kind):
        while True:
            message = self.client.receive(timeout=300)
            if message[0] == INVOCATION:
                self.questions.append(message)
                if kind == INVOCATION:
                    return
            elif message[0] == kind:
                return
            else:
                raise AssertionError(message)

    def run(self):
        while True:
            if not self.questions:
                self.wait_for(INVOCATION)
            question = self.questions.popleft()
            session, uri, action, _ = question[4]
            self.client.request(PUBLISH, {"acknowledge": True}, "com.judge.trace", [uri])
            self.wait_for(PUBLISHED)
            self.client.request(CALL, {}, "com.judge.look_up", [session["session"], action])
            self.wait_for(RESULT)
            self.client.send(YIELD, question[1], {}, [True])


def start_judge(router):
    judge = subprocess.Popen([sys.executable, __file__, "--judge", router.address("rs")],
                             stdout=subprocess.PIPE, text=True)
    check_equal(judge.stdout.readline().strip(), "ready", "the judge")
    return judge


def call_error(guest):
    message = guest.expect(ERROR)
    check_equal(message[1], CALL, "what the ERROR is for")
    return message[4]


def test_an_authorizer_that_calls_and_publishes_is_killed_while_100_sessions_wait():
    settings = config(realms=[REALM])
    settings["realms"][0]["limits"] = {"authorizer_timeout": "1m"}
    with Router(settings) as router:
        helper = log_in(rawsocket(router), "helper")
        helper.register("com.judge.look_up")
        judge = start_judge(router)
        guests = [rawsocket(router).join() for _ in range(GUESTS)]
        for guest in guests:
            guest.call("com.job")

        for _ in range(ANSWERED):
            helper.serve(True)
        helper.expect(INVOCATION)  # the judge waits for this answer, and all the others for it
        os.kill(judge.pid, signal.SIGKILL)
        judge.wait()

        errors = collections.Counter(call_error(guest) for guest in guests)
        check_equal(errors["wamp.error.no_such_procedure"], ANSWERED, "calls that were allowed")
        check_equal(errors["wamp.error.authorization_failed"], GUESTS - ANSWERED,
                    "calls without an answer")
        second = start_judge(router)
        guests[0].call("com.job")
        helper.serve(True)
        check_equal(call_error(guests[0]), "wamp.error.no_such_procedure", "after its return")
        os.kill(second.pid, signal.SIGKILL)
        second.wait()


def test_an_authorizer_that_says_nothing_is_given_up():
    settings = config(realms=[REALM])
    settings["realms"][0]["limits"] = {"authorizer_timeout": "300ms"}
    with Router(settings) as router:
        judge = log_in(rawsocket(router), "judge")
        judge.register("com.judge.authorize")
        guest = rawsocket(router).join()
        guest.publish_blindly("com.t")
        guest.call("com.job")

        check_equal(call_error(guest), "wamp.error.authorization_failed", "after its time")


def explain(folder, *arguments):
    status, output, _ = command("explain", "-c", "realms.yaml", *arguments, folder=folder)
    return status, output.strip()


def test_explain_says_which_rule_decides():
    with Router(config(realms=[REALM])) as router:
        folder = router.folder
        status, text = explain(folder, "--action", "call", "--uri", "com.judge.x")
        check_equal(status, 3, text)
        check(text.startswith("forbidden: ") and "realms.yaml:" in text, text)
        status, text = explain(folder, "--authid", "judge", "--action", "call", "--uri",
                               "com.judge.x")
        check_equal(status, 0, text)
        status, text = explain(folder, "--action", "subscribe", "--uri", "org.", "--match",
                               "prefix")
        check_equal(status, 4, text)
        check("com.judge.authorize decides" in text, text)
        check_equal(explain(folder, "--role", "nobody", "--action", "call", "--uri", "a")[0], 1,
                    "an unknown role")
        check_equal(explain(folder, "--action", "sing", "--uri", "a")[0], 2, "an unknown action")


def test_explain_looks_users_up_in_files_and_in_no_database():
    query = "SELECT role, ticket FROM users WHERE name = $1"
    authentication = {"users_file": "users.yaml",
                      "user_database": {"sqlite": "users.db", "query": query}}
    call = ["--action", "call", "--uri", "com.judge.x"]
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("users.yaml", [{"authid": "ann", "role": "helper", "ticket": "t"}]),
                              ("realms.yaml", config(realms=[
                                  {**REALM, "authentication": authentication}]))):
            with open(os.path.join(folder, name), "w", encoding="utf-8",
                      opener=open_for_owner) as file:
                json.dump(content, file)
        status, text = explain(folder, "--authid", "ann", *call)
        check_equal([status, text.split(",")[0]], [0, "allowed: role 'helper'"], text)
        for arguments, told in (
                (["--authid", "sue"], "the user database is not looked at; name the role"),
                ([], "does not take anonymous sessions")):
            status, _, error = command("explain", "-c", "realms.yaml", *arguments, *call,
                                       folder=folder)
            check_equal(status, 1, error)
            check(told in error, error)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--judge"]:
        Judge(sys.argv[2]).run()
    else:
        harness.main(globals())
