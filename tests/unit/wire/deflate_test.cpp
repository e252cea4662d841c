// permessage-deflate (RFC 7692): offers, messages both ways, the bound on what is inflated.
#include "common/wire/deflate.hpp"

#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <zlib.h>

using namespace kreisel;
using namespace kreisel::wire_test;
using namespace std::string_literals;

namespace {

std::shared_ptr<WebSocketServerSettings> deflate_settings() {
    auto settings = plain_settings();
    settings->allow_deflate = true;
    return settings;
}

std::string offer(std::string_view parameters) {
    return "Sec-WebSocket-Extensions: permessage-deflate" + std::string(parameters) + "\r\n";
}

Seen compressed(std::string_view frames,
                std::shared_ptr<WebSocketServerSettings> settings = deflate_settings()) {
    return after_upgrade(frames, std::move(settings), offer(""));
}

/// The payload of a compressed message as RFC 7692 7.2.1 makes it.
std::string deflated(std::string_view plain, int level = 9, int flush = Z_SYNC_FLUSH) {
    z_stream stream = {};
    BOOST_TEST_REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, 0) == Z_OK);
    std::vector<Bytef> out(plain.size() + plain.size() / 100 + 200);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    const std::size_t size = out.size() - stream.avail_out - (flush == Z_SYNC_FLUSH ? 4 : 0);
    deflateEnd(&stream);
    return {out.begin(), out.begin() + static_cast<long>(size)};
}

constexpr FrameOptions rsv1{0x40, true, true};
constexpr FrameOptions rsv1_not_final{0x40, false, true};
using Messages = std::vector<std::string>;

std::string answered_extensions(std::string_view fields) {
    const auto seen = fed_in_all_cuts(server_of(deflate_settings()), upgrade_request(fields));
    const std::string name = "Sec-WebSocket-Extensions: ";
    const auto at = seen.output.find(name);
    if (at == std::string::npos) return {};
    return seen.output.substr(at + name.size(), seen.output.find("\r\n", at) - at - name.size());
}

const std::string taken =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

}  // namespace

BOOST_AUTO_TEST_SUITE(permessage_deflate)

BOOST_AUTO_TEST_CASE(it_is_off_by_default) {
    const auto seen = after_upgrade(frame(text, deflated("a"), rsv1), plain_settings(), offer(""));

    BOOST_TEST(seen.end_code() == 1002U);
}

BOOST_AUTO_TEST_CASE(valid_offers_are_taken) {
    BOOST_TEST(answered_extensions(offer("")) == taken);
    BOOST_TEST(answered_extensions(offer("; client_max_window_bits")) == taken);
    BOOST_TEST(answered_extensions(offer("; client_max_window_bits=8")) == taken);
    BOOST_TEST(answered_extensions(
                   offer(";server_no_context_takeover;client_no_context_takeover")) == taken);
    BOOST_TEST(answered_extensions(offer("; server_max_window_bits=10")) ==
               taken + "; server_max_window_bits=10");
    BOOST_TEST(answered_extensions(offer("; server_max_window_bits=\"8\"")) ==
               taken + "; server_max_window_bits=8");
    BOOST_TEST(answered_extensions("Sec-WebSocket-Extensions: foo, x; a=b\r\n" + offer("")) ==
               taken);
}

const std::vector<std::string> declined = {
    "; server_max_window_bits",
    "; server_max_window_bits=7",
    "; server_max_window_bits=16",
    "; server_max_window_bits=08",
    "; server_max_window_bits=1a",
    "; client_max_window_bits=7",
    "; client_max_window_bits=16",
    "; server_no_context_takeover=1",
    "; client_no_context_takeover=1",
    "; unknown",
    "; server_no_context_takeover; server_no_context_takeover",
    "; client_max_window_bits; client_max_window_bits=9",
    "; server_max_window_bits=9; server_max_window_bits=9",
};

BOOST_DATA_TEST_CASE(an_invalid_offer_is_declined_and_the_next_one_taken, declined, sample) {
    BOOST_TEST(answered_extensions(offer(sample)).empty());
    BOOST_TEST(answered_extensions(offer(sample + ", permessage-deflate")) == taken);
}

