#pragma once
// Who stands behind HTTP proxies: X-Forwarded-For with X-Forwarded-Proto, or Forwarded (RFC 7239),
// read from the right as far as the proxies are trusted. Pure functions.
//
// One of the two is believed, by configuration: a proxy that sets one passes the other on as the
// client sent it.

#include "common/base/ip_address.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

/// Whose word counts about who stands behind them.
struct TrustedProxies {
    std::vector<IpNetwork> networks;
    bool has_unix = false;  ///< whoever reaches a unix socket

    [[nodiscard]] bool empty() const { return networks.empty() && !has_unix; }
    [[nodiscard]] bool contains(const IpAddress& address) const;
    /// The text of a peer, as `127.0.0.1:51234` or `unix`.
    [[nodiscard]] bool contains_peer(std::string_view peer) const;
    bool operator==(const TrustedProxies&) const = default;
};

struct ForwardedPeer {
    /// The rightmost address that is no trusted proxy; absent: nothing usable was said.
    std::optional<IpAddress> address;
    /// A trusted proxy says that its client came by https or wss.
    bool is_encrypted = false;
};

/// `addresses` and `protocols` as the two headers have them, several lines joined by commas. Only
/// for a request that came from a trusted proxy.
[[nodiscard]] ForwardedPeer read_x_forwarded(std::string_view addresses, std::string_view protocols,
                                             const TrustedProxies& trusted);

/// The Forwarded header. Only for a request that came from a trusted proxy.
[[nodiscard]] ForwardedPeer read_forwarded(std::string_view header, const TrustedProxies& trusted);

}  // namespace kreisel
