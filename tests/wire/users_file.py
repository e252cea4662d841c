"""The users file of a realm and the commands that change it: taken over when it changes, kept when
it is broken, locked against others; kreisel hash-password and keygen."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import stat
import subprocess
import tempfile
import threading

import harness
from clients import *
from harness import *


def settings(**authentication):
    return config(realms=[realm(authentication={"users_file": "users.yaml", **authentication})])


def command_with_password(password, *arguments, folder=None):
    done = subprocess.run([harness.PROGRAM, *arguments], input=password + "\n", cwd=folder,
                          timeout=DEADLINE, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


class Folder:
    """A folder with a users file, and a router that reads it."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.name = self.temporary.name
        self.path = os.path.join(self.name, "users.yaml")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.temporary.cleanup()

    def write(self, users, mode=0o600):
        text = users if isinstance(users, str) else json.dumps(users)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path + ".new", mode)
        os.rename(self.path + ".new", self.path)

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def run(self, *arguments, password=""):
        return command_with_password(password, *arguments, folder=self.name)

    def add(self, authid, *more, password="secret"):
        code, output, error = self.run("user", "add", authid, "--role", "anonymous", *more,
                                       password=password)
        check_equal(code, 0, f"{output}{error}")
        return output

    def router(self, **authentication):
        return Router(settings(**authentication), folder=self.name)


def plain(authid, ticket="secret", role="anonymous"):
    return {"authid": authid, "role": role, "ticket": ticket}


def log_in(client, authid, ticket="secret"):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid})
    client.expect(CHALLENGE, "ticket")
    client.send(AUTHENTICATE, ticket, {})
    return client.receive()


def user(client, authid, ticket="secret"):
    welcome = log_in(client, authid, ticket)
    check_equal(welcome[0], WELCOME, f"log-in of {authid}: {welcome}")
    return client


def log_in_by_signature(client, authid, password):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["wampcra"], "authid": authid})
    extra = client.expect(CHALLENGE, "wampcra")[2]
    key = base64.b64encode(hashlib.pbkdf2_hmac("sha256", password.encode(), extra["salt"].encode(),
                                               extra["iterations"], extra["keylen"]))
    signature = hmac.new(key, extra["challenge"].encode(), hashlib.sha256).digest()
    client.send(AUTHENTICATE, base64.b64encode(signature).decode(), {})
    return client.receive()


def test_users_come_and_go_with_the_file():
    with Folder() as folder:
        folder.write([plain("joe"), plain("ann")])
        with folder.router() as router:
            joe = user(websocket(router), "joe")
            ann = user(rawsocket(router), "ann")

            folder.write([plain("ann", "changed"), plain("sue")])

            joe.expect_goodbye("wamp.close.killed")
            router.wait_log(r"users_file: 1 added \(sue\) 1 removed \(joe\) 1 changed \(ann\)")
            user(websocket(router), "sue")
            user(websocket(router), "ann", "changed")
            check_equal(log_in(websocket(router), "joe")[0], ABORT, "joe")
            ann.round_trip()
            check("secret" not in router.log(), router.log())


def test_a_broken_file_is_reported_and_the_old_one_stays():
    with Folder() as folder:
        folder.write([plain("joe")])
        with folder.router() as router:
            joe = user(websocket(router), "joe")
            for broken, told in (("- authid: [\n", "users.yaml"),
                                 ([plain("joe", role="anonymos")], "did you mean 'anonymous'"),
                                 ([plain("joe"), plain("joe")], "stands here a second time"),
                                 ([{"authid": "joe", "role": "anonymous"}], "has no secret")):
                start = len(router.log())
                folder.write(broken)
                router.wait_log("not taken over.*" + told, start)
            os.remove(folder.path)
            router.wait_log("not taken over.*users.yaml: does not exist")
            joe.round_trip()
            user(websocket(router), "joe")

            folder.write([plain("joe"), plain("sue")])
            router.wait_log("changed files taken over")
            user(websocket(router), "sue")


def test_a_file_that_others_may_read_is_refused():
    with Folder() as folder:
        folder.write([plain("joe")], mode=0o644)
        with Router(settings(), folder=folder.name, wait=False) as router:
            check_equal(router.wait_end(), 1, "exit code")
            check("users.yaml: others may read or write it" in router.log(), router.log())
        folder.write([plain("joe")], mode=0o640)
        with folder.router() as router:
            user(websocket(router), "joe")
            os.chmod(folder.path, 0o644)
            router.wait_log("not taken over.*others may read")


def test_sighup_reads_the_file_too():
    with Folder() as folder:
        folder.write([plain("joe")])
        with folder.router() as router:
            folder.write([plain("joe"), plain("sue")])
            router.tell(signal.SIGHUP)
            router.wait_log("configuration taken over")
            user(websocket(router), "sue")
            folder.write([plain("joe"), plain("sue", role="nobody")])
            router.reload_badly(settings())


