// RawSocket, both sides (rfc/text/advanced/transport_rawsocket).
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::wire_test;
using namespace std::string_literals;

namespace {

RawSocketServerSettings server_settings() {
    RawSocketServerSettings settings;
    settings.encodings = {Encoding::json, Encoding::msgpack};
    settings.message_bytes_max = 5000;
    return settings;
}

Seen served(std::string_view input, RawSocketServerSettings settings = server_settings()) {
    return fed_in_all_cuts([settings] { return make_rawsocket_server(settings); }, input);
}

std::string raw_frame(unsigned type, std::string_view payload) {
    std::string out(1, static_cast<char>(type));
    for (const unsigned shift : {16U, 8U, 0U}) {
        out += static_cast<char>(payload.size() >> shift & 0xffU);
    }
    return out + std::string(payload);
}

const std::string hello_json = "\x7f\xf1\0\0"s;
/// 5000 octets are announced as 2^13, L = 4.
const std::string answer_json = "\x7f\x41\0\0"s;
using Messages = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(rawsocket)

BOOST_AUTO_TEST_CASE(the_handshake_is_answered_and_messages_may_follow_at_once) {
    const auto seen = served(hello_json + raw_frame(0, "[1]") + raw_frame(0, "") +
                             raw_frame(0, std::string(5000, 'x')));

    BOOST_TEST(seen.has_opened);
    BOOST_TEST(seen.output == answer_json);
    BOOST_TEST((seen.messages == Messages{"[1]", "", std::string(5000, 'x')}));
    BOOST_TEST(seen.are_text[0]);
    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_CASE(the_peers_limit_and_serializer_are_known_once_open) {
    const auto wire = make_rawsocket_server(server_settings());
    WireEvents events;
    const std::string input = "\x7f\x02\0\0"s;

    wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);

    BOOST_TEST((wire->encoding() == Encoding::msgpack));
    BOOST_TEST((wire->framing() == Framing::rawsocket));
    BOOST_TEST(wire->peer_message_bytes_max() == 512U);
    BOOST_TEST(!wire->transforms_output());
}

BOOST_AUTO_TEST_CASE(the_announced_limit_is_the_next_power_of_two) {
    const auto announced = [](std::size_t bytes) {
        auto settings = server_settings();
        settings.message_bytes_max = bytes;
        return static_cast<unsigned>(
            static_cast<unsigned char>(served(hello_json, settings).output[1]) >> 4U);
    };

    BOOST_TEST(announced(1) == 0U);
    BOOST_TEST(announced(512) == 0U);
    BOOST_TEST(announced(513) == 1U);
    BOOST_TEST(announced(1U << 16U) == 7U);
    BOOST_TEST(announced((1U << 24U) - 1) == 15U);
    BOOST_TEST(announced(1U << 24U) == 15U);
    BOOST_TEST(announced(SIZE_MAX) == 15U);
}

struct Refusal {
    const char* name;
    std::string input;
    std::string output;
};
std::ostream& operator<<(std::ostream& out, const Refusal& sample) { return out << sample.name; }

const std::vector<Refusal> refusals = {
    {"another magic", "GET / HTTP/1.1\r\n\r\n", ""},
    {"serializer 0", "\x7f\xf0\0\0"s, "\x7f\x10\0\0"s},
    {"serializer not offered", "\x7f\xf3\0\0"s, "\x7f\x10\0\0"s},
    {"serializer unknown", "\x7f\xff\0\0"s, "\x7f\x10\0\0"s},
    {"third octet", "\x7f\xf1\1\0"s, "\x7f\x30\0\0"s},
    {"fourth octet", "\x7f\xf1\0\x80"s, "\x7f\x30\0\0"s},
    {"limit too small", "\x7f\x01\0\0"s, "\x7f\x20\0\0"s},
};

BOOST_DATA_TEST_CASE(a_wrong_handshake_is_refused_with_its_error, refusals, sample) {
    auto settings = server_settings();
    settings.peer_message_bytes_min = 1024;

    const auto seen = served(sample.input + raw_frame(0, "[1]"), settings);

    BOOST_TEST(!seen.has_opened);
    BOOST_TEST(seen.output == sample.output);
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::refused));
    BOOST_TEST(seen.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_full_server_says_error_4) {
    auto settings = server_settings();
    settings.is_full = true;

    BOOST_TEST(served(hello_json, settings).output == "\x7f\x40\0\0"s);
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered_at_once_and_in_order) {
    const auto seen = served(hello_json + raw_frame(1, "before HELLO") + raw_frame(0, "[1]") +
                             raw_frame(1, "") + raw_frame(0, "[2]") + raw_frame(2, "unasked") +
                             raw_frame(1, std::string(5000, 'p')));

    BOOST_TEST(seen.trace == answer_json + raw_frame(2, "before HELLO") + "<0>" + raw_frame(2, "") +
                                 "<1>" + raw_frame(2, std::string(5000, 'p')));
    BOOST_TEST(seen.has_pong);
    BOOST_TEST(!seen.end.has_value());
}

