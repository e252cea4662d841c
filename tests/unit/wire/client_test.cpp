// The client side of a WebSocket: its request, its check of the answer, masking (RFC
// 6455 4.1, 5.3).
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace kreisel;
using namespace kreisel::wire_test;

namespace {

WebSocketClientSettings client_settings() {
    WebSocketClientSettings settings;
    settings.host = "localhost:8080";
    settings.subprotocols = {"wamp.2.json", "wamp.2.msgpack"};
    settings.message_bytes_max = 1000;
    settings.mask_seed = 42;
    return settings;
}

MakeWire client_of(WebSocketClientSettings settings = client_settings()) {
    return [settings] {
        auto wire = make_websocket_client(settings);
        ByteWriter ignored;
        wire->start(ignored);
        return wire;
    };
}

/// What a server answers to client_settings().
std::string good_answer() {
    const auto client = make_websocket_client(client_settings());
    const auto server = make_websocket_server(wamp_settings());
    ByteWriter request;
    client->start(request);
    WireEvents events;
    server->feed(request.span(), events);
    BOOST_TEST_REQUIRE(events.has_opened);
    return std::string(events.output.text());
}

std::string changed(std::string_view what, std::string_view by) {
    auto answer = good_answer();
    const auto at = answer.find(what);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    return answer.replace(at, what.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(the_request_says_what_was_set) {
    auto settings = client_settings();
    settings.origin = "http://here";
    settings.user_agent = "test";
    ByteWriter request;
    make_websocket_client(settings)->start(request);

    const std::string text(request.text());
    BOOST_TEST(text.substr(0, 21) == "GET /ws HTTP/1.1\r\nHos");
    for (const auto* line :
         {"Host: localhost:8080\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n",
          "Sec-WebSocket-Version: 13\r\n", "Origin: http://here\r\n", "User-Agent: test\r\n",
          "Sec-WebSocket-Protocol: wamp.2.json, wamp.2.msgpack\r\n"}) {
        BOOST_TEST(text.find(line) != std::string::npos, line);
    }
    BOOST_TEST(text.find("Extensions") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_good_answer_opens_and_frames_may_follow_at_once) {
    const auto seen =
        fed_in_all_cuts(client_of(), good_answer() + server_frame(text, "[1]") +
                                         server_frame(ping, "p") + server_close(1000, "bye"));

    BOOST_TEST(seen.has_opened);
    BOOST_TEST((seen.messages == std::vector<std::string>{"[1]"}));
    BOOST_TEST((seen.end->cause == WireEnd::Cause::peer_close));
    BOOST_TEST(seen.end->reason == "bye");
    // Masked: 2 octets of head, 4 of key, the payload.
    BOOST_TEST(seen.output.size() == (6U + 1U) + (6U + 2U));
}

/// A good answer with one piece of its text replaced.
struct Change {
    const char* name;
    std::string what;
    std::string by;
};
std::ostream& operator<<(std::ostream& out, const Change& sample) { return out << sample.name; }

const std::vector<Change> wrong_answers = {
    {"400", "101 Switching Protocols", "400 Bad Request"},
    {"200", "101", "200"},
    {"no HTTP", "HTTP", "\x7f"},
    {"no status", "101 ", ""},
    {"no Upgrade", "Upgrade: websocket\r\n", ""},
    {"no Connection", "Connection: Upgrade\r\n", ""},
    {"no Accept", "Sec-WebSocket-Accept", "X-Accept"},
    {"another Accept", "Accept: ", "Accept: A"},
    {"no subprotocol", "Sec-WebSocket-Protocol: wamp.2.json\r\n", ""},
    {"another subprotocol", "wamp.2.json", "wamp.2.cbor"},
    {"an extension", "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
    {"a folded line", "\r\n\r\n", "\r\n folded\r\n\r\n"},
};

BOOST_DATA_TEST_CASE(a_wrong_answer_is_refused, wrong_answers, sample) {
    const auto seen =
        fed_in_all_cuts(client_of(), changed(sample.what, sample.by) + server_frame(text, "[1]"));

    BOOST_TEST(!seen.has_opened);
    BOOST_TEST(seen.messages.empty());
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::refused));
    BOOST_TEST(!seen.end->reason.empty());
}

BOOST_AUTO_TEST_CASE(deflate_terms_of_the_server_are_checked) {
    auto settings = client_settings();
    settings.offer_deflate = true;
    const auto with = [&](std::string_view value) {
        const auto seen = fed_in_all_cuts(client_of(settings),
                                          changed("\r\n\r\n", "\r\nSec-WebSocket-Extensions: " +
                                                                  std::string(value) + "\r\n\r\n"));
        return seen.has_opened;
    };
    const std::string good = "permessage-deflate; server_no_context_takeover";

    BOOST_TEST(with(good));
    BOOST_TEST(with(good + "; client_max_window_bits=9; server_max_window_bits=12"));
    BOOST_TEST(!with("permessage-deflate"));
    BOOST_TEST(!with(good + "; client_max_window_bits"));
    BOOST_TEST(!with(good + ", " + good));
    BOOST_TEST(!with("permessage-bzip2"));
    BOOST_TEST(!with(";"));
}

BOOST_AUTO_TEST_CASE(masked_or_reserved_frames_of_the_server_are_violations) {
    BOOST_TEST(fed_in_all_cuts(client_of(), good_answer() + frame(text, "[1]")).end_code() ==
               1002U);
    BOOST_TEST(fed_in_all_cuts(client_of(), good_answer() + server_frame(3, "")).end_code() ==
               1002U);
    BOOST_TEST(fed_in_all_cuts(client_of(), good_answer() + server_frame(binary, "")).end_code() ==
               1003U);
    BOOST_TEST(
        fed_in_all_cuts(client_of(), good_answer() + server_frame(text, std::string(1001, 'a')))
            .end_code() == 1009U);
}

BOOST_AUTO_TEST_CASE(every_frame_has_a_mask_of_its_own) {
    const auto client = make_websocket_client(client_settings());
    WireEvents events;
    const auto answer = good_answer();
    client->feed({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()}, events);
    std::set<std::string> masks;
    for (int i = 0; i < 100; ++i) {
        ByteWriter output;
        client->frame_message({}, output);
        masks.insert(std::string(output.text().substr(2)));
    }

    BOOST_TEST(masks.size() == 100U);
    BOOST_TEST(client->transforms_output());
}

BOOST_AUTO_TEST_CASE(client_and_server_understand_each_other_in_every_framing) {
    for (const auto* name :
         {"wamp.2.json", "wamp.2.msgpack", "wamp.2.json.batched", "wamp.2.cbor.batched"}) {
        auto settings = client_settings();
        settings.subprotocols = {name};
        const auto client = make_websocket_client(settings);
        const auto server = make_websocket_server(wamp_settings());
        WireEvents events;
        ByteWriter bytes;
        client->start(bytes);
        server->feed(bytes.span(), events);
        bytes = ByteWriter();
        bytes.put(events.output.span());
        client->feed(bytes.span(), events);
        const std::string message(200, 'm');
        const std::span<const std::uint8_t> octets(
            reinterpret_cast<const std::uint8_t*>(message.data()), message.size());

        for (const bool is_up : {true, false}) {
            Wire& from = is_up ? static_cast<Wire&>(*client) : *server;
            Wire& to = is_up ? static_cast<Wire&>(*server) : *client;
            ByteWriter output;
            from.frame_message(octets, output);
            events.clear();
            to.feed(output.span(), events);
            BOOST_TEST_REQUIRE(events.messages.size() == 1U);
            BOOST_TEST(events.messages[0].bytes.text() == message);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