def test_a_user_stands_in_one_place():
    with Folder() as folder:
        folder.write([plain("joe")])
        with open(os.path.join(folder.name, "realms.yaml"), "w", encoding="utf-8") as file:
            json.dump(settings(users=[plain("joe")]), file)
        code, _, error = folder.run("check")
        check_equal(code, 1, "exit code")
        check("user 'joe' stands in realms.yaml, too" in error, error)


def test_users_are_added_and_removed_by_the_command():
    with Folder() as folder:
        folder.write("[]")
        with folder.router() as router:
            folder.add("joe")
            router.wait_log("1 added .joe")
            user(websocket(router), "joe")
            check("$argon2id$" in folder.read() and "secret" not in folder.read(), folder.read())
            folder.add("sue", "--for", "wampcra", "--for", "scram", "--public-key", "ab" * 32)
            router.wait_log("1 added .sue")
            welcome = log_in_by_signature(websocket(router), "sue", "secret")
            check_equal(welcome[0], WELCOME, f"sue by WAMP-CRA: {welcome}")

            code, _, error = folder.run("user", "add", "joe", "-r", "anonymous", password="x")
            check(code == 1 and "--replace" in error, error)
            folder.add("joe", "--replace", password="changed")
            router.wait_log("1 changed .joe")
            user(websocket(router), "joe", "changed")
            code, output, _ = folder.run("user", "list")
            check_equal(output, "joe\tanonymous\tticket_hash\n"
                                "sue\tanonymous\twampcra, scram, cryptosign\n", "list")

            inside = user(websocket(router), "joe", "changed")
            code, output, _ = folder.run("user", "remove", "joe")
            check_equal((code, output), (0, "joe removed from users.yaml\n"), "remove")
            inside.expect_goodbye("wamp.close.killed")
            code, _, error = folder.run("user", "remove", "joe")
            check(code == 1 and "no user 'joe'" in error, error)
            check_equal(os.listdir(folder.name).count("users.yaml"), 1, "users.yaml")
            check(not [name for name in os.listdir(folder.name)
                       if name.startswith("users.yaml.")], os.listdir(folder.name))


def test_the_file_keeps_its_mode_and_a_new_one_is_for_its_owner():
    with Folder() as folder:
        folder.add("joe")
        check_equal(stat.S_IMODE(os.stat(folder.path).st_mode), 0o600, "mode of a new file")
        os.chmod(folder.path, 0o640)
        folder.add("sue")
        check_equal(stat.S_IMODE(os.stat(folder.path).st_mode), 0o640, "mode that is kept")


def test_many_at_once_lose_nobody():
    with Folder() as folder:
        threads = [threading.Thread(target=folder.add, args=(f"user{i}",)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _, output, _ = folder.run("user", "list")
        names = sorted(line.split("\t")[0] for line in output.splitlines())
        check_equal(names, [f"user{i}" for i in range(8)], "users")


def test_a_file_with_errors_is_left_alone():
    with Folder() as folder:
        folder.write("- authid: joe\n  rolle: x\n")
        code, _, error = folder.run("user", "add", "sue", "-r", "x", password="x")
        check(code == 1 and "unknown key 'rolle'" in error, error)
        check_equal(folder.read(), "- authid: joe\n  rolle: x\n", "the file")
        code, _, error = folder.run("user", "add", "sue", "-r", "x", password="")
        check(code == 1 and "no password" in error, error)


def test_hash_password_gives_entries_for_each_method():
    code, output, error = command_with_password("swordfish", "hash-password")
    check_equal(code, 0, error)
    for line in (r"^ticket_hash: \"?\$argon2id\$v=19\$m=19456,t=2,p=1\$", "^wampcra:",
                 "^  kdf: argon2id13", "^  kdf: pbkdf2", "^  stored_key: "):
        check(re.search(line, output, re.MULTILINE), f"{line} in {output}")
    check("swordfish" not in output, output)
    code, output, _ = command_with_password("swordfish", "hash-password", "--for", "ticket")
    check(code == 0 and output.count("\n") == 1, output)
    check_equal(command_with_password("", "hash-password")[0], 1, "without a password")
    check_equal(command_with_password("x", "hash-password", "--for", "rot13")[0], 2, "wrong form")


def test_keygen_makes_a_key_for_its_owner_and_never_overwrites_one():
    with Folder() as folder:
        code, public, _ = folder.run("keygen", "joe.key")
        check_equal(code, 0, "exit code")
        check(re.fullmatch("[0-9a-f]{64}\n", public), public)
        path = os.path.join(folder.name, "joe.key")
        check_equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode")
        with open(path, encoding="ascii") as file:
            private = file.read()
        check(re.fullmatch("[0-9a-f]{64}\n", private) and private != public, "private key")
        der = bytes.fromhex("302e020100300506032b657004220420" + private.strip())
        told = subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"],
                              input=der, capture_output=True, timeout=DEADLINE, check=True).stdout
        check_equal(told[-32:].hex(), public.strip(), "public key as openssl sees it")
        code, _, error = folder.run("keygen", "joe.key")
        check(code == 1 and "File exists" in error, error)


if __name__ == "__main__":
    harness.main(globals())
