#!/usr/bin/python3
"""Peer program: autobahn for Python on asyncio, over WebSocket and RawSocket.

The control protocol is described in control.mjs, the forms of values in notation.mjs.
"""

import asyncio
import json
import sys
import threading
import traceback
import zlib

import txaio

txaio.use_asyncio()

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory  # noqa: E402
from autobahn.asyncio.wamp import ApplicationSession  # noqa: E402
from autobahn.asyncio.websocket import WampWebSocketClientFactory  # noqa: E402
from autobahn.wamp import auth, serializer  # noqa: E402
from autobahn.wamp.exception import ApplicationError  # noqa: E402
from autobahn.wamp.types import (  # noqa: E402
    CallOptions, CallResult, ComponentConfig, PublishOptions, SubscribeOptions)

LONG_SIZE = 2000
SAMPLE = "Kreisel verbindet Autobahnen. Größe, 世界, 🚗. "
SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}


def make_text(size):
    unit = len(SAMPLE.encode())
    return SAMPLE * (size // unit) + "x" * (size % unit)


def make_blob(size):
    return bytes((i * 7 + (i >> 8)) & 0xFF for i in range(size))


def decode_value(form, cache={}):
    """From the driver's form to a value of this language; 1 MB is made once."""
    if isinstance(form, list):
        return [decode_value(item) for item in form]
    if not isinstance(form, dict):
        return form
    for key, make in (("$text", make_text), ("$blob", make_blob)):
        if key in form:
            name = (key, form[key])
            if name not in cache:
                cache[name] = make(form[key])
            return cache[name]
    if "$int" in form:
        return int(form["$int"])
    if "$float" in form:
        return float(form["$float"])
    if "$bytes" in form:
        return bytes.fromhex(form["$bytes"])
    return {key: decode_value(item) for key, item in form.items()}


def digest(kind, data):
    return {"$digest": kind, "size": len(data), "crc": zlib.crc32(data)}


def encode_value(value):
    """From a value that the library handed out to the driver's form."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {"$int": str(value)}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, str):
        if len(value) <= LONG_SIZE:
            return value
        return digest("text", value.encode())
    if isinstance(value, (bytes, bytearray)):
        if len(value) <= LONG_SIZE:
            return {"$bytes": bytes(value).hex()}
        return digest("bytes", bytes(value))
    if isinstance(value, (list, tuple)):
        return [encode_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode_value(item) for key, item in value.items()}
    return {"$unknown": repr(value)}


def say(message):
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Fault(Exception):
    """What the router or a callee answered instead of a result."""

    def __init__(self, uri, args=(), kwargs=None):
        super().__init__(uri)
        self.answer = {
            "uri": uri, "args": encode_value(list(args)), "kwargs": encode_value(kwargs or {})}


class Session(ApplicationSession):
    """One session; `ended` tells connect() how the log-in went."""

    def __init__(self, config, name, log_in):
        super().__init__(config)
        self.name = name
        self.log_in = log_in
        self.joined = asyncio.get_running_loop().create_future()

    def onConnect(self):
        if self.log_in:
            self.join(self.config.realm, [self.log_in["method"]], self.log_in["authid"])
        else:
            self.join(self.config.realm)

    def onChallenge(self, challenge):
        secret = self.log_in["secret"]
        if challenge.method == "ticket":
            return secret
        extra = challenge.extra
        key = secret.encode()
        if "salt" in extra:
            key = auth.derive_key(key, extra["salt"], extra["iterations"], extra["keylen"])
        return auth.compute_wcs(key, extra["challenge"].encode()).decode()

    def onJoin(self, details):
        facts = {
            "id": str(details.session), "authid": details.authid, "authrole": details.authrole,
            "authmethod": details.authmethod}
        say({"event": "joined", "session": self.name, **facts})
        self.joined.set_result(facts)

    def onLeave(self, details):
        if not self.joined.done():
            self.joined.set_exception(Fault(details.reason, [details.message]))
        super().onLeave(details)

    def onDisconnect(self):
        if not self.joined.done():
            self.joined.set_exception(Fault("lost"))
        say({"event": "lost", "session": self.name, "reason": "closed", "will_retry": False})

    def onUserError(self, fail, msg):
        """An exception of a procedure here is meant."""


def split_result(result):
    if isinstance(result, CallResult):
        return list(result.results), dict(result.kwresults)
    return [result], {}


class Peer:
    """The operations; each message of the driver becomes a task."""

    def __init__(self):
        self.sessions = {}

    async def connect(self, message):
        config = ComponentConfig(realm=message["realm"])
        session = Session(config, message["session"], message.get("auth"))
        wire_format = SERIALIZERS[message["serializer"]](batched=message.get("batched", False))
        if message["transport"] == "rawsocket":
            factory = WampRawSocketClientFactory(lambda: session, serializer=wire_format)
        else:
            factory = WampWebSocketClientFactory(
                lambda: session, url=message["url"], serializers=[wire_format])
            factory.setProtocolOptions(
                tcpNoDelay=True, autoPingInterval=10.0, autoPingTimeout=5.0)
        loop = asyncio.get_running_loop()
        await loop.create_connection(factory, message["host"], message["port"])
        facts = await asyncio.wait_for(session.joined, 15)
        self.sessions[message["session"]] = session
        return facts

    async def register(self, message):
        name, procedure, behaviour = message["session"], message["procedure"], message["behaviour"]

        def handler(*args, **kwargs):
            if behaviour == "echo":
                say({
                    "event": "invoked", "session": name, "procedure": procedure,
                    "args": encode_value(args), "kwargs": encode_value(kwargs)})
                return CallResult(*args, **kwargs)
            if behaviour == "count":
                return CallResult(len(args), len(kwargs))
            if behaviour == "fail":
                raise ApplicationError("com.interop.error.custom", *args, **kwargs)
            return None

        await self.sessions[name].register(handler, procedure)

    async def subscribe(self, message):
        name, subscription = message["session"], message["name"]

        def handler(*args, event, **kwargs):
            say({
                "event": "event", "session": name, "subscription": subscription,
                "topic": event.topic, "args": encode_value(args), "kwargs": encode_value(kwargs)})

        options = SubscribeOptions(details_arg="event", **message["options"])
        await self.sessions[name].subscribe(handler, message["topic"], options=options)

    async def publish(self, message):
        publication = await self.sessions[message["session"]].publish(
            message["topic"], *decode_value(message["args"]),
            options=PublishOptions(**decode_value(message["options"])),
            **decode_value(message["kwargs"]))
        return {"publication": encode_value(publication.id if publication else None)}

    async def call(self, message):
        result = await self.sessions[message["session"]].call(
            message["procedure"], *decode_value(message["args"]),
            options=CallOptions(**decode_value(message.get("options", {}))),
            **decode_value(message["kwargs"]))
        args, kwargs = split_result(result)
        return {"args": encode_value(args), "kwargs": encode_value(kwargs)}

    async def leave(self, message):
        session = self.sessions.pop(message["session"], None)
        if session and session.is_attached():
            session.leave()

    async def answer(self, message):
        operation = message["op"]
        try:
            if operation.startswith("_") or not hasattr(self, operation):
                raise ValueError(f"unknown operation {operation}")
            reply = {"ok": await getattr(self, operation)(message) or {}}
        except ApplicationError as error:
            reply = {"fault": Fault(error.error, error.args, error.kwargs).answer}
        except Fault as fault:
            reply = {"fault": fault.answer}
        except Exception:  # pylint: disable=broad-except
            reply = {"broken": traceback.format_exc()}
        say({"id": message["id"], **reply})


async def main():
    peer = Peer()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    tasks = set()

    def take(line):
        task = loop.create_task(peer.answer(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def read():
        for line in sys.stdin:
            loop.call_soon_threadsafe(take, line)
        loop.call_soon_threadsafe(ended.set)

    def stray(_loop, context):
        say({"event": "stray", "text": str(context.get("exception") or context["message"])})

    loop.set_exception_handler(stray)
    threading.Thread(target=read, daemon=True).start()
    say({"event": "ready"})
    await ended.wait()


asyncio.run(main())
