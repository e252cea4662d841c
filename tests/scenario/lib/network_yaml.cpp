// The heads of all texts as one realms.yaml; docs/configuration.md describes its keys.

#include "tests/scenario/lib/network_driver.hpp"

#include <array>

namespace kreisel::scenario {

namespace {

constexpr std::array<Action, action_count> actions = {Action::publish, Action::subscribe,
                                                      Action::call, Action::register_};

std::string quoted(const std::string& text) { return "'" + text + "'"; }

void put_rule(std::string& yaml, const PermissionRule& rule) {
    yaml += "          - uri: " + quoted(rule.uri) + "\n";
    yaml += "            match: " + std::string(to_text(rule.match)) + "\n";
    std::string allowed;
    for (const Action action : actions) {
        if (!rule.allow[static_cast<unsigned>(action)]) continue;
        allowed += (allowed.empty() ? "" : ", ") + std::string(to_text(action));
    }
    yaml += "            allow: [" + allowed + "]\n";
    if (rule.disclose == Disclose::always) yaml += "            disclose: always\n";
    if (rule.disclose == Disclose::never) yaml += "            disclose: never\n";
}

void put_history(std::string& yaml, const HistoryRule& rule) {
    yaml += "      - uri: " + quoted(rule.uri) + "\n";
    yaml += "        match: " + std::string(to_text(rule.match)) + "\n";
    yaml += "        events_max: " + std::to_string(rule.events_max) + "\n";
    yaml += "        bytes_max: " + std::to_string(rule.bytes_max) + "\n";
    if (rule.age_max > Duration{0}) {
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(rule.age_max);
        yaml += "        age_max: " + std::to_string(age.count()) + "s\n";
    }
}

void put_realm(std::string& yaml, std::size_t script, const RealmSetting& realm) {
    yaml += "  - name: " + shared_name(script, realm.name) + "\n";
    yaml += std::string("    uri_rules: ") +
            (realm.uri_rule == UriRule::strict ? "strict" : "loose") + "\n";
    yaml += std::string("    strict_request_ids: ") +
            (realm.has_strict_request_ids ? "true" : "false") + "\n";
    yaml += "    limits:\n";
    yaml += "      subscriptions_per_session: " +
            std::to_string(realm.limits.subscriptions_per_session) + "\n";
    yaml += "      registrations_per_session: " +
            std::to_string(realm.limits.registrations_per_session) + "\n";
    yaml += "      pending_calls_per_session: " +
            std::to_string(realm.limits.pending_calls_per_session) + "\n";
    yaml += "      held_requests_per_session: " +
            std::to_string(realm.limits.held_requests_per_session) + "\n";
    const auto ruling =
        std::chrono::duration_cast<std::chrono::milliseconds>(realm.limits.authorizer_timeout);
    yaml += "      authorizer_timeout: " + std::to_string(ruling.count()) + "ms\n";
    yaml += "      waiting_calls_per_registration: " +
            std::to_string(realm.limits.waiting_calls_per_registration) + "\n";
    yaml += "      testaments_per_session: " + std::to_string(realm.limits.testaments_per_session) +
            "\n";
    yaml += "      sessions_per_authid: " + std::to_string(realm.limits.sessions_per_authid) + "\n";
    yaml += "      retained_topics: " + std::to_string(realm.limits.retained_topics) + "\n";
    if (!realm.history.empty()) yaml += "    history:\n";
    for (const HistoryRule& rule : realm.history) put_history(yaml, rule);
    const PermissionsPtr permissions = permissions_of(realm);
    yaml += "    roles:\n";
    for (const auto& [name, role] : permissions->roles()) {
        yaml += "      - name: " + name + "\n";
        if (const auto trust = role.traits().trust_level) {
            yaml += "        trust_level: " + std::to_string(*trust) + "\n";
        }
        if (!role.traits().authorizer.empty()) {
            yaml += "        authorizer: " + role.traits().authorizer + "\n";
        }
        yaml += "        permissions:\n";
        for (const PermissionRule& rule : role.rules()) put_rule(yaml, rule);
    }
    yaml += "    authentication:\n";
    if (realm.anonymous_role) yaml += "      anonymous_role: " + *realm.anonymous_role + "\n";
    if (realm.users.empty()) return;
    yaml += "      users:\n";
    for (const UserSetting& user : realm.users) {
        yaml += "        - authid: " + user.authid + "\n          role: " + user.role +
                "\n          ticket: " + user.ticket + "\n";
    }
}

}  // namespace

Uri shared_name(std::size_t script, const Uri& realm) {
    return "s" + std::to_string(script) + "." + realm;
}

std::string yaml_of(const std::vector<Script>& scripts) {
    std::string yaml =
        "listeners:\n"
        "  - address: 127.0.0.1:0\n"
        "realms:\n";
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        for (const RealmSetting& realm : scripts[i].realms) put_realm(yaml, i, realm);
    }
    return yaml;
}

}  // namespace kreisel::scenario
