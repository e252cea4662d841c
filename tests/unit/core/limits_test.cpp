// Limits of roles and of users, what is counted, and what a slow reader is told.
#include "core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

std::uint64_t reached(const Core& core, RealmLimit limit) {
    return core.realm.limits_reached()[static_cast<std::size_t>(limit)];
}

/// Role "user" with `limits`, role "admin" with those of the realm.
PermissionsPtr limited_user(const RealmLimits& limits) {
    const std::vector<PermissionRule> all = {make_rule("", MatchPolicy::prefix, true)};
    return make_permissions(
        {{"user", RolePermissions(all, {std::nullopt, {}, std::make_shared<RealmLimits>(limits)})},
         {"admin", RolePermissions(all)}});
}

SessionInfo session_of(Core& core, std::string authid, std::string method = "ticket") {
    SessionInfo info;
    info.id = SessionId{++core.last_session};
    info.authid = std::move(authid);
    info.authmethod = std::move(method);
    info.authrole = "user";
    return info;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(a_role_has_limits_of_its_own) {
    Core core(limited_user(RealmLimits{.subscriptions_per_session = 1}),
              RealmLimits{.subscriptions_per_session = 2});
    const PeerRef user = core.join("joe");
    const PeerRef admin = core.join("root", {}, "admin");
    core.subscribe(user, "com.a");
    core.subscribe(admin, "com.a");
    core.subscribe(admin, "com.b");

    core.handle(user, Subscribe{RequestId{1}, {}, "com.b"});
    core.handle(admin, Subscribe{RequestId{1}, {}, "com.c"});

    core.expect_error(user, MessageType::subscribe, uris::limit_exceeded);
    core.expect_error(admin, MessageType::subscribe, uris::limit_exceeded);
    BOOST_TEST(reached(core, RealmLimit::subscriptions_per_session) == 2U);
}

BOOST_AUTO_TEST_CASE(limits_of_a_role_come_and_go_with_the_rules) {
    Core core;
    const PeerRef joe = core.join("joe");
    core.subscribe(joe, "com.a");

    core.realm.set_permissions(limited_user(RealmLimits{.subscriptions_per_session = 1}),
                               core.effects);
    core.handle(joe, Subscribe{RequestId{1}, {}, "com.b"});
    core.expect_error(joe, MessageType::subscribe, uris::limit_exceeded);

    core.realm.set_permissions(open_permissions(), core.effects);
    core.subscribe(joe, "com.b");
}

BOOST_AUTO_TEST_CASE(a_user_has_so_many_sessions_and_the_old_ones_are_looked_after) {
    Core core(open_permissions(), RealmLimits{.sessions_per_authid = 2});
    const auto first = core.realm.join(session_of(core, "joe"), core.effects);
    const auto second = core.realm.join(session_of(core, "joe"), core.effects);
    BOOST_REQUIRE((first && second));
    core.deliver();

    const auto third = core.realm.join(session_of(core, "joe"), core.effects);
    BOOST_REQUIRE(!third);
    BOOST_TEST(third.error().uri == uris::limit_exceeded);
    BOOST_TEST(core.effects.probes().size() == 2U);
    BOOST_TEST(reached(core, RealmLimit::sessions_per_authid) == 1U);
    core.deliver();

    BOOST_TEST(core.realm.join(session_of(core, "ann"), core.effects).has_value());
    core.realm.leave(*first, core.effects);
    BOOST_TEST(core.realm.join(session_of(core, "joe"), core.effects).has_value());
    BOOST_TEST(!core.realm.join(session_of(core, "joe"), core.effects).has_value());
}

BOOST_AUTO_TEST_CASE(anonymous_sessions_are_nobodys) {
    Core core(open_permissions(), RealmLimits{.sessions_per_authid = 1});
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(core.realm.join(session_of(core, "x", "anonymous"), core.effects).has_value());
    }
}

BOOST_AUTO_TEST_CASE(dropped_events_are_told_to_the_one_who_lost_them) {
    Core core;
    const PeerRef slow = core.join("slow");
    const PeerRef other = core.join("other");
    const PeerRef careless = core.join("careless");
    const auto exact = core.subscribe(slow, "wamp.session.on_events_dropped");
    const auto prefix = core.subscribe(slow, "wamp.session", {{"match", "prefix"}});
    core.subscribe(other, "wamp.session.on_events_dropped");

    core.realm.tell_dropped(slow, 7, core.effects);
    core.realm.tell_dropped(careless, 9, core.effects);
    core.deliver();

    for (int i = 0; i < 2; ++i) {
        const auto event = core.expect<Event>(slow);
        BOOST_TEST((event.subscription == exact || event.subscription == prefix));
        BOOST_TEST((event.payload.elements == 1));
    }
    BOOST_TEST(core.is_silent(slow));
    BOOST_TEST(core.is_silent(other));
    BOOST_TEST(core.is_silent(careless));
}

BOOST_AUTO_TEST_SUITE_END()
