// RouterConfig -> AccessSnapshot: realms as the door sees them.

#include "common/base/base64.hpp"
#include "common/base/random.hpp"
#include "router/config/config.hpp"

#include <array>

namespace kreisel {

namespace {

/// One key for the life of the process, whatever is reloaded: see AccessSnapshot::mock_key.
const std::string& process_mock_key() {
    static const std::string key = [] {
        SystemRandom random;
        std::array<std::uint8_t, 33> bytes{};
        random.fill(bytes);
        return to_base64(bytes);
    }();
    return key;
}

PermissionsPtr make_permissions(const RealmConfig& realm) {
    Permissions::Roles roles;
    for (const RoleConfig& role : realm.roles) {
        roles.emplace(role.name, RolePermissions(role.permissions, role.trust_level));
    }
    return std::make_shared<const Permissions>(std::move(roles));
}

}  // namespace

AccessSnapshotPtr make_access(const RouterConfig& config, std::uint64_t version) {
    auto snapshot = std::make_shared<AccessSnapshot>();
    snapshot->version = version;
    snapshot->mock_key = process_mock_key();
    for (const RealmConfig& realm : config.realms) {
        auto access = std::make_shared<RealmAccess>();
        access->name = realm.name;
        access->uri_rule = realm.uri_rule;
        access->has_strict_request_ids = realm.has_strict_request_ids;
        access->has_client_quirks = realm.has_client_quirks;
        access->anonymous_role = realm.anonymous_role;
        access->users = realm.users;
        access->permissions = make_permissions(realm);
        snapshot->realms.emplace(realm.name, std::move(access));
    }
    return snapshot;
}

}  // namespace kreisel
