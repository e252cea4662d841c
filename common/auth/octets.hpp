#pragma once
// Octets of log-in as text: raw strings as spans, hex as public keys and signatures are written.
// Pure; any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

[[nodiscard]] inline std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower case, two digits an octet.
[[nodiscard]] std::string to_hex(std::string_view octets);
/// Either case; nothing if `text` is no hex.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

/// The octets of canonical base64, or nothing.
[[nodiscard]] std::optional<std::string> octets_from_base64(std::string_view text);

[[nodiscard]] std::string sha256(std::string_view octets);

/// Octet by octet; both have one size.
[[nodiscard]] std::string exclusive_or(std::string_view left, std::string_view right);

}  // namespace kreisel
