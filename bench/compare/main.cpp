// bench_compare: the load of bench_load for servers that speak something else than WAMP, or WAMP a
// little differently, so that bench/compare/run can measure them beside Kreisel. One thread.
//
//     bench_compare --protocol nats --url raw://127.0.0.1:4222 --pid 4711 --scenario fanout

#include "bench/compare/exchange.hpp"
#include "bench/load/report.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>

namespace {

struct CommandLine {
    kreisel::load::LoadOptions options;
    std::string url;
    std::string protocol;
    std::string scenario;
    bool wants_json = false;
};

void add_options(CLI::App& app, CommandLine& line) {
    app.add_option("--protocol", line.protocol, "nats, redis, mqtt, socketio, wamp or echo")
        ->required()
        ->check(CLI::IsMember({"nats", "redis", "mqtt", "socketio", "wamp", "echo"}));
    app.add_option("--url", line.url, "raw://127.0.0.1:PORT")->required();
    app.add_option("--scenario", line.scenario, "fanout (also one to one) or calls")
        ->required()
        ->check(CLI::IsMember({"fanout", "calls"}));
    app.add_option("--pid", line.options.pid, "process whose CPU time is reported");
    app.add_option("--seconds", line.options.seconds, "measured time")
        ->check(CLI::Range(0.1, 3600.0));
    app.add_option("--warm-up", line.options.warm_up_seconds, "seconds before")
        ->check(CLI::Range(0.0, 60.0));
    app.add_option("--payload", line.options.payload_bytes, "bytes of each message's text")
        ->check(CLI::Range(1U, 1U << 20U));
    app.add_option("--in-flight", line.options.in_flight, "publications a topic, calls a caller")
        ->check(CLI::Range(1U, 2048U));
    app.add_option("--topics", line.options.topics)->check(CLI::Range(1U, 10'000U));
    app.add_option("--subscribers", line.options.subscribers, "of each topic")
        ->check(CLI::Range(1U, 19'000U));
    app.add_option("--callers", line.options.callers)->check(CLI::Range(1U, 19'000U));
    app.add_option("--callees", line.options.callees)->check(CLI::Range(1U, 19'000U));
    app.add_flag("--json", line.wants_json, "print one JSON object instead of text");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures servers that are no WAMP routers under the load of bench_load."};
    CommandLine line;
    add_options(app, line);
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        line.options.target = kreisel::load::parse_target(line.url);
        const kreisel::load::LoadReport report =
            line.scenario == "calls" ? kreisel::compare::run_calls(line.protocol, line.options)
                                     : kreisel::compare::run_publish(line.protocol, line.options);
        if (line.wants_json) {
            std::cout << to_json(report, line.scenario, line.options) << '\n';
        } else {
            std::cout << to_lines(report);
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench_compare: " << line.protocol << ", " << line.scenario << ": "
                  << error.what() << '\n';
        return 1;
    }
}
