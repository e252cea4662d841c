#pragma once
// `kreisel bench`: the load generator as a command. Progress on standard error, one line of JSON at
// the end on standard output.

#include "common/base/command.hpp"

namespace kreisel::load {

[[nodiscard]] Command make_bench_command(CLI::App& application);

}  // namespace kreisel::load
