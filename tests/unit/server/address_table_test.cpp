// Who counts as one address, and how many connections it has.
#include "router/server/address_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(address_table)

BOOST_AUTO_TEST_CASE(v4_counts_by_address_and_v6_by_network) {
    BOOST_TEST(address_key("192.0.2.1") == "192.0.2.1");
    BOOST_TEST(address_key("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    BOOST_TEST(address_key("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64");
    BOOST_TEST(address_key("2001:db8:1:3::1") == "2001:db8:1:3::/64");
    BOOST_TEST(address_key("fe80::1%eth0") == "fe80::/64");
}

BOOST_AUTO_TEST_CASE(v4_in_v6_clothes_is_v4) {
    BOOST_TEST(address_key("::ffff:192.0.2.1") == "192.0.2.1");
    BOOST_TEST(address_key("::ffff:127.0.0.1") == "");
}

BOOST_AUTO_TEST_CASE(loopback_and_what_is_no_address_are_not_counted) {
    for (const char* address : {"127.0.0.1", "127.8.9.10", "::1", "unix", "", "example.com"}) {
        BOOST_TEST(address_key(address) == "", address);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_an_address_that_has_gone) {
    AddressTable table;

    BOOST_TEST(table.enter("192.0.2.1") == 1U);
    BOOST_TEST(table.enter("192.0.2.1") == 2U);
    BOOST_TEST(table.enter("192.0.2.2") == 1U);
    table.leave("192.0.2.1");
    BOOST_TEST(table.enter("192.0.2.1") == 2U);
    table.leave("192.0.2.1");
    table.leave("192.0.2.1");
    table.leave("192.0.2.2");
    BOOST_TEST(table.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
