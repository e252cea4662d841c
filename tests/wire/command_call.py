"""`kreisel call`: arguments, results, exit codes, log-in, TLS."""

import os
import re
import socket
import tempfile
import time

import harness
from certificates import Certificates, tls_of
from clients import *
from harness import *
from kreisel_command import *

ECHO = "com.example.echo"


def call_echo(router, *arguments, **how):
    return kreisel(router, "call", ECHO, *arguments, **how)


def test_arguments_are_json_or_text():
    with Router(config()) as router, provide(router, ECHO, "--echo"):
        for word, value in [("7", 7), ("-7", -7), ("2.5", 2.5), ("true", True), ("null", None),
                            ("[1,[2]]", [1, [2]]), ("[]", []), ('{"a":{"b":1}}', {"a": {"b": 1}}),
                            ("text", "text"), ('"7"', "7"), ("a b", "a b"), ("", ""),
                            ("[not json]", "[not json]"), (" [1]", [1]), ("ü", "ü"),
                            ("9007199254740993", 9007199254740993),
                            ("18446744073709551615", 18446744073709551615)]:
            check_equal(call_echo(router, word).only(), value, f"argument {word!r}")
        check_equal(call_echo(router, "--", "-x", "--full", "-", "[1]").only(),
                    {"args": ["-x", "--full", "-", [1]]}, "behind --")
        check_equal(call_echo(router, "--text", "7", "[1]").only(), {"args": ["7", "[1]"]},
                    "--text")
        check_equal(call_echo(router, "--json", "7", '"a"').only(), {"args": [7, "a"]}, "--json")


def test_results_are_one_line_in_the_shortest_or_the_full_shape():
    with Router(config()) as router, provide(router, ECHO, "--echo"):
        check_equal(call_echo(router).output, "null\n", "no result")
        check_equal(call_echo(router, "1").output, "1\n", "one")
        check_equal(call_echo(router, "1", "2").output, '{"args":[1,2]}\n', "two")
        check_equal(call_echo(router, "-k", "b=x", "-k", "c=[1,2]").only(),
                    {"args": [], "kwargs": {"b": "x", "c": [1, 2]}}, "kwargs")
        check_equal(call_echo(router, "1", "--full").output, '{"args":[1]}\n', "full")
        check_equal(call_echo(router, "-k", "x=a=b").only()["kwargs"], {"x": "a=b"}, "= in it")


def test_every_encoding_and_transport():
    with Router(config()) as router, provide(router, ECHO, "--echo"):
        for scheme in ("ws", "rs"):
            for encoding in ("json", "msgpack", "cbor"):
                done = call_echo(router, "--url", router.address(scheme), "--encoding", encoding,
                                 "ü", '"\\u0000AAEC"')
                check_equal(done.only(), {"args": ["ü", "\0AAEC"]}, f"{scheme} {encoding}")


def test_what_is_wrong_on_the_command_line_is_exit_code_2():
    with Router(config()) as router:
        for arguments in ([], ["--bad"], ["--json", "x"], ["-k", "novalue"], ["-k", "=1"],
                          ["-k", "a=1", "-k", "a=2"], ["--timeout", "soon"], ["--timeout", "-1s"],
                          ["--url", "http://127.0.0.1"], ["--encoding", "xml"],
                          ["--ticket", "@/no/such/file"], ["--cryptosign", "/dev/null"],
                          ["--ca-file", "/no/such/file", "--url", "wss://127.0.0.1:1/"],
                          ["--json", "--text", "1"]):
            kreisel(router, "call", *([ECHO] if arguments else []), *arguments).failed(2)
        kreisel(router, "call", ECHO, octets=[b"\xff"]).failed(2, "argument 1", "UTF-8")
        kreisel(router, "frobnicate").failed(2)


def test_a_failed_call_is_exit_code_1_and_a_line_of_json():
    with Router(config()) as router:
        done = kreisel(router, "call", "com.example.none").failed(1)
        check_equal(done.uri(), "wamp.error.no_such_procedure", "uri")
        check_equal(kreisel(router, "call", "no uri").failed(1).uri(), "wamp.error.invalid_uri",
                    "uri")


