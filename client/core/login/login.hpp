#pragma once
// make_login: from credentials to the Login of one connection, which answers what the router asks.
//
//     auto login = make_login(settings, {.exporter = tls.exporter}, random);
//     if (!login) return give_up(login.error());   // the user's fault: nothing to try again
//     core.begin_connection(std::move(*login), ...);
//
// Pure; randomness is drawn in make_login() only. Deriving keys takes its time, see
// DerivationLimits.

#include "client/core/credentials.hpp"
#include "client/core/session_core.hpp"
#include "common/base/random.hpp"

#include <memory>
#include <string>

namespace kreisel::client {

/// What is known of the connection's TLS.
struct ChannelFacts {
    std::string exporter{};  ///< 32 octets; empty: no TLS, or none that can be bound to
};

/// Fails with uris::invalid_argument if the settings make no sense, and with uris::not_connected if
/// the channel cannot be bound to.
[[nodiscard]] Result<std::unique_ptr<Login>> make_login(const LoginSettings& settings,
                                                        const ChannelFacts& channel,
                                                        Random& random);

}  // namespace kreisel::client
