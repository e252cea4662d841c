#pragma once
// The schema of realms.yaml: one Table for each part of the configuration.

#include "router/config/settings.hpp"
#include "router/config/table.hpp"

#include <vector>

namespace kreisel {

[[nodiscard]] Table<ConnectionLimits> connection_limits_table();
[[nodiscard]] Table<RealmLimits> realm_limits_table();
[[nodiscard]] Table<RoleLimits> role_limits_table();
[[nodiscard]] Table<KeepAlive> keep_alive_table();
[[nodiscard]] Table<PasswordCheckConfig> password_check_table();
[[nodiscard]] Table<TlsSettings> tls_table();
/// Reads the files of `tls` and reports what is wrong with them; `node` is the map below the key.
void judge_tls(Reader& reader, const YamlNode& node, const TlsSettings& settings);
/// proxy_protocol, trusted_proxies, forwarded_header.
[[nodiscard]] Table<ListenerConfig> proxy_table();
[[nodiscard]] Setting<RealmConfig> history_setting();
[[nodiscard]] Table<RealmConfig> authentication_table();
/// `scram`, `cryptosign` and `tls` of a user.
[[nodiscard]] Table<UserCredentials> proofs_table();
[[nodiscard]] Setting<RealmConfig> dynamic_setting();
[[nodiscard]] Table<ThrottleConfig> throttle_table();
[[nodiscard]] Setting<ListenerConfig> cookie_setting();
/// Cookies only where it is known which pages may use them.
void judge_cookie(Reader& reader, const YamlNode& node, const ListenerConfig& listener);
/// `cryptosign.router_key`
[[nodiscard]] Setting<RealmConfig> router_key_setting();
/// Of each method either users or a procedure are asked.
void judge_dynamic(Reader& reader, const YamlNode& node, const RealmConfig& realm);
void judge_dynamic_realms(Reader& reader, const YamlNode& root, const RouterConfig& config);
[[nodiscard]] Setting<RealmConfig> users_setting();
[[nodiscard]] Setting<RealmConfig> users_file_setting();
[[nodiscard]] Setting<RealmConfig> jwt_setting();
[[nodiscard]] Setting<RealmConfig> user_database_setting();
[[nodiscard]] Setting<RouterConfig> listeners_setting();
[[nodiscard]] Setting<AdminConfig> admin_address_setting();
[[nodiscard]] Setting<RouterConfig> realms_setting();
[[nodiscard]] const Choices<LogLevel>& log_levels();
[[nodiscard]] const Choices<MatchPolicy>& match_policies();

/// All of the file.
[[nodiscard]] const Table<RouterConfig>& router_table();

/// Every key of the schema, for the test of docs/configuration.md.
[[nodiscard]] std::vector<KeyInfo> all_keys();

}  // namespace kreisel
