"""How the command starts and ends: addresses, ready file, signals, exit codes, what people read."""

import os
import signal
import socket
import tempfile

import harness
from clients import *
from harness import *


def test_prints_and_writes_addresses_that_answer():
    listeners = [{"address": "127.0.0.1:0"},
                 {"address": "127.0.0.2:0", "transports": ["rawsocket"]}]
    with Router(config(listeners=listeners)) as router:
        addresses = router.addresses()

        check_equal([a.split(":")[0] for a in addresses], ["ws", "rs", "rs"], "schemes")
        check(not any(a.endswith(":0") for a in addresses), f"real ports: {addresses}")
        for address in addresses:
            check(f"  {address}\n" in router.output(), f"{address} printed: {router.output()}")
        websocket(router).join()
        rawsocket(router).join()
        rawsocket(router, 1).join()


def test_ends_with_0_on_sigterm_and_sigint_and_removes_the_ready_file():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Router(config()) as router:
            alice = websocket(router).join()

            router.tell(number)

            alice.expect_closed(1012)
            check_equal(router.wait_end(), 0, "exit code")
            check(not os.path.exists(router.ready_path), "ready file is gone")
            check_equal(router.log().count("second signal"), 0, "no other signal")


def test_second_signal_stops_at_once_while_calls_are_awaited():
    with Router(config(drain_timeout="1h")) as router:
        callee = websocket(router).join()
        callee.register("com.never")
        caller = websocket(router).join()
        caller.call("com.never")
        callee.expect(INVOCATION)
        router.tell(signal.SIGTERM)
        router.wait_log("stopping")
        caller.expect_silence(0.3)
        check(router.process.poll() is None, "it waits for the call")

        router.tell(signal.SIGTERM)

        check_equal(router.wait_end(), 0, "exit code")
        check("second signal" in router.log(), "the log says why")


def test_port_in_use_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Router(config({"address": f"127.0.0.1:{port}"}), wait=False) as router:
            check_equal(router.wait_end(), 1, "exit code")
            lines = router.log().splitlines()
            check_equal(len(lines), 1, f"lines of {lines}")
            check(f"127.0.0.1 port {port}: Address already in use" in lines[0], lines[0])
            check(not os.path.exists(router.ready_path), "no ready file")


def test_missing_configuration_is_exit_code_1_and_names_the_file():
    for arguments in (["run"], ["check"], ["config", "--effective"]):
        code, output, error = command(*arguments, "-c", "nowhere/realms.yaml")
        check_equal((code, output), (1, ""), f"{arguments}")
        check("nowhere/realms.yaml" in error and "No such file" in error, error)


def test_unwritable_ready_file_is_exit_code_1():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "realms.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config(), file)

        code, _, error = command("run", "-c", path, "--ready-file", folder + "/no/ready")

        check_equal(code, 1, error)
        check("cannot write the ready file" in error, error)


def test_ready_file_of_an_earlier_run_is_gone_if_the_start_fails():
    with socket.socket() as taken, Router(config()) as first:
        first.kill()
        check(os.path.exists(first.ready_path), "kill -9 leaves the file")
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = config({"address": f"127.0.0.1:{taken.getsockname()[1]}"})
        with Router(settings, folder=first.folder, wait=False) as second:
            check_equal(second.wait_end(), 1, "exit code")
            check(not os.path.exists(first.ready_path), "the file is gone")


def test_wrong_command_line_is_exit_code_2():
    for arguments in (["--wrong"], ["run", "--wrong"], ["fly"], [], ["check", "a", "b"]):
        code, _, error = command(*arguments)
        check_equal(code, 2, f"{arguments}: {error}")
        check(error.strip() != "", "something is said")


def test_help_and_version():
    code, output, _ = command("--help")
    check_equal(code, 0, "exit code of --help")
    for word in ("run", "check", "config", "version", "SIGHUP"):
        check(word in output, f"{word} in the help")
    check_equal(command("run", "--help")[0], 0, "exit code of run --help")

    code, output, _ = command("version")
    check_equal(code, 0, "exit code of version")
    check(re.fullmatch(r"kreisel \d+\.\d+\.\d+\n", output), output)


def test_check_says_ok_or_all_errors_with_their_places():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "realms.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config(), file)
        check_equal(command("check", path), (0, f"{path}: ok\n", ""), "good file")

        with open(path, "w", encoding="utf-8") as file:
            file.write("listeners:\n  - adress: 127.0.0.1:0\nrealms:\n  - name: a\n    rols: []\n")
        code, output, error = command("check", "-c", path)

        check_equal((code, output), (1, ""), "bad file")
        check(f"{path}:2:5: " in error and "did you mean 'address'" in error, error)
        check(f"{path}:5:5: " in error and "did you mean 'roles'" in error, error)


def test_effective_configuration_shows_defaults_hides_secrets_and_is_taken_itself():
    users = [{"authid": "joe", "role": "anonymous", "ticket": "s3cr3t-ticket"},
             {"authid": "sue", "role": "anonymous", "wampcra": {"secret": "s3cr3t-key"}}]
    settings = config()
    settings["realms"][0]["authentication"]["users"] = users
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "realms.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(settings, file)
        code, output, _ = command("config", "--effective", "-c", path)

        check_equal(code, 0, "exit code")
        check("s3cr3t" not in output, "secrets are hidden")
        check("***" in output, "and said to be there")
        for line in ("message_bytes_max: 16MiB", "hello_bytes_max: 64KiB", "hello_timeout: 10s",
                     "subscriptions_per_session: 10000", "max_connections: 10000"):
            check(line in output, f"{line} in {output}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(output)
        check_equal(command("check", path)[0], 0, "what it shows is a configuration")


if __name__ == "__main__":
    harness.main(globals())
