// Realms: URI rules, roles with their permissions.

#include "router/config/schema.hpp"
#include "router/config/settings.hpp"
#include "router/core/placeholders.hpp"

#include <algorithm>
#include <iterator>

namespace kreisel {

namespace {

const Choices<UriRule>& uri_rules() {
    static const Choices<UriRule> choices = {{"loose", UriRule::loose},
                                             {"strict", UriRule::strict}};
    return choices;
}
const Choices<Action>& actions() {
    static const Choices<Action> choices = {{"publish", Action::publish},
                                            {"subscribe", Action::subscribe},
                                            {"call", Action::call},
                                            {"register", Action::register_}};
    return choices;
}
const Choices<Disclose>& disclosures() {
    static const Choices<Disclose> choices = {{"on_request", Disclose::on_request},
                                              {"always", Disclose::always},
                                              {"never", Disclose::never}};
    return choices;
}

Setting<PermissionRule> allow_setting() {
    return words<PermissionRule>(
        "allow", "publish, subscribe, call, register",
        [](Reader& reader, const YamlNode& node, PermissionRule& rule) {
            const auto action = read_choice(reader, node, actions());
            if (action) rule.allow[static_cast<unsigned>(*action)] = true;
        },
        [](const PermissionRule& rule) {
            std::vector<std::string> names;
            for (const auto& [name, action] : actions()) {
                if (rule.allow[static_cast<unsigned>(action)]) names.push_back(name);
            }
            return names;
        },
        [](PermissionRule& rule) {
            for (bool& allowed : rule.allow) allowed = false;
        });
}

Setting<PermissionRule> ask_setting() {
    return words<PermissionRule>(
        "ask", "publish, subscribe, call, register",
        [](Reader& reader, const YamlNode& node, PermissionRule& rule) {
            const auto action = read_choice(reader, node, actions());
            if (!action) return;
            const auto place = static_cast<unsigned>(*action);
            if (rule.allow[place]) {
                reader.fail(node, "is in allow: already, and nobody is asked then; keep one");
            }
            rule.ask[place] = true;
        },
        [](const PermissionRule& rule) {
            std::vector<std::string> names;
            for (const auto& [name, action] : actions()) {
                if (rule.ask[static_cast<unsigned>(action)]) names.push_back(name);
            }
            return names;
        },
        [](PermissionRule& rule) {
            for (bool& asked : rule.ask) asked = false;
        });
}

Table<PermissionRule> permission_table() {
    return {required(scalar<PermissionRule>(
                "uri", "a URI like com.example.topic",
                [](Reader&, const YamlNode&, const std::string& uri, PermissionRule& rule) {
                    rule.uri = uri;
                    return true;
                },
                [](const PermissionRule& rule) { return show_text(rule.uri); })),
            choice("match", &PermissionRule::match, match_policies()), required(allow_setting()),
            ask_setting(), choice("disclose", &PermissionRule::disclose, disclosures())};
}

void add_rule(Reader& reader, const YamlNode& node, RoleConfig& role, PermissionRule rule) {
    const EmptyComponents empty = rule.match == MatchPolicy::exact    ? EmptyComponents::none
                                  : rule.match == MatchPolicy::prefix ? EmptyComponents::last
                                                                      : EmptyComponents::anywhere;
    const YamlNode& place = place_of(node, "uri");
    const Reader::Step step(reader, "uri");
    if (const auto fault = placeholder_fault(rule.uri, rule.match)) {
        reader.fail(place, *fault);
        return;
    }
    if (!is_valid_uri(without_placeholders(rule.uri), reader.uri_rule, empty)) {
        reader.fail(place, "'" + rule.uri + "' is no valid URI for match: " +
                               show_choice(match_policies(), rule.match) +
                               (reader.uri_rule == UriRule::strict
                                    ? "; with uri_rules: strict it is made of [0-9a-z_]"
                                    : ""));
        return;
    }
    for (const PermissionRule& other : role.permissions) {
        if (other.uri == rule.uri && other.match == rule.match) {
            reader.fail(place, "'" + rule.uri + "' has a rule with this match already; keep one");
            return;
        }
    }
    if (role.authorizer.empty() && std::count(std::begin(rule.ask), std::end(rule.ask), true) > 0) {
        reader.fail(node, "asks, but the role has no authorizer; add authorizer: to the role");
        return;
    }
    rule.origin = reader.file() + ":" + std::to_string(node.line);
    role.permissions.push_back(std::move(rule));
}

Setting<RoleConfig> trust_level_setting() {
    constexpr std::uint32_t level_max = 1'000'000'000;
    return scalar<RoleConfig>(
        "trust_level", "a number from 0 to " + std::to_string(level_max),
        [](Reader&, const YamlNode&, const std::string& text, RoleConfig& role) {
            const auto level = parse_count(text);
            if (!level || *level > level_max) return false;
            role.trust_level = static_cast<std::uint32_t>(*level);
            return true;
        },
        [](const RoleConfig& role) {
            return role.trust_level ? std::to_string(*role.trust_level) : std::string();
        });
}

Setting<RoleConfig> authorizer_setting() {
    return scalar<RoleConfig>(
        "authorizer", "a URI like com.example.authorize",
        [](Reader& reader, const YamlNode&, const std::string& uri, RoleConfig& role) {
            role.authorizer = uri;
            return is_valid_uri(uri, reader.uri_rule, EmptyComponents::none) &&
                   !is_reserved_uri(uri);
        },
        [](const RoleConfig& role) {
            return role.authorizer.empty() ? std::string() : show_text(role.authorizer);
        });
}

Table<RoleConfig> role_table() {
    ListAccess<RoleConfig, PermissionRule> access;
    access.make = [](Reader&) { return PermissionRule{}; };
    access.get = [](const RoleConfig& role) { return role.permissions; };
    access.add = add_rule;
    // No name: the same URI may stand under each match policy, add_rule judges repetition.
    access.name_key = "uri";
    // A rule with a mistyped match would be judged by a policy that nobody wrote.
    access.broken = Broken::skipped;
    return {required(text("name", "a name", &RoleConfig::name)), trust_level_setting(),
            authorizer_setting(),
            section("limits", lifted(role_limits_table(), &RoleConfig::limits)),
            list_of("permissions", permission_table(), std::move(access))};
}

Table<RealmConfig> realm_table() {
    ListAccess<RealmConfig, RoleConfig> roles;
    roles.make = [](Reader&) { return RoleConfig{}; };
    roles.get = [](const RealmConfig& realm) { return realm.roles; };
    roles.add = [](Reader&, const YamlNode&, RealmConfig& realm, RoleConfig role) {
        realm.roles.push_back(std::move(role));
    };
    roles.name = [](const RoleConfig& role) { return role.name; };
    roles.name_key = "name";

    Setting<RealmConfig> rules = choice("uri_rules", &RealmConfig::uri_rule, uri_rules());
    rules.read = [read = rules.read](Reader& reader, const YamlNode& node, RealmConfig& realm) {
        read(reader, node, realm);
        reader.uri_rule = realm.uri_rule;
    };
    const Setting<RealmConfig> log_level = scalar<RealmConfig>(
        "log_level", type_of_choices(log_levels()),
        [](Reader& reader, const YamlNode& node, const std::string&, RealmConfig& realm) {
            realm.log_level = read_choice(reader, node, log_levels());
            return true;
        },
        [](const RealmConfig& realm) {
            return realm.log_level ? show_choice(log_levels(), *realm.log_level) : std::string();
        });
    // uri_rules stands before roles, whose URIs it judges.
    return {required(scalar<RealmConfig>(
                "name", "a URI like realm1 or com.example.realm",
                [](Reader&, const YamlNode&, const std::string& name, RealmConfig& realm) {
                    realm.name = name;
                    return is_valid_uri(name, UriRule::loose, EmptyComponents::none);
                },
                [](const RealmConfig& realm) {
                    return realm.name.empty() ? std::string() : show_text(realm.name);
                })),
            rules,
            boolean("strict_request_ids", &RealmConfig::has_strict_request_ids),
            boolean("client_quirks", &RealmConfig::has_client_quirks),
            log_level,
            section("limits", lifted(realm_limits_table(), &RealmConfig::limits)),
            history_setting(),
            list_of("roles", role_table(), std::move(roles)),
            section("authentication", authentication_table())};
}

void judge_roles(Reader& reader, const YamlNode& node, const RealmConfig& realm) {
    std::vector<std::string> names;
    for (const RoleConfig& role : realm.roles) names.push_back(role.name);
    reader.judge_role_uses(names);
    const YamlNode& authentication = place_of(node, "authentication");
    const auto has = [&authentication](std::string_view key) {
        return &place_of(authentication, key) != &authentication;
    };
    const bool has_log_in = realm.anonymous_role || !realm.users.empty() || has("jwt") ||
                            !realm.dynamic.empty() || has("users_file") || has("user_database") ||
                            !place_of(authentication, "users").items.empty();
    if (!has_log_in) {
        reader.fail(node, "nobody can log in; add authentication: with anonymous_role: or users:");
    }
    judge_dynamic(reader, place_of(node, "authentication"), realm);
}

}  // namespace

const Choices<MatchPolicy>& match_policies() {
    static const Choices<MatchPolicy> choices = {{"exact", MatchPolicy::exact},
                                                 {"prefix", MatchPolicy::prefix},
                                                 {"wildcard", MatchPolicy::wildcard}};
    return choices;
}

Setting<RouterConfig> realms_setting() {
    ListAccess<RouterConfig, RealmConfig> access;
    access.make = [](Reader& reader) {
        reader.role_uses.clear();
        reader.uri_rule = UriRule::loose;
        RealmConfig realm;
        realm.limits = reader.config().realm_limits;
        return realm;
    };
    access.get = [](const RouterConfig& config) { return config.realms; };
    access.add = [](Reader& reader, const YamlNode& node, RouterConfig& config, RealmConfig realm) {
        judge_roles(reader, node, realm);
        config.realms.push_back(std::move(realm));
    };
    access.name = [](const RealmConfig& realm) { return realm.name; };
    access.name_key = "name";
    return list_of("realms", realm_table(), std::move(access));
}

}  // namespace kreisel
