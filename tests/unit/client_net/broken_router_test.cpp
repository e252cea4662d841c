// Routers that are not there, are something else, or mean ill: each ends the link once, with a text
// that says why.
#include "testing.hpp"

#include <boost/test/data/test_case.hpp>

using namespace kreisel;
using namespace kreisel::client_test;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// What becomes of a link whose peer answers its first octets with that.
client::Error answered_with(std::string_view answer, const std::string& scheme,
                            client::LinkSettings settings = {}) {
    Loop loop;
    const auto peer = Peer::make(loop);
    const auto linked = link_to(loop, *peer, scheme, std::move(settings));
    loop.run_until([&] { return !peer->received.empty(); });
    peer->send(answer);
    loop.run_until([&] { return linked.owner->lost.has_value(); });
    loop.run_for(5ms);
    BOOST_TEST(linked.owner->losses == 1);
    BOOST_TEST(!linked.owner->opened.has_value());
    BOOST_TEST(!linked.link->is_open());
    return *linked.owner->lost;
}

/// A WebSocket that is open, and then gets these octets.
client::Error got_octets(std::string_view octets, client::LinkSettings settings = {}) {
    Loop loop;
    WirePeer peer(loop, websocket_server({"wamp.2.json"}));
    const auto linked = link_to(loop, *peer.peer, "ws", std::move(settings));
    loop.run_until([&] { return linked.owner->opened.has_value(); });
    peer.send_raw(octets);
    loop.run_until([&] { return linked.owner->lost.has_value(); });
    loop.run_for(5ms);
    BOOST_TEST(linked.owner->losses == 1);
    return *linked.owner->lost;
}

/// One unmasked text frame.
std::string text_frame(const std::string& text) {
    return std::string("\x81") + static_cast<char>(text.size()) + text;
}

struct Status {
    std::string_view line;
    std::uint64_t status;
};
std::ostream& operator<<(std::ostream& out, const Status& status) { return out << status.line; }

}  // namespace

BOOST_AUTO_TEST_SUITE(client_broken_router)

BOOST_DATA_TEST_CASE(
    http_status_is_told,
    boost::unit_test::data::make(std::vector<Status>{
        {"404 Not Found", 404}, {"401 Unauthorized", 401}, {"503 Service Unavailable", 503}}),
    status) {
    const auto error = answered_with(
        "HTTP/1.1 " + std::string(status.line) + "\r\nContent-Length: 2\r\n\r\nno", "ws");

    BOOST_TEST(error.uri() == client::uris::not_connected);
    BOOST_TEST(has(error.what(), "cannot connect to ws://127.0.0.1:"));
    BOOST_TEST(has(error.what(), "the server refused the upgrade: " + std::string(status.line)));
    BOOST_TEST((error.kwargs().find_uint("status") == status.status));
}

BOOST_AUTO_TEST_CASE(redirect_names_its_target) {
    const auto error = answered_with(
        "HTTP/1.1 301 Moved Permanently\r\nLocation: https://example.com/ws\r\n\r\n", "ws");

    BOOST_TEST(has(error.what(), "it points to https://example.com/ws"));
}

