#pragma once
// The three serializations of WAMP that Kreisel speaks, and their names on the wires.

#include <cstdint>
#include <optional>
#include <string_view>

namespace kreisel {

enum class Encoding : std::uint8_t { json, msgpack, cbor };
inline constexpr unsigned encoding_count = 3;

/// How messages are cut out of a byte stream.
enum class Framing : std::uint8_t {
    websocket,          ///< one message per WebSocket message
    websocket_batched,  ///< several, separated as rfc/text/advanced/transport_batched_websocket
                        ///< says
    rawsocket           ///< 4-octet prefix
};
inline constexpr unsigned framing_count = 3;

[[nodiscard]] constexpr bool is_text(Encoding encoding) { return encoding == Encoding::json; }
[[nodiscard]] std::string_view to_text(Encoding encoding);

/// `wamp.2.json`, ..., `wamp.2.cbor.batched`.
[[nodiscard]] std::string_view subprotocol_of(Encoding encoding, Framing framing);

struct Subprotocol {
    Encoding encoding = Encoding::json;
    Framing framing = Framing::websocket;
};
[[nodiscard]] std::optional<Subprotocol> subprotocol_from(std::string_view name);

/// RawSocket serializer number: 1 json, 2 msgpack, 3 cbor.
[[nodiscard]] constexpr std::uint8_t rawsocket_id(Encoding encoding) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(encoding) + 1);
}
[[nodiscard]] std::optional<Encoding> encoding_of_rawsocket_id(std::uint8_t id);

}  // namespace kreisel
