"""The lines of bench/run: what is measured, against which floor, and what is to be reached.

Each line is a function that measures and returns rows; LINES has them by name. A row says what was
measured ("value" in "unit"), the target, the floor where there is one, and whether it is reached.
"""

from measure import Failure, best, load, load_together

ENCODINGS = ["json", "msgpack"]
CPU = "CPU s/million"


def row(name, wire, value, unit, target, floor=None, **more):
    """Reached if `value` is at most `target`; without a target it is only told."""
    return {"name": name, "wire": wire, "value": value, "unit": unit, "target": target,
            "floor": floor, "is_reached": target is None or value <= target, **more}


class Context:
    """The servers of a run, started when the first line needs them, and how long to measure."""

    def __init__(self, bench, rounds, seconds, scale):
        self.bench = bench
        self.rounds = rounds
        self.seconds = seconds
        self.scale = scale
        self.encodings = ENCODINGS if scale == 1 else ENCODINGS[-1:]
        self._servers = {}

    def count(self, wanted):
        """A number of sessions or subscriptions, less of it in a smoke test."""
        return max(int(wanted * self.scale), 4)

    def router(self, name="router", **how):
        return self._server(name, self.bench.router, how)

    def floor(self, name="floor", **how):
        return self._server(name, self.bench.floor, how)

    def _server(self, name, start, how):
        if name not in self._servers:
            self._servers[name] = start(name, **how)
        return self._servers[name]

    def load(self, process, scheme, options, seconds=None):
        warm_up = [] if self.scale == 1 else ["--warm-up", "0.1"]
        return load(self.bench.load, process, scheme, [*options, *warm_up],
                    seconds or self.seconds)

    def in_turn(self, *measurements):
        """Calls each function once a round, in turn, and returns the best of each."""
        reports = [[] for _ in measurements]
        for _ in range(self.rounds):
            for measure, mine in zip(measurements, reports):
                mine.append(measure())
        return [best(mine) for mine in reports]


def cost(report):
    return report["cpu_seconds_per_million"]


def against_floor(context, options, encoding, tls=False):
    """(router, floor), both by the same load in turn."""
    wanted = [*options, "--encoding", encoding]
    if tls:
        router = context.router("router_tls", tls=True)
        floor = context.floor("floor_tls", tls=True)
    else:
        router, floor = context.router(), context.floor()
    return context.in_turn(
        lambda: context.load(router, "wss" if tls else "ws", wanted),
        lambda: context.load(floor, "raws" if tls else "raw", wanted))


def exchange(name, options, target):
    """A line for each encoding, and one for how far these are apart."""
    def measure(context):
        rows = []
        for encoding in context.encodings:
            router, floor = against_floor(context, options, encoding)
            rows.append(row(name, f"websocket {encoding}", cost(router), CPU, target, cost(floor),
                            router=router, floor_report=floor))
        costs = [each["value"] for each in rows]
        rows.append(row(name + ": dearer encoding / cheaper", "websocket",
                        max(costs) / min(costs), "ratio", 1.2))
        return rows
    return measure


def fan_out(subscribers, in_flight):
    return ["--scenario", "fanout", "--subscribers", str(subscribers), "--in-flight",
            str(in_flight), "--payload", "128"]


def calls(callers, in_flight, callees):
    return ["--scenario", "calls", "--callers", str(callers), "--in-flight", str(in_flight),
            "--callees", str(callees), "--payload", "128"]


def single_calls(context):
    rows = exchange("calls, 1 caller, 1 in flight", calls(1, 1, 1), 14)(context)
    for each in rows[:len(context.encodings)]:
        floor = each["floor_report"]["p50_us"]
        rows.append(row("p50 of such a call / of a TCP ping-pong through one hop", each["wire"],
                        each["router"]["p50_us"] / floor, "ratio", 3.0,
                        router=each["router"]))
    return rows


LOGIN_FIGURES = ["request_bytes", "answer_bytes", "hello_bytes", "welcome_bytes"]


