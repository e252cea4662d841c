// Durations, sizes, counts, modes, addresses, nearest names.
#include "router/config/scalars.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(config_scalars)

BOOST_AUTO_TEST_CASE(durations_have_units) {
    BOOST_TEST((parse_duration("500ms") == milliseconds{500}));
    BOOST_TEST((parse_duration("30s") == seconds{30}));
    BOOST_TEST((parse_duration("2m") == minutes{2}));
    BOOST_TEST((parse_duration("1h") == hours{1}));
    BOOST_TEST((parse_duration("0") == Duration{0}));
    for (const char* text : {"", "30", "s", "-1s", "1.5s", "1 s", "30S", "1d", "99999999999999999h",
                             "99999999999999999999s"}) {
        BOOST_TEST(!parse_duration(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(durations_and_sizes_are_shown_as_they_are_read) {
    for (const char* text : {"0", "1ms", "1500ms", "30s", "90s", "2m", "1h", "25h"}) {
        BOOST_TEST(show_duration(*parse_duration(text)) == text);
    }
    for (const char* text : {"0", "1", "1023", "64KiB", "1025KiB", "16MiB", "1GiB"}) {
        BOOST_TEST(show_size(*parse_size(text)) == text);
    }
}

BOOST_AUTO_TEST_CASE(sizes_have_binary_units) {
    BOOST_TEST((parse_size("64KiB") == 65536U));
    BOOST_TEST((parse_size("16MiB") == 16U << 20));
    for (const char* text : {"", "16MB", "16M", "KiB", "-1", "1.5MiB", "99999999999999GiB"}) {
        BOOST_TEST(!parse_size(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(modes_are_octal) {
    BOOST_TEST((parse_mode("0660") == 0660U));
    BOOST_TEST((parse_mode("777") == 0777U));
    BOOST_TEST(show_mode(0640) == "0640");
    for (const char* text : {"", "66", "0680", "1777", "00660"}) {
        BOOST_TEST(!parse_mode(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(addresses_are_numbers_with_a_port) {
    BOOST_REQUIRE(parse_tcp_address("127.0.0.1:8080"));
    BOOST_TEST(parse_tcp_address("127.0.0.1:8080")->port == 8080);
    BOOST_REQUIRE(parse_tcp_address("[::]:0"));
    BOOST_TEST(parse_tcp_address("[::]:0")->host == "::");
    for (const char* text :
         {"", ":80", "127.0.0.1", "localhost:80", "::1:80", "[::1]", "[]:80",
          "1.2.3.4:", "1.2.3.4:65536", "1.2.3:80", "[1.2.3.4]:80", "1.2.3.4:+1"}) {
        BOOST_TEST(!parse_tcp_address(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_near) {
    const std::vector<std::string> names = {"limits", "listeners", "log", "realms"};

    BOOST_TEST(nearest_name("limts", names).value_or("") == "limits");
    BOOST_TEST(nearest_name("listener", names).value_or("") == "listeners");
    BOOST_TEST(nearest_name("relams", names).value_or("") == "realms");
    BOOST_TEST(!nearest_name("transports", names).has_value());
    BOOST_TEST(!nearest_name("x", {}).has_value());
    BOOST_TEST(!nearest_name(std::string(100'000, 'l'), names).has_value());
}

BOOST_AUTO_TEST_CASE(texts_are_quoted_where_yaml_needs_it) {
    BOOST_TEST(show_text("com.example.a") == "com.example.a");
    BOOST_TEST(show_text("") == "\"\"");
    BOOST_TEST(show_text("null") == "\"null\"");
    BOOST_TEST(show_text("[::]:8080") == "\"[::]:8080\"");
    BOOST_TEST(show_text("a \"b\"\\\n") == "\"a \\\"b\\\"\\\\\\x0a\"");
}

BOOST_AUTO_TEST_SUITE_END()
