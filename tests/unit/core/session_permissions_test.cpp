// Placeholders: each session gets its own rules, and a value that is no component takes nothing.
#include "router/core/session_permissions.hpp"

#include "core_fixture.hpp"

#include <boost/test/data/test_case.hpp>

using namespace kreisel;
using namespace kreisel::test;

namespace data = boost::unit_test::data;

namespace {

constexpr bool allow = true;
constexpr bool deny = false;

/// The rules of one session.
struct Own {
    explicit Own(std::vector<PermissionRule> rules, std::string_view authid = "joe",
                 RoleTraits traits = {})
        : role(std::move(rules), std::move(traits)),
          permissions(&role, {authid, "user", SessionId{77}}) {}

    [[nodiscard]] bool may(std::string_view uri, MatchPolicy match = MatchPolicy::exact) const {
        return permissions.decide(Action::subscribe, uri, match).is_allowed;
    }
    [[nodiscard]] bool is_asked(std::string_view uri,
                                MatchPolicy match = MatchPolicy::exact) const {
        return permissions.decide(Action::subscribe, uri, match).is_asked;
    }
    RolePermissions role;
    SessionPermissions permissions;
};

const PermissionRule own_inbox = make_rule("com.{authid}.inbox", MatchPolicy::exact, allow);
const PermissionRule own_all = make_rule("com.{authid}.", MatchPolicy::prefix, allow);
const RoleTraits asking{std::nullopt, "com.authorize"};

PermissionRule make_asking(Uri uri, MatchPolicy match) {
    PermissionRule rule = make_rule(std::move(uri), match, deny);
    for (bool& ask : rule.ask) ask = true;
    return rule;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_permissions)

BOOST_AUTO_TEST_CASE(each_placeholder_stands_for_a_fact_of_the_session) {
    const Own own({own_inbox, make_rule("com.role.{authrole}", MatchPolicy::exact, allow),
                   make_rule("com..{session}", MatchPolicy::wildcard, allow)});

    BOOST_TEST(own.may("com.joe.inbox"));
    BOOST_TEST(!own.may("com.mary.inbox"));
    BOOST_TEST(own.may("com.role.user"));
    BOOST_TEST(!own.may("com.role.admin"));
    BOOST_TEST(own.may("com.any.77"));
    BOOST_TEST(!own.may("com.any.78"));
    BOOST_TEST(!own.may("com.{authid}.inbox"));
}

BOOST_AUTO_TEST_CASE(patterns_are_covered_by_what_is_the_sessions_own) {
    const Own own({own_all, make_rule("com.joe.secret", MatchPolicy::exact, deny)});

    BOOST_TEST(own.may("com.joe.a", MatchPolicy::prefix));
    BOOST_TEST(!own.may("com.joe.", MatchPolicy::prefix));
    BOOST_TEST(own.may("com.joe..b", MatchPolicy::wildcard));
    BOOST_TEST(!own.may("com..b", MatchPolicy::wildcard));
    BOOST_TEST(!own.may("com.jo", MatchPolicy::prefix));
}

BOOST_AUTO_TEST_CASE(a_rule_of_ones_own_is_as_specific_as_it_is_when_filled_in) {
    const Own own({make_rule("com.", MatchPolicy::prefix, allow),
                   make_rule("com.{authid}.", MatchPolicy::prefix, deny),
                   make_rule("com.joe.news", MatchPolicy::exact, allow),
                   make_rule("com.{authid}.news.{session}", MatchPolicy::exact, allow)});

    BOOST_TEST(own.may("com.mary.a"));
    BOOST_TEST(!own.may("com.joe.a"));
    BOOST_TEST(own.may("com.joe.news"));
    BOOST_TEST(own.may("com.joe.news.77"));
    BOOST_TEST(!own.may("com.", MatchPolicy::prefix));
}

BOOST_AUTO_TEST_CASE(of_two_rules_for_one_pattern_the_one_that_is_written_out_counts) {
    const Own own({make_rule("com.{authid}", MatchPolicy::exact, allow),
                   make_rule("com.joe", MatchPolicy::exact, deny)});

    BOOST_TEST(!own.may("com.joe"));
}

BOOST_DATA_TEST_CASE(a_value_that_is_no_component_takes_nothing,
                     data::make({"", ".", "a.b", "a b", "a#", "joe.", ".joe", "\xc2\xa0"}),
                     authid) {
    const Own own({own_inbox, own_all}, authid);

    BOOST_TEST(!own.may("com." + std::string(authid) + ".inbox"));
    BOOST_TEST(!own.may("com..inbox"));
    BOOST_TEST(!own.may("com.a.b.inbox"));
    BOOST_TEST(!own.may("com.x.inbox"));
    BOOST_TEST(!own.may("com.", MatchPolicy::prefix));
}

BOOST_AUTO_TEST_CASE(what_a_rule_might_have_forbidden_to_such_a_session_is_forbidden) {
    const Own own({make_rule("com.", MatchPolicy::prefix, allow),
                   make_rule("com.user.", MatchPolicy::prefix, allow),
                   make_rule("com.user.{authid}.", MatchPolicy::prefix, deny),
                   make_rule("com.user.news", MatchPolicy::exact, allow)},
                  "a.b");

    BOOST_TEST(own.may("com.x"));
    BOOST_TEST(!own.may("com.user.a.b.c"));
    BOOST_TEST(!own.may("com.user.", MatchPolicy::prefix));
    BOOST_TEST(own.may("com.user.news"));
}

BOOST_AUTO_TEST_CASE(nobody_gets_the_routers_own_procedures_by_being_called_wamp) {
    const std::vector rules{make_rule("{authid}.", MatchPolicy::prefix, allow)};

    BOOST_TEST(Own(rules).may("joe.session.kill"));
    BOOST_TEST(!Own(rules, "wamp").may("wamp.session.kill"));
    BOOST_TEST(Own({own_inbox}, "wamp").may("com.wamp.inbox"));
}

BOOST_AUTO_TEST_CASE(braces_are_text_where_a_session_says_them) {
    const Own own({own_inbox}, "{session}");

    BOOST_TEST(own.may("com.{session}.inbox"));
    BOOST_TEST(!own.may("com.77.inbox"));
}

BOOST_AUTO_TEST_CASE(what_no_rule_takes_is_for_the_authorizer_of_the_role) {
    const Own own({own_inbox, make_rule("com.no.", MatchPolicy::prefix, deny),
                   make_asking("com.ask.", MatchPolicy::prefix)},
                  "joe", asking);

    BOOST_TEST((own.may("com.joe.inbox") && !own.is_asked("com.joe.inbox")));
    BOOST_TEST((!own.may("com.else") && own.is_asked("com.else")));
    BOOST_TEST((!own.may("com.no.a") && !own.is_asked("com.no.a")));
    BOOST_TEST((!own.may("com.ask.a") && own.is_asked("com.ask.a")));
}

BOOST_AUTO_TEST_CASE(of_a_pattern_the_least_part_decides) {
    const Own own(
        {make_rule("com.", MatchPolicy::prefix, allow),
         make_rule("com.no", MatchPolicy::exact, deny), make_asking("com.ask", MatchPolicy::exact)},
        "joe", asking);

    BOOST_TEST(own.is_asked("com.a", MatchPolicy::prefix));
    BOOST_TEST(own.is_asked("co", MatchPolicy::prefix) == false);
    BOOST_TEST(!own.is_asked("com.", MatchPolicy::prefix));
    BOOST_TEST(own.may("com.b", MatchPolicy::prefix));
    BOOST_TEST(own.is_asked("org.", MatchPolicy::prefix));
    BOOST_TEST(!own.is_asked("", MatchPolicy::prefix));
}

BOOST_AUTO_TEST_CASE(without_an_authorizer_nobody_is_asked) {
    const Own own({make_asking("com.ask.", MatchPolicy::prefix)});

    BOOST_TEST(!own.is_asked("com.ask.a"));
    BOOST_TEST(!own.is_asked("com.else"));
    BOOST_TEST(!own.is_asked("com.ask.", MatchPolicy::prefix));
    BOOST_TEST(!SessionPermissions().decide(Action::call, "com.a").is_allowed);
}

BOOST_AUTO_TEST_CASE(faulty_placeholders_are_told_in_words) {
    const auto is_good = [](std::string_view uri, MatchPolicy match) {
        return !placeholder_fault(uri, match);
    };

    BOOST_TEST(is_good("com.{authid}", MatchPolicy::exact));
    BOOST_TEST(is_good("com.{authid}.", MatchPolicy::prefix));
    BOOST_TEST(is_good("{session}", MatchPolicy::wildcard));
    BOOST_TEST(!is_good("com.{authid}", MatchPolicy::prefix));
    BOOST_TEST(!is_good("com.user-{authid}", MatchPolicy::exact));
    BOOST_TEST(!is_good("com.{user}", MatchPolicy::exact));
    BOOST_TEST(!is_good("com.{authid", MatchPolicy::exact));
    BOOST_TEST(without_placeholders("{authid}.a.{session}") == "x.a.x");
}

BOOST_AUTO_TEST_CASE(a_session_keeps_its_own_over_a_reload) {
    const auto rules = [](bool may_more) {
        std::vector list{own_inbox};
        if (may_more) list.push_back(own_all);
        return make_permissions({{"user", RolePermissions(list)}});
    };
    Core core(rules(true));
    const auto joe =
        core.join("joe", with_feature(Role::subscriber, Feature::subscription_revocation));
    core.subscribe(joe, "com.joe.inbox");
    core.subscribe(joe, "com.joe.outbox");

    core.realm.set_permissions(rules(false), core.effects);
    core.deliver();

    core.expect<Unsubscribed>(joe);
    BOOST_TEST(core.is_silent(joe));
    BOOST_TEST(core.realm.counts().subscribers == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
