#include "tests/scenario/lib/pure_router.hpp"

#include "common/base/check.hpp"
#include "common/wamp/errors.hpp"
#include "tests/scenario/lib/memory_store.hpp"

#include <utility>

namespace kreisel::scenario {

struct PureRouter::Hosted {
    RealmSetting setting;
    MemoryStore store;
    std::unique_ptr<Realm> realm;
    RealmAccessPtr access;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Connection*> peers;
    Effects effects;
};

struct PureRouter::Connection {
    enum class State { handshaking, joined, leaving, closed };
    State state = State::handshaking;
    std::optional<Handshake> handshake;
    std::optional<Ingress> ingress;
    Hosted* hosted = nullptr;
    PeerRef peer;
    std::deque<ParcelPtr> outgoing;
    bool is_held = false;
    std::deque<Message> held;
    std::string refusal;  ///< of each INVOCATION; empty: they are taken
    std::deque<RequestId> refused;

    void send(Message message) { outgoing.push_back(ParcelPtr::make(std::move(message))); }
};

namespace {

RealmAccessPtr access_of(const RealmSetting& setting) {
    auto access = std::make_shared<RealmAccess>();
    access->name = setting.name;
    access->uri_rule = setting.uri_rule;
    access->has_strict_request_ids = setting.has_strict_request_ids;
    access->anonymous_role = setting.anonymous_role;
    for (const UserSetting& user : setting.users) {
        UserCredentials credentials;
        credentials.role = user.role;
        credentials.ticket = user.ticket;
        access->users.emplace(user.authid, credentials);
    }
    access->permissions = permissions_of(setting);
    return access;
}

}  // namespace

PureRouter::PureRouter(const std::vector<RealmSetting>& realms, std::uint64_t seed)
    : random_(seed) {
    auto snapshot = std::make_shared<AccessSnapshot>();
    for (const RealmSetting& setting : realms) {
        auto hosted = std::make_unique<Hosted>();
        hosted->setting = setting;
        hosted->access = access_of(setting);
        start(*hosted);
        snapshot->realms.emplace(setting.name, hosted->access);
        realms_.emplace(setting.name, std::move(hosted));
    }
    access_ = std::move(snapshot);
}

PureRouter::~PureRouter() = default;

void PureRouter::start(Hosted& hosted) {
    RealmOptions options;
    options.name = hosted.setting.name;
    options.limits = hosted.setting.limits;
    options.permissions = hosted.access->permissions;
    options.history = hosted.setting.history;
    if (hosted.setting.has_storage) options.store = &hosted.store;
    hosted.realm = std::make_unique<Realm>(std::move(options), random_);
    hosted.realm->set_time({clock_.now(), clock_.wall()});
    hosted.realm->restore(hosted.store.stored());
}

PureRouter::ConnectionId PureRouter::connect() {
    auto& connection = connections_.emplace_back(std::make_unique<Connection>());
    connection->handshake.emplace(access_, random_, PeerFacts{.transport = Dict{{"type", "test"}}});
    return connections_.size() - 1;
}

void PureRouter::receive(ConnectionId id, Result<Message> message) {
    Connection& connection = *connections_.at(id);
    if (connection.state == Connection::State::closed) return;
    if (!message) {
        if (connection.state == Connection::State::leaving) return leave(connection);
        return violate(connection, make_abort(message.error().uri, message.error().text));
    }
    switch (connection.state) {
        case Connection::State::handshaking:
            return on_handshake_step(
                connection, connection.handshake->on_message(std::move(*message), WallTime{}));
        case Connection::State::joined:
            return on_joined(connection, std::move(*message));
        case Connection::State::leaving:
            return on_leaving(connection, *message);
        case Connection::State::closed:
            return;
    }
}

void PureRouter::on_handshake_step(Connection& connection, HandshakeStep step) {
    if (auto* reply = std::get_if<HandshakeReply>(&step)) {
        return connection.send(std::move(reply->message));
    }
    if (auto* accepted = std::get_if<HandshakeAccepted>(&step)) {
        return join(connection, std::move(*accepted));
    }
    if (auto* refused = std::get_if<HandshakeRefused>(&step)) {
        connection.send(std::move(refused->abort));
    }
    connection.state = Connection::State::closed;
}

void PureRouter::join(Connection& connection, HandshakeAccepted accepted) {
    Hosted& hosted = *realms_.at(accepted.realm->name);
    connection.ingress.emplace(hosted.access, accepted.session);
    const auto peer = hosted.realm->join(std::move(accepted.session), hosted.effects);
    if (!peer) {
        connection.send(make_abort(peer.error().uri, peer.error().text));
        connection.state = Connection::State::closed;
        return;
    }
    connection.state = Connection::State::joined;
    connection.hosted = &hosted;
    connection.peer = *peer;
    hosted.peers[{peer->slot, peer->generation}] = &connection;
    apply(hosted);
}

void PureRouter::on_joined(Connection& connection, Message message) {
    Admission admission = connection.ingress->admit(message);
    switch (admission.verdict) {
        case Admission::Verdict::admitted:
            // An answer takes the place of a message that the gate repaired.
            if (admission.answer) message = std::move(*admission.answer);
            if (connection.is_held) return connection.held.push_back(std::move(message));
            connection.hosted->realm->handle(connection.peer, std::move(message),
                                             connection.hosted->effects);
            return apply(*connection.hosted);
        case Admission::Verdict::answered:
            return connection.send(std::move(*admission.answer));
        case Admission::Verdict::dropped:
            return;
        case Admission::Verdict::violation:
            return violate(connection, std::move(*admission.answer));
        case Admission::Verdict::goodbye:
            leave(connection);
            return connection.send(std::move(*admission.answer));
        case Admission::Verdict::ended:
            return leave(connection);
    }
}

// WAMP b/sessions: after its own GOODBYE the router waits for the reply and ignores the rest.
void PureRouter::on_leaving(Connection& connection, const Message& message) {
    const MessageType type = type_of(message);
    if (type == MessageType::goodbye || type == MessageType::abort) leave(connection);
}

void PureRouter::violate(Connection& connection, Message abort) {
    leave(connection);
    connection.send(std::move(abort));
}

void PureRouter::leave(Connection& connection) {
    const bool is_member = connection.state == Connection::State::joined;
    connection.state = Connection::State::closed;
    if (!is_member) return;
    Hosted& hosted = *connection.hosted;
    hosted.peers.erase({connection.peer.slot, connection.peer.generation});
    hosted.realm->leave(connection.peer, hosted.effects);
    apply(hosted);
}

void PureRouter::drop(ConnectionId id) {
    Connection& connection = *connections_.at(id);
    leave(connection);
    connection.outgoing.clear();
}

void PureRouter::hold(ConnectionId id) { connections_.at(id)->is_held = true; }

void PureRouter::resume(ConnectionId id) {
    Connection& connection = *connections_.at(id);
    connection.is_held = false;
    Hosted& hosted = *connection.hosted;
    while (!connection.held.empty() && connection.state == Connection::State::joined) {
        hosted.realm->handle_again_judged(connection.peer, std::move(connection.held.front()),
                                          hosted.effects);
        connection.held.pop_front();
        apply(hosted);
    }
}

void PureRouter::refuse_invocations(ConnectionId id, std::string_view error) {
    connections_.at(id)->refusal = error.empty() ? uris::payload_size_exceeded : error;
}

void PureRouter::apply(Hosted& hosted) {
    for (const Effect& effect : hosted.effects.list()) {
        for (const PeerRef& to : hosted.effects.receivers(effect)) deliver(hosted, effect, to);
    }
    hosted.effects.clear();
    for (const auto& [peer, connection] : hosted.peers) {
        if (connection->refused.empty()) continue;
        const RequestId invocation = connection->refused.front();
        connection->refused.pop_front();
        hosted.realm->refuse_invocation(connection->peer, invocation, connection->refusal,
                                        hosted.effects);
        return apply(hosted);
    }
    if (const auto outcome = hosted.store.take_outcome()) {
        hosted.realm->on_stored(*outcome, hosted.effects);
        apply(hosted);
    }
}

void PureRouter::deliver(Hosted& hosted, const Effect& effect, const PeerRef& to) {
    const auto found = hosted.peers.find({to.slot, to.generation});
    CHECK(found != hosted.peers.end(), "an effect must go to a session of the realm");
    Connection& connection = *found->second;
    const auto* invocation = std::get_if<Invocation>(&effect.parcel->message());
    if (invocation != nullptr && !connection.refusal.empty()) {
        connection.refused.push_back(invocation->request);
        return;
    }
    connection.outgoing.push_back(effect.parcel);
    if (effect.kind != Effect::Kind::close) return;
    hosted.peers.erase(found);
    connection.state = effect.close_kind == CloseKind::goodbye ? Connection::State::leaving
                                                               : Connection::State::closed;
}

std::deque<ParcelPtr>& PureRouter::outgoing(ConnectionId connection) {
    return connections_.at(connection)->outgoing;
}

bool PureRouter::is_closed(ConnectionId connection) const {
    return connections_.at(connection)->state == Connection::State::closed;
}

void PureRouter::set_role(const Uri& realm, const std::string& role,
                          std::vector<PermissionRule> rules) {
    Hosted& hosted = *realms_.at(realm);
    hosted.setting.roles[role] = std::move(rules);
    swap_permissions(hosted);
}

void PureRouter::remove_role(const Uri& realm, const std::string& role) {
    Hosted& hosted = *realms_.at(realm);
    hosted.setting.roles.erase(role);
    std::erase_if(hosted.setting.users, [&role](const auto& user) { return user.role == role; });
    if (hosted.setting.anonymous_role == role) hosted.setting.anonymous_role.reset();
    swap_permissions(hosted);
}

void PureRouter::swap_permissions(Hosted& hosted) {
    hosted.access = access_of(hosted.setting);
    auto snapshot = std::make_shared<AccessSnapshot>(*access_);
    snapshot->realms[hosted.setting.name] = hosted.access;
    access_ = std::move(snapshot);
    for (const auto& [peer, connection] : hosted.peers)
        connection->ingress->set_realm(hosted.access);
    hosted.realm->set_permissions(hosted.access->permissions, hosted.effects);
    apply(hosted);
}

void PureRouter::close_realm(const Uri& realm) {
    Hosted& hosted = *realms_.at(realm);
    hosted.realm->close_all(uris::close_realm, hosted.effects);
    apply(hosted);
}

void PureRouter::set_history(const Uri& realm, std::vector<HistoryRule> rules) {
    Hosted& hosted = *realms_.at(realm);
    hosted.setting.history = rules;
    hosted.realm->set_history(std::move(rules));
    apply(hosted);
}

void PureRouter::set_storage(const Uri& realm, std::string_view state) {
    using State = MemoryStore::State;
    realms_.at(realm)->store.set_state(state == "full"      ? State::full
                                       : state == "failing" ? State::failing
                                                            : State::good);
}

void PureRouter::restart(const Uri& realm) {
    Hosted& hosted = *realms_.at(realm);
    for (const auto& [peer, connection] : hosted.peers) {
        connection->state = Connection::State::closed;
    }
    hosted.peers.clear();
    start(hosted);
}

void PureRouter::pass_time(Duration duration) {
    clock_.advance(duration);
    for (auto& [name, hosted] : realms_) {
        hosted->realm->set_time({clock_.now(), clock_.wall()});
        while (const auto next = hosted->realm->next_deadline()) {
            if (*next > clock_.now()) break;
            hosted->realm->on_time(clock_.now(), hosted->effects);
            apply(*hosted);
        }
    }
}

RealmCounts PureRouter::counts(const Uri& realm) const {
    return realms_.at(realm)->realm->counts();
}

}  // namespace kreisel::scenario
