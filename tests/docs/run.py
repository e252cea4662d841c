#!/usr/bin/python3
"""The pages of docs/ against the program:

    run.py --kreisel PROGRAM [PAGE.md...]

Every example runs and prints what its page says; every page is in the index with one line and has
an example; links lead somewhere; tables that repeat what the program knows are compared with it.
How blocks are marked is told in pages.py.
"""

import concurrent.futures
import glob
import json
import os
import re
import sys
import time
import urllib.request

import examples
import clients
import harness
from pages import Page, PageError

DOCS = os.path.join(examples.TOP, "docs")
PAGES_AT_A_TIME = 3


def index_faults(index, names):
    """Every page stands in docs/README.md once, as `- [name](page.md): what it tells`."""
    listed = re.findall(r"^- \[[^\]]+\]\(([^)/]+\.md)\): \S.*$", index.text, re.MULTILINE)
    for name in sorted(names - {"README.md"}):
        if listed.count(name) != 1:
            yield f"the index has {listed.count(name)} lines for {name}"


def uri_faults(page):
    """Every error and reason that a page names is one that the program knows."""
    with open(os.path.join(examples.TOP, "common/wamp/errors.hpp"), encoding="utf-8") as file:
        known = set(re.findall(r'"(wamp\.[\w.]+)"', file.read()))
    for uri in sorted(set(re.findall(r"\bwamp\.(?:error|close)\.[a-z_.]*[a-z]", page.text))):
        if uri not in known:
            yield f"the program knows no {uri}"


def limits_faults(page):
    """Every limit of the effective configuration stands in limits.md with its default."""
    code, output, error = harness.command(
        "config", "--effective", "-c", os.path.join(examples.TOP, "realms.yaml"))
    harness.check_equal((code, error), (0, ""), "kreisel config")
    limits = re.findall(r"^  (\w+): (\S+)  # default$",
                        re.search(r"^limits:\n((?:  .*\n)+)", output, re.MULTILINE)[1],
                        re.MULTILINE)
    limits += re.findall(r"^(max_connections|handshakes_in_flight): (\S+)  # default$", output,
                         re.MULTILINE)
    harness.check(len(limits) > 10, f"few limits in: {output}")
    rows = {cells[0].strip("`"): cells[1] for cells in page.rows() if len(cells) > 2}
    for key, default in limits:
        if rows.get(key) != default:
            yield f"the default of {key} is {default}, and the page says {rows.get(key)}"


def metrics_with(router, series):
    """What /metrics tells once it has the series; a counter may follow the answer by a moment."""
    with urllib.request.urlopen(router.address("http://"), timeout=harness.DEADLINE) as answer:
        text = answer.read().decode()
    return text if series in text else None


def metrics_faults(page):
    """The table of metrics.md is what /metrics tells: name, type and labels."""
    users = {"sqlite": "users.db", "query": "SELECT role, ticket FROM users WHERE name = $1"}
    settings = harness.config(admin={"address": "127.0.0.1:0"}, realms=[
        harness.realm(authentication={"user_database": users})])
    with harness.Router(settings) as router:
        stranger = clients.rawsocket(router)  # a failed log-in makes its series appear
        stranger.send(clients.HELLO, "no.such.realm", {"roles": clients.ROLES})
        stranger.expect(clients.ABORT)
        text = harness.wait_until(lambda: metrics_with(router, "kreisel_logins_failed_total{"),
                                  "the failed log-in")
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    labels = {name: set() for name in types}
    for name, found in re.findall(r"^(\w+)\{(.*)\} ", text, re.MULTILINE):
        labels[name].update(re.findall(r'(\w+)="', found))
    told = {(name, kind, ", ".join(f"`{label}`" for label in sorted(labels[name])))
            for name, kind in types.items()}
    written = {(cells[0].strip("`"), cells[1], cells[2]) for cells in page.rows()
               if len(cells) == 4 and cells[0].startswith("`")}
    with open(os.path.join(examples.TOP, "packaging/grafana-dashboard.json"),
              encoding="utf-8") as file:
        shown = re.findall(r"\b(?:kreisel|process)_\w+", file.read())
    for name in sorted(set(shown) - set(types)):
        yield f"the dashboard shows {name}, which /metrics has not"
    for row in sorted(told - written):
        yield f"/metrics has {row}, and the page has not"
    for row in sorted(written - told):
        yield f"the page has {row}, and /metrics has not"


