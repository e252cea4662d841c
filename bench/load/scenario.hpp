#pragma once
// What bench_load can do to a router, and what it reports. Each scenario opens its sessions, warms
// up, measures for a given time, lets what is under way arrive, and leaves. It runs on the calling
// thread, ends within a bounded time, and throws std::runtime_error with a sentence when the router
// does anything unexpected: a figure of a broken run is never reported.

#include "bench/load/histogram.hpp"
#include "bench/load/target.hpp"
#include "common/wamp/encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace kreisel::load {

/// Told about once a second, for people who wait.
struct LoadProgress {
    const char* phase = "";  ///< `warming up`, `measuring`...
    double seconds = 0.0;    ///< since this phase began
    std::uint64_t count = 0;
};

struct LoadOptions {
    Target target;
    pid_t pid = 0;  ///< of the router or floor; 0: its cost is not reported
    Encoding encoding = Encoding::json;
    /// Wire whose message sizes are used towards the floor.
    Target::Kind like = Target::Kind::websocket;
    std::string realm = "realm1";
    double seconds = 3.0;
    double warm_up_seconds = 0.5;
    std::size_t payload_bytes = 128;
    std::size_t in_flight = 16;

    std::size_t topics = 1;
    std::size_t subscribers = 100;  ///< of each topic
    bool acknowledge = false;
    /// If it is another than that of the publishers.
    std::optional<Encoding> subscriber_encoding;
    /// Other than 0: so many pattern subscriptions exist, and three of them take each publication.
    std::size_t patterns = 0;

    std::size_t callers = 8;
    std::size_t callees = 4;

    std::size_t sessions = 1000;
    bool resumes_tls = false;  ///< log-ins after the first come with its ticket
    /// For the floor: the octets of both exchanges of a log-in, as a router's run reports them.
    std::array<std::uint32_t, 4> login_bytes{};
    double rate = 1000.0;  ///< connects a second of churn
    std::uint64_t seed = 1;

    std::function<void(const LoadProgress&)> on_progress;  ///< may be empty
    std::function<void()> on_open;                         ///< all sessions are open; may be empty
};

struct LoadReport {
    std::string unit;  ///< what is counted: events, calls, logins
    std::uint64_t count = 0;
    double seconds = 0.0;
    double cpu_seconds = 0.0;  ///< of the router, in the measured time
    Histogram latency;
    /// Further figures by name, in the order of printing.
    std::vector<std::pair<std::string, double>> figures;

    [[nodiscard]] double rate() const;
    [[nodiscard]] double cpu_seconds_per_million() const;
};

/// `topics` topics with one publisher and `subscribers` subscribers each. A publication is in
/// flight until every subscriber has its event (and, with `acknowledge`, the publisher its
/// PUBLISHED); `in_flight` of them are kept under way, and slots that became free in one turn go
/// out in one write. Counts events; latency from the publisher's write to each subscriber's read.
[[nodiscard]] LoadReport run_publish(const LoadOptions& options);

/// One publisher that publishes to `topics` topics in turn, `in_flight` at a time, each with one of
/// ten subscribers (one, if `topics` is no multiple of ten): what the number of topics costs, apart
/// from that of sessions. Counts events.
[[nodiscard]] LoadReport run_spread(const LoadOptions& options);

/// `callers` callers with `in_flight` calls each, answered at once by `callees` callees with one
/// procedure each; caller c calls procedure c modulo callees. All answers to one read go out in one
/// write. Counts calls; latency from CALL to RESULT.
[[nodiscard]] LoadReport run_calls(const LoadOptions& options);

/// Opens `sessions` sessions, `in_flight` at a time, and keeps them open for `seconds`. Counts
/// log-ins; latency from connect to WELCOME; figures: resident memory per session, CPU share of the
/// router while nobody says anything.
[[nodiscard]] LoadReport run_logins(const LoadOptions& options);

/// Connects and disconnects at `rate` for `seconds`, in all ways of churn.hpp. Counts connections;
/// latency from connect to WELCOME; figures: visits by kind, resident memory before and after.
[[nodiscard]] LoadReport run_churn(const LoadOptions& options);

/// The one argument of every publication, call and result.
[[nodiscard]] std::string text_payload(std::size_t bytes);

}  // namespace kreisel::load
