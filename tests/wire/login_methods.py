"""Log-in by SCRAM, cryptosign and dynamic authenticators over real sockets: who gets in, and with
which words everybody else is refused."""

import base64
import hashlib
import hmac
import os
import time

from nacl.signing import SigningKey

import harness
from clients import *
from harness import *

DENIED = "wamp.error.authentication_denied"
FAILED = "wamp.error.authentication_failed"
SALT = b"pepper and salt"
KEY = SigningKey(b"k" * 32)


def base64_of(octets):
    return base64.b64encode(octets).decode()


def mac(key, text):
    return hmac.new(key, text.encode(), "sha256").digest()


def derived(password):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, 4096, 32)


def scram_user(authid, password):
    client_key = mac(derived(password), "Client Key")
    return {"authid": authid, "role": "anonymous", "scram": {
        "kdf": "pbkdf2", "salt": base64_of(SALT), "iterations": 4096,
        "stored_key": base64_of(hashlib.sha256(client_key).digest()),
        "server_key": base64_of(mac(derived(password), "Server Key"))}}


def settings(users=(), **authentication):
    if users:
        authentication["users"] = list(users)
    return config(realms=[realm(authentication=authentication)])


def key_user(authid="kim", key=KEY):
    return {"authid": authid, "role": "anonymous",
            "cryptosign": [key.verify_key.encode().hex()]}


class Scram:
    """One log-in, step by step."""

    def __init__(self, client, authid, password):
        self.client, self.authid, self.password = client, authid, password
        self.nonce = base64_of(os.urandom(16))

    def hello(self):
        self.client.send(HELLO, "realm1", {
            "roles": ROLES, "authid": self.authid, "authmethods": ["wamp-scram"],
            "authextra": {"nonce": self.nonce, "channel_binding": None}})
        self.challenge = self.client.expect(CHALLENGE, "wamp-scram", ANY)[2]
        return self

    def answer(self, **changes):
        extra = self.challenge
        self.said = (f"n={self.authid},r={self.nonce},r={extra['nonce']},s={extra['salt']},"
                     f"i={extra['iterations']},c=biws,r={extra['nonce']}")
        key = mac(derived(self.password), "Client Key")
        signature = mac(hashlib.sha256(key).digest(), self.said)
        proof = bytes(a ^ b for a, b in zip(key, signature))
        self.client.send(AUTHENTICATE, changes.pop("signature", base64_of(proof)), {
            "nonce": extra["nonce"], "channel_binding": None, "cbind_data": None, **changes})
        return self.client.receive()


def cryptosign(client, key=KEY, sign=None, authid=None, **extra):
    """The last message of the log-in; `sign` makes the answer of the challenge's octets."""
    extra.setdefault("pubkey", key.verify_key.encode().hex())
    details = {"roles": ROLES, "authmethods": ["cryptosign"], "authextra": extra}
    if authid:
        details["authid"] = authid
    client.send(HELLO, "realm1", details)
    message = client.receive()
    if message[0] != CHALLENGE:
        return message
    challenge = bytes.fromhex(message[2]["challenge"])
    sign = sign or (lambda octets: key.sign(octets).hex())
    client.send(AUTHENTICATE, sign(challenge), {})
    return client.receive()


def check_refused(message, reason, what):
    check_equal([message[0], message[2]], [ABORT, reason], what)


def test_scram_lets_in_who_knows_the_password_and_proves_the_router():
    with Router(settings([scram_user("pam", "pencil")])) as router:
        for make in BOTH:
            log_in = Scram(make(router), "pam", "pencil").hello()
            welcome = log_in.answer()
            check_equal([welcome[0], welcome[2]["authid"], welcome[2]["authmethod"]],
                        [WELCOME, "pam", "wamp-scram"], "WELCOME")
            signature = mac(mac(derived("pencil"), "Server Key"), log_in.said)
            check_equal(welcome[2]["authextra"]["verifier"], base64_of(signature), "verifier")


