#pragma once
// Durations as people write them on a command line: `500ms`, `1.5s`, `2m`, `3h`; a number alone
// means seconds.

#include "common/base/command.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kreisel::client {

[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// An option of `command` whose value becomes `duration`, which lives as long as the command.
CLI::Option* add_duration_option(CLI::App& command, const std::string& name,
                                 std::chrono::milliseconds& duration, const std::string& help);

}  // namespace kreisel::client
