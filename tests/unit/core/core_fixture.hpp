#pragma once
// A realm with peers that remember what they were sent, for the tests of router/core.
//
//     Core core;
//     const PeerRef alice = core.join("alice");
//     core.handle(alice, Subscribe{RequestId{1}, {}, "com.a"});
//     const auto subscribed = core.expect<Subscribed>(alice);

#include "common/base/random.hpp"
#include "common/wamp/errors.hpp"
#include "router/core/realm.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kreisel::test {

inline PermissionRule make_rule(Uri uri, MatchPolicy match, bool is_allowed,
                                Disclose disclose = Disclose::on_request) {
    PermissionRule rule;
    rule.uri = std::move(uri);
    rule.match = match;
    for (bool& allow : rule.allow) allow = is_allowed;
    rule.disclose = disclose;
    return rule;
}

inline PermissionsPtr make_permissions(Permissions::Roles roles) {
    return std::make_shared<const Permissions>(std::move(roles));
}

/// Everybody in roles "user" and "admin" may do everything; identities as `disclose` says.
inline PermissionsPtr open_permissions(Disclose disclose = Disclose::on_request) {
    const RolePermissions all({make_rule("", MatchPolicy::prefix, true, disclose)});
    return make_permissions({{"user", all}, {"admin", all}});
}

struct Delivery {
    ParcelPtr parcel;
    bool is_event = false;
    bool is_close = false;
    CloseKind close_kind = CloseKind::abort;
};

class Core {
  public:
    explicit Core(PermissionsPtr permissions = open_permissions(), RealmLimits limits = {},
                  std::vector<HistoryRule> history = {}, EventStore* store = nullptr)
        : realm(RealmOptions{"realm1", limits, std::move(permissions), std::move(history), store},
                random) {}

    PeerRef join(std::string authid, ClientRoles roles = {}, std::string authrole = "user") {
        SessionInfo info;
        info.id = SessionId{++last_session};
        info.authid = std::move(authid);
        info.authrole = std::move(authrole);
        info.roles = roles;
        info.welcome.session = info.id;
        const auto peer = realm.join(std::move(info), effects);
        BOOST_REQUIRE(peer.has_value());
        deliver();
        expect<Welcome>(*peer);
        return *peer;
    }
    /// Session id of the session that joined last.
    [[nodiscard]] SessionId last_id() const { return SessionId{last_session}; }

    void handle(PeerRef peer, Message message) {
        realm.handle(peer, std::move(message), effects);
        deliver();
    }
    void leave(PeerRef peer) {
        realm.leave(peer, effects);
        deliver();
    }
    /// Moves what the realm asked for into the inboxes.
    void deliver() {
        for (const Effect& effect : effects.list()) {
            for (const PeerRef receiver : effects.receivers(effect)) {
                inboxes[{receiver.slot, receiver.generation}].push_back(
                    Delivery{effect.parcel, effect.is_event, effect.kind == Effect::Kind::close,
                             effect.close_kind});
            }
        }
        effects.clear();
    }

    SubscriptionId subscribe(PeerRef peer, Uri topic, Dict options = {}) {
        handle(peer, Subscribe{next_request(), std::move(options), std::move(topic)});
        return expect<Subscribed>(peer).subscription;
    }
    RegistrationId register_(PeerRef peer, Uri procedure, Dict options = {}) {
        handle(peer, Register{next_request(), std::move(options), std::move(procedure)});
        return expect<Registered>(peer).registration;
    }
    void publish(PeerRef peer, Uri topic, Dict options = {}) {
        handle(peer, Publish{next_request(), std::move(options), std::move(topic), {}});
    }
    /// CALL.Request of a new call.
    RequestId call(PeerRef peer, Uri procedure, Dict options = {}) {
        const RequestId request = next_request();
        handle(peer, Call{request, std::move(options), std::move(procedure), {}});
        return request;
    }
    RequestId next_request() { return RequestId{++last_request}; }

    Delivery take(PeerRef peer) {
        auto& inbox = inboxes[{peer.slot, peer.generation}];
        BOOST_REQUIRE_MESSAGE(!inbox.empty(), "a message is there");
        Delivery first = std::move(inbox.front());
        inbox.pop_front();
        return first;
    }
    /// The next message of `peer`, which must be of this type.
    template <class Type>
    Type expect(PeerRef peer) {
        const Delivery delivery = take(peer);
        const auto* typed = std::get_if<Type>(&delivery.parcel->message());
        BOOST_REQUIRE_MESSAGE(typed != nullptr,
                              "unexpected " << to_text(type_of(delivery.parcel->message())));
        return *typed;
    }
    /// The next message of `peer` is an ERROR with this URI.
    ErrorMessage expect_error(PeerRef peer, MessageType type, std::string_view uri) {
        auto error = expect<ErrorMessage>(peer);
        BOOST_TEST((error.request_type == type));
        BOOST_TEST(error.error == uri);
        return error;
    }
    [[nodiscard]] std::size_t waiting(PeerRef peer) {
        return inboxes[{peer.slot, peer.generation}].size();
    }
    [[nodiscard]] bool is_silent(PeerRef peer) { return waiting(peer) == 0; }
    void forget_all() { inboxes.clear(); }

    SeededRandom random{20261122};
    Realm realm;
    Effects effects;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<Delivery>> inboxes;
    std::uint64_t last_session = 100;
    std::uint64_t last_request = 0;
};

inline ClientRoles with_feature(Role role, Feature feature) {
    ClientRoles roles;
    roles.add(role, feature);
    return roles;
}

/// The unsigned integer of `key`, 0 if absent.
inline std::uint64_t number_of(const Dict& details, std::string_view key) {
    return details.find_uint(key).value_or(0);
}
inline std::string text_of(const Dict& details, std::string_view key) {
    return std::string(details.find_text(key).value_or(""));
}

}  // namespace kreisel::test