BOOST_AUTO_TEST_CASE(other_services_are_told_apart) {
    BOOST_TEST(has(answered_with("SSH-2.0-OpenSSH_9.2\r\n", "ws").what(), "no HTTP"));
    BOOST_TEST(has(answered_with("HTTP/1.1 400 Bad Request\r\n\r\n", "tcp").what(),
                   "not that of RawSocket"));
    BOOST_TEST(has(answered_with("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
                                 "ws")
                       .what(),
                   "Sec-WebSocket-Accept"));
    BOOST_TEST(has(answered_with(std::string(20'000, 'x'), "ws").what(), "no HTTP"));
}

BOOST_AUTO_TEST_CASE(rawsocket_refusals_are_told) {
    using namespace std::string_literals;

    BOOST_TEST(has(answered_with("\x7f\x10\0\0"s, "tcp").what(), "serializer"));
    BOOST_TEST(has(answered_with("\x7f\x40\0\0"s, "tcp").what(), "connections"));
    BOOST_TEST(has(answered_with("\x7f\xf1\0\0"s, "tcp").what(), "another serializer"));
}

BOOST_AUTO_TEST_CASE(missing_subprotocol_is_refused) {
    Loop loop;
    WirePeer peer(loop, websocket_server({}));
    const auto linked = link_to(loop, *peer.peer, "ws");

    BOOST_TEST(has(loss_of(loop, linked), "chose no subprotocol"));
}

BOOST_DATA_TEST_CASE(silent_router_ends_at_the_deadline,
                     boost::unit_test::data::make({"ws", "tcp"}), scheme) {
    Loop loop;
    const auto peer = Peer::make(loop);
    const auto linked = link_to(loop, *peer, scheme, {.handshake_timeout = 30ms});

    BOOST_TEST(has(loss_of(loop, linked), "did not answer the handshake in time"));
    loop.run_until([&] { return peer->has_ended; });
}

BOOST_DATA_TEST_CASE(half_a_handshake_ends_with_the_connection,
                     boost::unit_test::data::make({"ws", "tcp"}), scheme) {
    Loop loop;
    const auto peer = Peer::make(loop);
    const auto linked = link_to(loop, *peer, scheme);
    loop.run_until([&] { return !peer->received.empty(); });

    peer->send(std::string(scheme) == "ws" ? "HTTP/1.1 101 Swit" : "\x7f");
    peer->end();

    BOOST_TEST(has(loss_of(loop, linked), "ended the connection in the handshake"));
}

BOOST_AUTO_TEST_CASE(reset_connection_is_told) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked = link_to(loop, *peer.peer, "ws");
    loop.run_until([&] { return linked.owner->opened.has_value(); });

    peer.peer->cut(true);

    BOOST_TEST(has(loss_of(loop, linked), "was lost: Connection reset by peer"));
}

BOOST_AUTO_TEST_CASE(end_without_a_word_is_told) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked = link_to(loop, *peer.peer, "ws");
    loop.run_until([&] { return linked.owner->opened.has_value(); });
    peer.send_raw(std::string("\x82\x7e\x10", 3));  // a cut frame

    peer.peer->end();

    BOOST_TEST(has(loss_of(loop, linked), "without a word"));
    BOOST_TEST(linked.owner->messages.empty());
}

BOOST_AUTO_TEST_CASE(close_of_the_router_tells_code_and_reason) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked = link_to(loop, *peer.peer, "ws");
    loop.run_until([&] { return linked.owner->opened.has_value(); });

    peer.close(close_code::service_restart, "back soon");
    const auto text = loss_of(loop, linked);
    loop.run_until([&] { return peer.wire_end.has_value(); });

    BOOST_TEST(has(text, "closed the connection with code 1012 (it restarts): back soon"));
    BOOST_TEST((linked.owner->lost->kwargs().find_uint("code") == 1012U));
    BOOST_TEST(peer.wire_end->code == close_code::service_restart);
}

BOOST_AUTO_TEST_CASE(messages_in_front_of_a_close_are_told) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked = link_to(loop, *peer.peer, "ws");
    loop.run_until([&] { return linked.owner->opened.has_value(); });

    peer.send(Abort{{}, Uri("wamp.error.no_such_realm"), {}});
    peer.close(close_code::normal, "");
    static_cast<void>(loss_of(loop, linked));

    BOOST_TEST(linked.owner->messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(ping_without_an_answer_ends_the_link) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked =
        link_to(loop, *peer.peer, "ws", {.ping_interval = 10ms, .ping_timeout = 40ms});
    peer.answers = false;

    BOOST_TEST(has(loss_of(loop, linked), "did not answer a ping within 40 ms"));
}

BOOST_DATA_TEST_CASE(what_is_no_message_of_wamp_ends_the_link,
                     boost::unit_test::data::make(std::vector<std::string>{
                         "x", "{}", "[]", "[36]", "[36,1,0,{}]", "[2,-1,{}]", "[2,1,[]]", "[999]",
                         "[36,1,2,{},3]", "[50,1,{}", "[8,48,1,{},\"not a uri\\u0000\",{}]",
                         "[69,9007199254740993,{}]"}),
                     text) {
    const auto error = got_octets(text_frame(text));

    BOOST_TEST(error.uri() == client::uris::broken_router);
    BOOST_TEST(has(error.what(), "broke the protocol"));
}

BOOST_AUTO_TEST_CASE(broken_frames_end_the_link) {
    BOOST_TEST(got_octets("\xff\xff\xff").uri() == client::uris::broken_router);
    BOOST_TEST(got_octets("\x81\x82mask").uri() == client::uris::broken_router);
    BOOST_TEST(got_octets("\x82\x01x").uri() == client::uris::broken_router);  // binary for JSON
    BOOST_TEST(got_octets("\x81\x02\xc3\x28").uri() == client::uris::broken_router);  // no UTF-8
}

BOOST_AUTO_TEST_CASE(messages_over_the_limit_end_the_link) {
    const auto error = got_octets(std::string("\x81\x7e\x10\x00", 4), {.message_bytes_max = 1000});

    BOOST_TEST(error.uri() == client::uris::broken_router);
}

BOOST_AUTO_TEST_CASE(flood_of_pings_does_not_fill_the_memory) {
    Loop loop;
    WirePeer peer(loop, websocket_server());
    const auto linked = link_to(loop, *peer.peer, "ws", {.output_bytes_max = 1U << 20U});
    loop.run_until([&] { return linked.owner->opened.has_value(); });
    peer.peer->is_reading = false;
    std::string pings;
    for (int i = 0; i < 500; ++i) pings += std::string("\x89\x7d") + std::string(125, 'x');

    for (int i = 0; i < 2000 && !linked.owner->lost; ++i) peer.send_raw(pings);

    BOOST_REQUIRE(linked.owner->lost.has_value());
    BOOST_TEST(has(linked.owner->lost->what(), "does not read the answers"));
}

BOOST_AUTO_TEST_SUITE_END()
