// REGISTER of what a former session of the same user holds: probe, wait, and then one of three.
#include "router/core/heirs.hpp"

#include "core_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

struct Ghosts : Core {
    PeerRef log_in(std::string authid, std::string method = "ticket") {
        SessionInfo info;
        info.id = SessionId{++last_session};
        info.authid = std::move(authid);
        info.authrole = "user";
        info.authmethod = std::move(method);
        const auto peer = realm.join(std::move(info), effects);
        BOOST_REQUIRE(peer.has_value());
        deliver();
        expect<Welcome>(*peer);
        return *peer;
    }
    /// REGISTER by `session`; true if the holder was probed for it.
    bool is_probed_for(PeerRef session, Uri procedure, Dict options = {}) {
        realm.handle(session, Register{next_request(), std::move(options), std::move(procedure)},
                     effects);
        const bool is_probed = effects.probes().size() == 1 && effects.probes().front() == ghost;
        deliver();
        return is_probed;
    }
    PeerRef ghost = log_in("joe");
    PeerRef back = log_in("joe");
    RegistrationId held = register_(ghost, "com.a");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(heirs, Ghosts)

BOOST_AUTO_TEST_CASE(request_waits_until_the_ghost_is_gone) {
    BOOST_TEST(is_probed_for(back, "com.a"));
    BOOST_TEST(is_silent(back));

    leave(ghost);

    BOOST_TEST((expect<Registered>(back).registration != held));
    BOOST_TEST(realm.counts().registrations == 1U);
}

BOOST_AUTO_TEST_CASE(request_is_refused_when_the_holder_answers) {
    BOOST_TEST(is_probed_for(back, "com.a"));

    realm.confirm_alive(ghost, effects);
    deliver();

    expect_error(back, MessageType::register_, uris::procedure_already_exists);
    BOOST_TEST(!realm.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(request_is_refused_when_nothing_is_heard) {
    BOOST_TEST(is_probed_for(back, "com.a"));
    const auto deadline = realm.next_deadline();
    BOOST_REQUIRE(deadline.has_value());

    realm.set_time({*deadline, {}});
    realm.on_time(*deadline, effects);
    deliver();

    expect_error(back, MessageType::register_, uris::procedure_already_exists);
}

BOOST_AUTO_TEST_CASE(unregister_of_the_holder_serves_who_waits) {
    BOOST_TEST(is_probed_for(back, "com.a"));

    handle(ghost, Unregister{next_request(), held});

    expect<Unregistered>(ghost);
    expect<Registered>(back);
}

BOOST_AUTO_TEST_CASE(who_waited_and_left_is_passed_over) {
    BOOST_TEST(is_probed_for(back, "com.a"));
    leave(back);

    leave(ghost);

    BOOST_TEST(realm.counts().registrations == 0U);
    BOOST_TEST(realm.counts().sessions == 0U);
}

BOOST_AUTO_TEST_CASE(only_the_same_authenticated_user_waits) {
    const PeerRef sue = log_in("sue");
    const PeerRef nobody = log_in("joe", "anonymous");
    for (const PeerRef other : {sue, nobody, ghost}) {
        BOOST_TEST(!is_probed_for(other, "com.a"));
        expect_error(other, MessageType::register_, uris::procedure_already_exists);
    }
}

BOOST_AUTO_TEST_CASE(shared_registrations_have_room_for_both) {
    register_(ghost, "com.shared", {{"invoke", "roundrobin"}});
    BOOST_TEST(!is_probed_for(back, "com.shared", {{"invoke", "roundrobin"}}));
    expect<Registered>(back);
}

BOOST_AUTO_TEST_CASE(requests_that_wait_have_a_limit) {
    for (std::size_t i = 0; i < Heirs::requests_max; ++i) {
        BOOST_REQUIRE(is_probed_for(back, "com.a"));
    }
    BOOST_TEST(!is_probed_for(back, "com.a"));
    expect_error(back, MessageType::register_, uris::procedure_already_exists);
}

BOOST_AUTO_TEST_SUITE_END()
