#pragma once
// Where the load goes: ws://HOST:PORT/PATH, rs://HOST:PORT (RawSocket) or raw://HOST:PORT (the
// floor program), each with TLS as wss, rss and raws, and a socket on its way there.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>

namespace kreisel::client {
class Login;
}

namespace kreisel::load {

struct Target {
    enum class Kind : std::uint8_t { websocket, rawsocket, raw };
    Kind kind = Kind::websocket;
    bool has_tls = false;
    std::string host;  ///< with port, as the Host header says it
    std::string path;  ///< WebSocket only
    sockaddr_storage address{};
    socklen_t address_bytes = 0;
    /// As whom each session logs in; empty: anonymous.
    std::function<std::unique_ptr<client::Login>()> make_login;
};

/// Throws std::runtime_error for anything but these forms with a numeric address or `localhost`,
/// and `unix:PATH` and `unix+ws:PATH`.
[[nodiscard]] Target parse_target(const std::string& url);

/// A non-blocking socket that connects to `target`. `source` other than 0 is the last octet of the
/// loopback address 127.0.0.x it comes from, so that many short connections do not run out of
/// ports. Throws if the system refuses at once.
[[nodiscard]] int connect_to(const Target& target, std::uint8_t source = 0);

}  // namespace kreisel::load
