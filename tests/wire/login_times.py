"""Wrong credentials of a user and of a stranger are refused with the same URI, in the same words
and within the same time, by each method. Tickets that are kept as hashes: users.py; users of a
database: user_database.py."""

import base64
import hashlib
import hmac
import time

from nacl.signing import SigningKey

import harness
from clients import *
from harness import *
from login_methods import KEY, key_user, scram_user
from tokens import SECRET, token

DENIED = "wamp.error.authentication_denied"
TURNS = 200
FOREIGN = SigningKey(b"f" * 32)


def octets(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def user(**credentials):
    return {"authid": "joe", "role": "anonymous", **credentials}


def refusal(client, hello, answer):
    """Seconds from HELLO to ABORT without the client's own work, and the ABORT."""
    start = time.monotonic()
    client.send(HELLO, "realm1", {"roles": ROLES, **hello})
    challenge = client.receive()
    took = time.monotonic() - start
    check_equal(challenge[0], CHALLENGE, f"{hello}: {challenge}")
    signature, extra = answer(challenge[2])
    start = time.monotonic()
    client.send(AUTHENTICATE, signature, extra)
    abort = client.receive()
    took += time.monotonic() - start
    client.close()
    return took, abort


def check_refusals(authentication, cases, turns=TURNS):
    """`cases`: what it is -> (HELLO.Details, what makes signature and extra of CHALLENGE.Extra)."""
    settings = config(realms=[realm(authentication=authentication)], shards=1)
    with Router(settings) as router:
        aborts = []

        def measure(case):
            took, abort = refusal(rawsocket(router), *cases[case])
            aborts.append(abort)
            return took

        for case in cases:
            measure(case)
        check_same_time(measure, cases, turns)
        for abort in aborts:
            check_equal([abort[0], abort[2]], [ABORT, DENIED], "refusal")
            check_equal(abort, aborts[0], "the same words for all")


def test_wampcra():
    def wrong(_):
        return octets("wrong"), {}

    salted = {"secret": octets("key"), "salt": "pepper", "iterations": 1000}
    for secret in ({"secret": "open sesame"}, salted):
        check_refusals({"users": [user(wampcra=secret)]}, {
            authid: ({"authid": authid, "authmethods": ["wampcra"]}, wrong)
            for authid in ("joe", "nobody")})


def check_scram(credentials, method="wamp-scram"):
    nonce = octets("nonce")

    def wrong(extra):
        return octets("wrong"), {
            "nonce": extra["nonce"], "channel_binding": None, "cbind_data": None}

    check_refusals({"users": [user(scram=credentials)]}, {
        authid: ({"authid": authid, "authmethods": [method], "authextra": {
            "nonce": nonce, "channel_binding": None}}, wrong)
        for authid in ("joe", "nobody")})


def test_scram_by_pbkdf2():
    check_scram(scram_user("joe", "pencil")["scram"])


def test_scram_by_argon2id():
    for kdf, method in (("argon2id13", "wamp-scram"), ("argon2id-13", "scram")):
        check_scram({"kdf": kdf, "salt": octets("salt"), "iterations": 2, "memory": 19456,
                     "stored_key": octets("stored"), "server_key": octets("server")}, method)


def signed_by(key):
    return lambda extra: (key.sign(bytes.fromhex(extra["challenge"])).hex(), {})


def wrongly_signed(extra):
    return FOREIGN.sign(b"x" * 32).signature.hex() + extra["challenge"], {}


def cryptosign_hello(key, **more):
    return {"authmethods": ["cryptosign"],
            "authextra": {"pubkey": key.verify_key.encode().hex()}, **more}


def test_cryptosign_with_a_wrong_signature():
    check_refusals({"users": [key_user("joe")]}, {
        authid: (cryptosign_hello(KEY, authid=authid), wrongly_signed)
        for authid in ("joe", "nobody")})


def test_cryptosign_with_a_foreign_key():
    check_refusals({"users": [key_user("joe")]}, {
        authid: (cryptosign_hello(FOREIGN, authid=authid), signed_by(FOREIGN))
        for authid in ("joe", "nobody")})


def test_cryptosign_with_a_key_and_no_name():
    check_refusals({"users": [key_user("joe")]}, {
        what: (cryptosign_hello(key), wrongly_signed)
        for what, key in (("the key of joe", KEY), ("of nobody", FOREIGN))})


def test_jwt():
    """A token that somebody else signed, of one who is known here by a ticket, too."""
    def sign(text):
        return hmac.new(b"another key", text, hashlib.sha256).digest()

    users = [{"authid": "joe", "role": "anonymous", "ticket": "swordfish"}]
    check_refusals({"jwt": {"secret": SECRET}, "users": users}, {
        authid: ({"authid": authid, "authmethods": ["ticket"]},
                 lambda _, authid=authid: (token(sign, sub=authid), {}))
        for authid in ("joe", "nobody")})


def test_ticket():
    users = [{"authid": "joe", "role": "anonymous", "ticket": "swordfish"}]
    check_refusals({"users": users}, {
        authid: ({"authid": authid, "authmethods": ["ticket"]}, lambda _: ("wrong", {}))
        for authid in ("joe", "nobody")})


if __name__ == "__main__":
    harness.main(globals())
