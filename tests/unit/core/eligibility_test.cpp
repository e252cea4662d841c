// Black- and whitelists (rfc/text/advanced/pubsub_subscriber_blackwhite_listing).
#include "core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

/// Three subscribers and a publisher: alice and bob are users, carol is an admin.
struct Audience : Core {
    Audience() {
        alice = join("alice");
        alice_id = last_id();
        bob = join("bob");
        bob_id = last_id();
        carol = join("carol", {}, "admin");
        carol_id = last_id();
        publisher = join("publisher");
        for (const PeerRef peer : {alice, bob, carol}) subscribe(peer, "com.a");
    }
    /// Who gets a publication with these options, as initials.
    std::string receivers(Dict options) {
        publish(publisher, "com.a", std::move(options));
        std::string initials;
        if (!is_silent(alice)) initials += 'a';
        if (!is_silent(bob)) initials += 'b';
        if (!is_silent(carol)) initials += 'c';
        for (const PeerRef peer : {alice, bob, carol}) BOOST_TEST(waiting(peer) <= 1U);
        forget_all();
        return initials;
    }
    PeerRef alice, bob, carol, publisher;
    SessionId alice_id, bob_id, carol_id;
};

List ids(std::initializer_list<SessionId> sessions) {
    List list;
    for (const SessionId id : sessions) list.emplace_back(id);
    return list;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(eligibility, Audience)

BOOST_AUTO_TEST_CASE(eligible_sessions_are_the_only_receivers) {
    BOOST_TEST(receivers({{"eligible", ids({alice_id, carol_id})}}) == "ac");
    BOOST_TEST(receivers({{"eligible", ids({bob_id, bob_id})}}) == "b");
    BOOST_TEST(receivers({{"eligible", ids({SessionId{1}, alice_id, bob_id, carol_id})}}) == "abc");
}

BOOST_AUTO_TEST_CASE(empty_eligible_list_means_nobody) {
    BOOST_TEST(receivers({{"eligible", List{}}}) == "");
    BOOST_TEST(receivers({{"eligible_authid", List{}}}) == "");
    BOOST_TEST(receivers({{"eligible_authrole", List{}}}) == "");
}

BOOST_AUTO_TEST_CASE(empty_exclude_list_and_null_mean_nothing) {
    BOOST_TEST(receivers({{"exclude", List{}}}) == "abc");
    BOOST_TEST(receivers({{"eligible", nullptr}}) == "abc");
}

BOOST_AUTO_TEST_CASE(excluded_sessions_get_nothing) {
    BOOST_TEST(receivers({{"exclude", ids({alice_id})}}) == "bc");
    BOOST_TEST(receivers({{"exclude", ids({carol_id, alice_id, bob_id})}}) == "");
}

BOOST_AUTO_TEST_CASE(authid_and_authrole_lists_choose_by_identity) {
    BOOST_TEST(receivers({{"eligible_authid", List{"alice", "nobody"}}}) == "a");
    BOOST_TEST(receivers({{"exclude_authid", List{"alice"}}}) == "bc");
    BOOST_TEST(receivers({{"eligible_authrole", List{"admin"}}}) == "c");
    BOOST_TEST(receivers({{"exclude_authrole", List{"user"}}}) == "c");
}

BOOST_AUTO_TEST_CASE(lists_are_anded) {
    BOOST_TEST(receivers({{"eligible", ids({alice_id, carol_id})},
                          {"eligible_authrole", List{"user"}}}) == "a");
    BOOST_TEST(receivers({{"eligible", ids({alice_id, bob_id})}, {"exclude", ids({alice_id})}}) ==
               "b");
    BOOST_TEST(receivers({{"eligible_authid", List{"alice", "carol"}},
                          {"exclude_authrole", List{"admin"}},
                          {"exclude", ids({bob_id})}}) == "a");
}

BOOST_AUTO_TEST_CASE(lists_do_not_bring_the_publisher_back) {
    subscribe(publisher, "com.a");
    const SessionId publisher_id = last_id();

    publish(publisher, "com.a", {{"eligible", ids({publisher_id})}});
    BOOST_TEST(is_silent(publisher));
    publish(publisher, "com.a", {{"eligible", ids({publisher_id})}, {"exclude_me", false}});

    expect<Event>(publisher);
    BOOST_TEST(is_silent(alice));
}

BOOST_AUTO_TEST_CASE(eligible_session_without_the_subscription_gets_nothing) {
    const PeerRef dave = join("dave");

    BOOST_TEST(receivers({{"eligible", ids({last_id()})}}) == "");
    BOOST_TEST(is_silent(dave));
}

BOOST_AUTO_TEST_SUITE_END()
