#pragma once
// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. Pure.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace kreisel {

[[nodiscard]] bool is_valid_utf8(std::span<const std::uint8_t> bytes);

/// Octets of the well-formed character at the start of `bytes`, 0 if there is none.
[[nodiscard]] std::size_t utf8_length(std::span<const std::uint8_t> bytes);

/// Appends one scalar value (no surrogate, at most U+10FFFF).
void append_utf8(std::string& text, char32_t character);

}  // namespace kreisel
