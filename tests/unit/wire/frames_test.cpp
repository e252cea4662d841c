// Frames from client to server (RFC 6455 sections 5, 6 and 8).
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::wire_test;

namespace {

std::string pattern(std::size_t size) {
    std::string result(size, 'x');
    for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<char>('a' + i * 7 % 26);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_DATA_TEST_CASE(messages_of_every_length_form_arrive,
                     boost::unit_test::data::make({0, 1, 7, 8, 9, 31, 32, 33, 125, 126, 127, 128,
                                                   65535, 65536, 65537}),
                     size) {
    const auto payload = pattern(static_cast<std::size_t>(size));

    const auto seen = after_upgrade(frame(text, payload) + frame(binary, payload));

    BOOST_TEST((seen.messages == std::vector<std::string>{payload, payload}));
    BOOST_TEST((seen.are_text == std::vector<bool>{true, false}));
    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_CASE(small_messages_of_one_feed_share_one_block) {
    const auto wire = make_websocket_server(plain_settings());
    WireEvents events;
    std::string input = upgrade_request();
    for (int i = 0; i < 50; ++i) input += frame(text, pattern(20)) + frame(ping, "p");

    wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);

    BOOST_TEST_REQUIRE(events.messages.size() == 50U);
    BOOST_TEST(events.messages[0].bytes.pinned_size() == 1000U);
    BOOST_TEST(events.messages[49].bytes.data() == events.messages[0].bytes.data() + 49 * 20);
}

BOOST_AUTO_TEST_CASE(a_small_message_in_pieces_pins_only_itself) {
    const auto wire = make_websocket_server(plain_settings());
    WireEvents events;
    const std::string input = upgrade_request() + frame(text, pattern(300));
    const std::span<const std::uint8_t> octets(reinterpret_cast<const std::uint8_t*>(input.data()),
                                               input.size());

    wire->feed(octets.first(input.size() - 100), events);
    wire->feed(octets.last(100), events);

    BOOST_TEST_REQUIRE(events.messages.size() == 1U);
    BOOST_TEST(events.messages[0].bytes.pinned_size() == 300U);
}

BOOST_AUTO_TEST_CASE(fragments_become_one_message_around_control_frames) {
    const auto seen = after_upgrade(
        frame(text, "He", not_final) + frame(ping, "one") + frame(continuation, "", not_final) +
        frame(pong, "unasked") + frame(continuation, "llo", not_final) + frame(ping, "two") +
        frame(continuation, "") + frame(binary, "", not_final) + frame(continuation, "last"));

    BOOST_TEST((seen.messages == std::vector<std::string>{"Hello", "last"}));
    BOOST_TEST((seen.are_text == std::vector<bool>{true, false}));
    BOOST_TEST(seen.has_pong);
    BOOST_TEST(seen.trace == server_frame(pong, "one") + server_frame(pong, "two") + "<0><1>");
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered_with_its_payload_in_order) {
    const std::string longest(125, '\xfe');

    const auto seen = after_upgrade(frame(ping, "") + frame(text, "m") + frame(ping, longest));

    BOOST_TEST(seen.trace == server_frame(pong, "") + "<0>" + server_frame(pong, longest));
}

struct Violation {
    const char* name;
    std::string frames;
    unsigned code;
};
std::ostream& operator<<(std::ostream& out, const Violation& sample) { return out << sample.name; }

std::string raw(std::initializer_list<int> octets) {
    std::string result;
    for (const int octet : octets) result += static_cast<char>(octet);
    return result;
}

const std::vector<Violation> violations = {
    {"unmasked", frame(text, "a", {0, true, false}), 1002},
    {"rsv1", frame(text, "a", {0x40, true, true}), 1002},
    {"rsv2", frame(text, "a", {0x20, true, true}), 1002},
    {"rsv3", frame(binary, "a", {0x10, true, true}), 1002},
    {"rsv1 on ping", frame(ping, "a", {0x40, true, true}), 1002},
    {"opcode 3", frame(3, "a"), 1002},
    {"opcode 7", frame(7, ""), 1002},
    {"opcode 11", frame(11, "a"), 1002},
    {"opcode 15", frame(15, ""), 1002},
    {"fragmented ping", frame(ping, "a", not_final), 1002},
    {"fragmented close", frame(closing, "", not_final), 1002},
    {"long ping", frame(ping, std::string(126, 'a')), 1002},
    {"long close", frame(closing, std::string(126, 'a')), 1002},
    {"continuation of nothing", frame(continuation, "a"), 1002},
    {"open continuation of nothing", frame(continuation, "a", not_final), 1002},
    {"message in a message", frame(text, "a", not_final) + frame(text, "b"), 1002},
    {"fragment after the last",
     frame(text, "a", not_final) + frame(continuation, "b") + frame(continuation, "c"), 1002},
    {"16-bit length of 125", raw({0x82, 0xfe, 0, 125, 1, 2, 3, 4}), 1002},
    {"64-bit length of 65535", raw({0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4}), 1002},
    {"64-bit length with its highest bit", raw({0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}),
     1002},
    {"longer than the limit", raw({0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa1, 1, 2, 3, 4}), 1009},
    {"enormous", raw({0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4}), 1009},
};

BOOST_DATA_TEST_CASE(a_broken_frame_ends_the_stream_after_what_came_before, violations, sample) {
    const auto seen = after_upgrade(frame(text, "before") + sample.frames + frame(text, "after"));

    BOOST_TEST(seen.messages.front() == "before");
    BOOST_TEST(seen.messages.size() <= 2U);
    BOOST_TEST(seen.messages.back() != "after");
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::violation));
    BOOST_TEST(seen.end_code() == sample.code);
    BOOST_TEST(seen.output == server_close(sample.code, seen.end->reason));
}

BOOST_AUTO_TEST_CASE(the_message_limit_holds_to_the_octet_and_over_fragments) {
    auto settings = plain_settings();
    settings->message_bytes_max = 200;

    BOOST_TEST(after_upgrade(frame(text, pattern(200)), settings).messages.size() == 1U);
    BOOST_TEST(after_upgrade(frame(text, pattern(201)), settings).end_code() == 1009U);
    const auto fragmented = frame(text, pattern(150), not_final);
    BOOST_TEST(
        after_upgrade(fragmented + frame(continuation, pattern(50)), settings).messages.size() ==
        1U);
    BOOST_TEST(after_upgrade(fragmented + frame(continuation, pattern(51)), settings).end_code() ==
               1009U);
}

BOOST_AUTO_TEST_CASE(a_changed_limit_holds_for_the_next_message) {
    const auto wire = make_websocket_server(plain_settings());
    WireEvents events;
    const auto feed = [&](const std::string& input) {
        events.clear();
        wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);
    };
    feed(upgrade_request() + frame(text, pattern(100)));
    BOOST_TEST(events.messages.size() == 1U);

    wire->set_message_bytes_max(50);
    feed(frame(text, pattern(51)));

    BOOST_TEST_REQUIRE(events.end.has_value());
    BOOST_TEST(events.end->code == 1009);
}

BOOST_AUTO_TEST_CASE(an_announced_length_is_not_allocated) {
    auto settings = plain_settings();
    settings->message_bytes_max = std::size_t{1} << 62U;

    // 2^61 octets announced, ten sent: reserving what is announced would throw.
    const auto seen = after_upgrade(
        raw({0x82, 0xff, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) + "0123456789", settings);

    BOOST_TEST(!seen.end.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
