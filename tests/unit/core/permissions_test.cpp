// RolePermissions: the most specific rule decides, and patterns get no more than is covered.
#include "router/core/permissions.hpp"

#include "core_fixture.hpp"
#include "router/core/session_permissions.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

constexpr bool allow = true;
constexpr bool deny = false;

bool may_subscribe(const RolePermissions& role, std::string_view uri,
                   MatchPolicy match = MatchPolicy::exact) {
    return role.decide(Action::subscribe, uri, match).is_allowed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(permissions)

BOOST_AUTO_TEST_CASE(nothing_is_allowed_without_a_rule) {
    const RolePermissions none;
    const RolePermissions other({make_rule("com.a", MatchPolicy::exact, allow)});

    BOOST_TEST(!none.decide(Action::call, "com.a").is_allowed);
    BOOST_TEST(!other.decide(Action::call, "com.b").is_allowed);
    BOOST_TEST((other.decide(Action::call, "com.b").rule == nullptr));
}

BOOST_AUTO_TEST_CASE(actions_are_allowed_one_by_one) {
    PermissionRule rule = make_rule("com.a", MatchPolicy::exact, deny);
    rule.allow[static_cast<unsigned>(Action::call)] = true;
    const RolePermissions role({rule});

    BOOST_TEST(role.decide(Action::call, "com.a").is_allowed);
    BOOST_TEST(!role.decide(Action::register_, "com.a").is_allowed);
    BOOST_TEST(!role.decide(Action::publish, "com.a").is_allowed);
}

BOOST_AUTO_TEST_CASE(most_specific_rule_decides_whatever_the_order) {
    std::vector<PermissionRule> rules = {
        make_rule("", MatchPolicy::prefix, deny),
        make_rule("com.", MatchPolicy::prefix, allow),
        make_rule("com.secret.", MatchPolicy::prefix, deny),
        make_rule("com.secret.door", MatchPolicy::exact, allow),
        make_rule("com..door", MatchPolicy::wildcard, deny),
    };
    for (std::size_t turn = 0; turn < rules.size(); ++turn) {
        std::rotate(rules.begin(), rules.begin() + 1, rules.end());
        const RolePermissions role(rules);

        BOOST_TEST(may_subscribe(role, "com.a"));
        BOOST_TEST(!may_subscribe(role, "com.secret.a"));
        BOOST_TEST(may_subscribe(role, "com.secret.door"));
        BOOST_TEST(may_subscribe(role, "com.a.door"));
        BOOST_TEST(!may_subscribe(role, "org.a"));
    }
}

BOOST_AUTO_TEST_CASE(wildcard_whose_gaps_lie_farther_right_is_more_specific) {
    const RolePermissions role({make_rule("com..c", MatchPolicy::wildcard, allow),
                                make_rule(".b.c", MatchPolicy::wildcard, deny),
                                make_rule("com.b.", MatchPolicy::wildcard, deny)});

    BOOST_TEST(may_subscribe(role, "com.x.c"));
    BOOST_TEST(!may_subscribe(role, "org.b.c"));
    BOOST_TEST(!may_subscribe(role, "com.b.c"));
}

BOOST_AUTO_TEST_CASE(rule_that_decided_is_named) {
    PermissionRule rule = make_rule("com.", MatchPolicy::prefix, allow, Disclose::never);
    rule.origin = "realms.yaml:17";
    const RolePermissions role({rule});

    const Decision decision = role.decide(Action::publish, "com.a");

    BOOST_REQUIRE(decision.rule != nullptr);
    BOOST_TEST(decision.rule->origin == "realms.yaml:17");
    BOOST_TEST((decision.disclose == Disclose::never));
    BOOST_TEST(
        (SessionPermissions(&role, {}).disclosure(Action::publish, "com.a") == Disclose::never));
}

BOOST_AUTO_TEST_CASE(pattern_is_allowed_only_if_a_rule_covers_all_of_it) {
    const RolePermissions role({make_rule("com.a.", MatchPolicy::prefix, allow),
                                make_rule("org..x", MatchPolicy::wildcard, allow)});

    BOOST_TEST(may_subscribe(role, "com.a.", MatchPolicy::prefix));
    BOOST_TEST(may_subscribe(role, "com.a.b", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "com.a", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "com.", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "", MatchPolicy::prefix));
    BOOST_TEST(may_subscribe(role, "com.a..c", MatchPolicy::wildcard));
    BOOST_TEST(!may_subscribe(role, "com..c", MatchPolicy::wildcard));
    BOOST_TEST(may_subscribe(role, "org..x", MatchPolicy::wildcard));
    BOOST_TEST(!may_subscribe(role, "org..", MatchPolicy::wildcard));
    BOOST_TEST(!may_subscribe(role, "org.", MatchPolicy::prefix));
}

BOOST_AUTO_TEST_CASE(pattern_is_refused_if_a_more_specific_rule_denies_a_part_of_it) {
    const RolePermissions role({make_rule("com.", MatchPolicy::prefix, allow),
                                make_rule("com.secret.", MatchPolicy::prefix, deny),
                                make_rule("com.open.door", MatchPolicy::exact, deny)});

    BOOST_TEST(!may_subscribe(role, "com.", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "com.s", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "com.secret.x", MatchPolicy::prefix));
    BOOST_TEST(may_subscribe(role, "com.t", MatchPolicy::prefix));
    BOOST_TEST(!may_subscribe(role, "com..x", MatchPolicy::wildcard));
    BOOST_TEST(!may_subscribe(role, "com..door", MatchPolicy::wildcard));
    BOOST_TEST(!may_subscribe(role, "com.open.", MatchPolicy::wildcard));
    BOOST_TEST(may_subscribe(role, "com.other.", MatchPolicy::wildcard));
    BOOST_TEST(may_subscribe(role, "com.", MatchPolicy::wildcard));
}

BOOST_AUTO_TEST_CASE(denied_part_of_a_less_specific_rule_does_not_count) {
    const RolePermissions role({make_rule("com..x", MatchPolicy::wildcard, deny),
                                make_rule("com.", MatchPolicy::prefix, allow)});

    BOOST_TEST(may_subscribe(role, "com.a.x"));
    BOOST_TEST(may_subscribe(role, "com.", MatchPolicy::prefix));
}

// Whatever a pattern may be subscribed to, each URI that it takes may be subscribed to as well.
BOOST_AUTO_TEST_CASE(allowed_pattern_never_reaches_a_denied_uri) {
    SeededRandom random(257);
    const auto text = [&random](std::uint64_t gap_percent) {
        std::string uri;
        const std::uint64_t components = 1 + random.below(3);
        for (std::uint64_t i = 0; i < components; ++i) {
            if (i > 0) uri += '.';
            if (random.below(100) >= gap_percent) uri += random.below(2) == 0 ? "a" : "ab";
        }
        return uri;
    };
    std::vector<std::string> uris;
    for (int i = 0; i < 300; ++i) uris.push_back(text(0));
    int allowed = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::vector<PermissionRule> rules;
        const std::uint64_t count = 1 + random.below(4);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto match = static_cast<MatchPolicy>(random.below(3));
            rules.push_back(make_rule(text(match == MatchPolicy::wildcard ? 50 : 0), match,
                                      random.below(3) != 0));
        }
        const RolePermissions role(rules);
        const auto match = random.below(2) == 0 ? MatchPolicy::prefix : MatchPolicy::wildcard;
        const std::string pattern = text(match == MatchPolicy::wildcard ? 50 : 0);
        if (!may_subscribe(role, pattern, match)) continue;
        ++allowed;
        for (const std::string& uri : uris) {
            if (!matches(pattern, match, uri)) continue;
            BOOST_TEST(may_subscribe(role, uri), pattern << " reaches " << uri);
        }
    }
    BOOST_TEST(allowed > 100);
}

BOOST_AUTO_TEST_CASE(rules_are_the_same_wherever_they_stand) {
    PermissionRule rule = make_rule("com.a", MatchPolicy::exact, allow);
    const RolePermissions before({rule});
    rule.origin = "realms.yaml:99";
    const RolePermissions moved({rule});
    rule.disclose = Disclose::always;
    const RolePermissions changed({rule});

    BOOST_TEST(before.has_same_rules(moved));
    BOOST_TEST(!before.has_same_rules(changed));
    BOOST_TEST(!before.has_same_rules(RolePermissions{}));
}

BOOST_AUTO_TEST_SUITE_END()
