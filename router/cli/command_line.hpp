#pragma once
// The command line of `kreisel`: which subcommand, with which options, and its exit code.

namespace kreisel {

/// May throw what start-up throws.
[[nodiscard]] int run_command_line(int count, char** arguments);

}  // namespace kreisel
