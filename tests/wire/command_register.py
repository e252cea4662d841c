"""`kreisel register`: echoes, constants, and shell commands that work, fail, hang and babble."""

import json
import os
import signal
import tempfile
import time

import harness
from clients import *
from harness import *
from kreisel_command import *

URI = "com.example.run"


def call(router, *arguments, **how):
    return kreisel(router, "call", URI, *arguments, **how)


def is_registered(router):
    return kreisel(router, "call", "wamp.registration.lookup", URI).only() is not None


def result_of(router, command, *arguments):
    with provide(router, URI, "--exec", command):
        return call(router, *arguments).only()


def error_of(router, command, *arguments, options=(), code=1):
    with provide(router, URI, "--exec", command, *options):
        return json.loads(call(router, *arguments).failed(code).error)


def test_constants_and_echoes():
    with Router(config()) as router:
        with provide(router, URI, "--result", '{"a":[1,null]}'):
            check_equal(call(router, "whatever").only(), {"a": [1, None]}, "constant")
        with provide(router, URI, "--result", "[1,2]"):
            check_equal(call(router).only(), [1, 2], "a list is one result")
        with provide(router, URI, "--echo"):
            check_equal(call(router, "1", "-k", "a=b").only(),
                        {"args": [1], "kwargs": {"a": "b"}}, "echo")


def test_the_command_line_has_one_answer():
    with Router(config()) as router:
        for arguments in ([], ["--echo", "--result", "1"], ["--result", "no json"],
                          ["--result", "1,2"], ["--echo", "--match", "none"],
                          ["--echo", "--concurrency", "0"]):
            kreisel(router, "register", URI, *arguments).failed(2)


def test_what_a_command_prints_is_the_result():
    with Router(config()) as router:
        for command, result in [("echo 7", 7), ("echo text", "text"), ("printf 'a\\nb\\n'", "a\nb"),
                                ("true", None), ('echo \'{"a": [1]}\'', {"a": [1]}),
                                ("printf ' '", " "), ("echo 1 2", "1 2"), ("echo '\"x\"'", "x")]:
            check_equal(result_of(router, command), result, command)


def test_arguments_reach_the_command_both_ways():
    with Router(config()) as router:
        check_equal(result_of(router, 'echo "$# $1 $2 $3"', "a b", "[1,2]", "$(id)"),
                    '3 a b [1,2] $(id)', "words")
        check_equal(result_of(router, "cat", "a", "1", "-k", "x=y"),
                    {"args": ["a", 1], "kwargs": {"x": "y"}}, "input")
        check_equal(result_of(router, "echo $KREISEL_PROCEDURE"), URI, "environment")
        check_equal(error_of(router, "true", '"\\u0000x"')["error"],
                    "wamp.error.invalid_argument", "U+0000")


def test_secrets_of_the_environment_stay_with_us():
    users = [{"authid": "joe", "role": "anonymous", "ticket": "hush"}]
    settings = config(realms=[realm(authentication={"anonymous_role": "anonymous",
                                                    "users": users})])
    with Router(settings) as router:
        secret = {"KREISEL_TICKET": "hush", "KREISEL_AUTHID": "joe"}
        with provide(router, URI, "--exec", "env", env=secret):
            check("hush" not in call(router).only(), "the secret reaches the command")


def test_a_command_that_fails_is_an_error():
    with Router(config()) as router:
        error = error_of(router, "echo lost; echo why >&2; exit 3")
        check_equal([error["error"], error["kwargs"]], ["wamp.error.runtime_error",
                                                        {"exit_code": 3}], "exit code")
        check("why" not in str(error), "stderr stays at home")
        error = error_of(router, "kill -9 $$")
        check_equal(error["kwargs"], {"signal": 9}, "signal")
        check_equal(error_of(router, "no-such-command")["kwargs"], {"exit_code": 127}, "unknown")


def test_a_command_that_hangs_is_killed_with_all_it_started():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        pids = os.path.join(folder, "pids")
        command = f"sleep 60 & echo $! >>{pids}; echo $$ >>{pids}; sleep 60"
        error = error_of(router, command, options=("--exec-timeout", "2s"), code=5)
        check_equal(error["error"], "wamp.error.timeout", "error")
        check_gone(pids)


