"""A network namespace of the test's own: loopback with addresses that are none of the loopback, and
a filter that drops packets. Needs root; without it the script ends with SKIPPED."""

import os
import subprocess
import sys

SKIPPED = 77  # SKIP_RETURN_CODE of tests/fault/CMakeLists.txt
MARK = "KREISEL_TEST_NETWORK"
ADDRESSES = ["192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32", "2001:db8:0:1::1/128",
             "2001:db8:0:1::2/128", "2001:db8:0:2::1/128"]


def run(*command):
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def enter():
    """Starts this script once more in a namespace of its own, or prepares that one."""
    if MARK in os.environ:
        run("ip", "link", "set", "lo", "up")
        for address in ADDRESSES:
            run("ip", "address", "add", address, "dev", "lo", *nodad(address))
        return
    probe = subprocess.run(["unshare", "-n", "nft", "add", "table", "inet", "kreisel"],
                           capture_output=True, check=False)
    if probe.returncode != 0:
        print(f"skipped: no network namespace of its own with nft (needs root): "
              f"{probe.stderr.decode().strip()}")
        sys.exit(SKIPPED)
    os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv],
               {**os.environ, MARK: "1"})


def nodad(address):
    return ["nodad"] if ":" in address else []


def drop(port):
    """From now on no packet from or to this port gets through."""
    run("nft", "add", "table", "inet", "kreisel")
    run("nft", "add", "chain", "inet", "kreisel", "lost",
        "{ type filter hook output priority 0; }")
    for side in ("sport", "dport"):
        run("nft", "add", "rule", "inet", "kreisel", "lost", "tcp", side, str(port), "drop")


def drop_nothing():
    run("nft", "delete", "table", "inet", "kreisel")
