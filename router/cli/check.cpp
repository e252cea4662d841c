// kreisel check, kreisel config.
#include "router/cli/command.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace kreisel {

Command make_check_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand("check", "Check a configuration file");
    auto path = std::make_shared<std::string>();
    add_config_option(*command, *path, ConfigPlace::option_or_argument);
    return {command, [path] {
                const auto config = load_config(*path);
                if (!config) return print_errors(config.error());
                for (const auto& warning : config->warnings) {
                    std::cerr << "warning: " << to_text(warning) << '\n';
                }
                std::cout << *path << ": ok\n";
                return exit_ok;
            }};
}

Command make_config_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand("config", "Show a configuration file");
    auto path = std::make_shared<std::string>();
    add_config_option(*command, *path, ConfigPlace::option_or_argument);
    auto is_effective = std::make_shared<bool>(false);
    command->add_flag("--effective", *is_effective,
                      "With every default, secrets hidden (the only form there is)");
    return {command, [path, is_effective] {
                const auto config = load_config(*path);
                if (!config) return print_errors(config.error());
                std::cout << effective_text(*config);
                return exit_ok;
            }};
}

}  // namespace kreisel
