"""TLS of a listener: versions, names, certificates of clients, reload, and what is no TLS."""

import ssl
import urllib.request

import harness
from certificates import *
from clients import *
from harness import *

ROLE_TRANSPORTS = ("wss", "rss")


def secure(router, scheme="wss", **how):
    address = router.address(scheme)
    return WebSocket(address, **how) if scheme == "wss" else RawSocket(address, **how)


def context_of(version=None, client=None):
    context = believing_context()
    if version:
        context.minimum_version = context.maximum_version = version
    if client:
        context.load_cert_chain(*client)
    return context


def shown_name(router, host):
    """Which certificate the router shows: its common name."""
    socket_ = connect(router.address("wss"), host=host)
    der = socket_.getpeercert(binary_form=True)
    socket_.close()
    text = subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=der,
                          capture_output=True, check=True).stdout.decode()
    return text.split("CN = ")[1].strip()


def is_let_in(router, **how):
    """No: the handshake fails, or the first use of what seemed to be one."""
    try:
        secure(router, **how).close()
        return True
    except (ssl.SSLError, Closed, ConnectionResetError, BrokenPipeError):
        return False


def refused(router, what, log, **how):
    start = len(router.log())
    check(not is_let_in(router, **how), f"{what}: was let in")
    router.wait_log(log, start)


