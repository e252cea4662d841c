#include "bench/command/bench_command.hpp"

#include "bench/load/report.hpp"
#include "bench/load/scenario.hpp"
#include "client/cli/connection_options.hpp"
#include "client/cli/faults.hpp"
#include "client/core/login/login.hpp"
#include "common/base/random.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

namespace kreisel::load {

namespace {

struct BenchOptions {
    LoadOptions load;
    std::string url = "ws://127.0.0.1:8080/ws";
    /// Only what concerns the log-in.
    client::ConnectionOptions login;
};

using Run = LoadReport (*)(const LoadOptions&);

/// One line that is written over on a terminal, a line a second elsewhere.
void show(const LoadProgress& progress) {
    const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
    std::fprintf(stderr, "%s%s %.0f s: %llu%s", is_terminal ? "\r\033[K" : "", progress.phase,
                 progress.seconds, static_cast<unsigned long long>(progress.count),
                 is_terminal ? "" : "\n");
    std::fflush(stderr);
}

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

/// The URL as the other commands have it: tcp:// is rs:// here, tcps:// rss://.
Target target_of(const BenchOptions& options) {
    std::string url = options.url;
    if (url.starts_with("tcp://") || url.starts_with("tcps://")) url.replace(0, 3, "rs");
    Target target = parse_target(url);
    const client::LoginSettings login = client::make_settings(options.login).login;
    if (login.authid.empty() && login.credentials.empty()) return target;
    target.make_login = [login] {
        SystemRandom random;
        auto made = client::make_login(login, {}, random);
        if (!made) throw std::runtime_error(made.error().what());
        return std::move(*made);
    };
    return target;
}

int measure(BenchOptions options, const std::string& scenario, Run run) {
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    options.load.on_progress = show;
    try {
        options.load.target = target_of(options);
        const LoadReport report = run(options.load);
        if (::isatty(STDERR_FILENO) == 1) std::cerr << "\r\033[K";
        std::cerr << to_lines(report);
        std::cout << to_json(report, scenario, options.load) << '\n';
        return exit_ok;
    } catch (const client::UsageFault& fault) {
        std::cerr << "kreisel bench " << scenario << ": " << fault.what() << '\n';
        return exit_usage;
    } catch (const std::exception& error) {
        std::cerr << "kreisel bench " << scenario << ": " << error.what() << '\n';
        return exit_failed;
    }
}

void add_common_options(CLI::App& command, BenchOptions& options) {
    static const std::map<std::string, Encoding> encodings{
        {"json", Encoding::json}, {"msgpack", Encoding::msgpack}, {"cbor", Encoding::cbor}};
    command
        .add_option("--url", options.url,
                    "ws, wss, tcp, tcps:// with an address or localhost, unix:, unix+ws:")
        ->envname("KREISEL_URL")
        ->capture_default_str();
    command
        .add_option("--realm", options.load.realm, "Where whoever logs in may do what is measured")
        ->envname("KREISEL_REALM")
        ->capture_default_str();
    command.add_option("--encoding", options.load.encoding, "json, msgpack or cbor")
        ->transform(CLI::CheckedTransformer(encodings));
    command.add_option("--seconds", options.load.seconds, "Measured time")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    command.add_option("--pid", options.load.pid,
                       "Process of the router, if its CPU time and memory are to be told");
    client::add_login_options(command, options.login);
    command.add_option("--in-flight", options.load.in_flight, "At a time, of each who asks")
        ->check(CLI::Range(1U, 2048U))
        ->capture_default_str();
}

void add_payload_options(CLI::App& command, BenchOptions& options) {
    command.add_option("--payload", options.load.payload_bytes, "Octets of the one argument")
        ->check(CLI::Range(0U, 16U << 20U))
        ->capture_default_str();
    command.add_option("--warm-up", options.load.warm_up_seconds, "Seconds before")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
}

void add_count(CLI::App& command, const char* name, std::size_t& count, unsigned most,
               const char* help) {
    command.add_option(name, count, help)->check(CLI::Range(1U, most))->capture_default_str();
}

struct Scenario {
    CLI::App* options = nullptr;
    Run run = nullptr;
};

Scenario add_calls(CLI::App& command, BenchOptions& options) {
    CLI::App* scenario = command.add_subcommand("rpc", "Calls of callers through callees");
    options.load.in_flight = 8;
    add_common_options(*scenario, options);
    add_payload_options(*scenario, options);
    add_count(*scenario, "--callers", options.load.callers, 19'000, "Sessions that call");
    add_count(*scenario, "--callees", options.load.callees, 19'000, "Sessions that answer");
    return {scenario, run_calls};
}

Scenario add_events(CLI::App& command, BenchOptions& options, const char* name, const char* help) {
    CLI::App* scenario = command.add_subcommand(name, help);
    add_common_options(*scenario, options);
    add_payload_options(*scenario, options);
    add_count(*scenario, "--topics", options.load.topics, 10'000, "With one publisher each");
    add_count(*scenario, "--subscribers", options.load.subscribers, 19'000, "Of each topic");
    scenario->add_flag("--acknowledge", options.load.acknowledge, "Publish with acknowledgement");
    return {scenario, run_publish};
}

Scenario add_logins(CLI::App& command, BenchOptions& options) {
    CLI::App* scenario = command.add_subcommand(
        "connect", "Sessions that log in, and with --pid stay silent for the measured time");
    options.load.in_flight = 64;
    add_common_options(*scenario, options);
    add_count(*scenario, "--sessions", options.load.sessions, 1'000'000, "So many");
    return {scenario, run_logins};
}

}  // namespace

Command make_bench_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "bench",
        "Load a router and measure what its clients see; a run in which anything is lost "
        "or unexpected fails");
    command->require_subcommand(1);
    struct Bench {
        BenchOptions calls, fan_out, topics, logins;
        std::vector<std::pair<Scenario, BenchOptions*>> scenarios;
    };
    auto bench = std::make_shared<Bench>();
    bench->topics.load.topics = 100;
    bench->topics.load.subscribers = 1;
    bench->topics.load.in_flight = 8;
    bench->scenarios = {
        {add_calls(*command, bench->calls), &bench->calls},
        {add_events(*command, bench->fan_out, "fan-out", "One topic with many subscribers"),
         &bench->fan_out},
        {add_events(*command, bench->topics, "topics", "Many topics with few subscribers"),
         &bench->topics},
        {add_logins(*command, bench->logins), &bench->logins}};
    return {command, [bench] {
                for (const auto& [scenario, options] : bench->scenarios) {
                    if (!scenario.options->parsed()) continue;
                    return measure(*options, scenario.options->get_name(), scenario.run);
                }
                return exit_usage;
            }};
}

}  // namespace kreisel::load
