#pragma once
// realms.yaml as typed structs, every default in its place.
//
// load_config() reads and judges a file, all errors at once; make_access() turns the result into
// what the door needs; compare() says what a reload would change. The structs can also be filled by
// a program that embeds the router. Start-up and reload only: may touch files and the environment.
//
//     ConfigResult config = load_config("realms.yaml");
//     if (!config) for (const ConfigError& error : config.error()) print(to_text(error));

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/tls/tls_settings.hpp"
#include "common/wamp/encoding.hpp"
#include "common/wire/forwarded.hpp"
#include "router/access/login_throttle.hpp"
#include "router/access/realm_access.hpp"
#include "router/core/realm.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// What happens to events for a receiver whose outbox is over its soft limit.
enum class SlowConsumer : std::uint8_t {
    disconnect,      ///< the receiver is disconnected
    drop_newest,     ///< the event is dropped for that receiver
    block_publisher  ///< the publisher is not read for `pause_max`, then the receiver goes
};

[[nodiscard]] std::string_view to_text(SlowConsumer policy);

/// Limits of one connection; set for all, each listener may override them.
struct ConnectionLimits {
    std::uint64_t message_bytes_max = std::uint64_t{16} << 20;
    /// Before log-in.
    std::uint64_t hello_bytes_max = std::uint64_t{64} << 10;
    /// From accept to WELCOME.
    Duration hello_timeout = std::chrono::seconds{10};
    unsigned nesting_max = 64;
    /// Soft limit of what waits to be written; the hard one is twice as much.
    std::uint64_t outbox_bytes_max = std::uint64_t{16} << 20;
    SlowConsumer slow_consumer = SlowConsumer::disconnect;
    /// How long a connection may go unread because others are slow.
    Duration pause_max = std::chrono::seconds{2};
    /// 0: no limit.
    std::uint32_t messages_per_second_max = 0;
    std::uint64_t bytes_per_second_max = 0;
    /// A session without a message in either direction for so long is ended; 0: it may be silent.
    Duration idle_timeout{0};

    bool operator==(const ConnectionLimits&) const = default;
};

/// Pings of the router on WebSocket and RawSocket. An interval of 0 switches them off.
struct KeepAlive {
    Duration ping_interval = std::chrono::seconds{30};
    Duration ping_timeout = std::chrono::seconds{10};
    /// TCP_USER_TIMEOUT: how long what was sent may go without an acknowledgement. 0: the system's.
    Duration tcp_timeout = std::chrono::seconds{40};

    bool operator==(const KeepAlive&) const = default;
};

/// Whether connections of trusted proxies begin with a PROXY header.
enum class ProxyProtocol : std::uint8_t { off, optional, required };

/// The header in which trusted HTTP proxies tell who their client is.
enum class ForwardedHeader : std::uint8_t { none, x_forwarded_for, forwarded };

/// The cookie by which WebSocket clients stay logged in.
struct CookieConfig {
    enum class SameSite : std::uint8_t { strict, lax, none };
    std::string name = "kreisel";
    Duration max_age = std::chrono::hours{168};
    SameSite same_site = SameSite::lax;
    std::string path = "/";
    bool is_secure = true;

    bool operator==(const CookieConfig&) const = default;
};

struct ListenerConfig {
    /// in_process: sessions of the program that embeds the router; not of realms.yaml.
    enum class Kind : std::uint8_t { tcp, unix_socket, in_process };
    Kind kind = Kind::tcp;
    /// As written: `127.0.0.1:8080`, `[::]:8080`, `unix:/run/kreisel.sock`. Names the listener in
    /// logs and in a reload.
    std::string address;
    std::string host;        ///< tcp: IPv4 or IPv6 address without brackets
    std::uint16_t port = 0;  ///< tcp: 0 lets the system choose
    std::string path;        ///< unix_socket
    bool has_websocket = true;
    bool has_rawsocket = true;
    std::vector<std::string> paths = {"/ws"};
    /// Allowed values of the Origin header, `*` within one stands for any text; empty: any Origin.
    std::vector<std::string> origins;
    std::vector<Encoding> serializers = {Encoding::json, Encoding::msgpack, Encoding::cbor};
    /// The `.batched` subprotocols too.
    bool has_batched = true;
    bool has_deflate = false;
    std::optional<CookieConfig> cookie;
    std::optional<unsigned> unix_mode;  ///< absent: what the umask leaves
    std::string unix_owner;             ///< name or number; empty: unchanged
    std::string unix_group;
    TlsSettings tls;  ///< tcp only
    ProxyProtocol proxy_protocol = ProxyProtocol::off;
    ForwardedHeader forwarded_header = ForwardedHeader::x_forwarded_for;
    TrustedProxies trusted_proxies;
    ConnectionLimits limits;
    KeepAlive keep_alive;

    bool operator==(const ListenerConfig&) const = default;
};

/// Where /metrics, /healthz and /readyz are answered: an address as of a listener.
struct AdminConfig {
    std::string address;  ///< as written; empty: nowhere
    std::string host;     ///< TCP: IPv4 or IPv6 address without brackets
    std::uint16_t port = 0;
    std::string path;  ///< unix socket

    bool operator==(const AdminConfig&) const = default;
};

/// What a role sets instead of the realm's and the listener's limits.
struct RoleLimits {
    std::optional<std::uint32_t> sessions_per_authid;
    std::optional<std::uint32_t> subscriptions_per_session;
    std::optional<std::uint32_t> registrations_per_session;
    std::optional<std::uint32_t> pending_calls_per_session;
    std::optional<std::uint32_t> testaments_per_session;
    std::optional<std::uint64_t> testament_bytes_per_session;
    std::optional<std::uint64_t> detail_bytes_per_session;
    RoleRates rates;
};

