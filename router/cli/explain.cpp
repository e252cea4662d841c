// kreisel explain: which rule decides.
#include "common/wamp/uri.hpp"
#include "router/cli/command.hpp"
#include "router/core/session_permissions.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kreisel {

namespace {

constexpr int exit_forbidden = 3;
constexpr int exit_asked = 4;

struct Wanted {
    std::string config_path;
    std::string realm;
    std::string role;
    std::string authid;
    std::uint64_t session = 0;
    Action action = Action::call;
    std::string uri;
    MatchPolicy match = MatchPolicy::exact;
};

int fail_with(const std::string& text) {
    std::cerr << "kreisel: " << text << '\n';
    return exit_failed;
}

const RealmConfig* find_realm(const RouterConfig& config, const std::string& name) {
    if (name.empty()) return config.realms.size() == 1 ? &config.realms.front() : nullptr;
    const auto found = std::find_if(config.realms.begin(), config.realms.end(),
                                    [&](const RealmConfig& realm) { return realm.name == name; });
    return found == config.realms.end() ? nullptr : &*found;
}

/// The role that was named, or that of the user, or that of anonymous sessions; else why there is
/// none.
tl::expected<std::string, std::string> role_of(const Wanted& wanted, const RealmConfig& realm) {
    if (!wanted.role.empty()) return wanted.role;
    if (wanted.authid.empty()) {
        if (realm.anonymous_role) return *realm.anonymous_role;
        return tl::unexpected("realm " + realm.name + " does not take anonymous sessions; say " +
                              "who it is with --authid or --role");
    }
    for (const auto* users : {&realm.users, &realm.file_users}) {
        const auto user = users->find(wanted.authid);
        if (user != users->end()) return user->second.role;
    }
    std::string why =
        "user '" + wanted.authid + "' stands neither in realms.yaml nor in a users file";
    if (realm.user_database) why += "; the user database is not looked at";
    return tl::unexpected(why + "; name the role with --role");
}

/// Why the gate refuses the URI whatever the rules say; nothing if it does not.
std::optional<std::string> uri_fault(const Wanted& wanted, UriRule rule) {
    const EmptyComponents empty = wanted.match == MatchPolicy::exact    ? EmptyComponents::none
                                  : wanted.match == MatchPolicy::prefix ? EmptyComponents::last
                                                                        : EmptyComponents::anywhere;
    if (!is_valid_uri(wanted.uri, rule, empty)) return "this is no valid URI in this realm";
    const bool is_changing = wanted.action == Action::publish || wanted.action == Action::register_;
    if (is_changing && is_reserved_uri(wanted.uri)) return "URIs below 'wamp.' are the router's";
    return std::nullopt;
}

int tell(const Wanted& wanted, const std::string& role, const Decision& decision,
         const Uri& authorizer) {
    const std::string what =
        "role '" + role + "', " + std::string(to_text(wanted.action)) + " '" + wanted.uri + "'" +
        (wanted.match == MatchPolicy::exact ? std::string()
                                            : " (" + std::string(to_text(wanted.match)) + ")");
    std::string why = "no rule takes it";
    if (decision.rule != nullptr) {
        why = "the rule for '" + decision.rule->uri + "' (" +
              std::string(to_text(decision.rule->match)) + ") at " + decision.rule->origin;
    }
    if (decision.is_allowed) {
        std::cout << "allowed: " << what << ": " << why << '\n';
        return exit_ok;
    }
    if (decision.is_asked) {
        std::cout << "asked: " << what << ": " << why << "; " << authorizer << " decides\n";
        return exit_asked;
    }
    std::cout << "forbidden: " << what << ": " << why << '\n';
    return exit_forbidden;
}

int explain(const Wanted& wanted) {
    const auto config = load_config(wanted.config_path);
    if (!config) return print_errors(config.error());
    const RealmConfig* realm = find_realm(*config, wanted.realm);
    if (realm == nullptr) {
        return fail_with(wanted.realm.empty() ? "there are several realms; name one with --realm"
                                              : "there is no realm " + wanted.realm);
    }
    const auto role = role_of(wanted, *realm);
    if (!role) return fail_with(role.error());
    const AccessSnapshotPtr access = make_access(*config, 1);
    const RolePermissions* rules = access->realms.at(realm->name)->permissions->find_role(*role);
    if (rules == nullptr) return fail_with("realm " + realm->name + " has no role " + *role);
    if (const auto fault = uri_fault(wanted, realm->uri_rule)) {
        std::cout << "forbidden: '" << wanted.uri << "': " << *fault << '\n';
        return exit_forbidden;
    }
    const SessionPermissions permissions(rules, {wanted.authid, *role, SessionId{wanted.session}});
    return tell(wanted, *role, permissions.decide(wanted.action, wanted.uri, wanted.match),
                permissions.authorizer());
}

}  // namespace

Command make_explain_command(CLI::App& application) {
    static const std::map<std::string, Action> actions = {{"publish", Action::publish},
                                                          {"subscribe", Action::subscribe},
                                                          {"call", Action::call},
                                                          {"register", Action::register_}};
    static const std::map<std::string, MatchPolicy> matches = {{"exact", MatchPolicy::exact},
                                                               {"prefix", MatchPolicy::prefix},
                                                               {"wildcard", MatchPolicy::wildcard}};
    CLI::App* command = application.add_subcommand("explain", "Say which rule decides");
    auto wanted = std::make_shared<Wanted>();
    add_config_option(*command, wanted->config_path, ConfigPlace::option);
    command->add_option("--realm", wanted->realm, "Not needed if there is only one");
    command->add_option("--role", wanted->role, "Else that of the user, or of anonymous sessions");
    command->add_option("--authid", wanted->authid, "Who it is");
    command->add_option("--session", wanted->session, "Its session id");
    command->add_option("--action", wanted->action, "publish, subscribe, call or register")
        ->required()
        ->transform(CLI::Transformer(actions));
    command->add_option("--uri", wanted->uri, "Topic, procedure or pattern")->required();
    command->add_option("--match", wanted->match, "exact, prefix or wildcard")
        ->transform(CLI::Transformer(matches));
    command->footer(
        "Exit codes: 0 allowed, 1 faulty configuration or unknown realm or role, 2 wrong command "
        "line, 3 forbidden, 4 the authorizer will be asked.");
    return {command, [wanted] { return explain(*wanted); }};
}

}  // namespace kreisel
