#pragma once
// A realm with one open role, and peers to join it, for the benchmarks of the core.

#include "router/core/realm.hpp"

#include <memory>
#include <string>
#include <utility>

namespace kreisel::bench {

inline PermissionsPtr open_permissions() {
    PermissionRule rule;
    rule.match = MatchPolicy::prefix;
    for (bool& allow : rule.allow) allow = true;
    return std::make_shared<const Permissions>(
        Permissions::Roles{{"user", RolePermissions({std::move(rule)})}});
}

struct BenchRealm {
    BenchRealm() : realm(RealmOptions{"realm1", {}, open_permissions()}, random) {}

    PeerRef join() {
        SessionInfo info;
        info.id = SessionId{++last_session};
        info.authid = "peer-" + std::to_string(last_session);
        info.authrole = "user";
        return realm.join(std::move(info), effects).value();
    }
    void handle(PeerRef peer, Message message) { realm.handle(peer, std::move(message), effects); }

    SeededRandom random{1};  // the same ids in every run
    Realm realm;
    Effects effects;
    std::uint64_t last_session = 0;
};

/// 128 octets of JSON arguments, shared by all messages as they are in the router.
inline Payload sample_payload() {
    return Payload{Encoding::json, 1, false,
                   SharedBytes::copy_of("[\"" + std::string(124, 'x') + "\"]")};
}

}  // namespace kreisel::bench
