// Coming and going: join, leave in slices, revocation, reload of permissions, close of the realm.
#include "core_fixture.hpp"

#include <string>

using namespace kreisel;
using namespace kreisel::test;

namespace {

ClientRoles revocable() {
    ClientRoles roles = with_feature(Role::subscriber, Feature::subscription_revocation);
    roles.add(Role::callee, Feature::registration_revocation);
    return roles;
}

/// "user" may do everything but under "com.closed."; nobody is "admin".
PermissionsPtr narrowed_permissions() {
    return make_permissions(
        {{"user", RolePermissions({make_rule("", MatchPolicy::prefix, true),
                                   make_rule("com.closed.", MatchPolicy::prefix, false)})}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(realm)

BOOST_AUTO_TEST_CASE(session_id_that_is_taken_and_unknown_role_cannot_join) {
    Core core;
    core.join("alice");
    SessionInfo twin;
    twin.id = core.last_id();
    twin.authrole = "user";
    SessionInfo stranger;
    stranger.id = SessionId{5};
    stranger.authrole = "nobody";

    BOOST_TEST(!core.realm.join(twin, core.effects).has_value());
    const auto refused = core.realm.join(stranger, core.effects);

    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().uri == uris::no_such_role);
    BOOST_TEST(core.effects.empty());
    BOOST_TEST(core.realm.counts().sessions == 1U);
}

BOOST_AUTO_TEST_CASE(peer_that_left_is_ignored_also_when_its_slot_has_a_new_owner) {
    Core core;
    const PeerRef old = core.join("old");
    core.leave(old);
    const PeerRef fresh = core.join("fresh");
    BOOST_TEST(fresh.slot == old.slot);
    const PeerRef caller = core.join("caller");
    core.register_(fresh, "com.p");
    core.call(caller, "com.p");
    const auto invocation = core.expect<Invocation>(fresh).request;

    core.handle(old, Subscribe{RequestId{1}, {}, "com.a"});
    core.handle(old, Yield{invocation, {}, {}});
    core.handle(PeerRef{}, Subscribe{RequestId{1}, {}, "com.a"});
    core.handle(PeerRef{4711, 1}, Subscribe{RequestId{1}, {}, "com.a"});
    core.realm.refuse_invocation(old, invocation, uris::unavailable, core.effects);
    core.leave(old);

    for (const PeerRef peer : {old, fresh, caller}) BOOST_TEST(core.is_silent(peer));
    BOOST_TEST(core.realm.counts().sessions == 2U);
}

BOOST_AUTO_TEST_CASE(all_tables_are_empty_when_everybody_has_left) {
    Core core;
    std::vector<PeerRef> peers;
    for (int i = 0; i < 10; ++i) peers.push_back(core.join("peer"));
    for (const PeerRef peer : peers) {
        core.subscribe(peer, "com.a");
        core.subscribe(peer, "com", {{"match", "prefix"}});
        core.subscribe(peer, "com.", {{"match", "wildcard"}});
        core.register_(peer, "com.p", {{"invoke", "roundrobin"}});
        for (int i = 0; i < 20; ++i) core.call(peer, "com.p");
    }

    for (const PeerRef peer : peers) core.leave(peer);

    BOOST_TEST((core.realm.counts() == RealmCounts{}));
    BOOST_TEST(!core.realm.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(message_that_no_client_sends_is_a_violation) {
    for (const Message& message : {Message{Hello{}}, Message{Welcome{}}, Message{Event{}},
                                   Message{Invocation{}}, Message{Registered{}}}) {
        Core core;
        const PeerRef mallory = core.join("mallory");

        core.handle(mallory, message);

        BOOST_TEST(core.take(mallory).is_close);
        BOOST_TEST(core.realm.counts().sessions == 0U);
    }
}

BOOST_AUTO_TEST_CASE(more_than_a_thousand_entries_are_removed_in_slices) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    for (int i = 0; i < 1'500; ++i) {
        core.subscribe(alice, "com.topic." + std::to_string(i));
        core.register_(alice, "com.procedure." + std::to_string(i));
    }

    core.leave(alice);

    BOOST_TEST(core.realm.counts().callees == 500U);
    BOOST_TEST(core.realm.counts().subscribers == 1'500U);
    BOOST_TEST(core.realm.counts().sessions == 2U);
    int slices = 1;
    for (; core.realm.next_deadline(); ++slices) {
        core.realm.on_time(*core.realm.next_deadline(), core.effects);
    }
    BOOST_TEST(slices == 3);
    core.leave(bob);
    BOOST_TEST((core.realm.counts() == RealmCounts{}));
}

BOOST_AUTO_TEST_CASE(session_is_invisible_while_its_entries_wait_for_their_slice) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const SessionId alice_id{core.last_id().value - 1};
    core.subscribe(bob, "com.a");
    core.subscribe(alice, "com.a");
    const Dict shared{{"invoke", "roundrobin"}};
    for (int i = 0; i < 1'500; ++i) {
        core.register_(alice, "com.single." + std::to_string(i));
        core.register_(alice, "com.shared." + std::to_string(i), shared);
        core.register_(bob, "com.shared." + std::to_string(i), shared);
    }

    core.leave(alice);
    BOOST_REQUIRE(core.realm.next_deadline().has_value());
    core.publish(bob, "com.a", {{"exclude_me", false}});
    core.expect<Event>(bob);
    core.publish(bob, "com.a", {{"eligible", List{alice_id}}});
    for (int i = 0; i < 1'500; ++i) {
        core.call(bob, "com.single." + std::to_string(i));
        core.expect_error(bob, MessageType::call, uris::no_such_procedure);
        core.register_(bob, "com.single." + std::to_string(i));
        core.call(bob, "com.shared." + std::to_string(i));
        core.expect<Invocation>(bob);
        core.call(bob, "com.shared." + std::to_string(i));
        core.expect<Invocation>(bob);
    }
    while (core.realm.next_deadline()) core.realm.on_time(TimePoint{}, core.effects);
    core.deliver();

    BOOST_TEST(core.is_silent(alice));
    BOOST_TEST(core.realm.counts().callees == 3'000U);
    BOOST_TEST(core.realm.counts().subscribers == 1U);
    core.leave(bob);
    while (core.realm.next_deadline()) core.realm.on_time(TimePoint{}, core.effects);
    BOOST_TEST((core.realm.counts() == RealmCounts{}));
}

BOOST_AUTO_TEST_CASE(every_waiting_caller_is_answered_once_when_thousands_wait) {
    Core core;
    const PeerRef callee = core.join("callee");
    const PeerRef caller = core.join("caller");
    const PeerRef quitter = core.join("quitter");
    core.register_(callee, "com.p");
    for (int i = 0; i < 1'500; ++i) {
        core.call(caller, "com.p");
        core.call(quitter, "com.p");
    }

    core.leave(callee);
    core.leave(quitter);
    while (core.realm.next_deadline()) core.realm.on_time(TimePoint{}, core.effects);
    core.deliver();

    BOOST_TEST(core.waiting(caller) == 1'500U);
    BOOST_TEST(core.realm.counts().pending_calls == 0U);
    BOOST_TEST(core.realm.counts().sessions == 1U);
}

BOOST_AUTO_TEST_CASE(message_judged_again_is_refused_if_the_rule_is_gone) {
    Core core(narrowed_permissions());
    const PeerRef alice = core.join("alice");
    const auto judge = [&](Message message) {
        core.realm.handle_again_judged(alice, std::move(message), core.effects);
        core.deliver();
    };

    judge(Subscribe{RequestId{1}, {}, "com.closed.a"});
    core.expect_error(alice, MessageType::subscribe, uris::not_authorized);
    judge(Subscribe{RequestId{2}, {{"match", "prefix"}}, "com."});
    core.expect_error(alice, MessageType::subscribe, uris::not_authorized);
    judge(Register{RequestId{3}, {}, "com.closed.p"});
    core.expect_error(alice, MessageType::register_, uris::not_authorized);
    judge(Call{RequestId{4}, {}, "com.closed.p", {}});
    core.expect_error(alice, MessageType::call, uris::not_authorized);
    judge(Publish{RequestId{5}, {{"acknowledge", true}}, "com.closed.a", {}});
    core.expect_error(alice, MessageType::publish, uris::not_authorized);
    judge(Publish{RequestId{6}, {}, "com.closed.a", {}});
    BOOST_TEST(core.is_silent(alice));
    judge(Subscribe{RequestId{7}, {}, "com.open"});
    core.expect<Subscribed>(alice);
}

BOOST_AUTO_TEST_CASE(lost_permissions_revoke_and_tell_only_who_announced_it) {
    Core core;
    const PeerRef modern = core.join("modern", revocable());
    const PeerRef plain = core.join("plain");
    const Dict shared{{"invoke", "first"}};
    SubscriptionId topic;
    RegistrationId procedure;
    for (const PeerRef peer : {modern, plain}) {
        topic = core.subscribe(peer, "com.closed.a");
        core.subscribe(peer, "com.open");
        procedure = core.register_(peer, "com.closed.p", shared);
        core.register_(peer, "com.open", shared);
    }

    core.realm.set_permissions(narrowed_permissions(), core.effects);
    core.deliver();

    const auto unregistered = core.expect<Unregistered>(modern);
    BOOST_TEST(unregistered.request.value == 0U);
    BOOST_TEST(number_of(unregistered.details, "registration") == procedure.value);
    BOOST_TEST(text_of(unregistered.details, "reason") == uris::not_authorized);
    const auto unsubscribed = core.expect<Unsubscribed>(modern);
    BOOST_TEST(unsubscribed.request.value == 0U);
    BOOST_TEST(number_of(unsubscribed.details, "subscription") == topic.value);
    BOOST_TEST(text_of(unsubscribed.details, "reason") == uris::not_authorized);
    BOOST_TEST(core.is_silent(modern));
    BOOST_TEST(core.is_silent(plain));
    BOOST_TEST(core.realm.counts().subscribers == 2U);
    BOOST_TEST(core.realm.counts().callees == 2U);
}

BOOST_AUTO_TEST_CASE(pattern_subscription_is_revoked_when_a_part_of_it_is_closed) {
    Core core;
    const PeerRef alice = core.join("alice", revocable());
    core.subscribe(alice, "com.", {{"match", "prefix"}});

    core.realm.set_permissions(narrowed_permissions(), core.effects);
    core.deliver();

    core.expect<Unsubscribed>(alice);
    BOOST_TEST(core.realm.counts().subscriptions == 0U);
}

BOOST_AUTO_TEST_CASE(session_whose_role_is_gone_is_closed_and_its_callers_are_answered) {
    Core core;
    const PeerRef admin = core.join("admin", {}, "admin");
    const PeerRef user = core.join("user");
    core.register_(admin, "com.p");
    core.call(user, "com.p");
    core.expect<Invocation>(admin);

    core.realm.set_permissions(narrowed_permissions(), core.effects);
    core.deliver();

    const Delivery last = core.take(admin);
    BOOST_TEST(last.is_close);
    BOOST_TEST((last.close_kind == CloseKind::goodbye));
    BOOST_TEST(std::get<Goodbye>(last.parcel->message()).reason == uris::close_killed);
    core.expect_error(user, MessageType::call, uris::canceled);
    BOOST_TEST(core.realm.counts().sessions == 1U);
    core.handle(admin, Subscribe{RequestId{1}, {}, "com.a"});
    BOOST_TEST(core.is_silent(admin));
}

BOOST_AUTO_TEST_CASE(same_rules_in_a_new_snapshot_disturb_nobody) {
    Core core(narrowed_permissions());
    const PeerRef alice = core.join("alice", revocable());
    core.subscribe(alice, "com.open");

    core.realm.set_permissions(narrowed_permissions(), core.effects);
    core.deliver();
    core.realm.handle_again_judged(alice, Subscribe{RequestId{1}, {}, "com.closed.a"},
                                   core.effects);
    core.deliver();

    core.expect_error(alice, MessageType::subscribe, uris::not_authorized);
    BOOST_TEST(core.realm.counts().subscribers == 1U);
}

BOOST_AUTO_TEST_CASE(new_limits_bite_on_the_next_request) {
    Core core;
    const PeerRef alice = core.join("alice");
    core.subscribe(alice, "com.a");

    core.realm.set_limits(RealmLimits{.subscriptions_per_session = 1});

    core.handle(alice, Subscribe{RequestId{1}, {}, "com.b"});
    core.expect_error(alice, MessageType::subscribe, uris::limit_exceeded);
}

BOOST_AUTO_TEST_CASE(close_all_says_goodbye_to_everybody_and_empties_the_tables) {
    Core core;
    const PeerRef callee = core.join("callee");
    const PeerRef caller = core.join("caller");
    const PeerRef leaving = core.join("leaving");
    core.register_(callee, "com.p");
    core.subscribe(caller, "com.a");
    core.call(caller, "com.p");
    core.expect<Invocation>(callee);
    for (int i = 0; i < 1'500; ++i) core.subscribe(leaving, "com.a." + std::to_string(i));
    core.leave(leaving);

    core.realm.close_all(uris::close_realm, core.effects);
    core.deliver();

    for (const PeerRef peer : {callee, caller}) {
        const Delivery last = core.take(peer);
        BOOST_TEST(last.is_close);
        BOOST_TEST(std::get<Goodbye>(last.parcel->message()).reason == uris::close_realm);
        BOOST_TEST(core.is_silent(peer));
    }
    BOOST_TEST(core.is_silent(leaving));
    BOOST_TEST((core.realm.counts() == RealmCounts{}));
    BOOST_TEST(!core.realm.next_deadline().has_value());
    const PeerRef fresh = core.join("fresh");
    core.handle(caller, Subscribe{RequestId{1}, {}, "com.a"});
    BOOST_TEST(core.is_silent(fresh));
    core.subscribe(fresh, "com.a");
}

BOOST_AUTO_TEST_SUITE_END()
