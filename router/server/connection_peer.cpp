// The side of Connection that knows who the peer is: what its sockets, TLS and the proxies in front
// tell of it.
#include "common/base/log.hpp"
#include "common/net/memory_stream.hpp"
#include "router/server/address_table.hpp"
#include "router/server/connection.hpp"
#include "router/server/router.hpp"

namespace kreisel {

namespace {

/// `[::1]:51234` -> `::1`; `unix` stays.
std::string address_of(const std::string& peer) {
    const auto address = address_of_peer(peer);
    return address ? address->to_text() : peer;
}

}  // namespace

void Connection::count_peer() {
    // Behind a trusted proxy the client is counted as soon as it is known.
    const std::string& from = stream_->peer();
    if (!settings_->listener.trusted_proxies.contains_peer(from)) enter_address(address_of(from));
}

void Connection::enter_address(std::string_view address) {
    leave_address();
    address_key_ = address_key(address);
    if (address_key_.empty()) return;
    const std::size_t count = shard_.router().addresses_in_use().enter(address_key_);
    const std::size_t limit = shard_.router().connections_per_address();
    if (limit == 0 || count <= limit) return;
    shard_.metrics().reached(Limit::connections_per_address);
    KREISEL_LOG(info, "connection refused", {"peer", peer()},
                {"why", "limit of connections of its address"});
    is_address_full_ = true;  // what it is told depends on what it speaks
    if (count > limit + refusals_max) return drop();
    if (phase_ == Phase::open) finish(close_code::try_again_later, "too many connections");
}

void Connection::leave_address() {
    if (!address_key_.empty()) shard_.router().addresses_in_use().leave(address_key_);
    address_key_.clear();
}

std::string_view Connection::transport_name() const {
    if (stream_->local() != nullptr) return in_process_peer;
    if (!wire_) return "unknown";
    return wire_->framing() == Framing::rawsocket ? "rawsocket" : "websocket";
}

PeerFacts Connection::peer_facts() const {
    PeerFacts facts;
    facts.address = address_of(peer());
    facts.transport = Dict{{"type", transport_name()}, {"peer", peer()}};
    facts.transport.append("protocol", subprotocol_of(wire_->encoding(), wire_->framing()));
    if (const auto* websocket = dynamic_cast<const WebSocketServer*>(wire_.get())) {
        const UpgradeInfo& upgrade = websocket->upgrade();
        if (!upgrade.user_agent.empty()) facts.transport.append("user_agent", upgrade.user_agent);
        if (!upgrade.origin.empty()) facts.transport.append("origin", upgrade.origin);
        if (settings_->listener.cookie) facts.cookie = upgrade.cookie;
    }
    const ProxyFacts* proxy = stream_->proxy();
    facts.is_encrypted = is_forwarded_encrypted_ || (proxy != nullptr && proxy->is_encrypted);
    if (const LocalFacts* local = stream_->local()) {
        facts.is_encrypted = true;  // nothing leaves the process
        if (!local->role.empty()) facts.local_login = LocalLogin{local->role, local->authid};
    }
    const TlsFacts* tls = stream_->tls();
    if (tls == nullptr) return facts;
    facts.transport.append("tls", Value(Dict{{"version", tls->version}, {"cipher", tls->cipher}}));
    facts.is_encrypted = true;
    facts.tls_exporter = tls->exporter;
    facts.tls_unique = tls->unique;
    if (tls->certificate) {
        facts.certificate = ClientCertificate{
            tls->certificate->subject, tls->certificate->common_name, tls->certificate->sha256};
    }
    return facts;
}

void Connection::believe_forwarded() {
    const ListenerConfig& listener = settings_->listener;
    const auto* websocket = dynamic_cast<const WebSocketServer*>(wire_.get());
    if (websocket == nullptr || listener.forwarded_header == ForwardedHeader::none) return;
    if (!listener.trusted_proxies.contains_peer(stream_->peer())) return;
    const UpgradeInfo& upgrade = websocket->upgrade();
    const ForwardedPeer told =
        listener.forwarded_header == ForwardedHeader::forwarded
            ? read_forwarded(upgrade.forwarded, listener.trusted_proxies)
            : read_x_forwarded(upgrade.forwarded_for, upgrade.forwarded_proto,
                               listener.trusted_proxies);
    is_forwarded_encrypted_ = told.is_encrypted;
    if (told.address) forwarded_peer_ = told.address->to_text();
}

void Connection::on_read_failed(const boost::system::error_code& ec) {
    const std::string fault = stream_->fault();
    if (fault.empty()) {
        return on_lost(ec);
    }
    if (!wire_) KREISEL_LOG(info, "connection refused", {"peer", peer()}, {"why", fault});
    session_.leave(SessionEnd::violation, fault);
    // The peer is told why (an alert of TLS) only if the connection is not reset.
    outbox_.clear();
    linger();
}

}  // namespace kreisel
