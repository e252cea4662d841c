#pragma once
// MessagePack's timestamp extension (type -1) as text, since no other encoding of WAMP has a type
// for it: RFC 3339 in UTC, `2026-11-22T07:51:03.123Z`. Internal to common/codec. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace kreisel {

inline constexpr std::int8_t msgpack_timestamp_type = -1;

/// The text of a timestamp of 32, 64 or 96 bits; nothing for another length, a billion nanoseconds
/// and more, or a year that four digits cannot write.
[[nodiscard]] std::optional<std::string> timestamp_text(std::span<const std::uint8_t> data);

}  // namespace kreisel
