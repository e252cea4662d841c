#pragma once
// WebSocket (RFC 6455) without I/O, on websocketpp's I/O-free layers: the HTTP upgrade, frames,
// fragments, control frames, close codes, permessage-deflate (RFC 7692), and the batched forms of
// the WAMP subprotocols split into messages. Plain HTTP requests get a page or a proper status.

#include "common/wire/wire.hpp"

#include <functional>
#include <memory>

namespace kreisel {

struct UpgradeInfo;

struct WebSocketServerSettings {
    /// Paths that take upgrades; others answer 404. Empty: any path.
    std::vector<std::string> paths;
    /// Subprotocols offered by the server; the first of the client's list that is among them is
    /// chosen, none in common is refused with 400. Empty: no subprotocol is asked for or chosen.
    std::vector<std::string> subprotocols;
    /// Allowed Origin headers, `*` within a label or port as wildcard, e.g.
    /// `https://*.example.com`. Empty: any. A request without Origin (no browser) always passes.
    /// Others get 403.
    std::vector<std::string> origins;
    std::size_t message_bytes_max = 16U << 20U;
    std::size_t http_head_bytes_max = 16U << 10U;
    bool allow_deflate = false;
    /// HTML for a plain GET of one of the paths or of "/"; empty: 426 Upgrade Required.
    std::string page;
    /// Value of the Server header; empty: none.
    std::string server_name;
    /// If set, the value of a Set-Cookie header for an upgrade that is granted; empty: none. May
    /// replace `info.cookie`, the Cookie header, by what matters of it.
    std::function<std::string(UpgradeInfo& info)> set_cookie;
    /// If set and true at the time of an upgrade, the answer is 503 with Retry-After.
    std::function<bool()> is_overloaded;
};

/// What the upgrade request said; for logs, session details and cookies.
struct UpgradeInfo {
    std::string path;
    std::string host;
    std::string origin;
    std::string user_agent;
    std::string cookie;
    std::string forwarded_for;    ///< X-Forwarded-For
    std::string forwarded_proto;  ///< X-Forwarded-Proto
    std::string forwarded;        ///< Forwarded
    std::string subprotocol;
    bool has_deflate = false;
};

enum class DataKind : std::uint8_t { text, binary };

/// A WebSocket of either role, with what WAMP does not need: the kind of each message is chosen.
class WebSocket : public Wire {
  public:
    /// Appends one whole message of that kind, compressed if deflate was negotiated and helps. Also
    /// after the end, for answers that go out before the close frame (WireMessage::output_offset).
    virtual void frame_data(DataKind kind, std::span<const std::uint8_t> message,
                            ByteWriter& output) = 0;
};

class WebSocketServer : public WebSocket {
  public:
    /// Valid once opened, until forgotten.
    [[nodiscard]] virtual const UpgradeInfo& upgrade() const = 0;
    /// Frees the strings of upgrade(), which then is empty: an idle connection need not hold them.
    virtual void forget_upgrade() = 0;
};

[[nodiscard]] std::unique_ptr<WebSocketServer> make_websocket_server(
    std::shared_ptr<const WebSocketServerSettings> settings);

/// A field of an HTTP head.
struct HttpField {
    std::string name;
    std::string value;

    bool operator==(const HttpField&) const = default;
};

struct WebSocketClientSettings {
    std::string host;  ///< value of the Host header
    std::string path = "/ws";
    std::vector<std::string> subprotocols;
    std::string origin;
    std::string user_agent;
    /// Further fields of the request. Those that is_sendable() refuses, and those that the
    /// handshake writes itself, are left out.
    std::vector<HttpField> headers{};
    std::size_t message_bytes_max = 16U << 20U;
    bool offer_deflate = false;
    /// Seed of the masking keys and of Sec-WebSocket-Key.
    std::uint64_t mask_seed = 0;
};

/// Whether a field may be added to an upgrade request: a token as its name, no line breaks or other
/// control characters in its value, and none that the handshake itself is made of.
[[nodiscard]] bool is_sendable(const HttpField& field);

/// When the server refuses the upgrade by an HTTP status, that is the code of the WireEnd.
[[nodiscard]] std::unique_ptr<WebSocket> make_websocket_client(WebSocketClientSettings settings);

}  // namespace kreisel