def measure_logins(context, sessions, tls=False, more=()):
    options = ["--scenario", "logins", "--sessions", str(context.count(sessions)),
               "--encoding", "json", *more]
    if tls:
        router = context.router("router_tls", tls=True)
        floor = context.floor("floor_tls", tls=True)
    else:
        router, floor = context.router("router_logins"), context.floor()
    first = load(context.bench.load, router, "wss" if tls else "ws",
                 ["--scenario", "logins", "--sessions", "8"], 0.1)
    sizes = ["--login-bytes", *(str(int(first[figure])) for figure in LOGIN_FIGURES)]

    def one(process, scheme, options):
        report = load(context.bench.load, process, scheme, options, 0.1)
        if process is router:
            # The next round must not pay for the leaving of this one.
            router.wait_for_metric("kreisel_connections", lambda count: count == 0)
        return report
    return context.in_turn(lambda: one(router, "wss" if tls else "ws", options),
                           lambda: one(floor, "raws" if tls else "raw", [*options, *sizes]))


def logins(context):
    router, floor = measure_logins(context, 5000)
    ratio = cost(router) / cost(floor)
    return [row("log-in, us of CPU", "websocket json", cost(router), "us", None, cost(floor),
                router=router, floor_report=floor),
            row("log-in / accept and two exchanges", "websocket json", ratio, "ratio", 1.6)]


def idle_sessions(context):
    rows = []
    for wire, scheme, tls, target, sessions in (
            ("websocket", "ws", False, 2.0, 10_000), ("rawsocket", "rs", False, 2.0, 10_000),
            ("websocket TLS", "wss", True, 12.0, 5000)):
        # A router of its own: what others have left behind would be used again.
        router = context.bench.router(f"idle_{scheme}", tls=tls)
        # The code that the first log-ins bring into memory is no session's.
        load(context.bench.load, router, scheme,
             ["--scenario", "logins", "--sessions", "64", "--encoding", "msgpack"], 0.1)
        router.wait_for_metric("kreisel_connections", lambda count: count == 0)
        report = load(context.bench.load, router, scheme,
                      ["--scenario", "idle", "--sessions", str(context.count(sessions)),
                       "--encoding", "msgpack"], min(context.seconds, 1.0))
        rows.append(row("idle session, resident", wire, report["resident_kib_per_session"],
                        "KiB", target if context.scale == 1 else None, router=report))
        context.bench.stop(router)
    return rows


def many_sessions(context):
    """In three generators: with one for all, its files and its ports would be the limit."""
    generators, callees = 3, 4
    callers = context.count(15_000) // generators - callees
    router = context.bench.router("many")
    reports, sessions = load_together(
        context.bench.load, router, "ws",
        [[*calls(callers, 1, callees), "--encoding", "msgpack", "--warm-up", "1"]] * generators,
        context.seconds * 2)
    context.bench.stop(router)
    wanted = generators * (callers + callees)
    if sessions != wanted:
        raise Failure(f"{sessions:g} sessions were open, not {wanted}")
    total = sum(report["rate"] for report in reports)
    # Each generator tells what the router took in its own window; the windows are nearly one.
    cpu = max(report["cpu_seconds"] / report["seconds"] for report in reports) / total * 1e6
    merged = {"rate": total, "p50_us": max(report["p50_us"] for report in reports),
              "p99_us": max(report["p99_us"] for report in reports), "rounds": reports}
    return [row("sessions at once", "websocket msgpack", sessions, "sessions", None),
            row(f"calls, {generators * callers:,} callers, 1 in flight each", "websocket msgpack",
                cpu, CPU, None, router=merged)]


def large_payloads(context):
    rows = []
    options = ["--scenario", "fanout", "--subscribers", "10", "--in-flight", "2",
               "--payload", "65536"]
    for encoding in context.encodings:
        router, floor = against_floor(context, options, encoding)
        rows.append(row("64 KiB to 10 subscribers, 2 in flight", f"websocket {encoding}",
                        cost(router), CPU, None, cost(floor), router=router,
                        floor_report=floor))
        rows.append(row("64 KiB / floor's octets", f"websocket {encoding}",
                        cost(router) / cost(floor), "ratio", 1.5))
    return rows


