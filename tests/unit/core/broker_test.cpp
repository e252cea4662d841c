// SUBSCRIBE, UNSUBSCRIBE, PUBLISH and EVENT, with patterns, disclosure and limits.
#include "core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

BOOST_AUTO_TEST_SUITE(broker)

BOOST_AUTO_TEST_CASE(event_reaches_other_subscribers_but_not_the_publisher) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const PeerRef carol = core.join("carol");
    for (const PeerRef peer : {alice, bob, carol}) core.subscribe(peer, "com.a");

    core.publish(bob, "com.a");

    BOOST_TEST(core.waiting(alice) == 1U);
    BOOST_TEST(core.take(carol).is_event);
    BOOST_TEST(core.is_silent(bob));
}

BOOST_AUTO_TEST_CASE(payload_is_forwarded_as_it_is) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    core.subscribe(alice, "com.a");
    core.subscribe(alice, "com.", {{"match", "prefix"}});
    const Payload payload{Encoding::json, 1, false, SharedBytes::copy_of("[1,2]")};

    core.handle(bob, Publish{RequestId{1}, {}, "com.a", payload});

    for (int i = 0; i < 2; ++i) {
        const auto event = core.expect<Event>(alice);
        BOOST_TEST((event.payload.encoding == Encoding::json));
        BOOST_TEST(event.payload.elements == 1);
        BOOST_TEST((event.payload.bytes.data() == payload.bytes.data()));
    }
}

BOOST_AUTO_TEST_CASE(publisher_gets_its_own_event_once_if_it_is_not_excluded) {
    Core core;
    const PeerRef alice = core.join("alice");
    core.subscribe(alice, "com.a");

    core.publish(alice, "com.a", {{"exclude_me", false}});

    core.expect<Event>(alice);
    BOOST_TEST(core.is_silent(alice));
}

BOOST_AUTO_TEST_CASE(repeated_subscribe_gets_the_same_id_and_events_once) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const auto first = core.subscribe(alice, "com.a");
    const auto second = core.subscribe(alice, "com.a");

    core.publish(bob, "com.a");

    BOOST_TEST((first == second));
    BOOST_TEST(core.waiting(alice) == 1U);
    BOOST_TEST(core.realm.counts().subscribers == 1U);
}

BOOST_AUTO_TEST_CASE(topic_and_policy_share_one_id_among_sessions) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");

    const auto exact = core.subscribe(alice, "com.a");
    const auto same = core.subscribe(bob, "com.a");
    const auto prefix = core.subscribe(alice, "com.a", {{"match", "prefix"}});

    BOOST_TEST((exact == same));
    BOOST_TEST((exact != prefix));
}

BOOST_AUTO_TEST_CASE(published_only_if_asked_and_with_the_id_of_the_events) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    core.subscribe(alice, "com.a");
    core.subscribe(alice, "com", {{"match", "prefix"}});

    core.publish(bob, "com.a");
    BOOST_TEST(core.is_silent(bob));
    const auto earlier = core.expect<Event>(alice).publication;
    BOOST_TEST((core.expect<Event>(alice).publication == earlier));
    core.handle(bob, Publish{RequestId{7}, {{"acknowledge", true}}, "com.a", {}});

    const auto published = core.expect<Published>(bob);
    BOOST_TEST((published.request == RequestId{7}));
    BOOST_TEST(is_valid_id(published.publication.value));
    BOOST_TEST((published.publication != earlier));
    BOOST_TEST((core.expect<Event>(alice).publication == published.publication));
    BOOST_TEST((core.expect<Event>(alice).publication == published.publication));
}

BOOST_AUTO_TEST_CASE(acknowledged_publication_without_subscribers_is_published) {
    Core core;
    const PeerRef bob = core.join("bob");

    core.publish(bob, "com.a", {{"acknowledge", true}});

    core.expect<Published>(bob);
}

