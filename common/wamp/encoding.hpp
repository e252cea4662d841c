#pragma once
// The three serializations of WAMP that Kreisel speaks, and their names on the wires.

#include <cstdint>
#include <optional>
#include <string_view>

namespace kreisel {

/// How messages are written (rfc/text/basic/building_blocks: serializations).
enum class Encoding : std::uint8_t {
    json,     ///< text; binary data as base64 behind a zero octet
    msgpack,  ///< MessagePack
    cbor      ///< CBOR, RFC 8949
};
/// How many there are.
inline constexpr unsigned encoding_count = 3;

/// How messages are cut out of a byte stream.
enum class Framing : std::uint8_t {
    websocket,          ///< one message per WebSocket message
    websocket_batched,  ///< several, separated as rfc/text/advanced/transport_batched_websocket
                        ///< says
    rawsocket           ///< 4-octet prefix
};
/// How many there are.
inline constexpr unsigned framing_count = 3;

/// Whether it travels in text frames of WebSocket.
[[nodiscard]] constexpr bool is_text(Encoding encoding) { return encoding == Encoding::json; }
/// `json`, `msgpack`, `cbor`.
[[nodiscard]] std::string_view to_text(Encoding encoding);

/// `wamp.2.json`, ..., `wamp.2.cbor.batched`.
[[nodiscard]] std::string_view subprotocol_of(Encoding encoding, Framing framing);

/// What a WebSocket subprotocol says.
struct Subprotocol {
    Encoding encoding = Encoding::json;    ///< of each message
    Framing framing = Framing::websocket;  ///< one or several in a WebSocket message
};
/// What `name` says, or nothing if it is none of WAMP.
[[nodiscard]] std::optional<Subprotocol> subprotocol_from(std::string_view name);

/// RawSocket serializer number: 1 json, 2 msgpack, 3 cbor.
[[nodiscard]] constexpr std::uint8_t rawsocket_id(Encoding encoding) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(encoding) + 1);
}
/// The encoding of a RawSocket serializer number, or nothing.
[[nodiscard]] std::optional<Encoding> encoding_of_rawsocket_id(std::uint8_t id);

}  // namespace kreisel
