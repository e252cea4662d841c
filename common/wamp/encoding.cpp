#include "common/wamp/encoding.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::array<std::string_view, encoding_count> encoding_names = {"json", "msgpack", "cbor"};
constexpr std::array<std::string_view, encoding_count> plain_names = {
    "wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"};
constexpr std::array<std::string_view, encoding_count> batched_names = {
    "wamp.2.json.batched", "wamp.2.msgpack.batched", "wamp.2.cbor.batched"};

}  // namespace

std::string_view to_text(Encoding encoding) {
    return encoding_names[static_cast<unsigned>(encoding)];
}

std::string_view subprotocol_of(Encoding encoding, Framing framing) {
    const auto& names = framing == Framing::websocket_batched ? batched_names : plain_names;
    return names[static_cast<unsigned>(encoding)];
}

std::optional<Subprotocol> subprotocol_from(std::string_view name) {
    for (unsigned e = 0; e < encoding_count; ++e) {
        const auto encoding = static_cast<Encoding>(e);
        if (name == plain_names[e]) return Subprotocol{encoding, Framing::websocket};
        if (name == batched_names[e]) return Subprotocol{encoding, Framing::websocket_batched};
    }
    return std::nullopt;
}

std::optional<Encoding> encoding_of_rawsocket_id(std::uint8_t id) {
    if (id < 1 || id > encoding_count) return std::nullopt;
    return static_cast<Encoding>(id - 1);
}

}  // namespace kreisel
