#pragma once
// A realm with an anonymous role and users of every kind, for the tests of the door.

#include "common/auth/wampcra.hpp"
#include "common/base/random.hpp"
#include "router/access/handshake.hpp"
#include "router/access/realm_access.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kreisel::test {

inline PermissionRule rule(Uri uri, MatchPolicy match, std::vector<Action> allowed) {
    PermissionRule made;
    made.uri = std::move(uri);
    made.match = match;
    for (const Action action : allowed) made.allow[static_cast<unsigned>(action)] = true;
    made.origin = "realms.yaml:7";
    return made;
}

inline std::vector<Action> all_actions() {
    return {Action::publish, Action::subscribe, Action::call, Action::register_};
}

inline PermissionsPtr make_permissions() {
    Permissions::Roles roles;
    roles["guest"] = RolePermissions({rule("", MatchPolicy::prefix, all_actions()),
                                      rule("com.secret", MatchPolicy::exact, {}),
                                      rule("com.closed.", MatchPolicy::prefix, {})});
    roles["frontend"] =
        RolePermissions({rule("com.app.", MatchPolicy::prefix, {Action::call, Action::publish})});
    return std::make_shared<const Permissions>(std::move(roles));
}

inline std::shared_ptr<RealmAccess> make_realm() {
    auto realm = std::make_shared<RealmAccess>();
    realm->name = "realm1";
    realm->anonymous_role = "guest";
    realm->permissions = make_permissions();
    realm->users["joe"] = {"frontend", "joes-ticket", std::nullopt};
    realm->users["ann"] = {"frontend", std::nullopt,
                           UserCredentials::WampCra{"anns-secret", "", 1000, 32}};
    realm->users["sue"] = {
        "frontend", std::nullopt,
        UserCredentials::WampCra{wampcra_key("sues-password", "c2FsdA==", 10, 16), "c2FsdA==", 10,
                                 16}};
    return realm;
}

inline AccessSnapshotPtr snapshot_of(std::shared_ptr<RealmAccess> realm) {
    auto access = std::make_shared<AccessSnapshot>();
    access->realms[realm->name] = std::move(realm);
    access->mock_key = "drawn once";
    return access;
}

inline Dict all_roles() {
    return Dict{{"caller", Value(Dict{})},
                {"callee", Value(Dict{})},
                {"publisher", Value(Dict{})},
                {"subscriber", Value(Dict{})}};
}

}  // namespace kreisel::test
