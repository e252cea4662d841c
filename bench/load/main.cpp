// bench_load: measures a router (or bench_floor) from outside, over its own sockets. Rates and
// latencies are what the clients see; CPU time is the router's, all threads, from /proc.
//
//     bench_load --url ws://127.0.0.1:8080/ws --pid 4711 --scenario fanout --subscribers 100
//                --in-flight 16 --payload 128 --encoding json --seconds 3

#include "bench/load/report.hpp"
#include "bench/load/scenario.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace kreisel;
using namespace kreisel::load;

struct CommandLine {
    LoadOptions options;
    std::string url;
    std::string scenario;
    bool wants_json = false;
    bool waits = false;
    std::vector<std::uint32_t> login_bytes;
    std::optional<Encoding> subscriber_encoding;
};

void add_options(CLI::App& app, CommandLine& line) {
    LoadOptions& options = line.options;
    const std::map<std::string, Encoding> encodings{
        {"json", Encoding::json}, {"msgpack", Encoding::msgpack}, {"cbor", Encoding::cbor}};
    const std::map<std::string, Target::Kind> wires{{"websocket", Target::Kind::websocket},
                                                    {"rawsocket", Target::Kind::rawsocket}};
    app.add_option("--url", line.url, "ws://, rs://, raw:// (bench_floor), or wss, rss, raws")
        ->required();
    app.add_option("--scenario", line.scenario,
                   "fanout, topics, spread, calls, logins, idle or churn")
        ->required()
        ->check(CLI::IsMember({"fanout", "topics", "spread", "calls", "logins", "idle", "churn"}));
    app.add_option("--pid", options.pid, "process whose CPU time and memory are reported");
    app.add_option("--encoding", options.encoding, "json, msgpack or cbor")
        ->transform(CLI::CheckedTransformer(encodings));
    app.add_option("--like", options.like, "with raw://: websocket or rawsocket message sizes")
        ->transform(CLI::CheckedTransformer(wires));
    app.add_option("--realm", options.realm, "realm to join");
    app.add_option("--seconds", options.seconds, "measured time")->check(CLI::Range(0.1, 3600.0));
    app.add_option("--warm-up", options.warm_up_seconds, "seconds before")
        ->check(CLI::Range(0.0, 60.0));
    app.add_option("--payload", options.payload_bytes, "bytes of the one text argument")
        ->check(CLI::Range(0U, 16U << 20U));
    app.add_option("--in-flight", options.in_flight,
                   "publications a topic, calls a caller, or log-ins at a time")
        ->check(CLI::Range(1U, 2048U));
    app.add_option("--topics", options.topics)->check(CLI::Range(1U, 1'000'000U));
    app.add_option("--subscribers", options.subscribers, "of each topic")
        ->check(CLI::Range(1U, 19'000U));
    app.add_option("--subscriber-encoding", line.subscriber_encoding, "if it differs")
        ->transform(CLI::CheckedTransformer(encodings));
    app.add_option("--patterns", options.patterns,
                   "pattern subscriptions that exist; --subscribers of them take each publication")
        ->check(CLI::Range(0U, 1'000'000U));
    app.add_flag("--acknowledge", options.acknowledge, "publish with acknowledge");
    app.add_option("--callers", options.callers)->check(CLI::Range(1U, 19'000U));
    app.add_option("--callees", options.callees)->check(CLI::Range(1U, 19'000U));
    app.add_option("--sessions", options.sessions, "for logins and idle")
        ->check(CLI::Range(1U, 1'000'000U));
    app.add_flag("--resume", options.resumes_tls, "log-ins with the ticket of the first");
    app.add_option("--login-bytes", line.login_bytes,
                   "of request, answer, HELLO and WELCOME, for log-ins at the floor")
        ->expected(4);
    app.add_flag("--wait", line.waits,
                 "print `open` when all sessions are, and wait for a line on standard input");
    app.add_option("--rate", options.rate, "connects a second, for churn")
        ->check(CLI::Range(1.0, 100'000.0));
    app.add_option("--seed", options.seed, "of the order of churn");
    app.add_flag("--json", line.wants_json, "print one JSON object instead of text");
}

LoadReport run(const CommandLine& line) {
    if (line.options.target.kind == Target::Kind::raw &&
        (line.scenario == "spread" || line.scenario == "churn" || line.options.patterns != 0)) {
        throw std::runtime_error("the floor knows fanout, topics, calls, logins and idle only");
    }
    if (line.scenario == "spread") return run_spread(line.options);
    if (line.scenario == "calls") return run_calls(line.options);
    if (line.scenario == "churn") return run_churn(line.options);
    if (line.scenario == "logins" || line.scenario == "idle") return run_logins(line.options);
    return run_publish(line.options);
}

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

/// So that several generators begin at once.
void wait_for_word() {
    std::cout << "open" << std::endl;
    std::string word;
    std::getline(std::cin, word);
}

/// What a scenario means where the command line does not say otherwise.
void set_scenario_defaults(const CLI::App& app, CommandLine& line) {
    LoadOptions& options = line.options;
    const auto is_set = [&app](const char* name) { return app.count(name) > 0; };
    if (line.scenario == "topics") {
        if (!is_set("--topics")) options.topics = 100;
        if (!is_set("--subscribers")) options.subscribers = 1;
    }
    if (is_set("--in-flight")) return;
    if (line.scenario == "topics" || line.scenario == "calls") options.in_flight = 8;
    if (line.scenario == "logins" || line.scenario == "idle") options.in_flight = 64;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures a WAMP router under load."};
    CommandLine line;
    add_options(app, line);
    CLI11_PARSE(app, argc, argv);
    set_scenario_defaults(app, line);
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    try {
        line.options.target = parse_target(line.url);
        if (line.waits) line.options.on_open = wait_for_word;
        line.options.subscriber_encoding = line.subscriber_encoding;
        std::copy(line.login_bytes.begin(), line.login_bytes.end(),
                  line.options.login_bytes.begin());
        const LoadReport report = run(line);
        if (line.wants_json) {
            std::cout << to_json(report, line.scenario, line.options) << '\n';
        } else {
            std::cout << to_lines(report);
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench_load: " << line.scenario << ": " << error.what() << '\n';
        return 1;
    }
}