struct Violation {
    const char* name;
    std::string frame;
    unsigned code;
};
std::ostream& operator<<(std::ostream& out, const Violation& sample) { return out << sample.name; }

const std::vector<Violation> violations = {
    {"type 3", raw_frame(3, "a"), 1002},
    {"type 7", raw_frame(7, ""), 1002},
    {"R bit", raw_frame(0x10, "a"), 1002},
    {"highest R bit", raw_frame(0x80, ""), 1002},
    {"X bit with a length", raw_frame(8, "a"), 1002},
    {"X bit above the limit", raw_frame(8, ""), 1009},
    {"message above the limit", raw_frame(0, std::string(8193, 'a')), 1009},
    {"ping above the limit", raw_frame(1, std::string(8193, 'a')), 1009},
};

BOOST_DATA_TEST_CASE(a_broken_frame_ends_the_stream, violations, sample) {
    const auto seen =
        served(hello_json + raw_frame(0, "[1]") + sample.frame + raw_frame(0, "after"));

    BOOST_TEST((seen.messages == Messages{"[1]"}));
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::violation));
    BOOST_TEST(seen.end_code() == sample.code);
    BOOST_TEST(seen.output == answer_json);
}

BOOST_AUTO_TEST_CASE(exactly_2_to_the_24_octets_come_with_the_x_bit) {
    auto settings = server_settings();
    settings.message_bytes_max = 1U << 24U;
    const auto server = make_rawsocket_server(settings);
    const auto client = make_rawsocket_client({Encoding::json, 1U << 24U});
    WireEvents events;
    ByteWriter bytes;
    client->start(bytes);
    server->feed(bytes.span(), events);
    bytes = ByteWriter();
    bytes.put(events.output.span());
    client->feed(bytes.span(), events);
    BOOST_TEST(client->peer_message_bytes_max() == 1U << 24U);
    const std::vector<std::uint8_t> message(1U << 24U, 'x');
    ByteWriter output;

    client->frame_message(message, output);
    events.clear();
    server->feed(output.span(), events);

    BOOST_TEST(output.text().substr(0, 4) == "\x08\0\0\0"s);
    BOOST_TEST_REQUIRE(events.messages.size() == 1U);
    BOOST_TEST(events.messages[0].bytes.size() == 1U << 24U);
}

BOOST_AUTO_TEST_CASE(a_burst_shares_one_block) {
    const auto wire = make_rawsocket_server(server_settings());
    WireEvents events;
    std::string input = hello_json;
    for (int i = 0; i < 10; ++i) input += raw_frame(0, "12345") + raw_frame(1, "p");

    wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);

    BOOST_TEST_REQUIRE(events.messages.size() == 10U);
    BOOST_TEST(events.messages[9].bytes.data() == events.messages[0].bytes.data() + 45);
    BOOST_TEST(events.messages[9].bytes.text() == "12345");
}

const std::vector<Refusal> client_refusals = {
    {"error 1", "\x7f\x10\0\0"s, "the server does not support the serializer"},
    {"error 4", "\x7f\x40\0\0"s, "the server has too many connections"},
    {"error 0", "\x7f\0\0\0"s, "the server refused with the illegal error 0"},
    {"error 9", "\x7f\x90\0\0"s, "the server refused with an unknown error"},
    {"another serializer", "\x7f\xf1\0\0"s, "the server answered with another serializer"},
    {"reserved octets", "\x7f\xf2\0\1"s, "reserved octets are set"},
    {"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "the first octet is not that of RawSocket"},
};

BOOST_DATA_TEST_CASE(a_client_understands_refusals, client_refusals, sample) {
    const auto seen = fed_in_all_cuts(
        [] {
            return make_rawsocket_client({Encoding::msgpack, 1U << 20U});
        },
        sample.input);

    BOOST_TEST(!seen.has_opened);
    BOOST_TEST((seen.end->cause == WireEnd::Cause::refused));
    BOOST_TEST(seen.end->reason == sample.output);
}

BOOST_AUTO_TEST_CASE(a_client_asks_reads_and_pings) {
    const auto client = make_rawsocket_client({Encoding::msgpack, 1U << 20U});
    ByteWriter output;
    client->start(output);
    BOOST_TEST(output.text() == "\x7f\xb2\0\0"s);
    const std::string answer = "\x7f\x12\0\0"s + raw_frame(0, "m");
    WireEvents events;

    client->feed({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()}, events);
    output.truncate(0);
    client->ping({}, output);
    client->close(1000, "", output);

    BOOST_TEST(events.messages.size() == 1U);
    BOOST_TEST(client->peer_message_bytes_max() == 1024U);
    BOOST_TEST(output.text() == raw_frame(1, ""));
}

BOOST_AUTO_TEST_SUITE_END()
