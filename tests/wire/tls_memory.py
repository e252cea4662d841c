"""What an idle session keeps in the router's memory, with TLS and without: `python3 tls_memory.py
--kreisel PROGRAM` prints octets a session. A sanity bound only; docs/tls.md states the figure of a
release build."""

import gc
import ssl

import harness
from certificates import *
from clients import *
from harness import *

SESSIONS = 1000
BOUND = 40 * 1024


def bytes_a_session(router, open_one):
    """Growth over SESSIONS sessions, beyond what the first hundred have warmed up."""
    crowd = [open_one() for _ in range(100)]
    before = router.resident_bytes()
    crowd += [open_one() for _ in range(SESSIONS)]
    after = router.resident_bytes()
    for client in crowd:
        client.close()
    gc.collect()
    return (after - before) / SESSIONS


def measure(listener, what, **how):
    with Router(config(listener)) as router:
        address = router.address("rss" if listener else "rs")
        found = bytes_a_session(router, lambda: RawSocket(address, **how).join())
        print(f"    {what}: {found:.0f} octets a session")
        return found


def test_idle_tls_session_keeps_no_buffers():
    plain = measure({}, "plain RawSocket")
    with Certificates() as made:
        tls = {"tls": tls_of(made.server("one"))}
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = believing_context()
            context.minimum_version = context.maximum_version = version
            found = measure(tls, f"RawSocket over {version.name}", tls=context)
            print(f"    that is {found - plain:.0f} octets for TLS")
            check(found < BOUND, f"{found:.0f} octets a session over {version.name}")


if __name__ == "__main__":
    harness.main(globals())
