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

template <class Number>
void override_by(const std::optional<Number>& own, Number& limit) {
    if (own) limit = *own;
}

/// The realm's limits with those of the role; nullptr if that has none.
std::shared_ptr<const RealmLimits> limits_of(const RoleConfig& role, const RealmLimits& realm) {
    const RoleLimits& own = role.limits;
    RealmLimits limits = realm;
    override_by(own.sessions_per_authid, limits.sessions_per_authid);
    override_by(own.subscriptions_per_session, limits.subscriptions_per_session);
    override_by(own.registrations_per_session, limits.registrations_per_session);
    override_by(own.pending_calls_per_session, limits.pending_calls_per_session);
    override_by(own.testaments_per_session, limits.testaments_per_session);
    override_by(own.testament_bytes_per_session, limits.testament_bytes_per_session);
    override_by(own.detail_bytes_per_session, limits.detail_bytes_per_session);
    return limits == realm ? nullptr : std::make_shared<const RealmLimits>(limits);
}

PermissionsPtr make_permissions(const RealmConfig& realm) {
    Permissions::Roles roles;
    for (const RoleConfig& role : realm.roles) {
        roles.emplace(role.name,
                      RolePermissions(role.permissions, {role.trust_level, role.authorizer,
                                                         limits_of(role, realm.limits)}));
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
        access->dynamic = realm.dynamic;
        access->router_key = realm.router_key;
        access->users.insert(realm.file_users.begin(), realm.file_users.end());
        access->has_user_database = realm.user_database.has_value();
        access->finds_users_by_key =
            realm.user_database && !realm.user_database->store.key_query.empty();
        if (!realm.roles.empty()) access->stand_in_role = realm.roles.front().name;
        if (realm.jwt) access->jwt = realm.jwt->rules;
        access->permissions = make_permissions(realm);
        for (const RoleConfig& role : realm.roles) {
            const RoleRates& rates = role.limits.rates;
            if (rates.messages_per_second_max || rates.bytes_per_second_max || rates.idle_timeout) {
                access->role_rates.emplace(role.name, rates);
            }
        }
        snapshot->realms.emplace(realm.name, std::move(access));
    }
    return snapshot;
}

}  // namespace kreisel
