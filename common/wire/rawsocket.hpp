#pragma once
// RawSocket without I/O: 4-octet handshake, 4-octet prefixes, ping and pong
// (rfc/text/advanced/transport_rawsocket).

#include "common/wire/wire.hpp"

#include <memory>
#include <vector>

namespace kreisel {

/// First octet of every RawSocket connection; no HTTP request starts with it.
inline constexpr std::uint8_t rawsocket_magic = 0x7f;

/// Refusals of the server: high nibble of the second octet.
enum class RawSocketError : std::uint8_t {
    serializer_unsupported = 1,
    length_unacceptable = 2,
    reserved_bits_used = 3,
    too_many_connections = 4,
};

struct RawSocketServerSettings {
    std::vector<Encoding> encodings;
    /// The next power of two counts, 512 B to 16 MiB: it is announced, and a message above it
    /// fails the connection.
    std::size_t message_bytes_max = 16U << 20U;
    /// Peers that take only shorter messages are refused with error 2.
    std::size_t peer_message_bytes_min = 0;
    bool is_full = false;  ///< refuse with error 4
};

[[nodiscard]] std::unique_ptr<Wire> make_rawsocket_server(RawSocketServerSettings settings);

struct RawSocketClientSettings {
    Encoding encoding = Encoding::msgpack;
    std::size_t message_bytes_max = 16U << 20U;
};

[[nodiscard]] std::unique_ptr<Wire> make_rawsocket_client(RawSocketClientSettings settings);

}  // namespace kreisel
