// A link that works: handshakes, messages both ways, flow, the polite end.
#include "testing.hpp"

#include <boost/test/data/test_case.hpp>

using namespace kreisel;
using namespace kreisel::client_test;

namespace {

Message publish(std::uint64_t request, const std::string& text = "x") {
    return Publish{RequestId(request), {}, Uri("com.example.topic"), make_payload({text})};
}

Message event(std::uint64_t publication) {
    return Event{SubscriptionId(1), PublicationId(publication), {}, make_payload({1})};
}

/// A link that is open, and its peer.
struct Open {
    explicit Open(Loop& loop, client::LinkSettings settings = {})
        : peer(loop, websocket_server()), linked(link_to(loop, *peer.peer, "ws", settings)) {
        loop.run_until([&] { return linked.owner->opened.has_value(); });
    }
    WirePeer peer;
    Linked linked;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_link)

BOOST_DATA_TEST_CASE(websocket_speaks_the_first_encoding_that_both_know,
                     boost::unit_test::data::make({Encoding::json, Encoding::msgpack,
                                                   Encoding::cbor}),
                     encoding) {
    Loop loop;
    WirePeer peer(loop,
                  websocket_server({std::string(subprotocol_of(encoding, Framing::websocket))}));
    const auto linked = link_to(loop, *peer.peer, "ws");

    loop.run_until([&] { return linked.owner->opened.has_value(); });
    BOOST_TEST((linked.link->send(publish(1)) == client::Sent::yes));
    loop.run_until([&] { return peer.messages.size() == 1; });
    peer.send(event(7));
    loop.run_until([&] { return linked.owner->messages.size() == 1; });

    BOOST_TEST((*linked.owner->opened == encoding));
    BOOST_TEST(std::get<Publish>(peer.messages[0]).topic == "com.example.topic");
    BOOST_TEST(std::get<Event>(linked.owner->messages[0]).publication.value == 7U);
}

BOOST_DATA_TEST_CASE(rawsocket_asks_for_the_first_encoding,
                     boost::unit_test::data::make({Encoding::json, Encoding::msgpack,
                                                   Encoding::cbor}),
                     encoding) {
    Loop loop;
    WirePeer peer(loop, rawsocket_server());
    const auto linked = link_to(loop, *peer.peer, "tcp", {.encodings = {encoding}});

    loop.run_until([&] { return linked.owner->opened.has_value(); });
    BOOST_TEST((linked.link->send(publish(1)) == client::Sent::yes));
    loop.run_until([&] { return peer.messages.size() == 1; });
    peer.send(event(7));
    loop.run_until([&] { return linked.owner->messages.size() == 1; });

    BOOST_TEST((*linked.owner->opened == encoding));
}

BOOST_AUTO_TEST_CASE(upgrade_request_says_what_was_set) {
    Loop loop;
    const auto peer = Peer::make(loop);
    const auto linked = link_to(loop, *peer, "ws",
                                {.origin = "https://example.com",
                                 .user_agent = "test/1",
                                 .headers = {{"X-Tenant", "a"}, {"Bad\r\nName", "b"}}});

    loop.run_until([&] { return peer->received.find("\r\n\r\n") != std::string::npos; });

    const auto has = [&](const std::string& line) {
        return peer->received.find("\r\n" + line + "\r\n") != std::string::npos;
    };
    BOOST_TEST(peer->received.starts_with("GET /ws HTTP/1.1\r\n"));
    BOOST_TEST(has("Host: 127.0.0.1:" + std::to_string(peer->port())));
    BOOST_TEST(has("Sec-WebSocket-Protocol: wamp.2.msgpack, wamp.2.cbor, wamp.2.json"));
    BOOST_TEST(has("Origin: https://example.com"));
    BOOST_TEST(has("User-Agent: test/1"));
    BOOST_TEST(has("X-Tenant: a"));
    BOOST_TEST(peer->received.find("Bad") == std::string::npos);
    linked.link->destroy();
}

BOOST_AUTO_TEST_CASE(all_sent_in_one_turn_leaves_by_one_write) {
    Loop loop;
    Open open(loop);
    open.peer.feed_sizes.clear();

    for (std::uint64_t i = 1; i <= 20; ++i) {
        BOOST_TEST((open.linked.link->send(publish(i)) == client::Sent::yes));
    }
    BOOST_TEST(open.linked.link->output_bytes() > 0U);
    loop.run_until([&] { return open.peer.messages.size() == 20; });

    BOOST_TEST(open.peer.feed_sizes.size() == 1U);
    BOOST_TEST(open.linked.link->output_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(answers_to_a_burst_leave_by_one_write_and_without_a_turn_between) {
    Loop loop;
    Open open(loop);
    open.peer.feed_sizes.clear();
    open.linked.owner->bursts = 0;
    open.linked.owner->when_message = [&] {
        BOOST_TEST((open.linked.link->send(publish(1)) == client::Sent::yes));
    };

    for (std::uint64_t i = 1; i <= 20; ++i) open.peer.send(event(i));
    loop.run_until([&] { return open.peer.messages.size() == 20; });

    BOOST_TEST(open.peer.feed_sizes.size() <= static_cast<std::size_t>(open.linked.owner->bursts));
}

BOOST_AUTO_TEST_CASE(flush_sends_at_once) {
    Loop loop;
    Open open(loop);

    BOOST_TEST((open.linked.link->send(publish(1)) == client::Sent::yes));
    open.linked.link->flush();

    BOOST_TEST(open.linked.link->output_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(large_messages_come_whole_both_ways) {
    Loop loop;
    Open open(loop);
    const std::string text(3'000'000, 'x');

    BOOST_TEST((open.linked.link->send(publish(1, text)) == client::Sent::yes));
    loop.run_until([&] { return open.peer.messages.size() == 1; });
    open.peer.send(Event{SubscriptionId(1), PublicationId(1), {}, make_payload({text})});
    loop.run_until([&] { return open.linked.owner->messages.size() == 1; });

    BOOST_TEST((read_payload(std::get<Publish>(open.peer.messages[0]).payload).args == List{text}));
    BOOST_TEST(
        (read_payload(std::get<Event>(open.linked.owner->messages[0]).payload).args == List{text}));
}

BOOST_AUTO_TEST_CASE(slow_router_fills_the_queue_to_its_limit_and_is_told_when_it_empties) {
    Loop loop;
    Open open(loop, {.output_bytes_high = 1U << 20U, .output_bytes_max = 4U << 20U});
    open.peer.peer->is_reading = false;
    const std::string text(100'000, 'x');
    client::Sent last = client::Sent::yes;
    std::uint64_t count = 0;

    for (; last == client::Sent::yes && count < 500; ++count) {
        last = open.linked.link->send(publish(count + 1, text));
        open.linked.link->flush();
    }
    BOOST_TEST((last == client::Sent::full));
    BOOST_TEST(open.linked.link->output_bytes() < (5U << 20U));
    BOOST_TEST(open.linked.owner->writables == 0);
    open.peer.peer->is_reading = true;
    open.peer.peer->on_readable({});
    loop.run_until([&] { return open.peer.messages.size() == count - 1; });

    BOOST_TEST(open.linked.owner->writables == 1);
    BOOST_TEST((open.linked.link->send(publish(1)) == client::Sent::yes));
}

BOOST_AUTO_TEST_CASE(message_longer_than_the_router_takes_is_not_sent) {
    Loop loop;
    WirePeer peer(loop, rawsocket_server(1024));
    const auto linked = link_to(loop, *peer.peer, "tcp");
    loop.run_until([&] { return linked.owner->opened.has_value(); });

    const auto sent = linked.link->send(publish(1, std::string(2000, 'x')));

    BOOST_TEST((sent == client::Sent::too_long));
    BOOST_TEST((linked.link->send(publish(1)) == client::Sent::yes));
}

BOOST_AUTO_TEST_CASE(paused_link_reads_on_when_it_is_resumed) {
    Loop loop;
    Open open(loop);
    open.linked.link->pause_reading();

    open.peer.send(event(1));
    loop.run_for(30ms);
    BOOST_TEST(open.linked.owner->messages.empty());
    open.linked.link->resume_reading();
    loop.run_until([&] { return open.linked.owner->messages.size() == 1; });

    open.linked.owner->when_message = [&] {
        open.linked.link->pause_reading();
        open.linked.link->resume_reading();
    };
    open.peer.send(event(2));
    loop.run_until([&] { return open.linked.owner->messages.size() == 2; });
    open.peer.send(event(3));
    loop.run_until([&] { return open.linked.owner->messages.size() == 3; });
}

BOOST_AUTO_TEST_CASE(router_pings_are_answered) {
    Loop loop;
    Open open(loop);
    open.peer.answers = false;

    open.peer.send_raw("\x89\x02hi");
    loop.run_until([&] { return open.peer.feed_sizes.size() == 2; });

    BOOST_TEST(!open.peer.wire_end.has_value());
}

BOOST_AUTO_TEST_CASE(pings_keep_a_quiet_link_alive) {
    Loop loop;
    Open open(loop, {.ping_interval = 20ms, .ping_timeout = 2s});

    // The upgrade and two pings.
    loop.run_until([&] { return open.peer.feed_sizes.size() == 3; });

    BOOST_TEST(open.linked.link->is_open());
}

BOOST_AUTO_TEST_CASE(close_waits_for_the_answer_of_the_router) {
    Loop loop;
    Open open(loop);

    BOOST_TEST((open.linked.link->send(publish(1)) == client::Sent::yes));
    open.linked.link->close(close_code::normal, "done");
    BOOST_TEST((open.linked.link->send(publish(2)) == client::Sent::no_longer));
    loop.run_until([&] { return open.linked.owner->lost.has_value(); });

    BOOST_TEST(open.linked.owner->lost->uri() == client::uris::closed);
    BOOST_TEST(open.peer.messages.size() == 1U);
    BOOST_REQUIRE(open.peer.wire_end.has_value());
    BOOST_TEST(open.peer.wire_end->code == close_code::normal);
    BOOST_TEST(open.peer.wire_end->reason == "done");
}

BOOST_AUTO_TEST_CASE(close_of_rawsocket_ends_the_octets) {
    Loop loop;
    WirePeer peer(loop, rawsocket_server());
    const auto linked = link_to(loop, *peer.peer, "tcp");
    loop.run_until([&] { return linked.owner->opened.has_value(); });

    BOOST_TEST((linked.link->send(publish(1)) == client::Sent::yes));
    linked.link->close(close_code::normal, "");
    loop.run_until([&] { return peer.peer->has_ended; });
    peer.peer->end();
    loop.run_until([&] { return linked.owner->lost.has_value(); });

    BOOST_TEST(peer.messages.size() == 1U);
    BOOST_TEST(linked.owner->lost->uri() == client::uris::closed);
}

BOOST_AUTO_TEST_CASE(close_does_not_wait_for_ever) {
    Loop loop;
    Open open(loop, {.close_timeout = 30ms});
    open.peer.answers = false;

    open.linked.link->close(close_code::normal, "");
    loop.run_until([&] { return open.linked.owner->lost.has_value(); });

    BOOST_TEST(open.linked.owner->lost->uri() == client::uris::closed);
    BOOST_TEST(open.linked.owner->losses == 1);
}

BOOST_AUTO_TEST_CASE(destroyed_link_tells_nothing) {
    Loop loop;
    Open open(loop);
    open.linked.owner->when_message = [&] { open.linked.link->destroy(); };

    open.peer.send(event(1));
    open.peer.send(event(2));
    loop.run_until([&] { return open.peer.peer->has_ended; });
    open.linked.link->destroy();
    loop.run_for(10ms);

    BOOST_TEST(open.linked.owner->messages.size() == 1U);
    BOOST_TEST(open.linked.owner->losses == 0);
    BOOST_TEST((open.linked.link->send(publish(1)) == client::Sent::no_longer));
}

BOOST_AUTO_TEST_CASE(link_without_an_owner_ends) {
    Loop loop;
    Open open(loop);

    open.linked.owner.reset();
    open.peer.send(event(1));
    loop.run_until([&] { return open.peer.peer->has_ended; });

    BOOST_TEST(!open.linked.link->is_open());
}

BOOST_AUTO_TEST_SUITE_END()