def transcoding(context):
    router = context.bench.router("transcoding")
    options = [*fan_out(100, 16), "--encoding", "json", "--subscriber-encoding", "msgpack"]
    report, = context.in_turn(lambda: context.load(router, "ws", options))
    publications = router.metric('kreisel_messages_received_total{type="publish"}')
    each = router.metric("kreisel_transcodes_total") / publications
    context.bench.stop(router)
    return [row("fan-out 1 to 100, 16 in flight, other encoding", "json to msgpack", cost(report),
                CPU, None, router=report),
            row("transcodes per publication", "json to msgpack", each, "times", 1.0)]


def patterns(context):
    options = ["--scenario", "fanout", "--subscribers", "3", "--in-flight", "16", "--payload",
               "128", "--encoding", "msgpack"]
    router, count = context.router("router_patterns"), context.count(100_000)
    many, few = context.in_turn(
        lambda: context.load(router, "ws", [*options, "--patterns", str(count)]),
        lambda: context.load(router, "ws", [*options, "--patterns", "3"]))
    return [row(f"{count:,} patterns, 3 of them match", "websocket msgpack", cost(many), CPU,
                None, cost(few), router=many, floor_report=few),
            row("the same / with only these 3", "websocket msgpack", cost(many) / cost(few),
                "ratio", 1.3)]


def over_tls(context):
    rows = []
    for name, options in (("fan-out 1 to 100, 16 in flight", fan_out(100, 16)),
                          ("calls, 8 callers x 8 in flight, 4 callees", calls(8, 8, 4))):
        router, floor = against_floor(context, options, "msgpack", tls=True)
        rows.append(row(name, "TLS websocket msgpack", cost(router), CPU, None, cost(floor),
                        router=router, floor_report=floor))
    return rows


def tls_logins(context):
    rows = []
    for name, more in (("TLS log-in, us of CPU", []),
                       ("TLS log-in with a ticket, us of CPU", ["--resume"])):
        router, floor = measure_logins(context, 1000, tls=True,
                                       more=[*more, "--in-flight", "8"])
        resumed = router["resumed"] / router["count"]
        if more and resumed < 0.5 and context.scale == 1:
            raise Failure(f"only {resumed:.0%} of the TLS sessions were resumed")
        rows.append(row(name, "TLS websocket json", cost(router), "us", None, cost(floor),
                        router=router, floor_report=floor))
    return rows


def shards(context):
    rows = []
    one = context.router("one_shard", shards=1)
    two = context.router("two_shards", shards=2)
    for name, options in (("fan-out 1 to 100, 16 in flight", fan_out(100, 16)),
                          ("calls, 8 callers x 8 in flight, 4 callees", calls(8, 8, 4))):
        wanted = [*options, "--encoding", "msgpack"]
        double, single = context.in_turn(lambda: context.load(two, "ws", wanted),
                                         lambda: context.load(one, "ws", wanted))
        rows.append(row(f"two shards: {name}", "websocket msgpack", cost(double), CPU, None,
                        cost(single), router=double, floor_report=single))
        rows.append(row("CPU of two shards / of one", "websocket msgpack",
                        cost(double) / cost(single), "ratio", 1.2))
        rows.append(row("rate of two shards / of one", "websocket msgpack",
                        double["rate"] / single["rate"], "ratio", None))
    return rows


LINES = {
    "fan-out": exchange("fan-out 1 to 100, 16 in flight", fan_out(100, 16), 0.45),
    "fan-out-single": exchange("fan-out 1 to 100, 1 in flight", fan_out(100, 1), 4.6),
    "fan-out-1000": exchange("fan-out 1 to 1000, 4 in flight", fan_out(1000, 4), 1.4),
    "fan-out-1000-single": exchange("fan-out 1 to 1000, 1 in flight", fan_out(1000, 1), 5.6),
    "calls": exchange("calls, 8 callers x 8 in flight, 4 callees", calls(8, 8, 4), 2.5),
    "calls-single": single_calls,
    "topics": exchange("100 topics, 1 subscriber each, 8 in flight",
                       ["--scenario", "topics", "--in-flight", "8", "--payload", "128"], 1.0),
    "logins": logins,
    "idle": idle_sessions,
    "sessions": many_sessions,
    "payloads": large_payloads,
    "transcoding": transcoding,
    "patterns": patterns,
    "tls": over_tls,
    "tls-logins": tls_logins,
    "shards": shards,
}
