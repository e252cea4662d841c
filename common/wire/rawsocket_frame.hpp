#pragma once
// The 4-octet prefix of RawSocket messages, pings and pongs
// (rfc/text/advanced/transport_rawsocket). Pure; any thread.

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace kreisel {

enum class RawSocketFrame : std::uint8_t { message = 0, ping = 1, pong = 2 };

/// 2^24, told by the X bit with all length bits zero.
inline constexpr std::size_t rawsocket_bytes_max = 1U << 24U;

void append_rawsocket_head(RawSocketFrame type, std::size_t size, ByteWriter& output);

}  // namespace kreisel
