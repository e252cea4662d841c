// X-Forwarded-For and Forwarded: who stands behind trusted proxies, and what clients cannot make
// up.
#include "common/wire/forwarded.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

const TrustedProxies& trusted() {
    static const TrustedProxies proxies{
        {*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("2001:db8::/32")}, true};
    return proxies;
}

std::string shown(const ForwardedPeer& peer) {
    return (peer.address ? peer.address->to_text() : "nobody") + (peer.is_encrypted ? " tls" : "");
}

std::string x(std::string_view addresses, std::string_view protocols = "") {
    return shown(read_x_forwarded(addresses, protocols, trusted()));
}

std::string forwarded(std::string_view header) { return shown(read_forwarded(header, trusted())); }

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarded_headers)

BOOST_AUTO_TEST_CASE(rightmost_address_that_is_not_trusted_is_the_client) {
    BOOST_TEST(x("203.0.113.7") == "203.0.113.7");
    BOOST_TEST(x("1.2.3.4, 203.0.113.7") == "203.0.113.7");
    BOOST_TEST(x("1.2.3.4, 203.0.113.7,10.1.1.1 ,  2001:db8::5") == "203.0.113.7");
    BOOST_TEST(x("[2001:aaaa::1]:443, 10.1.1.1") == "2001:aaaa::1");
    BOOST_TEST(x("203.0.113.7:1234") == "203.0.113.7");
}

BOOST_AUTO_TEST_CASE(if_all_are_trusted_the_leftmost_is_the_client) {
    BOOST_TEST(x("10.0.0.1, 10.0.0.2") == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_hides_what_stands_left_of_it) {
    BOOST_TEST(x("203.0.113.7, unknown, 10.0.0.2") == "10.0.0.2");
    BOOST_TEST(x("203.0.113.7, unknown") == "nobody");
    BOOST_TEST(x("203.0.113.7,, 10.0.0.2") == "10.0.0.2");
    BOOST_TEST(x("") == "nobody");
    BOOST_TEST(x(",") == "nobody");
    BOOST_TEST(x("203.0.113.7; 10.0.0.2") == "nobody");
}

BOOST_AUTO_TEST_CASE(quotes_hide_nothing_that_a_proxy_appended) {
    BOOST_TEST(x("\"1.2.3.4, 203.0.113.7, 10.0.0.2") == "203.0.113.7");
    BOOST_TEST(x("b:::1\", 203.0.113.7, 10.0.0.2") == "203.0.113.7");
    BOOST_TEST(forwarded("for=b:::1\", for=203.0.113.7, for=10.0.0.2") == "nobody");
    BOOST_TEST(forwarded("for=\"b:::1, for=203.0.113.7, for=10.0.0.2") == "nobody");
    BOOST_TEST(x("b:::1;x, 10.0.0.2") == "10.0.0.2");
    BOOST_TEST(x("[b::]x, 10.0.0.2") == "10.0.0.2");
    BOOST_TEST(x("[b::]:_a1, 10.0.0.2") == "b::");
}

BOOST_AUTO_TEST_CASE(encrypted_is_who_came_encrypted_on_every_step) {
    BOOST_TEST(x("203.0.113.7", "https") == "203.0.113.7 tls");
    BOOST_TEST(x("203.0.113.7", "HTTPS, wss") == "203.0.113.7 tls");
    BOOST_TEST(x("203.0.113.7", "https, http") == "203.0.113.7");
    BOOST_TEST(x("203.0.113.7", "http") == "203.0.113.7");
    BOOST_TEST(x("203.0.113.7", "https,") == "203.0.113.7");
    BOOST_TEST(x("203.0.113.7", "") == "203.0.113.7");
    BOOST_TEST(x("unknown", "https") == "nobody tls");
}

BOOST_AUTO_TEST_CASE(forwarded_tells_address_and_protocol_of_the_same_step) {
    BOOST_TEST(forwarded("for=203.0.113.7") == "203.0.113.7");
    BOOST_TEST(forwarded("for=203.0.113.7;proto=https") == "203.0.113.7 tls");
    BOOST_TEST(forwarded("For=\"[2001:aaaa::1]:4711\"; Proto=\"wss\"; by=x") == "2001:aaaa::1 tls");
    BOOST_TEST(forwarded("for=1.2.3.4;proto=https, for=203.0.113.7;proto=http, for=10.0.0.1") ==
               "203.0.113.7");
    BOOST_TEST(forwarded("for=203.0.113.7;proto=https, for=10.0.0.1;proto=http") ==
               "203.0.113.7 tls");
}

BOOST_AUTO_TEST_CASE(commas_within_quotes_part_nothing) {
    BOOST_TEST(forwarded("for=203.0.113.7;secret=\"a, for=1.2.3.4\"") == "203.0.113.7");
    BOOST_TEST(forwarded("for=203.0.113.7;secret=\"a\\\", for=1.2.3.4\"") == "203.0.113.7");
}

BOOST_AUTO_TEST_CASE(hidden_and_malformed_steps_end_the_way) {
    BOOST_TEST(forwarded("for=203.0.113.7, for=_hidden, for=10.0.0.1") == "10.0.0.1");
    BOOST_TEST(forwarded("for=203.0.113.7, proto=https") == "nobody");
    BOOST_TEST(forwarded("for=\"203.0.113.7") == "nobody");
    BOOST_TEST(forwarded("") == "nobody");
    BOOST_TEST(forwarded(";;=,,") == "nobody");
}

BOOST_AUTO_TEST_CASE(peers_are_trusted_by_network_or_as_unix) {
    BOOST_TEST(trusted().contains_peer("10.1.2.3:4"));
    BOOST_TEST(trusted().contains_peer("[2001:db8::9]:4"));
    BOOST_TEST(trusted().contains_peer("unix"));
    BOOST_TEST(!trusted().contains_peer("11.1.2.3:4"));
    BOOST_TEST(!TrustedProxies{}.contains_peer("unix"));
    BOOST_TEST(!TrustedProxies{}.contains_peer("127.0.0.1:4"));
}

BOOST_AUTO_TEST_SUITE_END()
