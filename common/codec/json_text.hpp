#pragma once
// Strings of JSON inside the codec: how far one goes, and what an escaped one says. Pure.

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

/// True if the inside of a validated JSON string starts with U+0000, so that it may be binary.
[[nodiscard]] inline bool starts_like_binary(std::string_view inside) {
    return inside.substr(0, 6) == "\\u0000";
}

}  // namespace kreisel
