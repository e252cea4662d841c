#pragma once
// Pieces of JSON inside the codec: how far a string or a number goes, and what an escaped string
// says. Pure.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace kreisel {

namespace detail {

inline constexpr std::uint64_t each_octet = 0x0101010101010101U;
inline constexpr std::uint64_t each_high_bit = each_octet * 0x80U;

/// High bit of the octets of `eight` that are zero; exact up to the first.
[[nodiscard]] constexpr std::uint64_t zero_octets(std::uint64_t eight) {
    return (eight - each_octet) & ~eight & each_high_bit;
}

/// Not 0 if one of eight octets is a quote, a backslash or a control character.
[[nodiscard]] constexpr std::uint64_t special_octets(std::uint64_t eight) {
    return zero_octets(eight ^ (each_octet * '"')) | zero_octets(eight ^ (each_octet * '\\')) |
           ((eight - each_octet * 0x20U) & ~eight & each_high_bit);
}

[[nodiscard]] inline std::uint64_t load_eight(const void* bytes) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes, 8);
    return eight;
}

}  // namespace detail

/// Value of four hexadecimal digits at `digits`, or -1.
[[nodiscard]] int json_hex4(const char* digits);

/// What the validated inside of a JSON string (without its quotes) says.
[[nodiscard]] std::string json_unescape(std::string_view inside);

/// Next character of validated `rest` that is no white space, or 0 at its end; `rest` is cut to
/// start with it.
[[nodiscard]] inline char next_json_char(std::string_view& rest) {
    std::size_t at = 0;
    while (at < rest.size() &&
           (rest[at] == ' ' || rest[at] == '\n' || rest[at] == '\r' || rest[at] == '\t')) {
        ++at;
    }
    rest.remove_prefix(at);
    return rest.empty() ? '\0' : rest.front();
}

/// Cuts `count` characters off `rest`, or what is left of it.
inline void drop(std::string_view& rest, std::size_t count) {
    rest.remove_prefix(std::min(count, rest.size()));
}

/// Takes the string off validated `rest` that it starts with: the inside, without quotes.
[[nodiscard]] inline std::string_view take_json_string(std::string_view& rest) {
    drop(rest, 1);
    const std::string_view start = rest;
    std::size_t end = start.find('"');
    // An even number of backslashes before a quote are characters of the string, an odd one's last
    // makes the quote one.
    const auto is_escaped = [start](std::size_t quote) {
        std::size_t first = quote;
        while (first > 0 && start[first - 1] == '\\') --first;
        return (quote - first) % 2 == 1;
    };
    while (end != std::string_view::npos && is_escaped(end)) end = start.find('"', end + 1);
    if (end == std::string_view::npos) {
        rest = {};
        return start;
    }
    rest.remove_prefix(end + 1);
    return start.substr(0, end);
}

/// Takes the text of the number off validated `rest` that it starts with; empty if it is none.
[[nodiscard]] inline std::string_view take_json_number(std::string_view& rest) {
    const auto is_part = [](char c) {
        return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    };
    std::size_t size = 0;
    while (size < rest.size() && is_part(rest[size])) ++size;
    const std::string_view number = rest.substr(0, size);
    rest.remove_prefix(size);
    return number;
}

/// True if the inside of a validated JSON string starts with U+0000, so that it may be binary.
[[nodiscard]] inline bool starts_like_binary(std::string_view inside) {
    return inside.substr(0, 6) == "\\u0000";
}

}  // namespace kreisel