def test_both_transports_over_both_versions():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        check_equal([address.split(":")[0] for address in router.addresses()], ["wss", "rss"],
                    "schemes")
        for scheme in ROLE_TRANSPORTS:
            for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
                                  (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
                client = secure(router, scheme, tls=context_of(version)).join()
                check_equal(client.socket.version(), name, scheme)
                client.subscribe("com.topic")
                client.publish_blindly("com.topic", 1, exclude_me=False)
                client.expect(EVENT, ANY, ANY, ANY, [1])
                client.call("wamp.session.get", client.session)
                details = client.expect(RESULT)[3][0]["transport"]
                check_equal(details["tls"]["version"], name, "session details")
                check_equal(details["tls"]["cipher"], client.socket.cipher()[0], "cipher")
                client.close()


def test_versions_below_the_least_are_refused():
    with Certificates() as made:
        pair = made.server("one")
        with Router(config({"tls": tls_of(pair, min_version="1.3")})) as router:
            secure(router, tls=context_of(ssl.TLSVersion.TLSv1_3)).join()
            refused(router, "TLS 1.2", "versions of TLS are too old",
                    tls=context_of(ssl.TLSVersion.TLSv1_2))
        with Router(config({"tls": tls_of(pair)})) as router:
            old = context_of(ssl.TLSVersion.TLSv1_1)
            old.set_ciphers("ALL:@SECLEVEL=0")
            refused(router, "TLS 1.1", "versions of TLS are too old", tls=old)


def test_ciphers_are_those_of_the_configuration():
    with Certificates() as made:
        tls = tls_of(made.server("one"), ciphers="ECDHE-ECDSA-CHACHA20-POLY1305",
                     ciphersuites="TLS_AES_128_GCM_SHA256")
        with Router(config({"tls": tls})) as router:
            for version, cipher in ((ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305"),
                                    (ssl.TLSVersion.TLSv1_3, "TLS_AES_128_GCM_SHA256")):
                client = secure(router, tls=context_of(version)).join()
                check_equal(client.socket.cipher()[0], cipher, "cipher")
            other = context_of(ssl.TLSVersion.TLSv1_2)
            other.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
            refused(router, "another cipher", "no cipher in common", tls=other)


def test_certificate_is_chosen_by_the_name_the_client_asks_for():
    with Certificates() as made:
        first = made.server("first", ["first.example"])
        others = [dict(zip(("certificate", "key"), made.server(name, hosts))) for name, hosts in (
            ("second", ["second.example", "Also.Second.Example"]), ("star", ["*.star.example"]))]
        with Router(config({"tls": tls_of(first, certificates=others)})) as router:
            for host, name in (("first.example", "first"), ("second.example", "second"),
                               ("also.second.EXAMPLE", "second"), ("a.star.example", "star"),
                               ("a.b.star.example", "first"), ("star.example", "first"),
                               ("unknown.example", "first"), (None, "first")):
                check_equal(shown_name(router, host), name, str(host))


def test_alpn_offers_http_and_refuses_lists_without_it():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        for offered, chosen in ((["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"),
                                (None, None)):
            context = context_of()
            if offered:
                context.set_alpn_protocols(offered)
            client = secure(router, tls=context).join()
            check_equal(client.socket.selected_alpn_protocol(), chosen, str(offered))
        context = context_of()
        context.set_alpn_protocols(["h2"])
        refused(router, "h2 alone", "ALPN", tls=context)


def test_client_certificates_required():
    with Certificates() as made:
        authority = made.authority()
        made.authority("strangers")
        joe = made.client("joe", subject="/CN=joe")
        late = made.client("late", dates=("-startdate", "20200101000000Z",
                                          "-enddate", "20200201000000Z"))
        stranger = made.client("stranger", "strangers")
        tls = tls_of(made.server("one"), client_ca=authority, client_certificates="required")
        with Router(config({"tls": tls})) as router:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                secure(router, tls=context_of(version, joe)).join().close()
                refused(router, "none", "shows no certificate", tls=context_of(version))
                refused(router, "unknown authority", "certificate is not taken: .*issuer",
                        tls=context_of(version, stranger))
                refused(router, "expired", "certificate is not taken: .*expired",
                        tls=context_of(version, late))


def test_client_certificates_optional():
    with Certificates() as made:
        authority = made.authority()
        made.authority("strangers")
        joe, stranger = made.client("joe"), made.client("stranger", "strangers")
        tls = tls_of(made.server("one"), client_ca=authority, client_certificates="optional")
        with Router(config({"tls": tls})) as router:
            secure(router, tls=context_of()).join()
            secure(router, tls=context_of(client=joe)).join()
            refused(router, "a bad one is not as good as none", "certificate is not taken",
                    tls=context_of(client=stranger))


def test_revoked_client_is_refused_from_the_reload_on_and_others_stay():
    with Certificates() as made:
        authority = made.authority()
        joe, jane = made.client("joe"), made.client("jane")
        tls = tls_of(made.server("one"), client_ca=authority, client_certificates="required",
                     crl=made.revocations())
        with Router(config({"tls": tls})) as router:
            inside = secure(router, tls=context_of(client=joe)).join()
            start = len(router.log())

            made.revoke("joe")
            made.revocations()
            router.wait_log("certificates taken over", start)
            # The shards hear of it in their turn.
            wait_until(lambda: not is_let_in(router, tls=context_of(client=joe)), "joe is out")

            refused(router, "revoked", "certificate revoked", tls=context_of(client=joe))
            secure(router, tls=context_of(client=jane)).join()
            inside.round_trip()


def test_new_certificate_is_taken_over_and_a_broken_one_is_not():
    with Certificates() as made:
        pair = made.server("old")
        newer = made.server("newer")
        with Router(config({"tls": tls_of(pair)})) as router:
            inside = secure(router).join()
            check_equal(shown_name(router, "localhost"), "old", "at first")

            start = len(router.log())
            os.replace(newer[1], pair[1])
            router.wait_log("certificates not taken over.*does not belong", start)
            check_equal(shown_name(router, "localhost"), "old", "half of it")

            start = len(router.log())
            os.replace(newer[0], pair[0])
            router.wait_log("certificates taken over", start)
            wait_until(lambda: shown_name(router, "localhost") == "newer", "the newer certificate")

            start = len(router.log())
            with open(pair[0], "w", encoding="ascii") as file:
                file.write("nothing\n")
            router.wait_log("certificates not taken over.*no certificate in PEM form", start)
            check_equal(shown_name(router, "localhost"), "newer", "after a broken one")
            inside.round_trip()


def test_reload_by_signal_takes_new_files_at_once_and_refuses_broken_ones():
    with Certificates() as made:
        pair, newer = made.server("old"), made.server("newer")
        settings = config({"tls": tls_of(pair)})
        with Router(settings) as router:
            inside = secure(router).join()
            os.replace(newer[0], pair[0])
            os.replace(newer[1], pair[1])
            router.reload(settings)
            wait_until(lambda: shown_name(router, "localhost") == "newer", "the newer certificate")

            os.remove(pair[0])
            router.reload_badly(settings, "there is no file")
            check_equal(shown_name(router, "localhost"), "newer", "still there")

            plain = config()
            plain["listeners"] = [{"address": settings["listeners"][0]["address"]}]
            router.reload(plain)
            inside.round_trip()
            websocket(router).join()


def test_resumption_within_one_set_of_certificates():
    with Certificates() as made:
        pair = made.server("one")
        authority = made.authority()
        joe = made.client("joe")
        with Router(config({"tls": tls_of(pair)})) as router:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = context_of(version)
                client = secure(router, tls=context).join()
                client.round_trip()  # TLS 1.3 sends the ticket behind the handshake
                session = client.socket.session
                client.close()
                again = secure(router, tls=context, session=session).join()
                check(again.socket.session_reused, f"{version}: resumed")
                again.close()
        # A ticket would let somebody in whose certificate has been revoked meanwhile.
        tls = tls_of(pair, client_ca=authority, client_certificates="required")
        with Router(config({"tls": tls})) as router:
            context = context_of(client=joe)
            client = secure(router, tls=context).join()
            client.round_trip()
            session = client.socket.session
            client.close()
            again = secure(router, tls=context, session=session).join()
            check(not again.socket.session_reused, "resumed with a client certificate")


def test_end_of_the_certificate_is_a_metric():
    with Certificates() as made:
        pair = made.server("one", days=100)
        settings = config({"tls": tls_of(pair)}, admin={"address": "127.0.0.1:0"})
        with Router(settings) as router:
            metrics = re.match(r"http://[^/]+", router.address("http"))[0] + "/metrics"
            text = urllib.request.urlopen(metrics).read().decode()
            found = re.search(r"kreisel_tls_certificate_not_after_seconds\{(.*)\} (\S+)", text)
            check(f'file="{pair[0]}"' in found[1], found[1])
            days = (float(found[2]) - time.time()) / 86400
            check(99 < days < 101, f"{days} days")


def test_what_is_no_tls_is_refused_with_words():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        plain = "ws:" + router.address("wss").split(":", 1)[1]
        client = WebSocket(plain, subprotocols=None)
        client.send_octets(client.upgrade_request("wamp.2.json"))
        status, _, body = client.response()
        check_equal(status, 400, "plain HTTP")
        check(b"wss://" in body, body)
        client.close()
        router.wait_log("connection refused .*plain HTTP on a TLS port")
        for octets in (b"\x7f\xf1\0\0", b"\0" * 100, os.urandom(5000), b"\x16\x03\x01\xff\xff" * 9,
                       b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"):
            start = len(router.log())
            client = RawSocket("rs:" + router.address("rss").split(":", 1)[1], shake=False)
            client.send_octets(octets)
            client.socket.shutdown(socket.SHUT_WR)
            client.rest()
            client.close()
        router.wait_log("connection refused .*no TLS")
        secure(router).join()


def test_tls_on_a_plain_port_is_refused():
    with Router(config()) as router:
        address = router.address("ws")
        try:
            connect("wss:" + address.split(":", 1)[1])
            raise AssertionError("a TLS session with a plain listener")
        except ssl.SSLError:
            pass
        router.wait_log("connection refused .*no HTTP request")


def test_silent_handshakes_fall_under_the_deadline_of_the_log_in():
    with Certificates() as made:
        tls = tls_of(made.server("one"))
        settings = config({"tls": tls, "limits": {"hello_timeout": "2s"}})
        with Router(settings) as router:
            plain = "rs:" + router.address("rss").split(":", 1)[1]
            silent = connect(plain)
            started = connect(plain)
            started.sendall(b"\x16\x03\x01\x02\x00\x01")  # a ClientHello that goes on for ever
            shaken = connect(router.address("rss"))
            for waiting in (silent, started, shaken):
                check_equal(waiting.recv(1 << 16), b"", "nothing but the end")


def test_half_closed_client_still_gets_its_answers():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        client = secure(router, "rss").join()
        request = client.call("wamp.session.count")
        # close_notify, then the end of the sending side; the receiving side stays.
        raw = client.socket
        raw.settimeout(0.2)
        try:
            raw.unwrap()
        except (TimeoutError, ssl.SSLError, OSError):
            pass
        router.wait_log("session closed .*closed the connection")
        check(request == 1, "one call")
        secure(router).join()


def test_large_messages_both_ways():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        for scheme in ROLE_TRANSPORTS:
            callee = secure(router, scheme).join()
            callee.register(f"com.echo.{scheme}")
            caller = secure(router, scheme).join()
            for size in (1, 16_383, 16_384, 16_385, 100_000, 5_000_000):
                text = os.urandom(size // 2 + 1).hex()[:size]
                request = caller.call(f"com.echo.{scheme}", text)
                invocation = callee.expect(INVOCATION)
                check(invocation[4] == [text], f"{scheme}: {size} octets to the callee")
                callee.send(YIELD, invocation[1], {}, invocation[4])
                check(caller.expect(RESULT, request)[3] == [text], f"{scheme}: {size} back")


def test_many_short_messages_in_one_write():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        listener = secure(router).join()
        listener.subscribe("com.topic")
        speaker = secure(router, "rss").join()
        count = 20_000
        speaker.send_many([PUBLISH, i + 1, {}, "com.topic", [i]] for i in range(count))
        for i in range(count):
            check_equal(listener.receive()[4], [i], "order")


def test_slow_reader_over_tls_costs_the_others_nothing():
    with Certificates() as made:
        tls = tls_of(made.server("one"))
        limits = {"outbox_bytes_max": "1MiB", "slow_consumer": "drop_newest"}
        with Router(config({"tls": tls, "limits": limits})) as router:
            slow = secure(router, receive_buffer=4096).join()
            slow.subscribe("com.topic")
            quick = secure(router).join()
            quick.subscribe("com.topic")
            speaker = secure(router).join()
            text = "x" * 50_000
            for i in range(200):
                speaker.publish("com.topic", i, text)
                check_equal(quick.receive()[4][0], i, "quick")
            router.wait_log("events dropped")
            numbers = []
            speaker.publish("com.other")
            while not numbers or numbers[-1] < 20:
                numbers.append(slow.receive()[4][0])
            check_equal(numbers, list(range(len(numbers))), "the slow one gets the first ones")


def test_last_words_reach_a_reader_that_was_slow():
    with Certificates() as made, Router(config({"tls": tls_of(made.server("one"))})) as router:
        client = secure(router, receive_buffer=4096).join()
        client.subscribe("com.topic")
        speaker = secure(router).join()
        for i in range(60):
            speaker.publish("com.topic", i, "y" * 50_000)
        client.send(GOODBYE, {}, "wamp.close.normal")
        messages, closed = client.read_to_end()
        check_equal(len(messages), 61, "events and GOODBYE")
        check_equal(messages[-1][0], GOODBYE, "the last one")
        check_equal(closed.code, 1000, "close code")


if __name__ == "__main__":
    harness.main(globals())
