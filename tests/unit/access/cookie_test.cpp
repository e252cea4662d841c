// Cookies: what is read of the header, for how long one stands, and whom it lets in.
#include "door.hpp"
#include "router/access/cookie_table.hpp"

#include <chrono>

using namespace kreisel;
using namespace kreisel::test;
using namespace std::chrono_literals;

namespace {

const std::string value_a(cookie_digits, 'a');
const std::string value_b(cookie_digits, 'b');

CookieLogin login_of(std::string authid, WallTime expires = WallTime{1h}) {
    return {"realm1", std::move(authid), "frontend", "static", expires};
}

CookieTable table_of(std::size_t cookies_max) {
    CookieTable table;
    table.set_cookies_max(cookies_max);
    return table;
}

PeerFacts peer_with(CookieLogin login) {
    PeerFacts peer;
    peer.cookie_login = std::move(login);
    return peer;
}

Dict hello_by_cookie(Value authid = {}) {
    return {{"authmethods", methods({"cookie"})}, {"authid", std::move(authid)}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(the_routers_cookie_is_found_among_others) {
    BOOST_TEST(cookie_value("a=b; kreisel=" + value_a + "; c=d", "kreisel") == value_a);
    BOOST_TEST(cookie_value("kreisel=" + value_a, "kreisel") == value_a);
    BOOST_TEST(cookie_value("kreisel=forged; kreisel=" + value_a, "kreisel") == value_a);
    for (const std::string& header :
         {std::string(), std::string("kreisel"), std::string("kreisel="), "xkreisel=" + value_a,
          "kreisel=" + value_a + "0", "kreisel=" + std::string(cookie_digits, 'A'),
          std::string(";;==;"), "kreisel =x=" + value_a}) {
        BOOST_TEST(cookie_value(header, "kreisel").empty(), header);
    }
}

BOOST_AUTO_TEST_CASE(a_cookie_stands_until_it_expires_or_is_erased) {
    CookieTable table = table_of(10);
    table.put(value_a, login_of("joe"), WallTime{});

    BOOST_TEST(table.find(value_a, WallTime{59min})->authid == "joe");
    BOOST_TEST(!table.find(value_a, WallTime{1h}));
    BOOST_TEST(!table.find(value_b, WallTime{}));
    table.erase(value_a);
    BOOST_TEST(!table.find(value_a, WallTime{}));
    BOOST_TEST(table.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_table_forgets_who_expires_first) {
    CookieTable table = table_of(2);
    table.put(value_a, login_of("joe", WallTime{3h}), WallTime{});
    table.put(value_b, login_of("ann", WallTime{2h}), WallTime{});

    table.put(std::string(cookie_digits, 'c'), login_of("sue", WallTime{4h}), WallTime{});

    BOOST_TEST(table.size() == 2U);
    BOOST_TEST(table.find(value_a, WallTime{}).has_value());
    BOOST_TEST(!table.find(value_b, WallTime{}));
}

BOOST_AUTO_TEST_CASE(who_has_logged_in_before_gets_in_by_cookie) {
    for (const Value& authid : {Value(), Value("joe")}) {
        Door door(make_realm(), peer_with(login_of("joe")));

        const SessionInfo session = session_of(door.hello(hello_by_cookie(authid)));

        BOOST_TEST(session.authid == "joe");
        BOOST_TEST(session.authmethod == "cookie");
        BOOST_TEST(session.authprovider == "static");
    }
}

BOOST_AUTO_TEST_CASE(a_cookie_is_of_no_use_to_others_elsewhere_or_for_who_is_gone) {
    CookieLogin elsewhere = login_of("joe");
    elsewhere.realm = "realm2";
    CookieLogin promoted = login_of("joe");
    promoted.role = "guest";
    for (const CookieLogin& login : {elsewhere, promoted, login_of("gone")}) {
        Door door(make_realm(), peer_with(login));
        BOOST_TEST(reason_of(door.hello(hello_by_cookie())) == uris::no_matching_auth_method);
    }
    Door other(make_realm(), peer_with(login_of("joe")));
    BOOST_TEST(reason_of(other.hello(hello_by_cookie("ann"))) == uris::no_matching_auth_method);
    Door none;
    BOOST_TEST(reason_of(none.hello(hello_by_cookie())) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_ask_for_it_is_not_logged_in_by_cookie) {
    Door door(make_realm(), peer_with(login_of("joe")));

    BOOST_TEST(session_of(door.hello({})).authmethod == "anonymous");
}

BOOST_AUTO_TEST_CASE(without_a_cookie_the_next_method_is_tried) {
    Door door;

    BOOST_TEST(challenge_of(
                   door.hello({{"authmethods", methods({"cookie", "ticket"})}, {"authid", "joe"}}))
                   .method == "ticket");
}

BOOST_AUTO_TEST_SUITE_END()