def test_no_router_is_exit_code_3():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        for url in (f"ws://127.0.0.1:{port}/ws", f"tcp://127.0.0.1:{port}", "unix:/no/such/socket",
                    "ws://no.such.host.invalid/ws"):
            kreisel(None, "call", ECHO, "--url", url).failed(3, "kreisel.error.not_connected")
        start = time.monotonic()
        kreisel(None, "call", ECHO, "--url", f"ws://127.0.0.1:{port}/ws", "--wait",
                "700ms").failed(3, "not_connected")
        check(time.monotonic() - start > 0.6, "--wait")
        unused.listen()  # accepts and never answers
        kreisel(None, "call", ECHO, "--url", f"ws://127.0.0.1:{port}/ws", "--connect-timeout",
                "300ms").failed(3, "not_connected")


def test_urls_are_tried_in_turn():
    with Router(config()) as router:
        done = kreisel(router, "call", "wamp.session.count", "--url", "ws://127.0.0.1:1/ws",
                       "--url", router.address("ws"))
        check_equal(done.only(), 1, "sessions")


def test_wait_connects_to_a_router_that_comes_later():
    with tempfile.TemporaryDirectory() as folder:
        settings = config(listeners=[{"address": f"unix:{folder}/socket"}])
        with Running(None, "call", "wamp.session.count", "--wait", "50s", "--url",
                     f"unix:{folder}/socket", wait="no connection") as waiting:
            with Router(settings):
                check_equal(waiting.wait_end(), 0, waiting.error())
                check_equal(waiting.output(), "1\n", "result")


def test_wait_calls_a_procedure_that_comes_later():
    with Router(config()) as router:
        start = time.monotonic()
        kreisel(router, "call", ECHO, "--wait", "3s").failed(1, "no_such_procedure")
        check(time.monotonic() - start >= 3, "time")
        with Running(router, "call", ECHO, "7", "--wait", "50s", wait="session") as calling:
            with provide(router, ECHO, "--echo"):
                check_equal(calling.wait_end(), 0, calling.error())
                check_equal(calling.output(), "7\n", "result")


def test_a_timeout_is_exit_code_5():
    with Router(config()) as router, provide(router, "com.example.slow", "--exec", "sleep 99",
                                             "--exec-timeout", "0"):
        done = kreisel(router, "call", "com.example.slow", "--timeout", "300ms").failed(5)
        check_equal(done.uri(), "wamp.error.timeout", "uri")


def test_a_router_that_goes_during_the_call_is_exit_code_3():
    with Router(config()) as router, provide(router, "com.example.slow", "--exec", "sleep 60"):
        with Running(router, "call", "com.example.slow", wait="session") as calling:
            router.kill()
            check_equal(calling.wait_end(), 3, calling.error())
            check("not_connected" in calling.error(), calling.error())


def user(**how):
    return config(realms=[realm(authentication={"users": [{"role": "anonymous", **how}]})])


def who_am_i(router, *arguments, **how):
    return kreisel(router, "call", "wamp.session.count", *arguments, **how)


