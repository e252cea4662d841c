#pragma once
// What the door needs to know of a realm: who may log in how, and the rules for what they may do.
//
// Immutable snapshots, built from realms.yaml (router/config) or by an embedding program; a reload
// makes new ones. Any thread.

#include "common/auth/scram.hpp"
#include "common/base/clock.hpp"
#include "common/wamp/uri.hpp"
#include "router/access/jwt.hpp"
#include "router/access/peer_facts.hpp"
#include "router/core/permissions.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kreisel {

enum class AuthMethod : std::uint8_t {
    anonymous,
    ticket,
    wampcra,
    scram,           ///< `wamp-scram`
    autobahn_scram,  ///< `scram` as Autobahn|Python speaks it
    cryptosign,
    tls,
    cookie,
};

[[nodiscard]] std::string_view to_text(AuthMethod method);
[[nodiscard]] std::optional<AuthMethod> auth_method_of(std::string_view text);

/// How a user proves who it is. A user may have several.
struct UserCredentials {
    std::string role;
    /// ticket: the shared secret as text.
    std::optional<std::string> ticket;
    /// WAMP-CRA: the shared secret; with a salt it is already base64(PBKDF2(password, salt)).
    struct WampCra {
        std::string secret;
        std::string salt;  ///< empty: plain
        unsigned iterations = 1000;
        unsigned key_bytes = 32;
    };
    std::optional<WampCra> wampcra;
    /// ticket: argon2id of the secret as a PHC string (common/auth/password.hpp), instead of
    /// `ticket`.
    std::optional<std::string> ticket_hash{};
    std::optional<ScramCredentials> scram{};
    /// cryptosign: public keys, 32 octets each.
    std::vector<std::string> public_keys{};
    /// tls: client certificates that are this user's, each known by one thing.
    struct Certificate {
        enum class By : std::uint8_t { subject, common_name, fingerprint };
        By by = By::fingerprint;
        std::string value;  ///< fingerprint: SHA-256, 64 hex digits in lower case

        [[nodiscard]] bool fits(const ClientCertificate& certificate) const;
        bool operator==(const Certificate&) const = default;
    };
    std::vector<Certificate> certificates{};

    [[nodiscard]] bool offers(AuthMethod method) const;
    [[nodiscard]] bool has_public_key(std::string_view key) const;
    [[nodiscard]] bool has_certificate(const ClientCertificate& certificate) const;
};

/// Log-ins by some methods are judged by a procedure (docs/dynamic-authenticators.md).
struct DynamicAuthenticator {
    std::vector<AuthMethod> methods;
    Uri procedure;
    Uri realm;  ///< where it is called
    Duration timeout = std::chrono::seconds{5};

    bool operator==(const DynamicAuthenticator&) const = default;
};

/// What a role sets instead of the listener's limits on what its sessions send.
struct RoleRates {
    std::optional<std::uint32_t> messages_per_second_max;
    std::optional<std::uint64_t> bytes_per_second_max;
    std::optional<Duration> idle_timeout;
};

/// One realm as the door sees it.
struct RealmAccess {
    Uri name;
    UriRule uri_rule = UriRule::loose;
    /// Request ids of a session must be 1, 2, 3... (rfc/text/basic/building_blocks); off for old
    /// clients.
    bool has_strict_request_ids = true;
    /// Known clients are met half-way where the letter of the specification would lose them.
    bool has_client_quirks = true;
    /// Role of anonymous sessions; absent: anonymous is not allowed.
    std::optional<std::string> anonymous_role;
    /// Users by authid.
    std::map<std::string, UserCredentials, std::less<>> users;
    /// Methods that stand here are judged by a procedure alone.
    std::vector<DynamicAuthenticator> dynamic{};
    /// cryptosign: private key by which the router proves itself, 32 octets; empty: it does not.
    std::string router_key{};
    /// Users that do not stand here may be found elsewhere: by authid, and by public key.
    bool has_user_database = false;
    bool finds_users_by_key = false;
    /// Role of stand-ins where no user is known to copy.
    std::string stand_in_role{};
    /// Tickets may be tokens that others sign; absent: they are not.
    std::optional<JwtRules> jwt{};
    PermissionsPtr permissions;
    /// By role; a role without any is not there.
    std::map<std::string, RoleRates, std::less<>> role_rates;

    /// Whether any user or setting makes `method` usable.
    [[nodiscard]] bool offers(AuthMethod method) const;
    [[nodiscard]] const DynamicAuthenticator* find_dynamic(AuthMethod method) const;
};

using RealmAccessPtr = std::shared_ptr<const RealmAccess>;

/// All realms of the router, one consistent version.
struct AccessSnapshot {
    std::uint64_t version = 0;
    std::map<std::string, RealmAccessPtr, std::less<>> realms;
    /// Drawn once per process, kept over reloads: unknown users get the same made-up challenge each
    /// time, so that nobody can find out who exists. Empty: another one each time.
    std::string mock_key;
};

using AccessSnapshotPtr = std::shared_ptr<const AccessSnapshot>;

}  // namespace kreisel
