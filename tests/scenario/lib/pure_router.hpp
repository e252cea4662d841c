#pragma once
// PureRouter: Handshake, Ingress and Realm put together as a server does it, without I/O: what
// connections send goes in as messages, what they receive comes out as parcels in order.
//
// For scenario tests; one thread.

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/base/result.hpp"
#include "router/access/handshake.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "tests/scenario/lib/script.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::scenario {

class PureRouter {
  public:
    using ConnectionId = std::size_t;

    PureRouter(const std::vector<RealmSetting>& realms, std::uint64_t seed);
    ~PureRouter();

    [[nodiscard]] ConnectionId connect();
    /// What the codec made of the connection's next message.
    void receive(ConnectionId connection, Result<Message> message);
    /// The transport is gone.
    void drop(ConnectionId connection);
    /// What the gate lets through of the connection waits; resume() has the realm judge it again,
    /// as after a reload that came between.
    void hold(ConnectionId connection);
    void resume(ConnectionId connection);
    /// From now on the transport takes no INVOCATION: each is too long, or what `error` says.
    void refuse_invocations(ConnectionId connection, std::string_view error);

    [[nodiscard]] std::deque<ParcelPtr>& outgoing(ConnectionId connection);
    /// The router ended the connection (after what is in outgoing()).
    [[nodiscard]] bool is_closed(ConnectionId connection) const;

    void set_role(const Uri& realm, const std::string& role, std::vector<PermissionRule> rules);
    void remove_role(const Uri& realm, const std::string& role);
    void close_realm(const Uri& realm);
    void set_history(const Uri& realm, std::vector<HistoryRule> rules);
    /// `state`: good, failing or full.
    void set_storage(const Uri& realm, std::string_view state);
    /// The realm ends with all connections; a new one has what was stored.
    void restart(const Uri& realm);
    void pass_time(Duration duration);
    [[nodiscard]] RealmCounts counts(const Uri& realm) const;

  private:
    struct Connection;
    struct Hosted;

    void on_handshake_step(Connection& connection, HandshakeStep step);
    void join(Connection& connection, HandshakeAccepted accepted);
    void on_joined(Connection& connection, Message message);
    void on_leaving(Connection& connection, const Message& message);
    void violate(Connection& connection, Message abort);
    void leave(Connection& connection);
    void apply(Hosted& hosted);
    void deliver(Hosted& hosted, const Effect& effect, const PeerRef& to);
    void swap_permissions(Hosted& hosted);
    void start(Hosted& hosted);

    SeededRandom random_;
    FakeClock clock_;
    std::map<Uri, std::unique_ptr<Hosted>> realms_;
    AccessSnapshotPtr access_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace kreisel::scenario