def test_scram_refuses_all_else_alike():
    with Router(settings([scram_user("pam", "pencil")])) as router:
        outcomes = [
            Scram(websocket(router), "pam", "guess").hello().answer(),
            Scram(websocket(router), "nobody", "pencil").hello().answer(),
            Scram(websocket(router), "pam", "pencil").hello().answer(nonce="AAAA"),
            Scram(websocket(router), "pam", "pencil").hello().answer(channel_binding="tls-unique"),
            Scram(websocket(router), "pam", "pencil").hello().answer(signature="garbage")]
        for outcome in outcomes:
            check_refused(outcome, DENIED, "denied")
            check_equal(outcome, outcomes[0], "the same words for everybody")
        same = [Scram(websocket(router), "nobody", "x").hello().challenge["salt"] for _ in range(3)]
        check_equal(len(set(same)), 1, "a stranger's salt stays")
        check(same[0] != base64_of(SALT), "and is nobody else's")


def test_a_scram_hello_out_of_form_is_told_so():
    with Router(settings([scram_user("pam", "pencil")])) as router:
        for extra in (None, {}, {"nonce": 7}, {"nonce": "?"},
                      {"nonce": "AAAA", "channel_binding": "tls-unique"},
                      {"nonce": "AAAA", "channel_binding": 7}):
            client = rawsocket(router)
            client.send(HELLO, "realm1", {"roles": ROLES, "authid": "pam", "authextra": extra,
                                          "authmethods": ["wamp-scram"]})
            check_refused(client.receive(), FAILED, f"authextra {extra}")


def test_cryptosign_knows_a_client_by_its_key():
    with Router(settings([key_user()])) as router:
        for make in BOTH:
            for authid in (None, "kim"):
                welcome = cryptosign(make(router), authid=authid)
                check_equal([welcome[0], welcome[2]["authid"], welcome[2]["authmethod"]],
                            [WELCOME, "kim", "cryptosign"], "WELCOME")


def test_cryptosign_refuses_replays_and_foreign_keys():
    with Router(settings([key_user()])) as router:
        heard = []

        def keep(octets):
            heard.append(KEY.sign(octets).hex())
            return heard[0]

        check_equal(cryptosign(websocket(router), sign=keep)[0], WELCOME, "the first time")
        foreign = SigningKey(b"f" * 32)
        outcomes = [
            cryptosign(websocket(router), sign=keep),
            cryptosign(websocket(router), key=foreign),
            cryptosign(websocket(router), key=foreign, authid="kim"),
            cryptosign(websocket(router), key=foreign, authid="nobody"),
            cryptosign(websocket(router), sign=lambda octets: foreign.sign(octets).hex()),
            cryptosign(websocket(router), sign=lambda octets: KEY.sign(octets).signature.hex()),
            cryptosign(websocket(router), sign=lambda octets: "garbage")]
        for number, outcome in enumerate(outcomes):
            check_refused(outcome, DENIED, f"case {number}")
            check_equal(outcome, outcomes[0], "the same words for everybody")
        check_refused(cryptosign(websocket(router), pubkey="short"), FAILED, "no key")


def test_a_second_authenticate_is_one_too_many():
    with Router(settings([key_user()])) as router:
        client = rawsocket(router)
        check_equal(cryptosign(client)[0], WELCOME, "log-in")
        client.send(AUTHENTICATE, "again", {})
        check_refused(client.receive(), "wamp.error.protocol_violation", "AUTHENTICATE")


def test_the_router_proves_itself_by_its_own_key():
    own = SigningKey(b"r" * 32)
    with Router(settings([key_user()], cryptosign={"router_key": "${ROUTER_KEY}"}),
                env={"ROUTER_KEY": (b"r" * 32).hex()}) as router:
        client = websocket(router)
        asked = os.urandom(32)
        client.send(HELLO, "realm1", {
            "roles": ROLES, "authmethods": ["cryptosign"],
            "authextra": {"pubkey": KEY.verify_key.encode().hex(), "challenge": asked.hex()}})
        extra = client.expect(CHALLENGE, "cryptosign", ANY)[2]
        check_equal(extra["pubkey"], own.verify_key.encode().hex(), "the router's key")
        own.verify_key.verify(bytes.fromhex(extra["signature"]))
        check_equal(bytes.fromhex(extra["signature"])[64:], asked, "what it signs")


