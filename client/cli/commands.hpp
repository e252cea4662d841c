#pragma once
// All subcommands of the client, for the program; each has a file of its own here.

#include "client/cli/arguments.hpp"
#include "common/base/command.hpp"

#include <vector>

namespace kreisel::client {

[[nodiscard]] std::vector<Command> make_client_commands(CLI::App& application);

[[nodiscard]] Command make_call_command(CLI::App& application);
[[nodiscard]] Command make_publish_command(CLI::App& application);
[[nodiscard]] Command make_subscribe_command(CLI::App& application);
[[nodiscard]] Command make_register_command(CLI::App& application);
[[nodiscard]] Command make_completion_command(CLI::App& application);

}  // namespace kreisel::client