struct RoleConfig {
    std::string name;
    RoleLimits limits;
    std::vector<PermissionRule> permissions;
    std::optional<std::uint32_t> trust_level;  ///< absent: nothing is told
    /// Procedure that decides where no rule does; empty: none.
    Uri authorizer;
};

/// Tokens as tickets: the rules, and where their keys come from.
struct JwtConfig {
    JwtRules rules;
    std::string secret;      ///< HS256
    std::string public_key;  ///< path of a PEM file; empty: none
    std::string jwks;        ///< path of a JWK set; empty: none
};

/// A database that knows users, and what it is asked.
struct UserStoreSettings {
    /// Path of an SQLite file; empty: PostgreSQL.
    std::string sqlite;
    /// What libpq takes: `host=/run/postgresql dbname=users`, or a URI.
    std::string postgresql;
    /// With one parameter, $1.
    std::string query;
    /// The same by a public key in hex; empty: not asked.
    std::string key_query;
    Duration timeout = std::chrono::seconds{5};

    bool operator==(const UserStoreSettings&) const = default;
};

struct UserDatabaseConfig {
    UserStoreSettings store{};
    std::uint32_t connections = 4;
    /// Log-ins that may wait for one; more are told to come back later.
    std::uint32_t waiting_max = 200;
    /// How long an answer need not be asked for again; 0: it is each time.
    Duration remembered_for{};

    bool operator==(const UserDatabaseConfig&) const = default;
};

struct RealmConfig {
    Uri name;
    UriRule uri_rule = UriRule::loose;
    bool has_strict_request_ids = true;
    bool has_client_quirks = true;
    std::vector<RoleConfig> roles;
    std::optional<std::string> anonymous_role;
    std::map<std::string, UserCredentials, std::less<>> users;
    std::vector<DynamicAuthenticator> dynamic;
    /// cryptosign: the router's private key, 32 octets; empty: it does not prove itself.
    std::string router_key;
    std::string users_file;  ///< path; empty: none
    /// Those of the users file.
    std::map<std::string, UserCredentials, std::less<>> file_users;
    std::optional<JwtConfig> jwt{};
    std::optional<UserDatabaseConfig> user_database{};
    RealmLimits limits;
    std::vector<HistoryRule> history;
    std::optional<LogLevel> log_level;  ///< absent: the router's
};

/// Background threads that check ticket_hash.
struct PasswordCheckConfig {
    std::uint32_t threads = 2;
    /// Log-ins that may wait for one; more are told to come back later.
    std::uint32_t waiting_max = 200;
    /// How long a right ticket need not be checked again; 0: it is each time.
    Duration remembered_for = std::chrono::seconds{60};
};

/// One fault of the operator. Line and column count from 1; 0 if the fault has no place.
struct ConfigError {
    std::string file;
    int line = 0;
    int column = 0;
    std::string key;   ///< `realms[0].uri_rules`
    std::string text;  ///< what is wrong and what to write instead
};

struct RouterConfig {
    std::vector<ListenerConfig> listeners;
    std::vector<RealmConfig> realms;
    ConnectionLimits limits;
    RealmLimits realm_limits;
    KeepAlive keep_alive;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    std::uint32_t shards = 0;  ///< 0: as many as cores
    std::uint32_t connections_max = 10'000;
    /// Of one address that is not the loopback; 0: any number.
    std::uint32_t connections_per_address = 1'000;
    std::uint32_t handshakes_max = 1'000;  ///< connections that have not joined yet
    Duration drain_timeout = std::chrono::seconds{10};
    /// Folder of kept events; empty: in memory only.
    std::string storage;
    PasswordCheckConfig password_checks;
    ThrottleConfig login_throttle;
    std::uint32_t cookies_max = 100'000;
    AdminConfig admin;
    /// What works but deserves a look, such as a certificate that ends soon.
    std::vector<ConfigError> warnings;
};

/// `realms.yaml:12:7: realms[0].uri_rules: ...`
[[nodiscard]] std::string to_text(const ConfigError& error);

using ConfigResult = tl::expected<RouterConfig, std::vector<ConfigError>>;

/// A router that is embedded may do without listeners: `listeners: []`.
enum class NoListeners : std::uint8_t { refused, allowed };

[[nodiscard]] ConfigResult load_config(const std::string& path,
                                       NoListeners empty = NoListeners::refused);
/// The same for text at hand; `file` names it in errors and is the base of relative `file:` paths.
[[nodiscard]] ConfigResult parse_config(std::string_view text, const std::string& file,
                                        NoListeners empty = NoListeners::refused);

/// Every setting with its value as YAML that load_config() would take; defaults are marked, secrets
/// shown as ***.
[[nodiscard]] std::string effective_text(const RouterConfig& config);

[[nodiscard]] AccessSnapshotPtr make_access(const RouterConfig& config, std::uint64_t version);

/// What a reload changes, by name, and in words for the log.
struct ConfigChanges {
    std::vector<std::string> listeners_added;  ///< addresses
    std::vector<std::string> listeners_removed;
    std::vector<std::string> listeners_changed;
    /// Only limits or keep-alive: they bite without reopening.
    std::vector<std::string> listeners_relimited;
    std::vector<std::string> realms_added;
    std::vector<std::string> realms_removed;
    std::vector<std::string> realms_changed;
    bool is_router_changed = false;  ///< limits, keep-alive, log, drain
    /// Settings that a running router cannot change (shards).
    std::vector<std::string> restart_needed;
    std::vector<std::string> words;

    [[nodiscard]] bool empty() const { return words.empty(); }
};
[[nodiscard]] ConfigChanges compare(const RouterConfig& before, const RouterConfig& after);

}  // namespace kreisel
