// The kreisel command: the subcommands of the router and of the client under one name. What they do
// is in router/cli, client/cli and bench/command; owns the control thread.

#include "bench/command/bench_command.hpp"
#include "client/cli/commands.hpp"
#include "router/cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace kreisel {

namespace {

constexpr const char* footer =
    "Exit codes: 0 done, 1 failed, 2 wrong command line; of call, publish, subscribe and register "
    "also 3 no connection, 4 log-in refused, 5 timeout. Signals while running: SIGTERM and SIGINT "
    "end it in order, a second one at once; SIGHUP has the router re-read its configuration.";

int run_command_line(int count, char** arguments) {
    CLI::App application{"Kreisel, the WAMP router where Autobahns meet", "kreisel"};
    application.require_subcommand(1);
    application.footer(footer);
    std::vector<Command> commands = make_router_commands(application);
    for (Command& command : client::make_client_commands(application)) {
        commands.push_back(std::move(command));
    }
    commands.push_back(load::make_bench_command(application));
    try {
        application.parse(client::shielded_words(count, arguments));
    } catch (const CLI::ParseError& error) {
        return application.exit(error) == 0 ? exit_ok : exit_usage;
    }
    for (const Command& command : commands) {
        if (command.options->parsed()) return command.run();
    }
    return exit_usage;
}

}  // namespace

}  // namespace kreisel

int main(int count, char** arguments) {
    try {
        return kreisel::run_command_line(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kreisel: %s\n", error.what());
        return kreisel::exit_failed;
    }
}
