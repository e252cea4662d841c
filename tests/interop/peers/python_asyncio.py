#!/usr/bin/python3
"""Peer program: autobahn for Python on asyncio, over WebSocket.

Debian's version cannot join any router over RawSocket on asyncio (its protocol has no
transport_details); python_twisted.py does that.
"""

import asyncio
import ssl
import threading

import txaio

txaio.use_asyncio()

from autobahn.asyncio.wamp import ApplicationSession  # noqa: E402
from autobahn.asyncio.websocket import WampWebSocketClientFactory  # noqa: E402

from python_sessions import Peer, read_lines, say, session_class  # noqa: E402


async def open_transport(message, session, wire_format):
    factory = WampWebSocketClientFactory(
        lambda: session, url=message["url"], serializers=[wire_format])
    factory.setProtocolOptions(tcpNoDelay=True, autoPingInterval=10.0, autoPingTimeout=5.0)
    loop = asyncio.get_running_loop()
    tls = None
    if message["url"].startswith("wss:"):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
        if "certificate" in message:
            tls.load_cert_chain(message["certificate"])
    await loop.create_connection(factory, message["host"], message["port"], ssl=tls)


async def main():
    peer = Peer(session_class(ApplicationSession), open_transport, asyncio.CancelledError)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    tasks = set()

    def take(message):
        task = loop.create_task(peer.answer(message))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def read():
        read_lines(lambda message: loop.call_soon_threadsafe(take, message))
        loop.call_soon_threadsafe(ended.set)

    def stray(_loop, context):
        say({"event": "stray", "text": str(context.get("exception") or context["message"])})

    loop.set_exception_handler(stray)
    threading.Thread(target=read, daemon=True).start()
    say({"event": "ready"})
    await ended.wait()


asyncio.run(main())
