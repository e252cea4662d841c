#pragma once
// Base64 of RFC 4648 section 4, shared by the codec (binary in JSON) and log-in (keys, signatures).
//
// Decoding takes only the canonical form: full padding, no white space, unused bits zero. So text
// that decodes also encodes back to itself, and nothing that is no base64 is mistaken for it. Pure;
// any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// Characters that `count` bytes become.
[[nodiscard]] constexpr std::size_t base64_size(std::size_t count) { return (count + 2) / 3 * 4; }
/// Writes base64_size(bytes.size()) characters to `out`.
void base64_encode_to(std::span<const std::uint8_t> bytes, char* out);
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

/// Bytes that canonical base64 `text` stands for, or nothing if it is none.
[[nodiscard]] std::optional<std::size_t> base64_decoded_size(std::string_view text);
/// Writes the bytes of `text` to `out`, which holds base64_decoded_size(text) of them; `text` must
/// have passed that function.
void base64_decode_to(std::string_view text, std::uint8_t* out);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace kreisel
