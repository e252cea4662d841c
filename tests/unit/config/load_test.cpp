// From text to structs and back; what is wrong is told by tests/check.
#include "config_fixture.hpp"
#include "router/config/schema.hpp"
#include "router/config/yaml_tree.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>

using namespace kreisel;
using namespace kreisel::test;

BOOST_AUTO_TEST_SUITE(config_load)

BOOST_AUTO_TEST_CASE(the_shipped_file_lets_anonymous_do_all_but_meddle) {
    const ConfigResult config = load_config(std::string(KREISEL_SOURCE_DIR) + "/realms.yaml");
    BOOST_REQUIRE(config.has_value());
    const AccessSnapshotPtr access = make_access(*config, 1);
    const RealmAccess& realm = *access->realms.at("realm1");
    const RolePermissions* rules = realm.permissions->find_role(*realm.anonymous_role);
    BOOST_REQUIRE(rules != nullptr);

    BOOST_REQUIRE_EQUAL(config->listeners.size(), 1U);
    BOOST_TEST(config->listeners[0].host == "127.0.0.1");
    BOOST_TEST(config->listeners[0].port == 8080);
    BOOST_TEST(config->listeners[0].has_websocket);
    BOOST_TEST(config->listeners[0].has_rawsocket);
    BOOST_TEST((config->listeners[0].paths == std::vector<std::string>{"/ws"}));
    for (const Action action :
         {Action::publish, Action::subscribe, Action::call, Action::register_}) {
        BOOST_TEST(rules->decide(action, "com.example.anything").is_allowed);
    }
    BOOST_TEST(rules->decide(Action::call, "wamp.session.count").is_allowed);
    for (const char* uri :
         {"wamp.session.kill", "wamp.session.kill_all", "wamp.session.kill_by_authid",
          "wamp.session.modify_details", "wamp.registration.remove_callee",
          "wamp.subscription.remove_subscriber"}) {
        BOOST_TEST(!rules->decide(Action::call, uri).is_allowed, uri);
    }
}

