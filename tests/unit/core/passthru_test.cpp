// Payload passthru: when it is on, and what is forwarded.
#include "router/core/passthru.hpp"

#include "tests/unit/core/core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

BOOST_AUTO_TEST_SUITE(passthru)

BOOST_AUTO_TEST_CASE(a_scheme_that_is_not_empty_turns_it_on) {
    BOOST_TEST(is_passthru(Dict{{"ppt_scheme", "x_mine"}}));

    BOOST_TEST(!is_passthru({}));
    BOOST_TEST(!is_passthru(Dict{{"ppt_scheme", ""}}));
    BOOST_TEST(!is_passthru(Dict{{"ppt_scheme", nullptr}}));
    BOOST_TEST(!is_passthru(Dict{{"ppt_serializer", "cbor"}}));
}

BOOST_AUTO_TEST_CASE(the_four_attributes_and_no_others_are_forwarded_untouched) {
    const Dict options{{"ppt_keyid", "7"},      {"x_own", 1},
                       {"ppt_scheme", "wamp"},  {"ppt_serializer", "nobody knows this one"},
                       {"ppt_cipher", nullptr}, {"acknowledge", true}};
    Dict details{{"topic", "com.a"}};

    forward_passthru(options, details);

    BOOST_TEST((details == Dict{{"topic", "com.a"},
                                {"ppt_scheme", "wamp"},
                                {"ppt_serializer", "nobody knows this one"},
                                {"ppt_keyid", "7"}}));
}

BOOST_AUTO_TEST_CASE(attributes_without_a_scheme_are_not_forwarded) {
    Dict details;

    forward_passthru(Dict{{"ppt_scheme", ""}, {"ppt_cipher", "aes256gcm"}}, details);

    BOOST_TEST(details.empty());
}

BOOST_AUTO_TEST_CASE(all_attributes_can_be_taken_out) {
    Dict details{{"ppt_scheme", "wamp"}, {"ppt_keyid", "7"}, {"x_own", 1}};

    erase_passthru(details);

    BOOST_TEST((details == Dict{{"x_own", 1}}));
}

BOOST_AUTO_TEST_CASE(events_carry_the_attributes_to_subscribers_who_know_them_or_not) {
    Core core;
    const PeerRef bob = core.join("bob");
    const PeerRef alice =
        core.join("alice", with_feature(Role::subscriber, Feature::payload_passthru_mode));
    const PeerRef carol = core.join("carol");
    core.subscribe(alice, "com.a");
    core.subscribe(carol, "com.a");
    const Payload bytes{Encoding::msgpack, 1, false, SharedBytes::copy_of("\x91\xc4\x01x")};
    const Dict options{{"ppt_scheme", "x_mine"}, {"ppt_keyid", "7"}};

    core.handle(bob, Publish{core.next_request(), options, "com.a", bytes});

    for (const PeerRef receiver : {alice, carol}) {
        const auto event = core.expect<Event>(receiver);
        BOOST_TEST((event.details == options));
        BOOST_TEST(event.payload.bytes.text() == bytes.bytes.text());
    }
}

BOOST_AUTO_TEST_CASE(it_is_known_per_role) {
    const ClientRoles roles = with_feature(Role::callee, Feature::payload_passthru_mode);

    BOOST_TEST(knows_passthru(roles, Role::callee));
    BOOST_TEST(!knows_passthru(roles, Role::caller));
}

BOOST_AUTO_TEST_SUITE_END()