BOOST_AUTO_TEST_CASE(every_matching_subscription_gets_the_event_with_its_topic) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const auto exact = core.subscribe(alice, "com.a.b");
    const auto prefix = core.subscribe(alice, "com.a", {{"match", "prefix"}});
    const auto wildcard = core.subscribe(alice, "com..b", {{"match", "wildcard"}});
    core.subscribe(alice, "com.c", {{"match", "prefix"}});

    core.publish(bob, "com.a.b");

    const auto first = core.expect<Event>(alice);
    BOOST_TEST((first.subscription == exact));
    BOOST_TEST(!first.details.has("topic"));
    const auto second = core.expect<Event>(alice);
    BOOST_TEST((second.subscription == prefix));
    BOOST_TEST(text_of(second.details, "topic") == "com.a.b");
    const auto third = core.expect<Event>(alice);
    BOOST_TEST((third.subscription == wildcard));
    BOOST_TEST(text_of(third.details, "topic") == "com.a.b");
    BOOST_TEST(core.is_silent(alice));
}

BOOST_AUTO_TEST_CASE(unknown_match_policy_is_an_invalid_argument_and_nothing_is_subscribed) {
    Core core;
    const PeerRef alice = core.join("alice");

    core.handle(alice, Subscribe{RequestId{1}, {{"match", "regex"}}, "com.a"});

    core.expect_error(alice, MessageType::subscribe, uris::invalid_argument);
    BOOST_TEST(core.realm.counts().subscriptions == 0U);
}

BOOST_AUTO_TEST_CASE(unsubscribed_session_gets_no_more_events) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const PeerRef carol = core.join("carol");
    const auto id = core.subscribe(alice, "com.a");
    core.subscribe(carol, "com.a");

    core.handle(alice, Unsubscribe{RequestId{9}, id});
    core.publish(bob, "com.a");

    BOOST_TEST((core.expect<Unsubscribed>(alice).request == RequestId{9}));
    BOOST_TEST(core.is_silent(alice));
    core.expect<Event>(carol);
}

BOOST_AUTO_TEST_CASE(subscription_of_another_session_cannot_be_unsubscribed) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef mallory = core.join("mallory");
    const auto id = core.subscribe(alice, "com.a");

    core.handle(mallory, Unsubscribe{RequestId{1}, id});
    core.handle(mallory, Unsubscribe{RequestId{2}, SubscriptionId{424242}});

    core.expect_error(mallory, MessageType::unsubscribe, uris::no_such_subscription);
    core.expect_error(mallory, MessageType::unsubscribe, uris::no_such_subscription);
    core.publish(mallory, "com.a");
    core.expect<Event>(alice);
}

BOOST_AUTO_TEST_CASE(publishing_to_wamp_is_refused_but_subscribing_is_not) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef mallory = core.join("mallory");
    core.subscribe(alice, "wamp.session.on_join");

    core.publish(mallory, "wamp.session.on_join");
    BOOST_TEST(core.is_silent(mallory));
    core.publish(mallory, "wamp.session.on_join", {{"acknowledge", true}});

    core.expect_error(mallory, MessageType::publish, uris::invalid_uri);
    BOOST_TEST(core.is_silent(alice));
}

BOOST_AUTO_TEST_CASE(publisher_is_disclosed_on_request) {
    Core core;
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    const SessionId bob_id = core.last_id();
    core.subscribe(alice, "com.a");

    core.publish(bob, "com.a");
    BOOST_TEST(core.expect<Event>(alice).details.empty());
    core.publish(bob, "com.a", {{"disclose_me", true}});

    const auto event = core.expect<Event>(alice);
    BOOST_TEST(number_of(event.details, "publisher") == bob_id.value);
    BOOST_TEST(text_of(event.details, "publisher_authid") == "bob");
    BOOST_TEST(text_of(event.details, "publisher_authrole") == "user");
}

BOOST_AUTO_TEST_CASE(publisher_is_disclosed_unasked_where_the_rule_says_always) {
    Core core(open_permissions(Disclose::always));
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    core.subscribe(alice, "com.a");

    core.publish(bob, "com.a");

    BOOST_TEST(text_of(core.expect<Event>(alice).details, "publisher_authid") == "bob");
}

