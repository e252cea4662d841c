// What a reload changes, by name and in words.
#include "config_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

using Names = std::vector<std::string>;

ConfigChanges changes(const std::string& before, const std::string& after) {
    return compare(parsed(before), parsed(after));
}

std::string replaced(std::string text, const std::string& old, const std::string& now) {
    const std::size_t at = text.find(old);
    BOOST_REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), now);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_compare)

BOOST_AUTO_TEST_CASE(the_same_file_changes_nothing) {
    const ConfigChanges same =
        changes(listeners_text + realms_text, "# comment\n" + realms_text + listeners_text);

    BOOST_TEST(same.empty());
    BOOST_TEST(!same.is_router_changed);
}

BOOST_AUTO_TEST_CASE(realms_come_go_and_change) {
    const std::string other = replaced(realms_text, "realm1", "realm2");
    const std::string both = realms_text + replaced(other, "realms:\n", "");
    const std::string changed = replaced(realms_text, "[call, publish]", "[call]");

    BOOST_TEST((changes(listeners_text + realms_text, listeners_text + both).realms_added ==
                Names{"realm2"}));
    BOOST_TEST((changes(listeners_text + both, listeners_text + realms_text).realms_removed ==
                Names{"realm2"}));
    const ConfigChanges rule = changes(listeners_text + realms_text, listeners_text + changed);
    BOOST_TEST((rule.realms_changed == Names{"realm1"}));
    BOOST_TEST((rule.words ==
                Names{"realms[realm1].roles[guest].permissions[com.].allow: [publish, call] -> "
                      "[call]"}));
    BOOST_TEST(!rule.is_router_changed);
}

BOOST_AUTO_TEST_CASE(a_new_realm_is_one_line_of_the_log) {
    const std::string both =
        realms_text + replaced(replaced(realms_text, "realm1", "realm2"), "realms:\n", "");

    BOOST_TEST((changes(listeners_text + realms_text, listeners_text + both).words ==
                Names{"realm added: realm2"}));
}

BOOST_AUTO_TEST_CASE(listeners_come_go_and_change) {
    const std::string moved = "listeners:\n  - address: 127.0.0.1:9090\n";
    const ConfigChanges move = changes(listeners_text + realms_text, moved + realms_text);

    BOOST_TEST((move.listeners_added == Names{"127.0.0.1:9090"}));
    BOOST_TEST((move.listeners_removed == Names{"127.0.0.1:8080"}));
    const ConfigChanges path =
        changes(listeners_text + realms_text, listeners_text + "    paths: [/x]\n" + realms_text);
    BOOST_TEST((path.listeners_changed == Names{"127.0.0.1:8080"}));
    BOOST_TEST(path.listeners_relimited.empty());
}

BOOST_AUTO_TEST_CASE(limits_change_a_listener_without_reopening_it) {
    const std::string text = listeners_text + realms_text;
    const ConfigChanges limits = changes(text, "limits: {nesting_max: 9}\n" + text);

    BOOST_TEST(limits.listeners_changed.empty());
    BOOST_TEST((limits.listeners_relimited == Names{"127.0.0.1:8080"}));
    BOOST_TEST(limits.is_router_changed);
}

BOOST_AUTO_TEST_CASE(a_changed_secret_is_noticed_and_not_told) {
    const std::string text = listeners_text + realms_text +
                             "      users:\n        - {authid: joe, role: guest, ticket: first}\n";
    const ConfigChanges secret = changes(text, replaced(text, "first", "second"));

    BOOST_TEST((secret.realms_changed == Names{"realm1"}));
    BOOST_TEST((secret.words == Names{"realms[realm1].authentication.users[joe].ticket: changed"}));
    const ConfigChanges gone =
        changes(text, replaced(text, "ticket: first", "wampcra: {secret: other}"));
    for (const std::string& line : gone.words) {
        BOOST_TEST(line.find("first") == std::string::npos);
        BOOST_TEST(line.find("other") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_is_named) {
    const std::string text = listeners_text + realms_text;
    const ConfigChanges shards = changes(text, "shards: 4\n" + text);

    BOOST_TEST((shards.restart_needed == Names{"shards"}));
    BOOST_TEST(!shards.is_router_changed);
    BOOST_TEST((shards.words == Names{"shards: auto -> 4"}));
}

BOOST_AUTO_TEST_SUITE_END()
