#pragma once
// One subcommand of `kreisel`: declares its options and says what to run when it was chosen. The
// router's are made in router/cli, the client's in client/cli; program/main.cpp joins them.
//
// Control thread, before and after everything else.

#include <functional>

// NOLINTNEXTLINE(readability-identifier-naming): CLI11's name
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace kreisel {

// What a command returns; commands with more outcomes say so in their help.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  ///< faulty configuration, port in use, a call that failed...
inline constexpr int exit_usage = 2;   ///< wrong command line

struct Command {
    CLI::App* options = nullptr;  ///< lives in the application it was added to
    std::function<int()> run;
};

}  // namespace kreisel
