// Log-in of peers in the router's own process: nobody asks them anything, but realm and role hold.
#include "door.hpp"
#include "router/access/handshake.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::test;

namespace {

PeerFacts local(std::string role, std::string authid = {}) {
    PeerFacts facts;
    facts.local_login = LocalLogin{std::move(role), std::move(authid)};
    return facts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_local)

BOOST_AUTO_TEST_CASE(a_local_peer_is_who_the_program_says_whatever_hello_claims) {
    Door door(make_realm(), local("guest", "billing"));
    const SessionInfo session = session_of(door.log_in("joe", "ticket"));

    BOOST_TEST(session.authid == "billing");
    BOOST_TEST(session.authrole == "guest");
    BOOST_TEST(session.authmethod == "local");
    BOOST_TEST(session.authprovider == "local");
}

BOOST_AUTO_TEST_CASE(a_local_peer_without_a_name_is_somebody_of_its_own) {
    Door door(make_realm(), local("guest"));
    const SessionInfo session = session_of(door.hello({}));

    BOOST_TEST(session.authid == std::to_string(session.id.value));
}

BOOST_AUTO_TEST_CASE(a_local_peer_needs_a_role_and_a_realm_that_exist) {
    BOOST_TEST(reason_of(Door(make_realm(), local("nobody")).hello({})) == uris::no_such_role);
    BOOST_TEST(reason_of(Door(make_realm(), local("guest")).hello({}, "elsewhere")) ==
               uris::no_such_realm);
}

BOOST_AUTO_TEST_CASE(local_is_no_method_that_a_client_could_ask_for) {
    Door door;

    BOOST_TEST(reason_of(door.log_in("joe", "local")) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_SUITE_END()