def dynamic_settings(**rule):
    backend = realm("backend")
    front = realm(authentication={"dynamic": [{
        "procedure": "com.authenticate", "methods": ["ticket", "wampcra", "anonymous"],
        "realm": "backend", **rule}]})
    return config(realms=[front, backend])


def ticket(client, authid="joe", text="swordfish"):
    client.send(HELLO, "realm1", {"roles": ROLES, "authid": authid, "authmethods": ["ticket"]})
    client.expect(CHALLENGE, "ticket", {})
    client.send(AUTHENTICATE, text, {})
    return client


def test_a_procedure_of_another_realm_judges_a_ticket():
    with Router(dynamic_settings()) as router:
        judge = rawsocket(router).join("backend")
        judge.register("com.authenticate")
        client = ticket(websocket(router))
        asked = judge.expect(INVOCATION, ANY, ANY, ANY, ANY)
        check_equal(asked[4][:2], ["realm1", "joe"], "realm and authid")
        check_equal(asked[4][2]["ticket"], "swordfish", "ticket")
        judge.send(YIELD, asked[1], {}, [{"role": "anonymous", "extra": {"team": "blue"}}])
        welcome = client.expect(WELCOME, ANY, ANY)
        check_equal([welcome[2]["authprovider"], welcome[2]["authextra"]],
                    ["dynamic", {"team": "blue"}], "WELCOME")

        for error, reason in (("com.wrong", DENIED), (FAILED, FAILED), (DENIED, DENIED)):
            client = ticket(websocket(router))
            asked = judge.receive()
            judge.send(ERROR, INVOCATION, asked[1], {}, error)
            check_refused(client.receive(), reason, error)
        for answer in ([], [7], [{"role": 7}], [[]]):
            client = ticket(websocket(router))
            asked = judge.receive()
            judge.send(YIELD, asked[1], {}, answer)
            check_refused(client.receive(), FAILED if answer else DENIED, f"answer {answer}")


def test_a_procedure_that_is_not_there_or_thinks_too_long_fails_the_log_in():
    with Router(dynamic_settings(timeout="200ms")) as router:
        check_refused(ticket(websocket(router)).receive(), FAILED, "no callee")
        judge = rawsocket(router).join("backend")
        judge.register("com.authenticate")
        client = ticket(websocket(router))
        asked = judge.expect(INVOCATION, ANY, ANY, ANY, ANY)
        check_refused(client.receive(), FAILED, "no answer")
        judge.send(YIELD, asked[1], {}, ["anonymous"])  # too late, and no harm done
        client = ticket(websocket(router))
        judge.socket.close()
        check_refused(client.receive(), FAILED, "the callee is gone")


def test_an_answer_to_a_client_that_has_gone_is_dropped():
    with Router(dynamic_settings()) as router:
        judge = rawsocket(router).join("backend")
        judge.register("com.authenticate")
        client = ticket(rawsocket(router))
        asked = judge.expect(INVOCATION, ANY, ANY, ANY, ANY)
        client.socket.close()
        router.wait_log("connection closed before log-in")
        judge.send(YIELD, asked[1], {}, ["anonymous"])
        other = ticket(rawsocket(router))
        asked = judge.expect(INVOCATION, ANY, ANY, ANY, ANY)
        judge.send(YIELD, asked[1], {}, ["anonymous"])
        check_equal(other.receive()[0], WELCOME, "others go on")


def test_a_session_that_would_judge_its_own_log_in_is_refused_and_blocks_nobody():
    own = config(realms=[realm(authentication={"dynamic": [{
        "procedure": "com.authenticate", "methods": ["ticket"]}], "anonymous_role": "anonymous"})])
    with Router(own) as router:
        check_refused(ticket(websocket(router)).receive(), FAILED, "nobody judges yet")
        judge = websocket(router).join()
        judge.register("com.authenticate")
        client = ticket(websocket(router))
        asked = judge.expect(INVOCATION, ANY, ANY, ANY, ANY)
        judge.send(YIELD, asked[1], {}, ["anonymous"])
        check_equal(client.receive()[0], WELCOME, "from now on")


if __name__ == "__main__":
    harness.main(globals())
