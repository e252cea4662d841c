// wamp.registration.* and wamp.subscription.*: look-ups, lists, and revocation.

#include "tests/unit/core/meta_fixture.hpp"

namespace kreisel::test {

namespace {

Value lists(List exact, List prefix, List wildcard) {
    return Dict{{"exact", std::move(exact)},
                {"prefix", std::move(prefix)},
                {"wildcard", std::move(wildcard)}};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(registration_procedures, Meta)

BOOST_AUTO_TEST_CASE(registrations_are_listed_by_policy_without_the_routers_own) {
    const PeerRef alice = join("alice");
    BOOST_TEST((ask_one(alice, "wamp.registration.list") == lists({}, {}, {})));

    const RegistrationId first = register_(alice, "com.a");
    const RegistrationId prefix = register_(alice, "com", {{"match", "prefix"}});
    const RegistrationId wildcard = register_(alice, "com..a", {{"match", "wildcard"}});
    const RegistrationId last = register_(alice, "com.b");

    const Value all = lists({first, last}, {prefix}, {wildcard});
    BOOST_TEST((ask_one(alice, "wamp.registration.list") == all));
}

BOOST_AUTO_TEST_CASE(look_up_takes_the_pattern_match_takes_the_best) {
    const PeerRef alice = join("alice");
    const RegistrationId exact = register_(alice, "com.a");
    const RegistrationId prefix = register_(alice, "com", {{"match", "prefix"}});
    const RegistrationId all = register_(alice, "", {{"match", "prefix"}});
    const auto lookup = [&](const List& args) {
        return ask_one(alice, "wamp.registration.lookup", args);
    };
    const auto match = [&](Value procedure) {
        return ask_one(alice, "wamp.registration.match", {std::move(procedure)});
    };

    BOOST_TEST((lookup({"com.a"}) == Value(exact)));
    BOOST_TEST((lookup({"com"}).is_null()));
    BOOST_TEST((lookup({"com", Dict{{"match", "prefix"}}}) == Value(prefix)));
    BOOST_TEST((lookup({"com.a", Dict{{"invoke", "single"}}}) == Value(exact)));
    BOOST_TEST((lookup({"wamp.session.get"}).is_null()));
    BOOST_TEST((match("com.a") == Value(exact)));
    BOOST_TEST((match("com.b") == Value(prefix)));
    BOOST_TEST((match("org") == Value(all)));
    BOOST_TEST((match("wamp.session.get").is_null()));
    handle(alice, Unregister{next_request(), all});
    expect<Unregistered>(alice);
    BOOST_TEST((match("org").is_null()));
}

BOOST_AUTO_TEST_CASE(a_registration_has_details_and_callees) {
    const PeerRef alice = join("alice");
    const SessionId alice_id = last_id();
    const RegistrationId id = register_(alice, "com.a", {{"invoke", "last"}});
    const PeerRef bob = join("bob");
    const SessionId bob_id = last_id();
    register_(bob, "com.a", {{"invoke", "last"}});

    const Dict details{{"id", id},
                       {"created", "2023-11-14T22:13:20.000Z"},
                       {"uri", "com.a"},
                       {"match", "exact"},
                       {"invoke", "last"}};
    BOOST_TEST((ask_one(bob, "wamp.registration.get", {id}) == Value(details)));
    const Value both = List{alice_id, bob_id};
    BOOST_TEST((ask_one(bob, "wamp.registration.list_callees", {id}) == both));
    BOOST_TEST((ask_one(bob, "wamp.registration.count_callees", {id}) == Value(2)));
    leave(alice);
    BOOST_TEST((ask_one(bob, "wamp.registration.count_callees", {id}) == Value(1)));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_an_error) {
    const PeerRef alice = join("alice");
    for (const char* name : {"get", "list_callees", "count_callees"}) {
        const Uri procedure = std::string("wamp.registration.") + name;
        ask_in_vain(alice, uris::no_such_registration, procedure, {7});
        ask_in_vain(alice, uris::invalid_argument, procedure, {});
        ask_in_vain(alice, uris::invalid_argument, procedure, {"7"});
    }
    for (const char* name : {"get", "list_subscribers", "count_subscribers"}) {
        const Uri procedure = std::string("wamp.subscription.") + name;
        ask_in_vain(alice, uris::no_such_subscription, procedure, {7});
        ask_in_vain(alice, uris::invalid_argument, procedure, {});
    }
    for (const char* kind : {"wamp.registration.", "wamp.subscription."}) {
        const Uri start = kind;
        ask_in_vain(alice, uris::invalid_argument, start + "list", {1});
        ask_in_vain(alice, uris::invalid_argument, start + "match", {1});
        ask_in_vain(alice, uris::invalid_argument, start + "lookup", {});
        ask_in_vain(alice, uris::invalid_argument, start + "lookup", {"com.a", 1});
        ask_in_vain(alice, uris::invalid_argument, start + "lookup",
                    {"com.a", Dict{{"match", "fuzzy"}}});
        ask_in_vain(alice, uris::invalid_argument, start + "lookup", {"com.a", Dict{{"match", 1}}});
    }
    ask_in_vain(alice, uris::no_such_procedure, "wamp.registration.count");
}

BOOST_AUTO_TEST_CASE(callees_that_are_being_removed_are_gone) {
    const PeerRef alice = join("alice");
    for (int i = 0; i < 1'500; ++i) register_(alice, "com.p" + std::to_string(i));
    for (int i = 0; i < 10; ++i) subscribe(alice, "com.t" + std::to_string(i));
    const PeerRef bob = join("bob");

    leave(alice);

    BOOST_TEST(realm.next_deadline().has_value());
    BOOST_TEST((ask_one(bob, "wamp.registration.list") == lists({}, {}, {})));
    BOOST_TEST((ask_one(bob, "wamp.subscription.list") == lists({}, {}, {})));
    BOOST_TEST((ask_one(bob, "wamp.subscription.match", {"com.t1"}).is_null()));
    for (int i = 0; i < 1'500; ++i) {
        const Uri procedure = "com.p" + std::to_string(i);
        BOOST_REQUIRE(ask_one(bob, "wamp.registration.match", {procedure}).is_null());
        BOOST_REQUIRE(ask_one(bob, "wamp.registration.lookup", {procedure}).is_null());
    }
}

BOOST_AUTO_TEST_CASE(subscriptions_are_listed_looked_up_and_matched) {
    const PeerRef alice = join("alice");
    const SubscriptionId exact = subscribe(alice, "com.a");
    const SubscriptionId prefix = subscribe(alice, "com", {{"match", "prefix"}});
    const SubscriptionId wildcard = subscribe(alice, "com.", {{"match", "wildcard"}});
    const auto ask_for = [&](const char* name, const List& args = {}) {
        return ask_one(alice, std::string("wamp.subscription.") + name, args);
    };

    BOOST_TEST((ask_for("list") == lists({exact}, {prefix}, {wildcard})));
    BOOST_TEST((ask_for("lookup", {"com.a"}) == Value(exact)));
    BOOST_TEST((ask_for("lookup", {"com", Dict{{"match", "prefix"}}}) == Value(prefix)));
    BOOST_TEST((ask_for("lookup", {"com"}).is_null()));
    BOOST_TEST((ask_for("match", {"com.a"}) == Value(List{exact, prefix, wildcard})));
    BOOST_TEST((ask_for("match", {"com.a.b"}) == Value(List{prefix})));
    BOOST_TEST((ask_for("match", {"org"}).is_null()));
}

BOOST_AUTO_TEST_CASE(a_subscription_has_details_and_subscribers) {
    const PeerRef alice = join("alice");
    const SessionId alice_id = last_id();
    const SubscriptionId id = subscribe(alice, "com.", {{"match", "prefix"}});

    const Dict details{
        {"id", id}, {"created", "2023-11-14T22:13:20.000Z"}, {"uri", "com."}, {"match", "prefix"}};
    BOOST_TEST((ask_one(alice, "wamp.subscription.get", {id}) == Value(details)));
    const Value subscribers = List{alice_id};
    BOOST_TEST((ask_one(alice, "wamp.subscription.list_subscribers", {id}) == subscribers));
    BOOST_TEST((ask_one(alice, "wamp.subscription.count_subscribers", {id}) == Value(1)));
}

BOOST_AUTO_TEST_CASE(a_removed_callee_is_told_if_it_knows_of_revocation) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob", with_feature(Role::callee, Feature::registration_revocation));
    const SessionId bob_id = last_id();
    const PeerRef carl = join("carl");
    const SessionId carl_id = last_id();
    const RegistrationId id = register_(bob, "com.a", {{"invoke", "first"}});
    register_(carl, "com.a", {{"invoke", "first"}});
    const auto remove = [&](SessionId callee, const Dict& kwargs) {
        const Arguments result =
            ask(alice, "wamp.registration.remove_callee", {id, callee}, kwargs);
        BOOST_TEST(result.args.empty());
    };
    const RequestId pending = call(alice, "com.a");
    const RequestId invocation = expect<Invocation>(bob).request;

    remove(bob_id, {{"reason", "moving on"}});
    remove(carl_id, {});

    const auto told = expect<Unregistered>(bob);
    BOOST_TEST(told.request.value == 0);
    BOOST_TEST((told.details == Dict{{"registration", id}, {"reason", "moving on"}}));
    BOOST_TEST(is_silent(carl));
    BOOST_TEST(realm.counts().registrations == 0);
    handle(bob, Yield{invocation, {}, {}});
    BOOST_TEST((expect<ResultMessage>(alice).request == pending));
}

BOOST_AUTO_TEST_CASE(a_removed_subscriber_is_told_if_it_knows_of_revocation) {
    const PeerRef alice = join("alice");
    const PeerRef bob =
        join("bob", with_feature(Role::subscriber, Feature::subscription_revocation));
    const SessionId bob_id = last_id();
    const PeerRef carl = join("carl");
    const SessionId carl_id = last_id();
    const SubscriptionId id = subscribe(bob, "com.a");
    subscribe(carl, "com.a");

    ask(alice, "wamp.subscription.remove_subscriber", {id, bob_id});
    ask(alice, "wamp.subscription.remove_subscriber", {id, carl_id, "moving on"});

    const auto told = expect<Unsubscribed>(bob);
    BOOST_TEST(told.request.value == 0);
    BOOST_TEST((told.details == Dict{{"subscription", id}}));
    BOOST_TEST(is_silent(carl));
    BOOST_TEST(realm.counts().subscriptions == 0);
}

BOOST_AUTO_TEST_CASE(only_who_is_there_can_be_removed) {
    const PeerRef alice = join("alice");
    const SessionId alice_id = last_id();
    const PeerRef bob = join("bob");
    const RegistrationId procedure = register_(bob, "com.a");
    const SubscriptionId topic = subscribe(bob, "com.a");
    const Uri remove_callee = "wamp.registration.remove_callee";
    const Uri remove_subscriber = "wamp.subscription.remove_subscriber";

    ask_in_vain(alice, uris::no_such_registration, remove_callee, {99, last_id()});
    ask_in_vain(alice, uris::no_such_session, remove_callee, {procedure, 99});
    ask_in_vain(alice, uris::no_such_registration, remove_callee, {procedure, alice_id});
    ask_in_vain(alice, uris::invalid_argument, remove_callee, {procedure});
    ask_in_vain(alice, uris::invalid_argument, remove_callee, {procedure, last_id(), 1});
    ask_in_vain(alice, uris::no_such_subscription, remove_subscriber, {99, last_id()});
    ask_in_vain(alice, uris::no_such_session, remove_subscriber, {topic, 99});
    ask_in_vain(alice, uris::no_such_subscription, remove_subscriber, {topic, alice_id});

    BOOST_TEST(realm.counts().callees == 1);
    BOOST_TEST(realm.counts().subscribers == 1);
}

BOOST_AUTO_TEST_CASE(removal_is_told_to_those_who_watch) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    const RegistrationId procedure = register_(bob, "com.a");
    const SubscriptionId topic = subscribe(bob, "com.a");
    subscribe(alice, "wamp.", {{"match", "prefix"}});

    ask(alice, "wamp.registration.remove_callee", {procedure, last_id()});
    const List first{last_id(), procedure};
    BOOST_TEST((event_args(alice) == first));  // on_unregister
    BOOST_TEST((event_args(alice) == first));  // on_delete
    ask(alice, "wamp.subscription.remove_subscriber", {topic, last_id()});
    const List second{last_id(), topic};
    BOOST_TEST((event_args(alice) == second));
    BOOST_TEST((event_args(alice) == second));
    BOOST_TEST(is_silent(alice));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::test
