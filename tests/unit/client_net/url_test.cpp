// What URLs of routers mean, and what is said of those that mean nothing.
#include "client/net/url.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel::client;

namespace {

std::string fault_of(std::string_view text) {
    const auto url = parse_url(text);
    BOOST_REQUIRE(!url);
    BOOST_TEST(url.error().uri() == kreisel::uris::invalid_argument);
    return url.error().what();
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_url)

BOOST_AUTO_TEST_CASE(websocket_url_has_host_port_and_target) {
    const auto url = parse_url("ws://Router.Example.COM:8080/ws?key=1&b=2");

    BOOST_REQUIRE(url);
    BOOST_TEST((url->scheme == Url::Scheme::ws));
    BOOST_TEST(url->host == "router.example.com");
    BOOST_TEST(url->port == 8080);
    BOOST_TEST(url->target == "/ws?key=1&b=2");
    BOOST_TEST(url->authority() == "router.example.com:8080");
    BOOST_TEST(url->to_text() == "ws://router.example.com:8080/ws");
    BOOST_TEST(url->is_websocket());
    BOOST_TEST(!url->is_tls());
}

BOOST_AUTO_TEST_CASE(websocket_url_has_the_ports_of_http) {
    BOOST_TEST(parse_url("ws://a")->port == 80);
    BOOST_TEST(parse_url("WSS://a")->port == 443);
    BOOST_TEST(parse_url("wss://a")->authority() == "a");
    BOOST_TEST(parse_url("wss://a:443")->authority() == "a");
    BOOST_TEST(parse_url("wss://a:80")->authority() == "a:80");
    BOOST_TEST(parse_url("ws://a")->target == "/");
    BOOST_TEST(parse_url("ws://a?b")->target == "/?b");
    BOOST_TEST(parse_url("wss://a")->is_tls());
}

BOOST_AUTO_TEST_CASE(ipv6_stands_in_brackets) {
    const auto url = parse_url("tcp://[::1]:9000");

    BOOST_REQUIRE(url);
    BOOST_TEST(url->host == "::1");
    BOOST_TEST(url->authority() == "[::1]:9000");
    BOOST_TEST(url->to_text() == "tcp://[::1]:9000");
    BOOST_TEST(!url->is_websocket());
}

BOOST_AUTO_TEST_CASE(rawsocket_url_has_two_names) {
    BOOST_TEST((parse_url("rs://a:1") == parse_url("tcp://a:1/")));
    BOOST_TEST((parse_url("rss://a:1") == parse_url("tcps://a:1")));
    BOOST_TEST(parse_url("rss://a:1")->to_text() == "tcps://a:1");
    BOOST_TEST(parse_url("tcps://a:1")->is_tls());
}

BOOST_AUTO_TEST_CASE(unix_url_is_a_path) {
    BOOST_TEST(parse_url("unix:/run/router.sock")->path == "/run/router.sock");
    BOOST_TEST(parse_url("unix:///run/router.sock")->path == "/run/router.sock");
    BOOST_TEST(parse_url("unix:here.sock")->path == "here.sock");
    BOOST_TEST(parse_url("unix+ws:/run/router.sock")->is_websocket());
    BOOST_TEST(parse_url("unix+ws:/run/router.sock")->target == "/ws");
    BOOST_TEST(parse_url("unix+ws:/run/router.sock")->authority() == "localhost");
    BOOST_TEST(parse_url("unix:/run/r")->to_text() == "unix:/run/r");
}

BOOST_AUTO_TEST_CASE(fault_says_what_to_write) {
    BOOST_TEST(has(fault_of("localhost:8080"), "must begin with ws://"));
    BOOST_TEST(has(fault_of("http://localhost"), "must begin with ws://"));
    BOOST_TEST(has(fault_of(""), "must begin with ws://"));
    BOOST_TEST(has(fault_of("ws:localhost"), "lacks //"));
    BOOST_TEST(has(fault_of("tcp://localhost"), "needs a port"));
    BOOST_TEST(has(fault_of("tcp://localhost:9000/ws"), "write tcp://localhost:9000"));
    BOOST_TEST(has(fault_of("ws://"), "names no host"));
    BOOST_TEST(has(fault_of("ws://:80/"), "names no host"));
    BOOST_TEST(has(fault_of("ws://::1/"), "in brackets"));
    BOOST_TEST(has(fault_of("ws://[::1/"), "lacks the ]"));
    BOOST_TEST(has(fault_of("ws://[127.0.0.1]/"), "no IPv6 address"));
    BOOST_TEST(has(fault_of("ws://b\xc3\xbc"
                            "cher.example/"),
                   "outside ASCII"));
    BOOST_TEST(has(fault_of("ws://a b/"), "a space"));
    BOOST_TEST(has(fault_of("ws://a\r\nb/"), "a space"));
    BOOST_TEST(has(fault_of("ws://a,b/"), "a host that is none"));
    BOOST_TEST(has(fault_of("ws://a/#b"), "fragment"));
    BOOST_TEST(has(fault_of("unix:"), "names no socket"));
    BOOST_TEST(has(fault_of("unix://host/path"), "names no socket"));
    BOOST_TEST(has(fault_of("unix:" + std::string(108, 'x')), "107 octets"));
    BOOST_TEST(has(fault_of("ws://" + std::string(9000, 'x')), "8192 octets"));
}

BOOST_DATA_TEST_CASE(port_is_a_number_of_one_to_65535,
                     boost::unit_test::data::make({"0", "65536", "-1", "", "80x", "99999999999"}),
                     port) {
    BOOST_TEST(has(fault_of("ws://a:" + std::string(port)), "no port between 1 and 65535"));
}

BOOST_AUTO_TEST_CASE(secrets_are_not_repeated) {
    const std::string user = fault_of("ws://joe:secret@host/ws");
    const std::string query = fault_of("http://host/?token=secret");

    BOOST_TEST(!has(user, "secret"));
    BOOST_TEST(has(user, "credentials"));
    BOOST_TEST(!has(query, "secret"));
    BOOST_TEST(!has(parse_url("ws://host/ws?token=secret")->to_text(), "secret"));
}

BOOST_AUTO_TEST_SUITE_END()
