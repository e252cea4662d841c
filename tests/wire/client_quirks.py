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


def test_autobahn_js_gets_no_answer_to_a_call_that_it_has_forgotten():
    roles = {
        "caller": {"features": dict.fromkeys(
            ["caller_identification", "call_canceling", "progressive_call_results"], True)},
        "callee": {"features": dict.fromkeys(
            ["caller_identification", "pattern_based_registration", "shared_registration",
             "progressive_call_results", "registration_revocation"], True)},
        "publisher": {},
    }
    realms = [realm(), realm("strict", client_quirks=False)]
    with Router(config(realms=realms)) as router:
        for name, is_forgiven in (("realm1", True), ("strict", False)):
            callee = websocket(router).join(name)
            callee.register("com.x")
            caller = websocket(router).join(name, roles=roles)
            for mode in ({}, {"mode": "skip"}, {"mode": "killnowait"}, {"mode": "kill"}):
                request = caller.call("com.x")
                callee.expect(INVOCATION)
                caller.send(CANCEL, request, mode)
                # Of mode kill it waits for the answer, though the callee cannot be interrupted.
                if not is_forgiven or mode == {"mode": "kill"}:
                    caller.expect_error(CALL, request, "wamp.error.canceled")
                caller.round_trip()


if __name__ == "__main__":
    harness.main(globals())
