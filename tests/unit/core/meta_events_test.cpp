// wamp.session.on_*, wamp.registration.on_*, wamp.subscription.on_*: shapes, order, and silence.

#include "common/codec/codec.hpp"
#include "tests/unit/core/core_fixture.hpp"

namespace kreisel::test {

namespace {

/// A watcher of everything below `wamp.`, and the events it gets as topic and arguments.
struct Watched : Core {
    explicit Watched(PermissionsPtr permissions = open_permissions())
        : Core(std::move(permissions)) {
        realm.set_time({TimePoint{}, WallTime{std::chrono::seconds{1'700'000'000}}});
        watcher = join("watcher");
        subscribe(watcher, "wamp.", {{"match", "prefix"}});
    }

    /// The next event of the watcher, which must be of this topic.
    List event(std::string_view topic) {
        const auto event = expect<Event>(watcher);
        BOOST_TEST(text_of(event.details, "topic") == topic);
        return read_payload(event.payload).args;
    }

    PeerRef watcher;
};

List ids(std::uint64_t first, std::uint64_t second) { return {Value(first), Value(second)}; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(meta_events, Watched)

BOOST_AUTO_TEST_CASE(joining_and_leaving_are_told) {
    const PeerRef alice = join("alice");
    leave(alice);

    const Dict joined{{"session", last_id()},
                      {"authid", "alice"},
                      {"authrole", "user"},
                      {"authmethod", ""},
                      {"authprovider", ""}};
    BOOST_TEST((event("wamp.session.on_join") == List{Value(joined)}));
    BOOST_TEST((event("wamp.session.on_leave") == List{last_id(), "alice", "user"}));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(a_registration_is_created_then_registered_unregistered_then_deleted) {
    const PeerRef alice = join("alice");
    forget_all();

    const RegistrationId id = register_(alice, "com.a");
    handle(alice, Unregister{next_request(), id});

    const Dict created{{"id", id},
                       {"created", "2023-11-14T22:13:20.000Z"},
                       {"uri", "com.a"},
                       {"match", "exact"},
                       {"invoke", "single"}};
    BOOST_TEST((event("wamp.registration.on_create") == List{last_id(), Value(created)}));
    const List both = ids(last_id().value, id.value);
    BOOST_TEST((event("wamp.registration.on_register") == both));
    BOOST_TEST((event("wamp.registration.on_unregister") == both));
    BOOST_TEST((event("wamp.registration.on_delete") == both));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(only_the_first_callee_creates_and_only_the_last_deletes) {
    const PeerRef alice = join("alice");
    const PeerRef bob = join("bob");
    const RegistrationId id = register_(alice, "com.a", {{"invoke", "roundrobin"}});
    forget_all();

    register_(bob, "com.a", {{"invoke", "roundrobin"}});
    handle(alice, Unregister{next_request(), id});

    BOOST_TEST((event("wamp.registration.on_register") == ids(103, id.value)));
    BOOST_TEST((event("wamp.registration.on_unregister") == ids(102, id.value)));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(a_subscription_has_the_same_life) {
    const PeerRef alice = join("alice");
    forget_all();

    const SubscriptionId id = subscribe(alice, "com.", {{"match", "prefix"}});
    subscribe(alice, "com.", {{"match", "prefix"}});
    handle(alice, Unsubscribe{next_request(), id});

    const Dict created{
        {"id", id}, {"created", "2023-11-14T22:13:20.000Z"}, {"uri", "com."}, {"match", "prefix"}};
    BOOST_TEST((event("wamp.subscription.on_create") == List{last_id(), Value(created)}));
    const List both = ids(last_id().value, id.value);
    BOOST_TEST((event("wamp.subscription.on_subscribe") == both));
    BOOST_TEST((event("wamp.subscription.on_unsubscribe") == both));
    BOOST_TEST((event("wamp.subscription.on_delete") == both));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(what_a_lost_session_held_is_told_after_its_leaving) {
    const PeerRef alice = join("alice");
    const RegistrationId procedure = register_(alice, "com.a");
    const SubscriptionId topic = subscribe(alice, "com.b");
    forget_all();

    leave(alice);

    event("wamp.session.on_leave");
    const List first = ids(last_id().value, procedure.value);
    BOOST_TEST((event("wamp.registration.on_unregister") == first));
    BOOST_TEST((event("wamp.registration.on_delete") == first));
    const List second = ids(last_id().value, topic.value);
    BOOST_TEST((event("wamp.subscription.on_unsubscribe") == second));
    BOOST_TEST((event("wamp.subscription.on_delete") == second));
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(subscriptions_to_meta_events_raise_none) {
    const PeerRef alice = join("alice");
    forget_all();

    const SubscriptionId id = subscribe(alice, "wamp.subscription.on_create");
    handle(alice, Unsubscribe{next_request(), id});

    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(the_cause_of_an_event_gets_its_answer_first_and_the_event_too) {
    forget_all();

    handle(watcher, Register{next_request(), {}, "com.a"});

    expect<Registered>(watcher);
    event("wamp.registration.on_create");
    event("wamp.registration.on_register");
    BOOST_TEST(is_silent(watcher));
}

BOOST_AUTO_TEST_CASE(revocation_by_a_reload_is_told) {
    const PeerRef alice = join("alice", {}, "admin");
    const RegistrationId procedure = register_(alice, "com.a");
    const SubscriptionId topic = subscribe(alice, "com.b");
    forget_all();

    const RolePermissions all({make_rule("", MatchPolicy::prefix, true)});
    realm.set_permissions(make_permissions({{"user", all}, {"admin", RolePermissions{}}}), effects);
    deliver();

    const List first = ids(last_id().value, procedure.value);
    BOOST_TEST((event("wamp.registration.on_unregister") == first));
    BOOST_TEST((event("wamp.registration.on_delete") == first));
    const List second = ids(last_id().value, topic.value);
    BOOST_TEST((event("wamp.subscription.on_unsubscribe") == second));
    BOOST_TEST((event("wamp.subscription.on_delete") == second));
    BOOST_TEST(is_silent(watcher));
    BOOST_TEST(is_silent(alice));
}

BOOST_AUTO_TEST_CASE(members_that_others_find_gone_are_told_once) {
    // More than a slice takes: some are removed by whoever registers the procedure next.
    constexpr int count = 1'100;
    const auto procedure = [](int i) { return "com.p" + std::to_string(i); };
    const PeerRef alice = join("alice");
    for (int i = 0; i < count; ++i) register_(alice, procedure(i));
    const PeerRef bob = join("bob");
    leave(alice);
    for (int i = 0; i < count; ++i) register_(bob, procedure(i));
    while (realm.next_deadline()) {
        realm.on_time(TimePoint{}, effects);
        deliver();
    }

    std::map<std::string, int> counts;
    while (!is_silent(watcher)) ++counts[text_of(expect<Event>(watcher).details, "topic")];
    BOOST_TEST(counts["wamp.registration.on_create"] == 2 * count);
    BOOST_TEST(counts["wamp.registration.on_register"] == 2 * count);
    BOOST_TEST(counts["wamp.registration.on_unregister"] == count);
    BOOST_TEST(counts["wamp.registration.on_delete"] == count);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::test
