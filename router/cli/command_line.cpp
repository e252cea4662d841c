#include "router/cli/command_line.hpp"

#include "router/cli/command.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace kreisel {

namespace {

constexpr const char* default_config = "realms.yaml";

}  // namespace

void add_config_option(CLI::App& command, std::string& path, ConfigPlace place) {
    path = default_config;
    const bool is_argument = place == ConfigPlace::option_or_argument;
    command
        .add_option(is_argument ? "-c,--config,config" : "-c,--config", path, "Configuration file")
        ->capture_default_str();
}

int print_errors(const std::vector<ConfigError>& errors) {
    for (const auto& error : errors) std::cerr << to_text(error) << '\n';
    std::cerr << errors.size() << (errors.size() == 1 ? " error" : " errors") << '\n';
    return exit_failed;
}

int run_command_line(int count, char** arguments) {
    CLI::App application{"Kreisel, the WAMP router where Autobahns meet", "kreisel"};
    application.require_subcommand(1);
    application.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong command line. Signals while running: SIGHUP "
        "re-reads the configuration, SIGTERM and SIGINT stop it, a second one at once.");
    const std::vector<Command> commands = {
        make_run_command(application),           make_check_command(application),
        make_config_command(application),        make_explain_command(application),
        make_hash_password_command(application), make_keygen_command(application),
        make_user_command(application),          make_version_command(application)};
    try {
        application.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return application.exit(error) == 0 ? exit_ok : exit_usage;
    }
    for (const Command& command : commands) {
        if (command.options->parsed()) return command.run();
    }
    return exit_usage;
}

}  // namespace kreisel
