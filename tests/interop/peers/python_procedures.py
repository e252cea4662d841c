"""The procedures that a peer on top of autobahn for Python registers, one for each behaviour."""

import txaio
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallResult

from python_values import encode_value


def make_procedure(say, canceled, session, procedure, behaviour):
    """`canceled` is what the framework raises where a canceled future is waited for."""

    def count_up(up_to, call_details):
        """1, 2... as progressive results if it may, and the number asked for at the end."""
        for part in range(1, up_to if call_details.progress else 1):
            call_details.progress(part)
        return up_to

    async def wait(call):
        say({"event": "waiting", "session": session, "procedure": procedure, "call": call})
        try:
            await txaio.create_future()
        except canceled:
            say({"event": "interrupted", "session": session, "call": call})
            raise ApplicationError("wamp.error.canceled", "interrupted") from None

    def judge(asking, uri, action, _options):
        """An authorizer: what it says is in the name of what is asked for."""
        say({
            "event": "judged", "id": str(asking["session"]), "authrole": asking["authrole"],
            "uri": uri, "action": action})
        if ".broken." in uri:
            raise ApplicationError("com.interop.error.broken")
        return {"allow": True, "cache": True} if ".cached." in uri else ".allowed." in uri

    def answer(*args, **kwargs):
        if behaviour == "echo":
            say({
                "event": "invoked", "session": session, "procedure": procedure,
                "args": encode_value(args), "kwargs": encode_value(kwargs)})
            return CallResult(*args, **kwargs)
        if behaviour == "count":
            return CallResult(len(args), len(kwargs))
        if behaviour == "fail":
            raise ApplicationError("com.interop.error.custom", *args, **kwargs)
        return None

    return {"progress": count_up, "wait": wait, "judge": judge}.get(behaviour, answer)
