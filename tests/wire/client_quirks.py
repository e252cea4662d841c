"""What known clients do beyond the letter of the specification, and are forgiven."""

import harness
from clients import *
from harness import *

WAMPY = {"agent": "Wampy.js v8.0.2"}


def test_wampy_goes_on_from_its_last_session():
    with Router(config()) as router:
        back = websocket(router).join(**WAMPY)
        # What it had to say to the last session comes first, then it registers again.
        back.send(YIELD, 7, {}, ["late"])
        back.send(ERROR, INVOCATION, 8, {}, "com.error")
        back.last_request = 40
        back.register("com.x")
        caller = websocket(router).join()
        request = caller.call("com.x")
        back.serve("served")
        caller.expect(RESULT, request, {}, ["served"])


def test_other_clients_may_not_answer_what_they_were_not_asked():
    with Router(config()) as router:
        alice = websocket(router).join()
        alice.send(YIELD, 7, {}, ["late"])
        alice.expect(ABORT, ANY, "wamp.error.protocol_violation")
        alice.expect_closed(1002)
        router.wait_log("session aborted .*an INVOCATION that was never sent")


if __name__ == "__main__":
    harness.main(globals())
