#pragma once
// Settings of a session: where, as whom, and what to do when the connection goes.
//
//     Settings settings("ws://localhost:8080/ws", "realm1");
//     settings.login = {.authid = "joe", .credentials = {Ticket{"secret"}}};

#include "client/core/backoff.hpp"
#include "client/core/credentials.hpp"
#include "client/core/error.hpp"
#include "client/core/options.hpp"
#include "common/tls/tls_client_settings.hpp"
#include "common/wamp/encoding.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace kreisel {
class Connector;
}

namespace kreisel::client {

/// What a session is at.
enum class SessionState : std::uint8_t {
    connecting,  ///< dialling and logging in
    joined,      ///< in its realm: operations go through
    waiting,     ///< the connection was lost, or could not be made; the next attempt comes
    over,        ///< closed, left, or refused for good
};

/// What a session is told when it is made. All of it may be left alone but `url` and `realm`.
///
/// No aggregate: gcc 12 destroys `{.url = "..."}` twice within a co_await.
struct Settings {
    Settings() = default;
    /// `router`: see `url`.
    Settings(std::string router, std::string in_realm)
        : url(std::move(router)), realm(std::move(in_realm)) {}
    /// `router`: see `connector`.
    Settings(std::shared_ptr<const Connector> router, std::string in_realm)
        : connector(std::move(router)), realm(std::move(in_realm)) {}

    /// `ws://`, `wss://` (WebSocket), `tcp://`, `tcps://`, `unix:` (RawSocket).
    std::string url{};
    /// Tried in turn after `url`.
    std::vector<std::string> more_urls{};
    /// A router of this process (EmbeddedRouter::connector), instead of any URL.
    std::shared_ptr<const Connector> connector{};
    /// The realm to join, e.g. `realm1`.
    std::string realm{};
    /// As whom; by default anonymous.
    LoginSettings login{};
    /// In order of preference; a RawSocket asks for the first.
    std::vector<Encoding> encodings{Encoding::msgpack, Encoding::cbor, Encoding::json};
    /// Whom to trust and what to show, for `wss:` and `tcps:`.
    TlsClientSettings tls{};
    /// Origin of the WebSocket's upgrade request; empty: none.
    std::string origin{};
    /// Further fields of it, name and value.
    std::vector<std::pair<std::string, std::string>> headers{};
    /// HELLO.Details.agent: what the router's logs call this program.
    std::string agent = "kreisel-client";

    /// When a connection that was lost is made anew.
    Reconnect reconnect{};
    /// What becomes of operations that begin meanwhile.
    WhileOffline while_offline = WhileOffline::fail;
    /// From dialling to the open connection, for each URL.
    Milliseconds connect_timeout{10'000};
    /// From HELLO to WELCOME; asking an authenticator may take long.
    Milliseconds join_timeout{15'000};
    /// The router is pinged after so long a silence and lost after that; 0: no pings.
    Milliseconds ping_interval{10'000};
    /// How long the router may take to answer a ping.
    Milliseconds ping_timeout{5'000};

    /// Of a message that comes; a longer one ends the connection. Told to the router where the
    /// transport can.
    std::size_t message_bytes_max = 16U << 20U;
    /// publish() and the parts of calls wait while more octets than this wait to be sent.
    std::size_t output_bytes_high = 1U << 20U;
    /// Operations fail with uris::too_many while more octets than this wait to be sent.
    std::size_t output_bytes_max = 64U << 20U;
    /// Operations that are not answered yet; further ones fail with uris::too_many.
    std::size_t operations_max = 65536;
    /// Of them, those that wait for a connection (WhileOffline::wait).
    std::size_t waiting_max = 1024;
    /// Calls that procedures work on; further ones are answered with wamp.error.unavailable.
    std::size_t invocations_max = 65536;

    /// Where events and procedures are handled; empty: on the session's own strand.
    boost::asio::any_io_executor handler_executor{};
    /// connect() fails with wamp.error.canceled when its source says so, from any thread; a session
    /// that has joined does not listen.
    std::stop_token stop{};
    /// Told each change of state, with the reason for `waiting` and `over`; on the strand.
    std::function<void(SessionState, const Error* why)> on_state{};
    /// Told what went wrong in the user's own handlers (what a procedure threw, an event that does
    /// not fit its handler, a subscription that was revoked), for the log. Any thread.
    std::function<void(const std::string& what)> on_problem{};
};

}  // namespace kreisel::client
