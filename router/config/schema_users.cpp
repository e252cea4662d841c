// Log-in to a realm: users and how each proves who it is.

#include "common/auth/password.hpp"
#include "common/base/base64.hpp"
#include "router/config/files.hpp"
#include "router/config/schema.hpp"
#include "router/config/settings.hpp"
#include "router/config/users_file.hpp"

#include <algorithm>

namespace kreisel {

namespace {

/// One user as a list item; RealmConfig keeps a map by authid.
struct UserEntry {
    std::string authid;
    UserCredentials credentials;
};

/// A role name that the realm must define.
template <class T, class Take>
bool use_role(Reader& reader, const YamlNode& node, const std::string& role, T& object, Take take) {
    if (role.empty()) return false;
    reader.role_uses.push_back({node, reader.path(), role});
    take(object, role);
    return true;
}

Table<UserCredentials::WampCra> wampcra_table() {
    using WampCra = UserCredentials::WampCra;
    constexpr unsigned iterations_max = 10'000'000;
    return {required(secret<WampCra>(
                "secret", [](WampCra& cra, std::string value) { cra.secret = std::move(value); },
                [](const WampCra& cra) {
                    return cra.secret.empty() ? std::nullopt : std::optional(cra.secret);
                })),
            text("salt", "a text", &WampCra::salt),
            count("iterations", &WampCra::iterations, 1U, iterations_max),
            count("key_bytes", &WampCra::key_bytes, 16U, 64U)};
}

void judge_wampcra(Reader& reader, const YamlNode& node, const UserCredentials::WampCra& cra) {
    const bool is_salted = !cra.salt.empty() && !cra.secret.empty();
    if (!is_salted || base64_decoded_size(cra.secret) == cra.key_bytes) return;
    const Reader::Step step(reader, "secret");
    reader.fail(place_of(node, "secret"),
                "with a salt, the secret is base64 of the derived key of " +
                    std::to_string(cra.key_bytes) + " octets, not the password");
}

Setting<UserCredentials> wampcra_setting() {
    return optional_section("wampcra", wampcra_table(), &UserCredentials::wampcra, judge_wampcra);
}

Setting<UserEntry> ticket_hash_setting() {
    auto setting = secret<UserEntry>(
        "ticket_hash",
        [](UserEntry& user, std::string value) { user.credentials.ticket_hash = std::move(value); },
        [](const UserEntry& user) { return user.credentials.ticket_hash; }, SecretKind::hash);
    setting.read = [read = setting.read](Reader& reader, const YamlNode& node, UserEntry& user) {
        read(reader, node, user);
        if (!user.credentials.ticket_hash) return;
        const auto hash = parse_password_hash(*user.credentials.ticket_hash);
        if (!hash) reader.fail(node, hash.error() + "; `kreisel hash-password` makes one");
    };
    return setting;
}

Table<UserEntry> user_table() {
    Table<UserEntry> table = {
        required(text("authid", "a name", &UserEntry::authid)),
        required(scalar<UserEntry>(
            "role", "the name of a role",
            [](Reader& reader, const YamlNode& node, const std::string& role, UserEntry& user) {
                return use_role(reader, node, role, user,
                                [](UserEntry& u, const auto& name) { u.credentials.role = name; });
            },
            [](const UserEntry& user) {
                return user.credentials.role.empty() ? "" : show_text(user.credentials.role);
            })),
        secret<UserEntry>(
            "ticket",
            [](UserEntry& user, std::string value) { user.credentials.ticket = std::move(value); },
            [](const UserEntry& user) { return user.credentials.ticket; }),
        ticket_hash_setting()};
    const Table<UserCredentials> proofs =
        joined(Table<UserCredentials>{wampcra_setting()}, proofs_table());
    return joined(std::move(table), lifted(proofs, &UserEntry::credentials));
}

void judge_user(Reader& reader, const YamlNode& node, const RealmConfig& realm,
                const UserEntry& user) {
    constexpr std::string_view keys[] = {"ticket_hash", "ticket",     "wampcra",
                                         "scram",       "cryptosign", "tls"};
    const auto has = [&node](std::string_view key) { return &place_of(node, key) != &node; };
    if (std::none_of(std::begin(keys), std::end(keys), has)) {
        reader.fail(node,
                    "the user has no secret; add ticket_hash:, ticket:, wampcra:, scram:, "
                    "cryptosign: or tls:");
    }
    if (has("ticket") && has("ticket_hash")) {
        const Reader::Step step(reader, "ticket");
        reader.fail(place_of(node, "ticket"), "stands beside ticket_hash; keep one of them");
    }
    // Who comes with a key alone is known by it.
    for (const auto& [authid, credentials] : realm.users) {
        for (const std::string& key : user.credentials.public_keys) {
            if (!credentials.has_public_key(key)) continue;
            const Reader::Step step(reader, "cryptosign");
            reader.fail(place_of(node, "cryptosign"), "user '" + authid + "' has this key already");
        }
    }
}

}  // namespace

Table<PasswordCheckConfig> password_check_table() {
    using Checks = PasswordCheckConfig;
    constexpr std::uint32_t threads_max = 64;
    constexpr std::uint32_t waiting_high = 100'000;
    return {
        count("threads", &Checks::threads, 1U, threads_max),
        count("waiting_max", &Checks::waiting_max, 1U, waiting_high),
        duration("remembered_for", &Checks::remembered_for, Duration{0}, std::chrono::minutes{10})};
}

Setting<RealmConfig> users_setting() {
    ListAccess<RealmConfig, UserEntry> access;
    access.make = [](Reader&) { return UserEntry{}; };
    access.get = [](const RealmConfig& realm) {
        std::vector<UserEntry> users;
        for (const auto& [authid, credentials] : realm.users)
            users.push_back({authid, credentials});
        return users;
    };
    access.add = [](Reader& reader, const YamlNode& node, RealmConfig& realm, UserEntry user) {
        judge_user(reader, node, realm, user);
        realm.users[user.authid] = std::move(user.credentials);
    };
    access.name = [](const UserEntry& user) { return user.authid; };
    access.name_key = "authid";
    return list_of("users", user_table(), std::move(access));
}

Setting<RealmConfig> users_file_setting() {
    return scalar<RealmConfig>(
        "users_file", "the path of a file",
        [](Reader& reader, const YamlNode&, const std::string& path, RealmConfig& realm) {
            if (path.empty()) return false;
            realm.users_file = path_beside(reader.file(), path);
            auto users = load_users_file(realm);
            if (users) realm.file_users = std::move(*users);
            if (!users) reader.add(std::move(users.error()));
            return true;
        },
        [](const RealmConfig& realm) {
            return realm.users_file.empty() ? std::string() : show_text(realm.users_file);
        });
}

Table<RealmConfig> authentication_table() {
    // The users file stands behind the users, who must not be in it again.
    return {
        scalar<RealmConfig>(
            "anonymous_role", "the name of a role",
            [](Reader& reader, const YamlNode& node, const std::string& role, RealmConfig& realm) {
                return use_role(reader, node, role, realm,
                                [](RealmConfig& r, const auto& name) { r.anonymous_role = name; });
            },
            [](const RealmConfig& realm) {
                return realm.anonymous_role ? show_text(*realm.anonymous_role) : std::string();
            }),
        users_setting(),
        users_file_setting(),
        user_database_setting(),
        jwt_setting(),
        dynamic_setting(),
        router_key_setting()};
}

}  // namespace kreisel
