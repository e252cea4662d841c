// The HTTP side of the server: upgrades taken and refused, plain requests answered (RFC 6455 4.2).
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

using namespace kreisel;
using namespace kreisel::wire_test;

namespace {

Seen answer(std::string_view request, std::shared_ptr<WebSocketServerSettings> settings = nullptr) {
    if (settings == nullptr) settings = wamp_settings();
    return fed_in_all_cuts(server_of(settings), request);
}

/// The request of the sample with one piece of its text replaced.
std::string changed(std::string_view what, std::string_view by,
                    std::string_view fields = "Sec-WebSocket-Protocol: wamp.2.json\r\n") {
    auto request = upgrade_request(fields, "/ws");
    const auto at = request.find(what);
    // Runs before Boost.Test does.
    if (at == std::string::npos) throw std::logic_error("nothing to change");
    return request.replace(at, what.size(), by);
}

bool has(const Seen& seen, std::string_view piece) {
    return seen.output.find(piece) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upgrade)

BOOST_AUTO_TEST_CASE(the_sample_handshake_of_the_rfc_is_answered) {
    const auto seen =
        answer(changed("xx", "xx", "xx: 1\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"));

    BOOST_TEST(seen.has_opened);
    BOOST_TEST(!seen.end.has_value());
    BOOST_TEST(seen.output ==
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
               "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(octets_behind_the_upgrade_are_frames) {
    const auto seen = after_upgrade(frame(text, "a") + frame(text, "b"));

    BOOST_TEST((seen.messages == std::vector<std::string>{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(what_the_request_said_is_kept_until_forgotten) {
    const auto wire = make_websocket_server(wamp_settings());
    WireEvents events;
    const auto request = upgrade_request(
        "origin: http://a\r\nUser-Agent: ua\r\nCookie: x=1\r\nX-Forwarded-For: 10.0.0.1\r\n"
        "X-Forwarded-For: 10.0.0.2\r\nSec-WebSocket-Protocol: wamp.2.msgpack\r\n",
        "/ws?token=1");

    wire->feed({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()}, events);

    const auto info = wire->upgrade();
    BOOST_TEST(info.path == "/ws");
    BOOST_TEST(info.host == "server.example.com");
    BOOST_TEST(info.origin == "http://a");
    BOOST_TEST(info.user_agent == "ua");
    BOOST_TEST(info.cookie == "x=1");
    BOOST_TEST(info.forwarded_for == "10.0.0.1, 10.0.0.2");
    BOOST_TEST(info.subprotocol == "wamp.2.msgpack");
    BOOST_TEST((wire->encoding() == Encoding::msgpack));
    wire->forget_upgrade();
    BOOST_TEST(wire->upgrade().path.empty());
}

BOOST_AUTO_TEST_CASE(the_first_supported_subprotocol_of_the_client_wins) {
    const auto seen = answer(changed("xx", "",
                                     "xxSec-WebSocket-Protocol: foo , "
                                     "wamp.2.msgpack\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"));

    BOOST_TEST(has(seen, "Sec-WebSocket-Protocol: wamp.2.msgpack\r\n"));
}

struct Case {
    const char* name;
    std::string request;
    int status;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) { return out << sample.name; }

const std::vector<Case> refused = {
    {"no common subprotocol", changed("wamp.2.json", "wamp.2.cbor"), 400},
    {"no subprotocol at all", upgrade_request("", "/ws"), 400},
    {"unknown path", changed("/ws", "/other"), 404},
    {"target is no path", changed("/ws", "*"), 404},
    {"fragment in the target", changed("/ws", "/ws#a"), 400},
    {"POST", "POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 405},
    {"lower case method", changed("GET", "get"), 405},
    {"no Upgrade", changed("Upgrade: websocket\r\n", ""), 400},
    {"other Upgrade", changed("websocket", "websockets"), 400},
    {"no Connection", changed("Connection: Upgrade\r\n", ""), 400},
    {"other Connection", changed("Connection: Upgrade", "Connection: keep-alive"), 400},
    {"no key", changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400},
    {"short key", changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ=="), 400},
    {"garbled key", changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhl!HNhbXBsZSBub25jZQ=="), 400},
    {"two keys", changed("xx", "", "xxSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400},
    {"version 8", changed("Version: 13", "Version: 8"), 426},
    {"no version", changed("Sec-WebSocket-Version: 13\r\n", ""), 426},
    {"two versions", changed("xx", "", "xxSec-WebSocket-Version: 13\r\n"), 400},
    {"HTTP/1.0", changed("HTTP/1.1", "HTTP/1.0"), 400},
    {"HTTP/2", changed("HTTP/1.1", "HTTP/2.0"), 505},
    {"no HTTP version", changed(" HTTP/1.1", ""), 400},
    {"malformed HTTP version", changed("HTTP/1.1", "HTTP/1.10"), 400},
    {"no Host", changed("Host: server.example.com\r\n", ""), 400},
    {"two Hosts", changed("xx", "", "xxHost: b\r\n"), 400},
    {"two Origins", changed("xx", "", "xxOrigin: a\r\nOrigin: b\r\n"), 400},
    {"malformed extensions", changed("xx", "", "xxSec-WebSocket-Extensions: a;;b\r\n"), 400},
    {"folded line", changed("xx", "", "xxA: b\r\n c\r\n"), 400},
    {"space before the colon", changed("xx", "", "xxA : b\r\n"), 400},
    {"no colon", changed("xx", "", "xxAb\r\n"), 400},
    {"empty name", changed("xx", "", "xx: b\r\n"), 400},
    {"carriage return within", changed("xx", "", "xxA: b\rc\r\n"), 400},
    {"bare line feed", changed("Upgrade\r\n", "Upgrade\n"), 400},
    {"NUL in a value", changed("xx", std::string_view("A: \0b\r\n", 7), "xx"), 400},
    {"body by length", changed("xx", "", "xxContent-Length: 5\r\n"), 400},
    {"two lengths", changed("xx", "", "xxContent-Length: 0\r\nContent-Length: 0\r\n"), 400},
    {"chunked body", changed("xx", "", "xxTransfer-Encoding: chunked\r\n"), 400},
    {"TLS on this port", std::string("\x16\x03\x01\x02\x00", 5), 400},
    {"empty line first", "\r\nGET / HTTP/1.1\r\n\r\n", 400},
    {"no request line", "Host: a\r\n\r\n", 400},
};

BOOST_DATA_TEST_CASE(a_request_that_breaks_a_rule_is_refused, refused, sample) {
    const auto seen = answer(sample.request);

    BOOST_TEST(status_of(seen) == sample.status);
    BOOST_TEST(!seen.has_opened);
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::refused));
    BOOST_TEST(has(seen, "Connection: close\r\n"));
    BOOST_TEST(has(seen, "Content-Length: "));
    const bool is_about_subprotocol = std::string_view(sample.name).ends_with("subprotocol") ||
                                      std::string_view(sample.name).ends_with("at all");
    BOOST_TEST(has(seen, "no common subprotocol") == is_about_subprotocol);
}

BOOST_AUTO_TEST_CASE(refusals_say_what_would_be_taken) {
    BOOST_TEST(has(answer(changed("Version: 13", "Version: 7")), "Sec-WebSocket-Version: 13\r\n"));
    BOOST_TEST(has(answer("PUT / HTTP/1.1\r\nHost: a\r\n\r\n"), "Allow: GET, HEAD\r\n"));
    BOOST_TEST(has(answer(upgrade_request("", "/ws")), "wamp.2.json, wamp.2.msgpack, "));
}

const std::vector<Case> taken = {
    {"names in any case",
     "GET /ws HTTP/1.1\r\nHOST: a\r\nupgrade: WebSocket\r\nCONNECTION: keep-alive, Upgrade\r\n"
     "sec-websocket-key:dGhlIHNhbXBsZSBub25jZQ==\r\nSEC-WEBSOCKET-VERSION:  13 \r\n"
     "sec-websocket-protocol: wamp.2.json\r\n\r\n",
     101},
    {"list of upgrades", changed("Upgrade: websocket", "Upgrade: h2c, websocket"), 101},
    {"query", changed("/ws", "/ws?a=b/c"), 101},
    {"absolute target", changed("/ws", "ws://server.example.com/ws"), 101},
    {"length zero",
     changed("xx", "", "xxContent-Length: 0\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"), 101},
    {"empty extensions",
     changed("xx", "", "xxSec-WebSocket-Extensions: ,\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"),
     101},
};

BOOST_DATA_TEST_CASE(what_the_grammar_allows_is_taken, taken, sample) {
    BOOST_TEST(status_of(answer(sample.request)) == sample.status);
}

BOOST_AUTO_TEST_CASE(the_limit_of_the_head_holds_to_the_octet) {
    auto settings = plain_settings();
    const auto request = upgrade_request("A: bcd\r\n");

    settings->http_head_bytes_max = request.size();
    BOOST_TEST(status_of(answer(request, settings)) == 101);
    settings->http_head_bytes_max = request.size() - 1;
    BOOST_TEST(status_of(answer(request, settings)) == 431);
    std::string many;
    for (int i = 0; i < 101; ++i) many += "A: b\r\n";
    BOOST_TEST(status_of(answer(upgrade_request(many), plain_settings())) == 431);
}

BOOST_AUTO_TEST_CASE(origins_are_held_against_the_list) {
    const auto status = [](std::string_view origin, std::vector<std::string> allowed) {
        auto settings = plain_settings();
        settings->origins = std::move(allowed);
        const auto fields =
            origin.empty() ? std::string() : "Origin: " + std::string(origin) + "\r\n";
        return status_of(answer(upgrade_request(fields), settings));
    };

    BOOST_TEST(status("https://a.example.com", {"https://*.example.com"}) == 101);
    BOOST_TEST(status("HTTPS://A.Example.com", {"https://*.example.com"}) == 101);
    BOOST_TEST(status("https://example.com", {"https://*.example.com"}) == 403);
    BOOST_TEST(status("https://a.b.example.com", {"https://*.example.com"}) == 403);
    BOOST_TEST(status("https://evil.com/.example.com", {"https://*.example.com"}) == 403);
    BOOST_TEST(status("https://a.example.com.evil.com", {"https://*.example.com"}) == 403);
    BOOST_TEST(status("http://localhost:5173", {"http://localhost:*"}) == 101);
    BOOST_TEST(status("http://localhost", {"http://localhost:*"}) == 403);
    BOOST_TEST(status("https://app-12-x.a.io", {"http://b", "https://app-*-x.*.io"}) == 101);
    BOOST_TEST(status("null", {"https://a"}) == 403);
    BOOST_TEST(status("null", {"*"}) == 101);
    BOOST_TEST(status("http://anything", {}) == 101);
    BOOST_TEST(status("", {"https://a"}) == 101);
}

BOOST_AUTO_TEST_CASE(an_overloaded_server_answers_503_to_good_upgrades_only) {
    auto settings = wamp_settings();
    settings->page = "<p>page";
    settings->is_overloaded = [] { return true; };

    const auto seen =
        answer(changed("xx", "", "xxSec-WebSocket-Protocol: wamp.2.json\r\n"), settings);

    BOOST_TEST(status_of(seen) == 503);
    BOOST_TEST(has(seen, "Retry-After: "));
    BOOST_TEST(status_of(answer(changed("Version: 13", "Version: 1"), settings)) == 426);
    BOOST_TEST(status_of(answer("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", settings)) == 200);
}

BOOST_AUTO_TEST_CASE(a_plain_request_gets_the_page) {
    auto settings = wamp_settings();
    settings->page = "<p>page";
    settings->server_name = "Kreisel";
    const auto get = [&](std::string_view line) {
        return answer(std::string(line) + "\r\nHost: a\r\n\r\n", settings);
    };

    const auto seen = get("GET /ws HTTP/1.1");
    BOOST_TEST(seen.output ==
               "HTTP/1.1 200 OK\r\nServer: Kreisel\r\nContent-Type: text/html; charset=utf-8\r\n"
               "Content-Length: 7\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
               "<p>page");
    BOOST_TEST((seen.end->cause == WireEnd::Cause::served));
    BOOST_TEST(status_of(get("GET / HTTP/1.1")) == 200);
    BOOST_TEST(status_of(get("GET / HTTP/1.0")) == 200);
    BOOST_TEST(status_of(get("GET /favicon.ico HTTP/1.1")) == 404);
    BOOST_TEST(has(get("HEAD / HTTP/1.1"), "Content-Length: 7\r\n"));
    BOOST_TEST(!has(get("HEAD / HTTP/1.1"), "<p>"));
    settings->page.clear();
    BOOST_TEST(status_of(get("GET /ws HTTP/1.1")) == 426);
    BOOST_TEST(has(get("GET /ws HTTP/1.1"), "Upgrade: websocket\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