def conformance_faults(page):
    """The features marked `announced` are those of WELCOME.Details.roles, and no others."""
    with open(os.path.join(examples.TOP, "realms.yaml"), encoding="utf-8") as file:
        settings = file.read().replace(examples.PAGE_ADDRESS, "127.0.0.1:0")
    with harness.Router(settings) as router:
        client = clients.connect(router.address("rs://"))
        roles = welcome_roles(client)
    announced = {(role, feature) for role, details in roles.items()
                 for feature, value in details.get("features", {}).items() if value}
    written = {(cells[0], cells[1].strip("`")) for cells in page.rows()
               if len(cells) > 2 and cells[2].startswith("announced")}
    for role, feature in sorted(announced - written):
        yield f"{feature} of the {role} is announced, and the page does not say so"
    for role, feature in sorted(written - announced):
        yield f"{feature} of the {role} is not announced, but the page says so"


def welcome_roles(plain):
    """RawSocket with JSON by hand: what WELCOME says about the router's roles."""
    hello = json.dumps([1, "realm1", {"roles": {"caller": {}}}]).encode()
    plain.sendall(b"\x7f\xf1\0\0" + len(hello).to_bytes(4, "big") + hello)
    octets = plain.recv(4)
    harness.check_equal(octets[:2], b"\x7f\xf1", "RawSocket handshake")
    buffer = b""
    while len(buffer) < 4 or len(buffer) < 4 + int.from_bytes(buffer[:4], "big"):
        more = plain.recv(65536)
        harness.check(more, "the router closed the connection")
        buffer += more
    message = json.loads(buffer[4:])
    harness.check_equal(message[0], 2, "WELCOME")
    return message[2]["roles"]


EXTRA_CHECKS = {"limits.md": limits_faults, "metrics.md": metrics_faults,
                "wamp-conformance.md": conformance_faults}


def check_page(path, names):
    """Faults of one page, and how many examples ran."""
    try:
        page = Page(path)
        faults = [*page.faults(), *uri_faults(page)]
        if page.name == "README.md":
            faults += index_faults(page, names)
        faults += EXTRA_CHECKS.get(page.name, lambda page: [])(page)
        with examples.Examples(page) as running:
            running.run()
            return faults, running.count
    except (AssertionError, PageError, OSError) as error:
        return [str(error)], 0


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != "--kreisel":
        sys.exit(f"usage: {sys.argv[0]} --kreisel PROGRAM [PAGE.md...]")
    harness.PROGRAM = os.path.abspath(arguments[1])
    if not os.path.isdir(examples.MODULES):
        sys.exit(f"no {examples.MODULES}: scripts/setup installs the packages of the examples")
    paths = sorted(glob.glob(os.path.join(DOCS, "*.md")))
    names = {os.path.basename(path) for path in paths}
    wanted = set(arguments[2:]) or names
    paths = [path for path in paths if os.path.basename(path) in wanted]
    if len(paths) != len(wanted):
        sys.exit(f"no such page: {wanted - names}")

    started = time.monotonic()
    failed = 0
    total = 0

    def timed(path):
        begin = time.monotonic()
        return *check_page(path, names), time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(PAGES_AT_A_TIME) as pool:
        for path, (faults, count, seconds) in zip(paths, pool.map(timed, paths)):
            total += count
            failed += bool(faults)
            name = os.path.basename(path)
            print(f"{'FAILED' if faults else 'ok    '}  {name}: {count} examples, {seconds:.1f} s",
                  flush=True)
            for fault in faults:
                print(f"    {fault}", flush=True)
    print(f"{len(paths)} pages, {failed} failed, {total} examples, "
          f"{time.monotonic() - started:.1f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