def pids_in(path):
    """Whole lines only; the file is made before anything stands in it."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        return [int(line) for line in file if line.endswith("\n")]


def check_gone(path):
    pids = pids_in(path)
    check(pids, "no process was started")

    def are_gone():
        return not any(is_running(pid) for pid in pids)
    wait_until(are_gone, f"the end of {pids}")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_command_leaves_behind_does_not_keep_its_caller_waiting():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        pids = os.path.join(folder, "pids")
        check_equal(result_of(router, f"sleep 60 & echo $! >{pids}; echo 7"), 7, "result")
        check_gone(pids)


def test_a_caller_that_gives_up_ends_the_command():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        pids = os.path.join(folder, "pids")
        with provide(router, URI, "--exec", f"echo $$ >>{pids}; sleep 60"):
            call(router, "--timeout", "2s").failed(5)
            check_gone(pids)
            with Running(router, "call", URI) as calling:
                wait_until(lambda: len(pids_in(pids)) == 2, "a call")
                calling.stop(signal.SIGKILL)
            check_gone(pids)


def test_too_much_and_garbage_are_errors():
    with Router(config()) as router:
        error = error_of(router, "yes", options=("--exec-output", "100000"))
        check_equal(error["error"], "wamp.error.payload_size_exceeded", "too much")
        check_equal(result_of(router, "head -c 500000 /dev/zero | tr '\\0' x"), "x" * 500000,
                    "as much as that is fine")
        error = error_of(router, "printf '\\377\\376'")
        check_equal(error["error"], "wamp.error.runtime_error", "garbage")
        check("UTF-8" in error["args"][0], f"{error}")


def test_commands_that_do_not_read_their_input_and_arguments_of_any_length():
    with Router(config()) as router:
        client = websocket(router).join()

        def call_long():
            client.call(URI, "x" * 300_000)
            return client.receive()

        with provide(router, URI, "--exec", "exit 0"):
            answer = call_long()
            check_equal([answer[0], answer[4]], [ERROR, "wamp.error.runtime_error"], "too long")
        with provide(router, URI, "--exec", "exec true", "--input-only"):
            check_equal(call_long()[0], RESULT, "not read")
        with provide(router, URI, "--exec", "wc -c", "--input-only"):
            check_equal(call_long()[3], [300_014], "read")


def test_calls_run_beside_each_other_up_to_the_limit():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        command = f"touch {folder}/$$; ls {folder} | wc -l; sleep 1; rm {folder}/$$"
        with provide(router, URI, "--exec", command, "--concurrency", "2"):
            client = websocket(router).join()
            for _ in range(6):
                client.call(URI)
            counts = [client.receive()[3][0] for _ in range(6)]
            check_equal(max(counts), 2, f"beside each other: {counts}")


def test_options_of_the_registration():
    with Router(config()) as router:
        with provide(router, "com.example.", "--match", "prefix", "--exec",
                     "echo $KREISEL_PROCEDURE"):
            check_equal(call(router).only(), URI, "prefix")
        with provide(router, URI, "--result", "1", "--invoke", "roundrobin"), \
                provide(router, URI, "--result", "2", "--invoke", "roundrobin"):
            check_equal(sorted([call(router).only(), call(router).only()]), [1, 2], "roundrobin")
        with provide(router, URI, "--result", "1"):
            done = kreisel(router, "register", URI, "--echo").failed(1)
            check_equal(done.uri(), "wamp.error.procedure_already_exists", "twice")
            with provide(router, URI, "--result", "2", "--force"):
                check_equal(call(router).only(), 2, "--force")


def test_signals_and_counts_end_it_after_the_calls_under_way():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        for number in (signal.SIGINT, signal.SIGTERM):
            begun, go_on = (os.path.join(folder, f"{what}{number}") for what in ("begun", "go_on"))
            command = f"touch {begun}; until [ -e {go_on} ]; do sleep 0.1; done; echo done"
            with provide(router, URI, "--exec", command) as providing:
                with Running(router, "call", URI) as calling:
                    wait_until(lambda: os.path.exists(begun), "the command")
                    providing.process.send_signal(number)
                    # The call goes on, and nobody else is taken.
                    wait_until(lambda: not is_registered(router), "the end of the registration")
                    check_equal(calling.output(), "", "the call is under way")
                    open(go_on, "w", encoding="ascii").close()
                    check_equal(providing.wait_end(), 0, providing.error())
                    check_equal(calling.wait_end(), 0, calling.error())
                    check_equal(calling.lines(), ["done"], "result")
            call(router).failed(1, "no_such_procedure")
        with provide(router, URI, "--echo", "--count", "2") as providing:
            check_equal([call(router, "1").only(), call(router, "2").only()], [1, 2], "results")
            check_equal(providing.wait_end(), 0, providing.error())


def test_a_registration_that_is_taken_over_or_revoked_ends_it():
    with Router(config()) as router, provide(router, URI, "--echo") as providing:
        with provide(router, URI, "--result", "2", "--force"):
            check_equal(providing.wait_end(), 1, providing.error())


def test_a_second_signal_ends_it_at_once():
    with Router(config()) as router, tempfile.TemporaryDirectory() as folder:
        pids = os.path.join(folder, "pids")
        with provide(router, URI, "--exec", f"echo $$ >{pids}; sleep 60") as providing:
            with Running(router, "call", URI, wait="session") as calling:
                wait_until(lambda: pids_in(pids), "the command")
                providing.process.send_signal(signal.SIGTERM)
                # The first signal has been seen: the procedure is gone.
                wait_until(lambda: not is_registered(router), "the end of the registration")
                check_equal(providing.stop(signal.SIGTERM), 1, providing.error())
                check_equal(calling.wait_end(), 1, calling.error())
                check_gone(pids)


if __name__ == "__main__":
    harness.main(globals())
