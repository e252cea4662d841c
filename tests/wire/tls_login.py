"""Log-in that leans on TLS: client certificates, and cryptosign bound to the channel."""

import hashlib
import os
import ssl

from nacl.signing import SigningKey

import harness
from certificates import *
from clients import *
from harness import *
from tls import context_of, secure

DENIED = "wamp.error.authentication_denied"
KEY = SigningKey(b"k" * 32)


def settings(made, users):
    tls = tls_of(made.server("one"), client_ca=made.path("ca.pem"), client_certificates="optional")
    users = [{"role": "anonymous", **user} for user in users]
    return config({"tls": tls}, realms=[realm(authentication={"users": users})])


def by_certificate(router, pair, **details):
    client = secure(router, tls=context_of(client=pair))
    client.send(HELLO, "realm1", {"roles": ROLES, "authmethods": ["tls"], **details})
    return client.receive()


def test_a_client_certificate_is_a_log_in():
    with Certificates() as made:
        made.authority()
        pairs = {name: made.client(name) for name in ("joe", "ann", "sue", "tom")}
        print_of_ann = openssl("x509", "-noout", "-fingerprint", "-sha256",
                               "-in", pairs["ann"][0]).split("=")[1].strip()
        users = [{"authid": "j", "tls": {"common_names": ["joe"]}},
                 {"authid": "a", "tls": {"fingerprints": [print_of_ann]}},
                 {"authid": "s", "tls": {"subjects": ["CN=sue"]}}]
        with Router(settings(made, users)) as router:
            for name, authid in (("joe", "j"), ("ann", "a"), ("sue", "s")):
                for details in ({}, {"authid": authid}):
                    welcome = by_certificate(router, pairs[name], **details)
                    check_equal([welcome[0], welcome[2]["authid"], welcome[2]["authmethod"]],
                                [WELCOME, authid, "tls"], name)
            for details in ({}, {"authid": "j"}, {"authid": "nobody"}):
                answer = by_certificate(router, pairs["tom"], **details)
                check_equal([answer[0], answer[2]], [ABORT, DENIED], f"a stranger {details}")
            answer = by_certificate(router, pairs["joe"], authid="a")
            check_equal([answer[0], answer[2]], [ABORT, DENIED], "as another")
            answer = by_certificate(router, None)
            check_equal([answer[0], answer[2]],
                        [ABORT, "wamp.error.no_matching_auth_method"], "without")


def cryptosign(client, sign, **extra):
    client.send(HELLO, "realm1", {
        "roles": ROLES, "authmethods": ["cryptosign"],
        "authextra": {"pubkey": KEY.verify_key.encode().hex(), **extra}})
    challenge = client.expect(CHALLENGE, "cryptosign", ANY)[2]
    client.send(AUTHENTICATE, sign(bytes.fromhex(challenge["challenge"])), {})
    return challenge["channel_binding"], client.receive()


def test_cryptosign_is_bound_to_the_channel_on_request():
    with Certificates() as made:
        made.authority()
        users = [{"authid": "kim", "cryptosign": [KEY.verify_key.encode().hex()]}]
        with Router(settings(made, users)) as router:
            for wrong in (False, True):
                client = secure(router, tls=context_of(ssl.TLSVersion.TLSv1_2))
                finished = client.socket.get_channel_binding("tls-unique")
                channel = os.urandom(32) if wrong else hashlib.sha256(finished).digest()
                binding, answer = cryptosign(
                    client, lambda asked: KEY.sign(
                        bytes(a ^ b for a, b in zip(asked, channel))).hex(),
                    channel_binding="tls-unique")
                check_equal(binding, "tls-unique", "binding")
                check_equal(answer[0], ABORT if wrong else WELCOME, f"wrong channel: {wrong}")
            client = secure(router, tls=context_of(ssl.TLSVersion.TLSv1_3))
            binding, answer = cryptosign(client, lambda asked: KEY.sign(asked).hex(),
                                         channel_binding="tls-unique")
            check_equal([binding, answer[0]], [None, WELCOME], "TLS 1.3 has no tls-unique")
            client = secure(router, tls=context_of(ssl.TLSVersion.TLSv1_3))
            binding, answer = cryptosign(client, lambda asked: KEY.sign(asked).hex(),
                                         channel_binding="tls-exporter")
            check_equal([binding, answer[0]], ["tls-exporter", ABORT], "it has tls-exporter")


if __name__ == "__main__":
    harness.main(globals())
