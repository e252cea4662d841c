"""The operations of a peer on top of autobahn for Python, the same for asyncio and Twisted.

The control protocol is described in control.mjs, the forms of values in python_values.py. A program
chooses the framework by txaio before it imports this.
"""

import json
import sys
import traceback

import txaio
from autobahn.wamp import auth, serializer
from autobahn.wamp.cryptosign import CryptosignKey
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import (
    CallOptions, CallResult, ComponentConfig, PublishOptions, RegisterOptions, SubscribeOptions)

from python_procedures import make_procedure
from python_values import decode_value, encode_value

SERIALIZERS = {
    "json": serializer.JsonSerializer,
    "msgpack": serializer.MsgPackSerializer,
    "cbor": serializer.CBORSerializer,
}


def say(message):
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def read_lines(take):
    for line in sys.stdin:
        take(json.loads(line))


class Fault(Exception):
    """What the router or a callee answered instead of a result."""

    def __init__(self, uri, args=(), kwargs=None):
        super().__init__(uri)
        self.answer = {
            "uri": uri, "args": encode_value(list(args)), "kwargs": encode_value(kwargs or {})}


def sign_challenge(challenge, secret):
    if secret is None:
        raise ValueError(f"asked for a secret by {challenge.method}")
    if challenge.method == "ticket":
        return secret
    if challenge.method == "cryptosign":
        return CryptosignKey.from_bytes(bytes.fromhex(secret)).sign_challenge(challenge)
    extra = challenge.extra
    key = secret.encode()
    if "salt" in extra:
        key = auth.derive_key(key, extra["salt"], extra["iterations"], extra["keylen"])
    return auth.compute_wcs(key, extra["challenge"].encode()).decode()


def session_class(base):
    """The session on top of the framework's ApplicationSession; `joined` tells how it went."""

    class Session(base):
        def __init__(self, config, name, log_in):
            super().__init__(config)
            self.name = name
            self.log_in = log_in or {}
            self.scram = None
            if "scram" in self.log_in.get("methods", []):
                self.scram = auth.create_authenticator(
                    "scram", authid=log_in["authid"], password=log_in["secret"])
            self.joined = txaio.create_future()
            self.is_settled = False

        def settle(self, action, value):
            if not self.is_settled:
                self.is_settled = True
                action(self.joined, value)

        def onConnect(self):
            pubkey = self.log_in.get("pubkey")
            extra = {"pubkey": pubkey} if pubkey else None
            self.join(self.config.realm, self.log_in.get("methods"), self.log_in.get("authid"),
                      authextra=self.scram.authextra if self.scram else extra)

        def onChallenge(self, challenge):
            if self.scram:
                return self.scram.on_challenge(self, challenge)
            return sign_challenge(challenge, self.log_in.get("secret"))

        def onWelcome(self, welcome):
            # A router that does not prove itself is left.
            return self.scram.on_welcome(self, welcome.authextra) if self.scram else None

        def onJoin(self, details):
            facts = {
                "id": str(details.session), "authid": details.authid,
                "authrole": details.authrole, "authmethod": details.authmethod}
            say({"event": "joined", "session": self.name, **facts})
            self.settle(txaio.resolve, facts)

        def onLeave(self, details):
            fault = Fault(details.reason, [details.message])
            self.settle(txaio.reject, txaio.create_failure(fault))
            super().onLeave(details)

        def onDisconnect(self):
            self.settle(txaio.reject, txaio.create_failure(Fault("lost")))
            say({
                "event": "lost", "session": self.name, "reason": "closed", "will_retry": False})

        def onUserError(self, fail, msg):
            """An exception of a procedure here is meant."""

    return Session


def split_result(result):
    if isinstance(result, CallResult):
        return list(result.results), dict(result.kwresults)
    return [result], {}


class Peer:
    """The operations; each message of the driver becomes a task.

    `canceled` is what the framework raises where a canceled future is waited for.
    """

    def __init__(self, make_session, open_transport, canceled):
        self.make_session = make_session
        self.open_transport = open_transport
        self.canceled = canceled
        self.sessions = {}
        self.calls = {}

    async def connect(self, message):
        config = ComponentConfig(realm=message["realm"])
        session = self.make_session(config, message["session"], message.get("auth"))
        wire_format = SERIALIZERS[message["serializer"]](batched=message.get("batched", False))
        await self.open_transport(message, session, wire_format)
        facts = await session.joined
        self.sessions[message["session"]] = session
        return facts

    async def register(self, message):
        name, procedure, behaviour = message["session"], message["procedure"], message["behaviour"]

        handler = make_procedure(say, self.canceled, name, procedure, behaviour)
        options = RegisterOptions(details_arg="call_details") if behaviour == "progress" else None
        await self.sessions[name].register(handler, procedure, options=options)

    async def subscribe(self, message):
        name, subscription = message["session"], message["name"]

        def handler(*args, event, **kwargs):
            say({
                "event": "event", "session": name, "subscription": subscription,
                "topic": event.topic, "args": encode_value(args), "kwargs": encode_value(kwargs)})

        options = SubscribeOptions(details_arg="event", **message["options"])
        answer = await self.sessions[name].subscribe(
            handler, message["topic"], options=options)
        return {"subscription": encode_value(answer.id)}

    async def publish(self, message):
        answer = self.sessions[message["session"]].publish(
            message["topic"], *decode_value(message["args"]),
            options=PublishOptions(**decode_value(message["options"])),
            **decode_value(message["kwargs"]))
        # There is nothing to wait for without acknowledge.
        return {"publication": encode_value((await answer).id if answer else None)}

    async def call(self, message):
        options = decode_value(message.get("options", {}))
        parts = []
        if options.pop("receive_progress", False):
            options["on_progress"] = lambda part: parts.append(encode_value(part))
        call = self.sessions[message["session"]].call(
            message["procedure"], *decode_value(message["args"]),
            options=CallOptions(**options), **decode_value(message["kwargs"]))
        self.calls[message.get("call")] = call
        try:
            args, kwargs = split_result(await call)
        except self.canceled:
            raise Fault("Cancelled") from None
        return {"args": encode_value(args), "kwargs": encode_value(kwargs), "parts": parts}

    async def cancel(self, message):
        """Cancels the call that was named `call` when it was made; there are no modes here."""
        txaio.cancel(self.calls[message["call"]])

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
