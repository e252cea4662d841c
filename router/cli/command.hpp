#pragma once
// The subcommands of the router. Each has a file of its own here, and a line in commands.cpp.

#include "common/base/command.hpp"
#include "router/config/config.hpp"

#include <string>
#include <vector>

namespace kreisel {

[[nodiscard]] Command make_run_command(CLI::App& application);
[[nodiscard]] Command make_check_command(CLI::App& application);
[[nodiscard]] Command make_config_command(CLI::App& application);
[[nodiscard]] Command make_explain_command(CLI::App& application);
[[nodiscard]] Command make_hash_password_command(CLI::App& application);
[[nodiscard]] Command make_keygen_command(CLI::App& application);
[[nodiscard]] Command make_user_command(CLI::App& application);
[[nodiscard]] Command make_version_command(CLI::App& application);

/// `-c FILE`, also without the `-c` if that is all a command takes.
enum class ConfigPlace : std::uint8_t { option, option_or_argument };
void add_config_option(CLI::App& command, std::string& path, ConfigPlace place);

/// Tells each error on a line of stderr; exit_failed.
[[nodiscard]] int print_errors(const std::vector<ConfigError>& errors);

}  // namespace kreisel
