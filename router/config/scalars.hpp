#pragma once
// The small languages of realms.yaml, both ways: durations (30s), sizes (16MiB), counts, booleans,
// addresses, and the nearest name for a typing error. Pure functions.

#include "common/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// `500ms`, `30s`, `2m`, `1h`, and plain `0`.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string show_duration(Duration duration);

/// `4096`, `64KiB`, `16MiB`, `1GiB`.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string show_size(std::uint64_t bytes);

[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);
/// `true` or `false`.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);
/// `0660`
[[nodiscard]] std::optional<unsigned> parse_mode(std::string_view text);
[[nodiscard]] std::string show_mode(unsigned mode);

struct TcpAddress {
    std::string host;
    std::uint16_t port = 0;
};
/// `127.0.0.1:8080` or `[::1]:8080`; names are not looked up.
[[nodiscard]] std::optional<TcpAddress> parse_tcp_address(std::string_view text);

/// The candidate that `text` was probably meant to be, or nothing if none is near.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view text,
                                                      const std::vector<std::string>& candidates);

/// `text` as a YAML scalar: plain where that is safe, else in double quotes.
[[nodiscard]] std::string show_text(std::string_view text);

}  // namespace kreisel