BOOST_AUTO_TEST_CASE(defaults_are_what_the_documentation_promises) {
    const RouterConfig config = parsed(listeners_text + realms_text);
    const ConnectionLimits& limits = config.listeners[0].limits;

    BOOST_TEST(limits.message_bytes_max == 16U << 20);
    BOOST_TEST(limits.hello_bytes_max == 64U << 10);
    BOOST_TEST((limits.hello_timeout == std::chrono::seconds{10}));
    BOOST_TEST(limits.outbox_bytes_max == 16U << 20);
    BOOST_TEST((limits.slow_consumer == SlowConsumer::disconnect));
    BOOST_TEST(limits.nesting_max == 64U);
    BOOST_TEST(limits.messages_per_second_max == 0U);
    BOOST_TEST(config.realms[0].limits.subscriptions_per_session == 10'000U);
    BOOST_TEST(config.realms[0].has_strict_request_ids);
    BOOST_TEST(config.listeners[0].origins.empty());
    BOOST_TEST(!config.listeners[0].has_deflate);
}

BOOST_AUTO_TEST_CASE(listeners_and_realms_inherit_limits_wherever_these_stand) {
    const std::string limits =
        "limits: {message_bytes_max: 1MiB, nesting_max: 9, pending_calls_per_session: 7}\n"
        "keep_alive: {ping_interval: 5s}\n";
    const std::string listeners = listeners_text + "    limits: {nesting_max: 12}\n";
    const std::string realms = realms_text + "    limits: {subscriptions_per_session: 3}\n";

    for (const std::string& text : {limits + listeners + realms, realms + listeners + limits}) {
        const RouterConfig config = parsed(text);

        BOOST_TEST(config.listeners[0].limits.message_bytes_max == 1U << 20);
        BOOST_TEST(config.listeners[0].limits.nesting_max == 12U);
        BOOST_TEST(config.limits.nesting_max == 9U);
        BOOST_TEST((config.listeners[0].keep_alive.ping_interval == std::chrono::seconds{5}));
        BOOST_TEST(config.realms[0].limits.pending_calls_per_session == 7U);
        BOOST_TEST(config.realms[0].limits.subscriptions_per_session == 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_role_overrides_limits_and_inherits_the_others) {
    std::string realms = realms_text;
    realms.replace(realms.find("        permissions:"), 0,
                   "        limits: {pending_calls_per_session: 3, sessions_per_authid: 2, "
                   "messages_per_second_max: 5, idle_timeout: 1m}\n");
    const std::string limits = "limits: {registrations_per_session: 8}\n";
    const RouterConfig config = parsed(limits + listeners_text + realms);
    const AccessSnapshotPtr access = make_access(config, 1);
    const RealmAccess& realm = *access->realms.at("realm1");
    const RealmLimits* own = realm.permissions->find_role("guest")->traits().limits.get();

    BOOST_REQUIRE(own != nullptr);
    BOOST_TEST(own->pending_calls_per_session == 3U);
    BOOST_TEST(own->sessions_per_authid == 2U);
    BOOST_TEST(own->registrations_per_session == 8U);
    const RoleRates& rates = realm.role_rates.at("guest");
    BOOST_TEST((rates.messages_per_second_max == 5U));
    BOOST_TEST(!rates.bytes_per_second_max.has_value());
    BOOST_TEST((rates.idle_timeout == std::chrono::minutes{1}));
    BOOST_TEST((compare(parsed(limits + listeners_text + realms_text), config).realms_changed ==
                std::vector<std::string>{"realm1"}));
    const std::string shown = effective_text(config);
    BOOST_TEST(effective_text(parsed(shown)) == shown);
}

BOOST_AUTO_TEST_CASE(a_role_without_limits_has_those_of_the_realm) {
    const AccessSnapshotPtr access = make_access(parsed(listeners_text + realms_text), 1);
    const RealmAccess& realm = *access->realms.at("realm1");

    BOOST_TEST((realm.permissions->find_role("guest")->traits().limits == nullptr));
    BOOST_TEST(realm.role_rates.empty());
}

BOOST_AUTO_TEST_CASE(unix_listeners_have_mode_owner_and_group) {
    const RouterConfig config = parsed(
        "listeners:\n  - {address: unix:/run/k.sock, unix_mode: 0660, unix_owner: www, "
        "unix_group: \"33\", transports: [rawsocket], serializers: [cbor]}\n" +
        realms_text);
    const ListenerConfig& listener = config.listeners[0];

    BOOST_TEST((listener.kind == ListenerConfig::Kind::unix_socket));
    BOOST_TEST(listener.path == "/run/k.sock");
    BOOST_TEST((listener.unix_mode == 0660U));
    BOOST_TEST(listener.unix_owner == "www");
    BOOST_TEST(listener.unix_group == "33");
    BOOST_TEST(!listener.has_websocket);
    BOOST_TEST((listener.serializers == std::vector<Encoding>{Encoding::cbor}));
}

BOOST_AUTO_TEST_CASE(rules_keep_what_they_say_and_where) {
    const RouterConfig config = parsed(listeners_text + realms_text);
    const PermissionRule& rule = config.realms[0].roles[0].permissions[0];

    BOOST_TEST(rule.uri == "com.");
    BOOST_TEST((rule.match == MatchPolicy::prefix));
    BOOST_TEST(rule.allow[static_cast<unsigned>(Action::call)]);
    BOOST_TEST(!rule.allow[static_cast<unsigned>(Action::subscribe)]);
    BOOST_TEST((rule.disclose == Disclose::never));
    BOOST_TEST(rule.origin == "test.yaml:8");
}

BOOST_AUTO_TEST_CASE(a_role_asks_its_authorizer_where_a_rule_says_so) {
    const auto with = [](const std::string& role, const std::string& rule) {
        std::string text = listeners_text + realms_text;
        const std::string old_rule = "{uri: com.secret, allow: []}";
        text.replace(text.find(old_rule), old_rule.size(), rule);
        const std::string old_role = "      - name: guest\n";
        return text.replace(text.find(old_role), old_role.size(), old_role + role);
    };
    const std::string asking = "        authorizer: com.authorize\n";
    const std::string rule = "{uri: com.secret, allow: [publish], ask: [call]}";

    const RouterConfig config = parsed(with(asking, rule));
    const auto access = make_access(config, 1);
    const RolePermissions& guest = *access->realms.at("realm1")->permissions->find_role("guest");
    BOOST_TEST(guest.traits().authorizer == "com.authorize");
    BOOST_TEST(guest.decide(Action::call, "com.secret").is_asked);
    BOOST_TEST(guest.decide(Action::publish, "com.secret").is_allowed);
    BOOST_TEST(!guest.decide(Action::register_, "com.secret").is_asked);
    BOOST_TEST(guest.decide(Action::register_, "org").is_asked);
    BOOST_TEST(effective_text(config).find("ask: [call]") != std::string::npos);
    BOOST_TEST((compare(parsed(with("", "{uri: com.secret, allow: []}")), config).realms_changed ==
                std::vector<std::string>{"realm1"}));
    BOOST_TEST(error_of(with("", rule)).find("add authorizer:") != std::string::npos);
    BOOST_TEST(
        error_of(with(asking, "{uri: com.secret, allow: [call], ask: [call]}")).find("keep one") !=
        std::string::npos);
    error_of(with("        authorizer: wamp.session.list\n", "{uri: com.secret, allow: []}"));
}

BOOST_AUTO_TEST_CASE(placeholders_are_whole_components_and_no_open_end) {
    const auto with = [](const std::string& rule) {
        std::string text = listeners_text + realms_text;
        const std::string old = "{uri: com.secret, allow: []}";
        return text.replace(text.find(old), old.size(), rule);
    };

    parsed(with("{uri: 'com.{authid}.', match: prefix, allow: [call]}"));
    BOOST_TEST(
        error_of(with("{uri: 'com.{user}', allow: []}")).find("'{user}' is no placeholder") !=
        std::string::npos);
    BOOST_TEST(error_of(with("{uri: 'com.{authid}', match: prefix, allow: []}"))
                   .find("end it with a dot") != std::string::npos);
    BOOST_TEST(error_of(with("{uri: 'com.{authid}..x', allow: []}")).find("no valid URI") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_role_has_the_trust_level_it_is_given_or_none) {
    const std::string trusted = "    roles:\n      - name: sensor\n        trust_level: 7\n";
    std::string text = listeners_text + realms_text;
    text.replace(text.find("    roles:\n"), 11, trusted);
    const RouterConfig config = parsed(text);
    const AccessSnapshotPtr access = make_access(config, 1);
    const Permissions& roles = *access->realms.at("realm1")->permissions;

    BOOST_TEST((roles.find_role("sensor")->traits().trust_level == 7U));
    BOOST_TEST(!roles.find_role("guest")->traits().trust_level.has_value());
    BOOST_TEST(effective_text(config).find("trust_level: 7\n") != std::string::npos);
    BOOST_TEST((compare(parsed(listeners_text + realms_text), config).realms_changed ==
                std::vector<std::string>{"realm1"}));
}

BOOST_AUTO_TEST_CASE(secrets_come_from_text_environment_or_file) {
    const auto folder = std::filesystem::temp_directory_path() / "kreisel_config_test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "sue.secret") << "from file\n";
    ::setenv("KREISEL_TEST_TICKET", "from environment", 1);
    const std::string text =
        listeners_text + realms_text +
        "      users:\n"
        "        - {authid: joe, role: guest, ticket: plain}\n"
        "        - {authid: ann, role: guest, ticket: \"${KREISEL_TEST_TICKET}\"}\n"
        "        - {authid: sue, role: guest, wampcra: {secret: file:sue.secret}}\n";
    const ConfigResult config = parse_config(text, (folder / "realms.yaml").string());
    std::filesystem::remove_all(folder);
    BOOST_REQUIRE(config.has_value());
    const auto& users = config->realms[0].users;

    BOOST_TEST(*users.at("joe").ticket == "plain");
    BOOST_TEST(*users.at("ann").ticket == "from environment");
    BOOST_TEST(users.at("sue").wampcra->secret == "from file");
    BOOST_TEST(effective_text(*config).find("plain") == std::string::npos);
    BOOST_TEST(effective_text(*config).find("from") == std::string::npos);
    BOOST_TEST(effective_text(*config).find("ticket: \"***\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(effective_text_reads_back_to_itself) {
    const std::string text =
        "limits: {message_bytes_max: 1MiB, slow_consumer: drop_newest}\nshards: 3\n"
        "log: {level: debug, format: json}\nmax_connections: 5\n" +
        listeners_text +
        "    origins: [\"https://*.example.com\"]\n    paths: [/ws, /wamp]\n"
        "  - address: \"[::]:0\"\n    deflate: true\n    limits: {pause_max: 1500ms}\n" +
        realms_text +
        "      users:\n        - {authid: \"j \\\"o\\\" e\", role: guest, ticket: x}\n" +
        "    uri_rules: strict\n    strict_request_ids: false\n    log_level: trace\n";

    const std::string once = effective_text(parsed(text));
    const std::string twice = effective_text(parsed(once));

    BOOST_TEST(once == twice);
    BOOST_TEST(once.find("message_bytes_max: 1MiB\n") != std::string::npos);
    BOOST_TEST(once.find("hello_bytes_max: 64KiB  # default\n") != std::string::npos);
    BOOST_TEST(once.find("shards: 3\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_snapshot_holds_what_the_door_asks) {
    RouterConfig config = parsed(listeners_text + realms_text + "    uri_rules: strict\n");
    const AccessSnapshotPtr first = make_access(config, 4);
    const AccessSnapshotPtr second = make_access(config, 5);
    const RealmAccess& realm = *first->realms.at("realm1");

    BOOST_TEST(first->version == 4U);
    BOOST_TEST((realm.uri_rule == UriRule::strict));
    BOOST_TEST(*realm.anonymous_role == "guest");
    BOOST_TEST(realm.permissions->find_role("guest")->decide(Action::call, "com.a").is_allowed);
    BOOST_TEST(
        !realm.permissions->find_role("guest")->decide(Action::call, "com.secret").is_allowed);
    BOOST_TEST(!first->mock_key.empty());
    BOOST_TEST(first->mock_key == second->mock_key);
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_one_clear_error) {
    const ConfigResult config = load_config("no_such_folder/realms.yaml");
    BOOST_REQUIRE(!config.has_value());
    BOOST_REQUIRE_EQUAL(config.error().size(), 1U);

    BOOST_TEST(to_text(config.error()[0]) ==
               "no_such_folder/realms.yaml: cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(config_yaml)

BOOST_AUTO_TEST_CASE(what_could_cost_too_much_is_refused) {
    BOOST_TEST(parse_yaml(std::string((1U << 20) + 1, '#')).error.has_value());
    BOOST_TEST(parse_yaml(std::string(40, '[') + std::string(40, ']')).error.has_value());
    BOOST_TEST(parse_yaml(std::string(100'000, '[')).error.has_value());
    BOOST_TEST(parse_yaml("a: &x [1]\nb: *x\n").error.has_value());
    BOOST_TEST(parse_yaml("a: !!binary aGk=\n").error.has_value());
    BOOST_TEST(parse_yaml(std::string("a: b\0c", 6)).error.has_value());
    std::string many = "[";
    for (int i = 0; i < 100'001; ++i) many += "1,";
    BOOST_TEST(parse_yaml(many + "1]").error.has_value());
}

BOOST_AUTO_TEST_CASE(every_node_knows_its_place) {
    const YamlResult yaml = parse_yaml("a:\n  - b: \"1\"\n    c: ~\nd:\n");
    BOOST_REQUIRE(!yaml.error);
    const YamlNode& item = yaml.root.entries.at(0).value.items.at(0);

    BOOST_TEST(item.line == 2);
    BOOST_TEST(item.entries.at(0).value.column == 8);
    BOOST_TEST(item.entries.at(0).value.is_quoted);
    BOOST_TEST((item.entries.at(1).value.kind == YamlNode::Kind::null));
    BOOST_TEST(item.entries.at(1).value.line == 3);
    BOOST_TEST(yaml.root.entries.at(1).value.line == 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(config_documentation)

/// Rows `| `key` | type | default | text |` of docs/configuration.md.
static std::set<std::string> documented_rows() {
    std::istringstream lines(source_file("docs/configuration.md"));
    std::set<std::string> rows;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("| `", 0) != 0) continue;
        std::size_t end = 0;
        for (int cell = 0; cell < 3; ++cell) end = line.find(" |", end + 1);
        rows.insert(line.substr(0, end));
    }
    return rows;
}

BOOST_AUTO_TEST_CASE(the_page_and_the_schema_have_the_same_keys_types_and_defaults) {
    std::set<std::string> rows = documented_rows();
    for (const KeyInfo& key : all_keys()) {
        const std::string row = "| `" + key.path + "` | " + key.type + " | " +
                                (key.default_text.empty() ? "not set" : key.default_text);
        BOOST_TEST(rows.erase(row) == 1U, "docs/configuration.md lacks: " << row);
    }
    for (const std::string& row : rows) BOOST_TEST(false, "no such setting: " << row);
}

BOOST_AUTO_TEST_SUITE_END()
