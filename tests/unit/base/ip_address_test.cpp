// Addresses and networks as text and as values.
#include "common/base/ip_address.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

std::string shown(std::string_view text) {
    const auto address = IpAddress::parse(text);
    return address ? address->to_text() : "none";
}

bool contains(std::string_view network, std::string_view address) {
    return IpNetwork::parse(network).value().contains(IpAddress::parse(address).value());
}

std::string address_in(std::string_view peer) {
    const auto address = address_of_peer(peer);
    return address ? address->to_text() : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ip_address)

BOOST_AUTO_TEST_CASE(addresses_are_shown_in_their_shortest_form) {
    BOOST_TEST(shown("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(shown("2001:0DB8:0:0::1") == "2001:db8::1");
    BOOST_TEST(shown("::") == "::");
}

BOOST_AUTO_TEST_CASE(mapped_address_is_the_ipv4_address) {
    BOOST_TEST(shown("::ffff:192.0.2.1") == "192.0.2.1");
    BOOST_TEST(contains("192.0.2.0/24", "::ffff:192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_addresses) {
    for (const std::string_view text :
         {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "01.2.3.4",
          "[::1]", "::1%eth0", "1.2.3.4:80", ":::1", "12345::"}) {
        BOOST_TEST(shown(text) == "none", text);
    }
    BOOST_TEST(shown(std::string_view("1.2.3.4\0", 8)) == "none");
    BOOST_TEST(shown(std::string(200, '1')) == "none");
}

BOOST_AUTO_TEST_CASE(only_4_or_16_octets_make_an_address) {
    const std::array<std::uint8_t, 17> octets{10, 0, 0, 1};

    BOOST_TEST(IpAddress::of_octets(std::span(octets).first(4)).value().to_text() == "10.0.0.1");
    BOOST_TEST(IpAddress::of_octets(std::span(octets).first(16)).value().to_text() == "a00:1::");
    for (const std::size_t count : {0U, 3U, 5U, 15U, 17U}) {
        BOOST_TEST(!IpAddress::of_octets(std::span(octets).first(count)).has_value());
    }
}

BOOST_AUTO_TEST_CASE(network_contains_what_has_its_prefix) {
    BOOST_TEST(contains("10.0.0.0/8", "10.255.0.1"));
    BOOST_TEST(!contains("10.0.0.0/8", "11.0.0.0"));
    BOOST_TEST(contains("192.0.2.128/25", "192.0.2.129"));
    BOOST_TEST(!contains("192.0.2.128/25", "192.0.2.127"));
    BOOST_TEST(contains("0.0.0.0/0", "203.0.113.9"));
    BOOST_TEST(!contains("0.0.0.0/0", "2001:db8::1"));
    BOOST_TEST(!contains("::/0", "203.0.113.9"));
    BOOST_TEST(contains("2001:db8::/33", "2001:db8:7fff::1"));
    BOOST_TEST(!contains("2001:db8::/33", "2001:db8:8000::1"));
    BOOST_TEST(contains("192.0.2.1", "192.0.2.1"));
    BOOST_TEST(!contains("192.0.2.1", "192.0.2.2"));
}

BOOST_AUTO_TEST_CASE(network_with_bits_behind_its_prefix_is_none) {
    for (const std::string_view text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
                                        "10.0.0.0/8/8", "2001:db8::1/64", "::/129", "/8", "8"}) {
        BOOST_TEST(!IpNetwork::parse(text).has_value(), text);
    }
    BOOST_TEST(IpNetwork::parse("10.0.0.0/8")->to_text() == "10.0.0.0/8");
    BOOST_TEST(IpNetwork::parse("10.0.0.1/32")->to_text() == "10.0.0.1");
    BOOST_TEST(IpNetwork::parse("::1/128")->to_text() == "::1");
}

BOOST_AUTO_TEST_CASE(loopback_of_both_kinds) {
    BOOST_TEST(IpAddress::parse("127.1.2.3")->is_loopback());
    BOOST_TEST(IpAddress::parse("::1")->is_loopback());
    BOOST_TEST(!IpAddress::parse("::2")->is_loopback());
    BOOST_TEST(!IpAddress::parse("128.0.0.1")->is_loopback());
}

BOOST_AUTO_TEST_CASE(address_of_a_peer_goes_without_port_and_brackets) {
    BOOST_TEST(address_in("127.0.0.1:51234") == "127.0.0.1");
    BOOST_TEST(address_in("[::1]:51234") == "::1");
    BOOST_TEST(address_in("[::1]") == "::1");
    BOOST_TEST(address_in("2001:db8::1") == "2001:db8::1");
    BOOST_TEST(address_in("192.0.2.1") == "192.0.2.1");
    for (const std::string_view peer : {"unix", "", ":", "[", "[]", "[::1", "unknown", "_x:80"}) {
        BOOST_TEST(address_in(peer) == "none", peer);
    }
}

BOOST_AUTO_TEST_SUITE_END()
