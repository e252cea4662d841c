#pragma once
// All subcommands of the router, for the program.

#include "common/base/command.hpp"

#include <vector>

namespace kreisel {

[[nodiscard]] std::vector<Command> make_router_commands(CLI::App& application);

}  // namespace kreisel
