#!/usr/bin/python3
"""Peer program: autobahn for Python on Twisted, over RawSocket and WebSocket."""

import threading

import txaio
from OpenSSL import crypto

txaio.use_twisted()

from autobahn.twisted.rawsocket import WampRawSocketClientFactory  # noqa: E402
from autobahn.twisted.wamp import ApplicationSession  # noqa: E402
from autobahn.twisted.websocket import WampWebSocketClientFactory  # noqa: E402
from twisted.internet import reactor  # noqa: E402
from twisted.internet.defer import CancelledError, ensureDeferred  # noqa: E402
from twisted.internet.endpoints import SSL4ClientEndpoint, TCP4ClientEndpoint  # noqa: E402
from twisted.internet.ssl import CertificateOptions  # noqa: E402

from python_sessions import Peer, read_lines, say, session_class  # noqa: E402


def read_certificate(path):
    """The client's own, with its key."""
    with open(path, "rb") as file:
        text = file.read()
    return {
        "certificate": crypto.load_certificate(crypto.FILETYPE_PEM, text),
        "privateKey": crypto.load_privatekey(crypto.FILETYPE_PEM, text)}


async def open_transport(message, session, wire_format):
    if message["transport"] == "rawsocket":
        factory = WampRawSocketClientFactory(lambda: session, serializer=wire_format)
    else:
        factory = WampWebSocketClientFactory(
            lambda: session, url=message["url"], serializers=[wire_format])
    endpoint = TCP4ClientEndpoint(reactor, message["host"], message["port"])
    if message["url"].startswith("wss:"):
        # Such options verify nothing: the certificates of the tests are signed by nobody.
        own = read_certificate(message["certificate"]) if "certificate" in message else {}
        endpoint = SSL4ClientEndpoint(
            reactor, message["host"], message["port"], CertificateOptions(**own))
    await endpoint.connect(factory)


def main():
    peer = Peer(session_class(ApplicationSession), open_transport, CancelledError)

    def take(message):
        ensureDeferred(peer.answer(message))

    def read():
        read_lines(lambda message: reactor.callFromThread(take, message))
        reactor.callFromThread(reactor.stop)

    threading.Thread(target=read, daemon=True).start()
    say({"event": "ready"})
    reactor.run()


main()
