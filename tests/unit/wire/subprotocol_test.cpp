// WAMP subprotocols: frame types, batches (WAMP b/building_blocks, a/transport_batched_websocket),
// and the headers that senders put in front of shared messages.
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::wire_test;
using namespace std::string_literals;
namespace data = boost::unit_test::data;

namespace {

Seen spoken(std::string_view subprotocol, std::string_view frames) {
    return after_upgrade(frames, wamp_settings(),
                         "Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n");
}

using Messages = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(subprotocols)

BOOST_AUTO_TEST_CASE(the_frame_type_must_be_that_of_the_subprotocol) {
    BOOST_TEST(spoken("wamp.2.json", frame(text, "[]")).messages.size() == 1U);
    BOOST_TEST(spoken("wamp.2.json", frame(binary, "[]")).end_code() == 1003U);
    BOOST_TEST(spoken("wamp.2.msgpack", frame(binary, "\x90")).messages.size() == 1U);
    BOOST_TEST(spoken("wamp.2.msgpack", frame(text, "a")).end_code() == 1003U);
    BOOST_TEST(spoken("wamp.2.json", frame(binary, "", not_final)).end_code() == 1003U);
}

BOOST_AUTO_TEST_CASE(a_foreign_subprotocol_takes_both_types) {
    auto settings = plain_settings();
    settings->subprotocols = {"chat"};

    const auto seen = after_upgrade(frame(text, "a") + frame(binary, "b"), settings,
                                    "Sec-WebSocket-Protocol: chat\r\n");

    BOOST_TEST((seen.messages == Messages{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(a_json_batch_is_split_at_its_separators) {
    const auto seen = spoken("wamp.2.json.batched", frame(text, "[1]\x1e[2,3]\x1e") +
                                                        frame(text, "[4", not_final) +
                                                        frame(continuation, "]\x1e"));

    BOOST_TEST((seen.messages == Messages{"[1]", "[2,3]", "[4]"}));
    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_CASE(a_binary_batch_is_split_at_its_lengths) {
    for (const auto* name : {"wamp.2.msgpack.batched", "wamp.2.cbor.batched"}) {
        const auto seen = spoken(name, frame(binary, "\0\0\0\1a\0\0\0\3bcd"s));

        BOOST_TEST((seen.messages == Messages{"a", "bcd"}));
    }
}

BOOST_AUTO_TEST_CASE(a_broken_json_batch_is_a_violation) {
    BOOST_TEST(spoken("wamp.2.json.batched", frame(text, "")).end_code() == 1002U);
    BOOST_TEST(spoken("wamp.2.json.batched", frame(text, "\x1e")).end_code() == 1002U);
    const auto rest = spoken("wamp.2.json.batched", frame(text, "[1]\x1e[2]"));
    BOOST_TEST(rest.end_code() == 1002U);
    BOOST_TEST((rest.messages == Messages{"[1]"}));
}

BOOST_DATA_TEST_CASE(a_broken_binary_batch_is_a_violation,
                     data::make({""s, "\0\0\0"s, "\0\0\0\0"s, "\0\0\0\2a"s, "\0\0\0\1ab"s,
                                 "\xff\xff\xff\xff"s, "\0\0\0\1a\0\0\0"s})) {
    BOOST_TEST(spoken("wamp.2.msgpack.batched", frame(binary, sample)).end_code() == 1002U);
}

BOOST_AUTO_TEST_CASE(a_batch_of_too_many_messages_is_refused) {
    auto settings = wamp_settings();
    settings->message_bytes_max = 1U << 20U;
    std::string batch;
    for (int i = 0; i < (1 << 18) + 1; ++i) batch += "1\x1e";
    const auto wire = make_websocket_server(settings);
    WireEvents events;
    const auto input = upgrade_request("Sec-WebSocket-Protocol: wamp.2.json.batched\r\n", "/ws") +
                       frame(text, batch);

    wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);

    BOOST_TEST_REQUIRE(events.end.has_value());
    BOOST_TEST(events.end->code == 1002);
    BOOST_TEST(events.messages.size() == 1U << 18U);
}

namespace {

std::string header(Framing framing, Encoding encoding, std::size_t size) {
    ByteWriter writer;
    append_server_header(framing, encoding, size, writer);
    return std::string(writer.text());
}

}  // namespace

BOOST_AUTO_TEST_CASE(server_headers_fit_their_framing) {
    using enum Framing;
    BOOST_TEST(header(websocket, Encoding::json, 125) == "\x81\x7d"s);
    BOOST_TEST(header(websocket, Encoding::cbor, 126) == "\x82\x7e\0\x7e"s);
    BOOST_TEST(header(websocket, Encoding::msgpack, 65536) == "\x82\x7f\0\0\0\0\0\1\0\0"s);
    BOOST_TEST(header(websocket_batched, Encoding::json, 125) == "\x81\x7e\0\x7e"s);
    BOOST_TEST(header(websocket_batched, Encoding::cbor, 5) == "\x82\x09\0\0\0\5"s);
    BOOST_TEST(header(rawsocket, Encoding::json, 0x010203) == "\0\1\2\3"s);
    BOOST_TEST(header(rawsocket, Encoding::json, 1U << 24U) == "\x08\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(fragments_of_a_shared_message_are_read_as_one_by_our_client) {
    WebSocketClientSettings settings;
    settings.subprotocols = {"wamp.2.cbor.batched"};
    const auto client = make_websocket_client(settings);
    const auto server = make_websocket_server(wamp_settings());
    WireEvents at_server;
    WireEvents at_client;
    ByteWriter request;
    settings.path = "/ws";
    client->start(request);
    server->feed(request.span(), at_server);
    client->feed(at_server.output.span(), at_client);
    BOOST_TEST_REQUIRE(at_client.has_opened);

    ByteWriter output;
    append_fragment_header(FragmentPart::first, Encoding::cbor, 4 + 2, output);
    append_batch_prefix(Encoding::cbor, 6, output);
    output.put("ab");
    append_fragment_header(FragmentPart::middle, Encoding::cbor, 3, output);
    output.put("cde");
    server->ping({}, output);
    append_fragment_header(FragmentPart::last, Encoding::cbor, 1, output);
    output.put("f");
    at_client.clear();
    client->feed(output.span(), at_client);

    BOOST_TEST_REQUIRE(at_client.messages.size() == 1U);
    BOOST_TEST(at_client.messages[0].bytes.text() == "abcdef");
    BOOST_TEST(at_client.output.size() == 2U + 4U);
}

BOOST_AUTO_TEST_SUITE_END()