def check_log_in(settings, option, secret):
    """The secret lets in as an argument, from the environment and from a file; another does not."""
    with Router(settings) as router, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "secret")
        for text in (secret, secret + "\r\n", secret + "\nsecond line\n"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            check_equal(who_am_i(router, "--authid", "joe", option, f"@{path}").only(), 1, "file")
        check_equal(who_am_i(router, "--authid", "joe", option, "@-", text=secret + "\n").only(),
                    1, "standard input")
        check_equal(who_am_i(router, "--authid", "joe", option, secret).only(), 1, "argument")
        variable = "KREISEL_" + option.lstrip("-").upper()
        check_equal(who_am_i(router, env={variable: secret, "KREISEL_AUTHID": "joe"}).only(), 1,
                    "environment")
        wrong = who_am_i(router, "--authid", "joe", option, "wrong").failed(4, "wamp.error.")
        check(secret not in wrong.error and '"wrong"' not in wrong.error, wrong.error)
        who_am_i(router, "--authid", "ann", option, secret).failed(4, "wamp.error.")
        who_am_i(router).failed(4, "wamp.error.")


def test_log_in_by_ticket():
    check_log_in(user(authid="joe", ticket="a b@c"), "--ticket", "a b@c")
    with Router(user(authid="joe", ticket="@home")) as router:
        check_equal(who_am_i(router, "--authid", "joe", "--ticket", "@@home").only(), 1, "@@")
    with Router(user(authid="joe", ticket="[x]")) as router:
        check_equal(who_am_i(router, "--authid", "joe", "--ticket", "[x]").only(), 1, "[x]")


def test_log_in_by_wampcra():
    check_log_in(user(authid="joe", wampcra={"secret": "hush"}), "--wampcra", "hush")


def test_log_in_by_scram():
    kept = kreisel(None, "hash-password", "--for", "scram-pbkdf2", text="hush\n")
    check_equal((kept.code, kept.error), (0, ""), "hash-password")
    scram = dict(line.strip().split(": ", 1) for line in kept.output.splitlines()
                 if line.startswith("  "))
    scram["iterations"] = int(scram["iterations"])
    scram = {key: value.strip('"') if isinstance(value, str) else value
             for key, value in scram.items()}
    check_log_in(user(authid="joe", scram=scram), "--scram", "hush")


def test_log_in_by_cryptosign():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "key")
        code, public_key, _ = harness.command("keygen", path)
        check_equal(code, 0, "keygen")
        with Router(user(authid="joe", cryptosign=[public_key.strip()])) as router:
            check_equal(who_am_i(router, "--cryptosign", path).only(), 1, "a key")
            check_equal(who_am_i(router, env={"KREISEL_CRYPTOSIGN": path}).only(), 1, "a variable")
            other = os.path.join(folder, "other")
            harness.command("keygen", other)
            who_am_i(router, "--cryptosign", other).failed(4, "wamp.error.")
            with open(other, "w", encoding="ascii") as file:
                file.write("no key\n")
            check(who_am_i(router, "--cryptosign", other).code in (2, 4), "no key")


def test_realms():
    with Router(config(realms=[realm("a"), realm("b")])) as router:
        check_equal(who_am_i(router, "--realm", "b").only(), 1, "an option")
        check_equal(who_am_i(router, env={"KREISEL_REALM": "a"}).only(), 1, "a variable")
        check_equal(who_am_i(router).failed(4).uri(), "wamp.error.no_such_realm", "realm1")


def test_tls():
    with Certificates() as pem:
        pem.authority()
        listener = {"tls": tls_of(pem.server("server", ("localhost",)),
                                  client_ca=pem.path("ca.pem"), client_certificates="optional")}
        certificate, key = pem.client("joe")
        with Router(config(listener)) as router:
            port = re.search(r":(\d+)/", router.address("wss"))[1]
            for url in (f"wss://localhost:{port}/ws", f"tcps://localhost:{port}"):
                trusted = ("--url", url, "--ca-file", pem.path("server.pem"))
                check_equal(who_am_i(router, *trusted).only(), 1, url)
                check_equal(who_am_i(router, *trusted, "--certificate", certificate, "--key",
                                     key).only(), 1, "a certificate of ours")
                who_am_i(router, "--url", url).failed(3, "certificate")
                check_equal(who_am_i(router, "--url", url, "--insecure").only(), 1, "--insecure")
                wrong = url.replace("localhost", "127.0.0.1")
                who_am_i(router, "--url", wrong, "--ca-file",
                         pem.path("server.pem")).failed(3, "certificate")


def test_progress_is_printed_as_it_comes():
    with Router(config()) as router:
        features = {"features": {"progressive_call_results": True, "call_canceling": True}}
        callee = websocket(router).join(roles={"callee": features})
        callee.register("com.example.count")
        with Running(router, "call", "com.example.count", "--progress") as calling:
            invocation = callee.expect(INVOCATION, ANY, ANY, {"receive_progress": True})[1]
            callee.send(YIELD, invocation, {"progress": True}, [1])
            check_equal(calling.wait_lines(1), [1], "the first part")
            callee.send(YIELD, invocation, {"progress": True}, [2], {"of": 3})
            callee.send(YIELD, invocation, {}, [3])
            check_equal(calling.wait_end(), 0, calling.error())
            check_equal(calling.lines(), [1, {"args": [2], "kwargs": {"of": 3}}, 3], "all")


if __name__ == "__main__":
    harness.main(globals())
