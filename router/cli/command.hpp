#pragma once
// One subcommand of `kreisel`: declares its options and says what to run when it was chosen. Each
// has a file of its own here, and a line in command_line.cpp.
//
// Control thread, before and after everything else.

#include "router/config/config.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kreisel {

// What a command returns; commands with more outcomes say so in their help.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< faulty configuration, port in use...
inline constexpr int exit_usage = 2;   ///< wrong command line

struct Command {
    CLI::App* options = nullptr;  ///< lives in the application it was added to
    std::function<int()> run;
};

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