BOOST_AUTO_TEST_CASE(trust_level_of_the_role_is_told_until_it_is_taken_away) {
    const auto rules = std::vector{make_rule("", MatchPolicy::prefix, true)};
    Core core(make_permissions({{"user", RolePermissions(rules, {3, {}, {}})}}));
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    core.subscribe(alice, "com.a");

    core.publish(bob, "com.a");
    core.realm.set_permissions(make_permissions({{"user", RolePermissions(rules)}}), core.effects);
    core.publish(bob, "com.a");

    BOOST_TEST((core.expect<Event>(alice).details == Dict{{"trustlevel", 3}}));
    BOOST_TEST(core.expect<Event>(alice).details.empty());
}

BOOST_AUTO_TEST_CASE(disclose_me_is_refused_where_the_rule_says_never) {
    Core core(open_permissions(Disclose::never));
    const PeerRef alice = core.join("alice");
    const PeerRef bob = core.join("bob");
    core.subscribe(alice, "com.a");

    core.publish(bob, "com.a", {{"disclose_me", true}});
    BOOST_TEST(core.is_silent(bob));
    core.publish(bob, "com.a", {{"disclose_me", true}, {"acknowledge", true}});
    core.expect_error(bob, MessageType::publish, uris::disclose_me_disallowed);

    BOOST_TEST(core.is_silent(alice));
    core.publish(bob, "com.a");
    BOOST_TEST(core.expect<Event>(alice).details.empty());
}

BOOST_AUTO_TEST_CASE(subscriptions_beyond_the_limit_are_refused) {
    Core core(open_permissions(), RealmLimits{.subscriptions_per_session = 2});
    const PeerRef alice = core.join("alice");
    core.subscribe(alice, "com.a");
    const auto second = core.subscribe(alice, "com.b");

    core.handle(alice, Subscribe{RequestId{1}, {}, "com.c"});
    core.expect_error(alice, MessageType::subscribe, uris::limit_exceeded);

    BOOST_TEST((core.subscribe(alice, "com.b") == second));
    core.handle(alice, Unsubscribe{RequestId{2}, second});
    core.expect<Unsubscribed>(alice);
    core.subscribe(alice, "com.c");
}

BOOST_AUTO_TEST_CASE(wildcard_of_too_many_components_is_refused) {
    Core core;
    const PeerRef alice = core.join("alice");

    core.handle(alice, Subscribe{RequestId{1}, {{"match", "wildcard"}}, std::string(1'000, '.')});
    core.handle(alice, Register{RequestId{2}, {{"match", "wildcard"}}, std::string(1'000, '.')});

    core.expect_error(alice, MessageType::subscribe, uris::limit_exceeded);
    core.expect_error(alice, MessageType::register_, uris::limit_exceeded);
}

BOOST_AUTO_TEST_CASE(many_subscribers_come_and_go_and_each_gets_what_it_holds) {
    Core core;
    SeededRandom random(5);
    const PeerRef publisher = core.join("publisher");
    std::vector<PeerRef> peers;
    std::vector<bool> holds(50, false);
    for (int i = 0; i < 50; ++i) peers.push_back(core.join("peer"));
    SubscriptionId id;
    for (int step = 0; step < 1'000; ++step) {
        const auto at = static_cast<std::size_t>(random.below(peers.size()));
        if (holds[at]) {
            core.handle(peers[at], Unsubscribe{RequestId{1}, id});
            core.expect<Unsubscribed>(peers[at]);
        } else {
            id = core.subscribe(peers[at], "com.a");
        }
        holds[at] = !holds[at];
        core.publish(publisher, "com.a");
        for (std::size_t i = 0; i < peers.size(); ++i) {
            BOOST_REQUIRE(core.waiting(peers[i]) == (holds[i] ? 1U : 0U));
        }
        core.forget_all();
    }
}

BOOST_AUTO_TEST_SUITE_END()
