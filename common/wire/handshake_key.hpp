#pragma once
// The proof of a WebSocket handshake: Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC
// 6455 4.2.2), computed by websocketpp's hybi13 processor. Pure; any thread.

#include <string>
#include <string_view>

namespace kreisel {

/// True for the base64 of 16 octets.
[[nodiscard]] bool is_handshake_key(std::string_view key);
[[nodiscard]] std::string accept_of_key(std::string_view key);

}  // namespace kreisel
