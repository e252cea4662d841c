"""Log-in by JWT over real sockets: secrets, PEM files and JWK sets, the end of a session at exp,
and tokens that somebody has tampered with."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import tempfile
import time

import harness
from clients import *
from harness import *

SECRET = "0123456789abcdef0123456789abcdef"


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def sign_by_secret(text):
    return hmac.new(SECRET.encode(), text, hashlib.sha256).digest()


def token(sign=sign_by_secret, header=None, lasts=600, **changes):
    claims = {"sub": "joe", "role": "anonymous", "exp": time.time() + lasts, **changes}
    head = encode(json.dumps(header or {"alg": "HS256"}).encode())
    text = head + "." + encode(json.dumps(claims).encode())
    return text + "." + encode(sign(text.encode()))


class Signer:
    """A key pair made by the openssl command, in `folder`."""

    def __init__(self, folder, name, kind):
        self.private = os.path.join(folder, name + ".key")
        self.public = os.path.join(folder, name + ".pem")
        self.folder = folder
        options = ["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "RSA" else []
        self.is_rsa = kind == "RSA"
        self.run("genpkey", "-algorithm", kind, *options, "-out", self.private)
        self.run("pkey", "-in", self.private, "-pubout", "-out", self.public)

    def run(self, *arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                              timeout=DEADLINE).stdout

    def sign(self, text):
        path = os.path.join(self.folder, "to_sign")
        with open(path, "wb") as file:
            file.write(text)
        if self.is_rsa:
            return self.run("dgst", "-sha256", "-sign", self.private, path)
        return self.run("pkeyutl", "-sign", "-rawin", "-inkey", self.private, "-in", path)

    def token(self, **changes):
        return token(self.sign, {"alg": "RS256" if self.is_rsa else "EdDSA"}, **changes)

    def key(self, name):
        """As an entry of a JWK set; Ed25519 only."""
        octets = self.run("pkey", "-pubin", "-in", self.public, "-outform", "DER")[-32:]
        return {"kty": "OKP", "crv": "Ed25519", "kid": name, "x": encode(octets)}


def settings(**jwt):
    return config(realms=[realm(authentication={"jwt": jwt})])


def log_in(client, ticket, **details):
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["ticket"], **details})
    client.expect(CHALLENGE, "ticket")
    client.send(AUTHENTICATE, ticket, {})
    return client.receive()


def user(client, ticket, **details):
    welcome = log_in(client, ticket, **details)
    check_equal(welcome[0], WELCOME, f"log-in: {welcome}")
    check_equal(welcome[2]["authprovider"], "jwt", "authprovider")
    check_equal(welcome[2]["authid"], "joe", "authid")
    return client


def check_denied(client, ticket, **details):
    answer = log_in(client, ticket, **details)
    check_equal(answer[:1] + answer[2:3], [ABORT, "wamp.error.authentication_denied"], answer)
    check_equal(answer[1]["message"], "the ticket log-in failed", "what the client is told")


def test_each_algorithm_lets_its_own_tokens_in():
    with tempfile.TemporaryDirectory() as folder:
        rsa, ed25519 = Signer(folder, "rsa", "RSA"), Signer(folder, "ed", "ED25519")
        for jwt, good, bad in (({"secret": SECRET}, token(), rsa.token()),
                               ({"public_key": rsa.public}, rsa.token(), ed25519.token()),
                               ({"public_key": ed25519.public}, ed25519.token(), token())):
            with Router(settings(**jwt)) as router:
                for make in BOTH:
                    user(make(router), good).round_trip()
                    check_denied(make(router), bad)
                    check_denied(make(router), good, authid="ann")
                user(websocket(router), good, authid="joe")
                router.wait_log("a JWT that is not taken: no key here is for its alg")
                check(good.split(".")[1] not in router.log(), "no token in the log")


def test_the_session_ends_when_its_token_expires():
    for make in BOTH:
        with Router(settings(secret=SECRET)) as router:
            stays = user(make(router), token())
            start = time.monotonic()
            goes = user(make(router), token(lasts=4))
            goes.register("com.x")

            goodbye = goes.expect(GOODBYE, ANY, "wamp.close.killed")
            took = time.monotonic() - start

            check_equal(goodbye[1]["message"], "the log-in has expired", "why")
            check(3.7 < took < 15, f"it took {took:.2f} s")
            stays.expect_error(CALL, stays.call("com.x"), "wamp.error.no_such_procedure")
            router.wait_log("session closed .*the log-in has expired")


def test_tampered_expired_and_unsigned_tokens_are_denied():
    head, claims, signature = token().split(".")
    other = encode(json.dumps({"sub": "joe", "role": "anonymous", "exp": time.time() + 9}).encode())
    bad = [f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.{signature}x",
           encode(b'{"alg":"none"}') + f".{claims}.", token(lasts=-60),
           token(nbf=time.time() + 60), token(aud="kreisel"), token(sub=""), token(role=[]),
           token() + "A" * 9000]
    with Router(settings(secret=SECRET)) as router:
        for ticket in bad:
            check_denied(rawsocket(router), ticket)
        user(rawsocket(router), token())
        answer = log_in(rawsocket(router), token(role="boss"))
        check_equal(answer[2], "wamp.error.no_such_role", "a role that is not there")


def test_a_changed_key_set_is_taken_over_by_itself_and_a_broken_one_is_not():
    with tempfile.TemporaryDirectory() as folder:
        old, new = (Signer(folder, name, "ED25519") for name in ("old", "new"))
        path = os.path.join(folder, "keys.json")

        def write(text):
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(path + ".new", path)

        write(json.dumps({"keys": [old.key("old")]}))
        with Router(settings(jwks=path)) as router:
            inside = user(websocket(router), old.token())
            check_denied(websocket(router), new.token())

            write(json.dumps({"keys": [old.key("old"), new.key("new")]}))
            router.wait_log("jwt: other keys")
            user(websocket(router), new.token())
            start = len(router.log())
            write('{"keys": []}')
            router.wait_log("keys.json has no key for", start)
            user(websocket(router), old.token())
            write(json.dumps({"keys": [new.key("new")]}))
            router.wait_log("changed files taken over", start)
            check_denied(websocket(router), old.token())
            user(websocket(router), new.token())
            inside.round_trip()


def test_tokens_that_are_no_longer_taken_end_their_sessions():
    users = [{"authid": "ann", "role": "anonymous", "ticket": "anns"}]
    with Router(settings(secret=SECRET)) as router:
        inside = user(websocket(router), token())
        router.reload(config(realms=[realm(authentication={"users": users})]))

        inside.expect_goodbye("wamp.close.killed")
        check_denied(websocket(router), token(), authid="ann")


if __name__ == "__main__":
    harness.main(globals())
