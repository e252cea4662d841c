#pragma once
// What connections of one listener obey, ready for use: the listener's part of realms.yaml and the
// WebSocket settings made of it. An immutable snapshot, swapped on reload; a connection reads the
// current one for every message. Any thread.

#include "common/tls/tls_context.hpp"
#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"
#include "router/config/config.hpp"

#include <memory>

namespace kreisel {

struct ConnectionSettings {
    ListenerConfig listener;
    std::shared_ptr<const WebSocketServerSettings> websocket;
    RawSocketServerSettings rawsocket;
    TlsContextPtr tls;  ///< nullptr: without TLS

    /// Over it a session is closed whatever it is sent.
    [[nodiscard]] std::size_t outbox_bytes_hard() const {
        return 2 * static_cast<std::size_t>(listener.limits.outbox_bytes_max);
    }
};

using ConnectionSettingsPtr = std::shared_ptr<const ConnectionSettings>;

/// How long the last messages may take to go out, and a GOODBYE to be answered.
inline constexpr Duration close_timeout = std::chrono::seconds{2};
/// How long the input of a closed connection is read and thrown away: closing with unread input
/// would reset the connection and destroy the last message.
inline constexpr Duration linger_timeout = std::chrono::seconds{1};
/// How long a peer that takes nothing from the network may have an INVOCATION in its outbox: then
/// it is closed, and whoever called has an answer.
inline constexpr Duration stalled_calls_max = std::chrono::milliseconds{1500};
/// Connections over a limit of connections that still get an answer (503, RawSocket error 4); more
/// are closed.
inline constexpr std::size_t refusals_max = 16;
/// Frames that may wait in one outbox, whatever their size.
inline constexpr std::size_t outbox_pieces_max = 1'000'000;

}  // namespace kreisel
