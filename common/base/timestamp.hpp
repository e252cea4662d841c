#pragma once
// Timestamps that peers write: RFC 3339 with any fraction of a second and any offset. Pure.

#include <chrono>
#include <optional>
#include <string_view>

namespace kreisel {

/// Exact to the nanosecond; compares with WallTime.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// `2026-11-22T07:51:03.123Z`, `2026-11-22 08:51:03+01:00`; years 1700 to 2200.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace kreisel
