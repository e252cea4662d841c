// The router's own settings and the limits that listeners and realms inherit.

#include "router/config/schema.hpp"

#include "router/config/settings.hpp"

#include <filesystem>

namespace kreisel {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::uint64_t kibibyte = std::uint64_t{1} << 10;
constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
constexpr std::uint32_t million = 1'000'000;

const Choices<SlowConsumer>& slow_consumers() {
    static const Choices<SlowConsumer> choices = {
        {"disconnect", SlowConsumer::disconnect},
        {"drop_newest", SlowConsumer::drop_newest},
        {"block_publisher", SlowConsumer::block_publisher}};
    return choices;
}

const Choices<LogFormat>& log_formats() {
    static const Choices<LogFormat> choices = {{"text", LogFormat::text},
                                               {"json", LogFormat::json}};
    return choices;
}

Setting<RouterConfig> shards_setting() {
    constexpr std::uint32_t shards_max = 256;
    return scalar<RouterConfig>(
        "shards", "auto, or a number from 1 to 256",
        [](Reader&, const YamlNode&, const std::string& text, RouterConfig& config) {
            const auto number = text == "auto" ? 0 : parse_count(text);
            if (!number || *number > shards_max || (*number == 0 && text != "auto")) return false;
            config.shards = static_cast<std::uint32_t>(*number);
            return true;
        },
        [](const RouterConfig& config) {
            return config.shards == 0 ? std::string("auto") : std::to_string(config.shards);
        });
}

Setting<RouterConfig> storage_setting() {
    return scalar<RouterConfig>(
        "storage", "the path of a folder",
        [](Reader& reader, const YamlNode&, const std::string& path, RouterConfig& config) {
            // A relative path starts where realms.yaml stands.
            const auto base = std::filesystem::path(reader.file()).parent_path();
            if (!path.empty()) config.storage = (base / path).lexically_normal().string();
            return !path.empty();
        },
        [](const RouterConfig& config) {
            return config.storage.empty() ? std::string() : show_text(config.storage);
        });
}

Table<RouterConfig> make_router_table() {
    // Limits stand first: listeners and realms start from them.
    Table<RouterConfig> table;
    table.push_back(
        section("limits", joined(lifted(connection_limits_table(), &RouterConfig::limits),
                                 lifted(realm_limits_table(), &RouterConfig::realm_limits))));
    table.push_back(section("keep_alive", lifted(keep_alive_table(), &RouterConfig::keep_alive)));
    table.push_back(
        section<RouterConfig>("log", {choice("level", &RouterConfig::log_level, log_levels()),
                                      choice("format", &RouterConfig::log_format, log_formats())}));
    table.push_back(shards_setting());
    table.push_back(count("max_connections", &RouterConfig::connections_max, 1U, 10 * million));
    table.push_back(
        count("connections_per_address", &RouterConfig::connections_per_address, 0U, 10 * million));
    table.push_back(count("handshakes_in_flight", &RouterConfig::handshakes_max, 1U, million));
    table.push_back(duration("drain_timeout", &RouterConfig::drain_timeout, Duration{0}, hours{1}));
    table.push_back(storage_setting());
    table.push_back(
        section("password_checks", lifted(password_check_table(), &RouterConfig::password_checks)));
    table.push_back(
        section("login_throttle", lifted(throttle_table(), &RouterConfig::login_throttle)));
    table.push_back(count("cookies_max", &RouterConfig::cookies_max, 1U, 10 * million));
    table.push_back(section(
        "admin", lifted(Table<AdminConfig>{admin_address_setting()}, &RouterConfig::admin)));
    table.push_back(required(listeners_setting()));
    table.push_back(required(realms_setting()));
    return table;
}

}  // namespace

std::string_view to_text(SlowConsumer policy) {
    for (const auto& [name, value] : slow_consumers()) {
        if (value == policy) return name;
    }
    return "";
}
const Choices<LogLevel>& log_levels() {
    static const Choices<LogLevel> choices = {
        {"trace", LogLevel::trace},     {"debug", LogLevel::debug}, {"info", LogLevel::info},
        {"warning", LogLevel::warning}, {"error", LogLevel::error}, {"off", LogLevel::off}};
    return choices;
}

