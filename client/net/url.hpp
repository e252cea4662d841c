#pragma once
// Url: where a router is and how it is spoken to, from the text that people write.
//
//     auto url = parse_url("wss://router.example.com/ws");
//     if (!url) std::cerr << url.error().what();   // and what to write instead
//
// Plain values; any thread. Names are not looked up here.

#include "client/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel::client {

struct Url {
    enum class Scheme : std::uint8_t {
        ws,              ///< `ws://host:port/path?query`: WebSocket; port 80 if none is given
        wss,             ///< the same over TLS; port 443
        tcp,             ///< `tcp://host:port`: RawSocket; also written `rs://`
        tcps,            ///< the same over TLS; also written `rss://`
        unix_socket,     ///< `unix:/run/router.sock`: RawSocket
        unix_websocket,  ///< `unix+ws:/run/router.sock`: WebSocket, at the path /ws
        in_process,      ///< no URL: a router of the same process, by a Connector
    };

    Scheme scheme = Scheme::ws;
    std::string host{};        ///< a name or an address, IPv6 without its brackets
    std::uint16_t port = 0;    ///< 0 for unix sockets
    std::string target = "/";  ///< WebSocket: path and query
    std::string path{};        ///< of a unix socket

    [[nodiscard]] bool is_websocket() const {
        return scheme == Scheme::ws || scheme == Scheme::wss || scheme == Scheme::unix_websocket;
    }
    [[nodiscard]] bool is_tls() const { return scheme == Scheme::wss || scheme == Scheme::tcps; }
    [[nodiscard]] bool is_unix() const {
        return scheme == Scheme::unix_socket || scheme == Scheme::unix_websocket;
    }
    /// What the Host header says: the host, and the port unless it is that of the scheme.
    [[nodiscard]] std::string authority() const;
    /// For people and logs: as it was written, without the query, which may hold a secret.
    [[nodiscard]] std::string to_text() const;

    bool operator==(const Url&) const = default;
};

/// Fails with uris::invalid_argument and a sentence that says what to write.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace kreisel::client
