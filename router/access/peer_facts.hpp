#pragma once
// PeerFacts: what is known of a peer before its first message, by the way it came. Collected by its
// connection when the transport is open, handed to the handshake, which may believe them.

#include "common/base/clock.hpp"
#include "common/wamp/uri.hpp"
#include "common/wamp/value.hpp"

#include <optional>
#include <string>

namespace kreisel {

/// A client certificate that the listener's certificate authorities vouch for.
struct ClientCertificate {
    std::string subject;      ///< RFC 2253, `CN=joe,O=example`
    std::string common_name;  ///< empty if the subject has none
    std::string sha256;       ///< fingerprint of the certificate, 64 hex digits in lower case
};

/// The log-in that a cookie stands for.
struct CookieLogin {
    Uri realm;
    std::string authid;
    std::string role;
    std::string provider;
    WallTime expires{};
    /// When what proved it ends, and every session with it; absent: never.
    std::optional<WallTime> session_expires{};
};

/// Who a peer within the router's own process is, as the program around both says.
struct LocalLogin {
    std::string role;
    std::string authid;  ///< empty: each session is somebody of its own
};

struct PeerFacts {
    /// `transport` of the session details.
    Dict transport;
    /// The peer's own address without port: `192.0.2.1`, `2001:db8::1`; `unix` on a unix socket.
    std::string address{};
    /// Nobody on the way can read: TLS, here or at a proxy that is trusted to say so.
    bool is_encrypted = false;
    std::optional<ClientCertificate> certificate{};
    // Channel bindings, empty where the channel has none: 32 octets of RFC 9266, and the first
    // Finished message (RFC 5929).
    std::string tls_exporter{};
    std::string tls_unique{};
    /// Value of the router's own cookie, the one that came or a new one; empty: there is none.
    std::string cookie{};
    /// What that cookie stands for.
    std::optional<CookieLogin> cookie_login{};
    /// Nobody has to prove what the program itself says.
    std::optional<LocalLogin> local_login{};
};

}  // namespace kreisel