Table<ConnectionLimits> connection_limits_table() {
    using Limits = ConnectionLimits;
    constexpr unsigned nesting_low = 4;
    constexpr unsigned nesting_high = 512;
    return {size("message_bytes_max", &Limits::message_bytes_max, kibibyte, gibibyte),
            size("hello_bytes_max", &Limits::hello_bytes_max, kibibyte, gibibyte),
            duration("hello_timeout", &Limits::hello_timeout, milliseconds{100}, hours{1}),
            count("nesting_max", &Limits::nesting_max, nesting_low, nesting_high),
            size("outbox_bytes_max", &Limits::outbox_bytes_max, 64 * kibibyte, 16 * gibibyte),
            choice("slow_consumer", &Limits::slow_consumer, slow_consumers()),
            duration("pause_max", &Limits::pause_max, milliseconds{1}, minutes{1}),
            count("messages_per_second_max", &Limits::messages_per_second_max, 0U, 10 * million),
            size("bytes_per_second_max", &Limits::bytes_per_second_max, 0, 16 * gibibyte),
            duration("idle_timeout", &Limits::idle_timeout, Duration{0}, hours{24})};
}

Table<RoleLimits> role_limits_table() {
    using Limits = RoleLimits;
    const Table<RoleRates> rates = {
        optional_count("messages_per_second_max", &RoleRates::messages_per_second_max, 0U,
                       10 * million),
        optional_size("bytes_per_second_max", &RoleRates::bytes_per_second_max, 0, 16 * gibibyte),
        optional_duration("idle_timeout", &RoleRates::idle_timeout, Duration{0}, hours{24})};
    return joined(
        {optional_count("sessions_per_authid", &Limits::sessions_per_authid, 0U, million),
         optional_count("subscriptions_per_session", &Limits::subscriptions_per_session, 1U,
                        10 * million),
         optional_count("registrations_per_session", &Limits::registrations_per_session, 1U,
                        10 * million),
         optional_count("pending_calls_per_session", &Limits::pending_calls_per_session, 1U,
                        10 * million),
         optional_count("testaments_per_session", &Limits::testaments_per_session, 0U, million),
         optional_size("testament_bytes_per_session", &Limits::testament_bytes_per_session, 0,
                       gibibyte),
         optional_size("detail_bytes_per_session", &Limits::detail_bytes_per_session, 0, gibibyte)},
        lifted(rates, &Limits::rates));
}

Table<RealmLimits> realm_limits_table() {
    return {
        count("sessions_per_authid", &RealmLimits::sessions_per_authid, 0U, million),
        count("subscriptions_per_session", &RealmLimits::subscriptions_per_session, 1U,
              10 * million),
        count("registrations_per_session", &RealmLimits::registrations_per_session, 1U,
              10 * million),
        count("pending_calls_per_session", &RealmLimits::pending_calls_per_session, 1U,
              10 * million),
        count("waiting_calls_per_registration", &RealmLimits::waiting_calls_per_registration, 0U,
              10 * million),
        count("testaments_per_session", &RealmLimits::testaments_per_session, 0U, million),
        size("testament_bytes_per_session", &RealmLimits::testament_bytes_per_session, 0, gibibyte),
        size("detail_bytes_per_session", &RealmLimits::detail_bytes_per_session, 0, gibibyte),
        count("retained_topics", &RealmLimits::retained_topics, 0U, 10 * million),
        size("retained_bytes", &RealmLimits::retained_bytes, 0, 64 * gibibyte),
        count("held_requests_per_session", &RealmLimits::held_requests_per_session, 1U, million),
        size("held_bytes_per_session", &RealmLimits::held_bytes_per_session, kibibyte, gibibyte),
        count("kept_rulings_per_session", &RealmLimits::kept_rulings_per_session, 0U, million),
        duration("authorizer_timeout", &RealmLimits::authorizer_timeout, milliseconds{10},
                 minutes{10})};
}

Table<KeepAlive> keep_alive_table() {
    return {duration("ping_interval", &KeepAlive::ping_interval, Duration{0}, hours{24}),
            duration("ping_timeout", &KeepAlive::ping_timeout, milliseconds{100}, hours{1}),
            duration("tcp_timeout", &KeepAlive::tcp_timeout, Duration{0}, hours{1})};
}

const Table<RouterConfig>& router_table() {
    static const Table<RouterConfig> table = make_router_table();
    return table;
}

std::vector<KeyInfo> all_keys() {
    std::vector<KeyInfo> keys;
    list_table(router_table(), "", keys);
    return keys;
}

}  // namespace kreisel
