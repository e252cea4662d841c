// REGISTER, UNREGISTER and who is invoked: patterns, precedence, shared registration.
#include "core_fixture.hpp"

#include <set>

using namespace kreisel;
using namespace kreisel::test;

namespace {

Dict shared(const char* policy) { return {{"invoke", policy}}; }

struct Callees : Core {
    Callees() {
        alice = join("alice");
        bob = join("bob");
        carol = join("carol");
        caller = join("caller");
    }
    /// Initials of who is invoked by `count` calls, in order.
    std::string invoked(const Uri& procedure, int count) {
        forget_all();  // answers to the open calls of callees that left
        std::string initials;
        for (int i = 0; i < count; ++i) {
            call(caller, procedure);
            if (!is_silent(alice)) initials += 'a';
            if (!is_silent(bob)) initials += 'b';
            if (!is_silent(carol)) initials += 'c';
            if (!is_silent(caller)) initials += '-';
            forget_all();
        }
        return initials;
    }
    PeerRef alice, bob, carol, caller;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(registrations, Callees)

BOOST_AUTO_TEST_CASE(second_registration_is_refused_also_to_the_same_session) {
    register_(alice, "com.p");

    handle(bob, Register{RequestId{1}, {}, "com.p"});
    handle(alice, Register{RequestId{2}, {}, "com.p"});
    handle(bob, Register{RequestId{3}, shared("roundrobin"), "com.p"});

    expect_error(bob, MessageType::register_, uris::procedure_already_exists);
    expect_error(alice, MessageType::register_, uris::procedure_already_exists);
    expect_error(bob, MessageType::register_, uris::procedure_already_exists);
    BOOST_TEST(realm.counts().callees == 1U);
}

BOOST_AUTO_TEST_CASE(shared_registration_refuses_another_policy_and_the_same_session_twice) {
    const auto id = register_(alice, "com.p", shared("first"));

    handle(bob, Register{RequestId{1}, shared("last"), "com.p"});
    handle(bob, Register{RequestId{2}, {}, "com.p"});
    handle(alice, Register{RequestId{3}, shared("first"), "com.p"});

    expect_error(bob, MessageType::register_, uris::procedure_already_exists);
    expect_error(bob, MessageType::register_, uris::procedure_already_exists);
    expect_error(alice, MessageType::register_, uris::procedure_already_exists);
    BOOST_TEST((register_(bob, "com.p", shared("first")) == id));
}

BOOST_AUTO_TEST_CASE(unknown_match_or_invoke_value_is_an_invalid_argument) {
    handle(alice, Register{RequestId{1}, {{"match", "fuzzy"}}, "com.p"});
    handle(alice, Register{RequestId{2}, shared("loudest"), "com.p"});

    expect_error(alice, MessageType::register_, uris::invalid_argument);
    expect_error(alice, MessageType::register_, uris::invalid_argument);
    BOOST_TEST(realm.counts().registrations == 0U);
}

BOOST_AUTO_TEST_CASE(procedures_of_wamp_can_neither_be_registered_nor_captured) {
    handle(alice, Register{RequestId{1}, {}, "wamp.session.count"});
    handle(alice, Register{RequestId{2}, {{"match", "prefix"}}, "wamp."});
    handle(alice, Register{RequestId{3}, {{"match", "wildcard"}}, "wamp..count"});
    for (int i = 0; i < 3; ++i) expect_error(alice, MessageType::register_, uris::invalid_uri);
    register_(alice, "", {{"match", "prefix"}});
    register_(alice, "wam", {{"match", "prefix"}});
    register_(alice, "..", {{"match", "wildcard"}});

    call(caller, "wamp.unknown.count");

    expect_error(caller, MessageType::call, uris::no_such_procedure);
    BOOST_TEST(is_silent(alice));
    call(caller, "wampum.count");
    expect<Invocation>(alice);
}

BOOST_AUTO_TEST_CASE(registration_of_another_session_cannot_be_unregistered) {
    const auto id = register_(alice, "com.p");

    handle(bob, Unregister{RequestId{1}, id});
    handle(bob, Unregister{RequestId{2}, RegistrationId{4711}});

    expect_error(bob, MessageType::unregister, uris::no_such_registration);
    expect_error(bob, MessageType::unregister, uris::no_such_registration);
    BOOST_TEST(invoked("com.p", 1) == "a");
}

BOOST_AUTO_TEST_CASE(unregistered_procedure_is_free_for_others) {
    const auto id = register_(alice, "com.p");

    handle(alice, Unregister{RequestId{5}, id});

    BOOST_TEST((expect<Unregistered>(alice).request == RequestId{5}));
    BOOST_TEST(invoked("com.p", 1) == "-");
    BOOST_TEST((register_(bob, "com.p") != id));
    BOOST_TEST(invoked("com.p", 1) == "b");
}

BOOST_AUTO_TEST_CASE(roundrobin_takes_turns_in_order_of_registration) {
    for (const PeerRef peer : {carol, alice, bob}) register_(peer, "com.p", shared("roundrobin"));

    BOOST_TEST(invoked("com.p", 7) == "cabcabc");
    leave(alice);
    BOOST_TEST(invoked("com.p", 3) == "bcb");
}

BOOST_AUTO_TEST_CASE(first_and_last_are_those_of_the_present_members) {
    for (const PeerRef peer : {carol, alice, bob}) {
        register_(peer, "com.first", shared("first"));
        register_(peer, "com.last", shared("last"));
    }

    BOOST_TEST(invoked("com.first", 2) == "cc");
    BOOST_TEST(invoked("com.last", 2) == "bb");
    leave(carol);
    leave(bob);
    BOOST_TEST(invoked("com.first", 1) == "a");
    BOOST_TEST(invoked("com.last", 1) == "a");
}

BOOST_AUTO_TEST_CASE(random_reaches_every_member_about_equally) {
    for (const PeerRef peer : {alice, bob, carol}) register_(peer, "com.p", shared("random"));

    const std::string initials = invoked("com.p", 900);

    for (const char initial : std::string("abc")) {
        BOOST_TEST(std::count(initials.begin(), initials.end(), initial) > 240);
    }
}

BOOST_AUTO_TEST_CASE(policy_is_free_once_the_last_member_left) {
    register_(alice, "com.p", shared("roundrobin"));
    register_(bob, "com.p", shared("roundrobin"));
    leave(alice);
    leave(bob);

    register_(carol, "com.p", shared("last"));

    BOOST_TEST(invoked("com.p", 1) == "c");
}

BOOST_AUTO_TEST_CASE(exact_beats_prefix_beats_wildcard) {
    register_(alice, "com.a.b");
    register_(bob, "com.a", {{"match", "prefix"}});
    register_(carol, "com..c", {{"match", "wildcard"}});

    BOOST_TEST(invoked("com.a.b", 1) == "a");
    BOOST_TEST(invoked("com.a.c", 1) == "b");
    BOOST_TEST(invoked("com.x.c", 1) == "c");
    BOOST_TEST(invoked("com.x.d", 1) == "-");
}

BOOST_AUTO_TEST_CASE(invocation_names_the_procedure_for_patterns_only) {
    register_(alice, "com.exact");
    register_(bob, "com.", {{"match", "prefix"}});

    call(caller, "com.exact");
    call(caller, "com.other");

    BOOST_TEST(!expect<Invocation>(alice).details.has("procedure"));
    BOOST_TEST(text_of(expect<Invocation>(bob).details, "procedure") == "com.other");
}

BOOST_AUTO_TEST_CASE(same_uri_under_different_policies_is_different_registrations) {
    const auto exact = register_(alice, "com.p");
    const auto prefix = register_(bob, "com.p", {{"match", "prefix"}});

    BOOST_TEST((exact != prefix));
    BOOST_TEST(invoked("com.p", 1) == "a");
    BOOST_TEST(invoked("com.p.q", 1) == "b");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(registration_limits)

BOOST_AUTO_TEST_CASE(registrations_beyond_the_limit_are_refused) {
    Core core(open_permissions(), RealmLimits{.registrations_per_session = 1});
    const PeerRef alice = core.join("alice");
    const auto id = core.register_(alice, "com.p");

    core.handle(alice, Register{RequestId{1}, {}, "com.q"});
    core.expect_error(alice, MessageType::register_, uris::limit_exceeded);
    core.handle(alice, Unregister{RequestId{2}, id});
    core.expect<Unregistered>(alice);

    core.register_(alice, "com.q");
}

BOOST_AUTO_TEST_SUITE_END()
