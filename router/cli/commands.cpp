#include "router/cli/commands.hpp"

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

std::vector<Command> make_router_commands(CLI::App& application) {
    return {make_run_command(application),           make_check_command(application),
            make_config_command(application),        make_explain_command(application),
            make_hash_password_command(application), make_keygen_command(application),
            make_user_command(application),          make_version_command(application)};
}

}  // namespace kreisel
