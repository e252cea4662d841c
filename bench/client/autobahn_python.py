#!/usr/bin/python3
"""Debian's python3-autobahn on asyncio under bench/client/run:
    autobahn_python.py --role caller|callee --url URL --procedure PROCEDURE
"""

import argparse
import asyncio
import sys
import time
import urllib.parse

import txaio

txaio.use_asyncio()

from autobahn.asyncio.wamp import ApplicationSession  # noqa: E402
from autobahn.asyncio.websocket import WampWebSocketClientFactory  # noqa: E402
from autobahn.wamp.serializer import MsgPackSerializer  # noqa: E402


async def call(session, procedure, calls, in_flight):
    numbers = iter(range(calls))

    async def call_on():
        for number in numbers:
            if await session.call(procedure, number, 1) != number + 1:
                raise AssertionError("a wrong sum")

    await asyncio.gather(*(call_on() for _ in range(in_flight)))


async def main():
    parser = argparse.ArgumentParser()
    for name in ("--role", "--url", "--procedure"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    loop = asyncio.get_running_loop()
    joined = loop.create_future()

    class Session(ApplicationSession):
        async def onJoin(self, details):
            if arguments.role == "callee":
                await self.register(lambda a, b: a + b, arguments.procedure)
            joined.set_result(self)

    session = Session()
    session.config.realm = "realm1"
    factory = WampWebSocketClientFactory(
        lambda: session, url=arguments.url, serializers=[MsgPackSerializer()])
    factory.setProtocolOptions(tcpNoDelay=True)
    place = urllib.parse.urlsplit(arguments.url)
    await loop.create_connection(factory, place.hostname, place.port)
    await joined
    print("ready", flush=True)
    if arguments.role == "callee":
        await loop.create_future()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        calls, in_flight = (int(word) for word in line.split())
        start = time.perf_counter()
        await call(session, arguments.procedure, calls, in_flight)
        print(time.perf_counter() - start, flush=True)


asyncio.run(main())