BOOST_AUTO_TEST_CASE(compressed_messages_arrive_whole_and_in_fragments) {
    const std::string plain(3000, 'z');
    const auto packed = deflated(plain + "end");

    const auto seen =
        compressed(frame(text, deflated("Hello"), rsv1) + frame(text, "plain") +
                   frame(binary, packed.substr(0, 3), rsv1_not_final) + frame(ping, "") +
                   frame(continuation, packed.substr(3, 1), not_final) +
                   frame(continuation, "", not_final) + frame(continuation, packed.substr(4)));

    BOOST_TEST((seen.messages == Messages{"Hello", "plain", plain + "end"}));
    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_CASE(the_examples_of_the_rfc_are_read) {
    // RFC 7692 7.2.3.1, .3 (stored), .4 (final block), and an empty message (7.2.3.6).
    const auto seen = compressed(
        frame(text, "\xf2\x48\xcd\xc9\xc9\x07\x00"s, rsv1) +
        frame(text, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, rsv1) +
        frame(text, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, rsv1) + frame(text, "\x00"s, rsv1) +
        frame(text, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s, rsv1) +
        frame(text, deflated("final", 9, Z_FINISH), rsv1) + frame(text, "", rsv1));

    BOOST_TEST((seen.messages == Messages{"Hello", "Hello", "Hello", "", "Hello", "final", ""}));
    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_CASE(rsv1_belongs_to_the_first_data_frame_only) {
    const auto packed = deflated("Hello");
    BOOST_TEST(compressed(frame(text, packed.substr(0, 2), rsv1_not_final) +
                          frame(continuation, packed.substr(2), rsv1))
                   .end_code() == 1002U);
    BOOST_TEST(compressed(frame(ping, "", rsv1)).end_code() == 1002U);
    BOOST_TEST(compressed(frame(closing, "", rsv1)).end_code() == 1002U);
    BOOST_TEST(compressed(frame(text, packed, {0x60, true, true})).end_code() == 1002U);
}

BOOST_AUTO_TEST_CASE(inflated_text_is_checked) {
    BOOST_TEST(compressed(frame(text, deflated("a\xff"), rsv1)).end_code() == 1007U);
    BOOST_TEST(compressed(frame(text, deflated("a\xe2\x82"), rsv1)).end_code() == 1007U);
    BOOST_TEST(compressed(frame(binary, deflated("a\xff"), rsv1)).messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(broken_data_is_refused) {
    const auto packed = deflated("Hello, hello, hello, hello");
    BOOST_TEST(compressed(frame(text, "\xff\xff\xff", rsv1)).end_code() == 1007U);
    BOOST_TEST(compressed(frame(text, packed.substr(0, packed.size() / 2), rsv1)).end_code() ==
               1007U);
}

BOOST_AUTO_TEST_CASE(the_limit_is_on_what_is_inflated) {
    auto settings = deflate_settings();
    settings->message_bytes_max = 5000;

    const auto fits = compressed(frame(text, deflated(std::string(5000, 'a')), rsv1), settings);
    const auto over = compressed(frame(text, deflated(std::string(5001, 'a')), rsv1), settings);

    BOOST_TEST(fits.messages.size() == 1U);
    BOOST_TEST(over.end_code() == 1009U);
    BOOST_TEST(over.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_bomb_is_stopped_before_its_memory_is_taken) {
    // 16 KB that would become 16 MB.
    const auto bomb = deflated(std::string(16U << 20U, '\0'));
    const std::span<const std::uint8_t> octets(reinterpret_cast<const std::uint8_t*>(bomb.data()),
                                               bomb.size());
    Inflater inflater;
    ByteWriter output;

    const auto outcome = inflater.feed(octets, 100000, output);

    BOOST_TEST((outcome == Inflater::Outcome::too_big));
    BOOST_TEST(output.size() == 100001U);
    BOOST_TEST(std::move(output).take().pinned_size() <= 200002U);
}

BOOST_AUTO_TEST_CASE(endless_input_without_output_is_refused) {
    auto settings = deflate_settings();
    settings->message_bytes_max = 1000;
    std::string empty_blocks;
    for (int i = 0; i < 1000; ++i) empty_blocks += "\0\0\0\xff\xff"s;

    BOOST_TEST(compressed(frame(binary, empty_blocks, rsv1), settings).end_code() == 1009U);
}

namespace {

/// A client and a server that have shaken hands, deflate asked for.
struct Pair {
    std::unique_ptr<WebSocket> client;
    std::unique_ptr<WebSocketServer> server;

    Pair(std::string_view server_bits) {
        auto settings = deflate_settings();
        settings->message_bytes_max = 1U << 20U;
        server = make_websocket_server(settings);
        WebSocketClientSettings client_settings;
        client_settings.path = "/";
        client_settings.offer_deflate = true;
        client = make_websocket_client(client_settings);
        ByteWriter request;
        client->start(request);
        std::string text(request.text());
        const std::string asked = "; server_no_context_takeover";
        text.insert(text.find(asked), server_bits);
        WireEvents events;
        server->feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, events);
        ByteWriter answer = std::move(events.output);
        events.output = ByteWriter();
        client->feed(answer.span(), events);
        BOOST_TEST_REQUIRE(events.has_opened);
        BOOST_TEST(server->transforms_output());
    }
};

}  // namespace

BOOST_DATA_TEST_CASE(what_one_side_sends_the_other_reads,
                     boost::unit_test::data::make({"", "; server_max_window_bits=8",
                                                   "; server_max_window_bits=9",
                                                   "; server_max_window_bits=15"})) {
    Pair pair(sample);
    std::mt19937 random(7);
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 300U, 5000U, 70000U, 300000U}) {
        for (const unsigned letters : {1U, 4U, 256U}) {
            std::string message;
            for (std::size_t i = 0; i < size; ++i) {
                message += static_cast<char>(random() % letters);
            }
            const std::span<const std::uint8_t> octets(
                reinterpret_cast<const std::uint8_t*>(message.data()), message.size());
            for (const bool is_from_server : {true, false}) {
                auto& from = is_from_server ? static_cast<WebSocket&>(*pair.server) : *pair.client;
                auto& to = is_from_server ? *pair.client : static_cast<WebSocket&>(*pair.server);
                ByteWriter output;
                from.frame_data(DataKind::binary, octets, output);
                WireEvents events;
                to.feed(output.span(), events);
                BOOST_TEST_REQUIRE(events.messages.size() == 1U);
                BOOST_TEST((events.messages[0].bytes.text() == message));
                BOOST_TEST(output.size() <= size + 14U);
                if (size >= 5000 && letters <= 4) BOOST_TEST(output.size() < size * 2 / 3);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
