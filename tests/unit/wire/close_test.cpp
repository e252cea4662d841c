// The closing handshake both ways (RFC 6455 5.5.1, 7).
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::wire_test;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(close_handshake)

BOOST_DATA_TEST_CASE(a_valid_code_is_echoed,
                     data::make({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                                 1014, 3000, 3999, 4000, 4999}),
                     code) {
    const auto seen = after_upgrade(close_frame(static_cast<unsigned>(code), "why") +
                                    frame(text, "too late") + frame(ping, "too late"));

    BOOST_TEST(seen.messages.empty());
    BOOST_TEST_REQUIRE(seen.end.has_value());
    BOOST_TEST((seen.end->cause == WireEnd::Cause::peer_close));
    BOOST_TEST(seen.end_code() == static_cast<unsigned>(code));
    BOOST_TEST(seen.end->reason == "why");
    BOOST_TEST(seen.output == server_close(static_cast<unsigned>(code)));
}

BOOST_DATA_TEST_CASE(an_invalid_code_is_a_violation,
                     data::make({0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000,
                                 65535}),
                     code) {
    const auto seen = after_upgrade(close_frame(static_cast<unsigned>(code)));

    BOOST_TEST((seen.end->cause == WireEnd::Cause::violation));
    BOOST_TEST(seen.end_code() == 1002U);
    BOOST_TEST(seen.output == server_close(1002, seen.end->reason));
}

BOOST_AUTO_TEST_CASE(an_empty_close_is_echoed_empty) {
    const auto seen = after_upgrade(frame(closing, ""));

    BOOST_TEST((seen.end->cause == WireEnd::Cause::peer_close));
    BOOST_TEST(seen.end_code() == 1005U);
    BOOST_TEST(seen.output == server_frame(closing, ""));
}

BOOST_AUTO_TEST_CASE(one_octet_is_no_close_payload) {
    BOOST_TEST(after_upgrade(frame(closing, "a")).end_code() == 1002U);
}

BOOST_AUTO_TEST_CASE(a_reason_must_be_utf8_and_may_fill_the_frame) {
    BOOST_TEST(after_upgrade(close_frame(1000, "\xce\xba\xe1\xbd\xb9\xed\xa0\x80")).end_code() ==
               1007U);
    BOOST_TEST(after_upgrade(close_frame(1000, "\xce")).end_code() == 1007U);
    const auto longest = after_upgrade(close_frame(1000, std::string(123, 'a')));
    BOOST_TEST(longest.end->reason.size() == 123U);
}

BOOST_AUTO_TEST_CASE(an_echo_belongs_before_the_close_that_followed) {
    const auto seen =
        after_upgrade(frame(text, "a") + frame(ping, "p") + frame(text, "b") + close_frame(1000));

    BOOST_TEST(seen.trace == "<0>" + server_frame(pong, "p") + "<1>" + server_close(1000));
}

BOOST_AUTO_TEST_CASE(a_close_within_a_fragmented_message_is_answered) {
    const auto seen = after_upgrade(frame(text, "a", not_final) + close_frame(1001));

    BOOST_TEST(seen.messages.empty());
    BOOST_TEST(seen.end_code() == 1001U);
}

namespace {

struct Opened {
    std::unique_ptr<WebSocketServer> wire = make_websocket_server(plain_settings());
    WireEvents events;

    Opened() { feed(upgrade_request()); }
    void feed(const std::string& input) {
        events.clear();
        wire->feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()}, events);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(our_close_is_sent_once_and_its_answer_is_not_echoed) {
    Opened opened;
    ByteWriter output;

    opened.wire->close(1001, "stop", output);
    opened.wire->close(1000, "again", output);
    opened.wire->frame_message({}, output);
    opened.wire->ping({}, output);
    opened.feed(frame(text, "on its way") + close_frame(1001));

    BOOST_TEST(output.text() == server_close(1001, "stop"));
    BOOST_TEST(opened.events.messages.size() == 1U);
    BOOST_TEST(opened.events.output.size() == 0U);
    BOOST_TEST((opened.events.end->cause == WireEnd::Cause::peer_close));
}

BOOST_AUTO_TEST_CASE(a_violation_after_our_close_is_not_answered_again) {
    Opened opened;
    ByteWriter output;
    opened.wire->close(1000, "", output);

    opened.feed(frame(3, ""));

    BOOST_TEST(opened.events.output.size() == 0U);
    BOOST_TEST((opened.events.end->cause == WireEnd::Cause::violation));
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_after_the_peers_close) {
    Opened opened;
    opened.feed(close_frame(1000));
    ByteWriter output;

    opened.wire->close(1001, "x", output);
    opened.wire->ping({}, output);
    opened.wire->frame_message({}, output);

    BOOST_TEST(output.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_long_reason_is_cut_at_a_character) {
    Opened opened;
    ByteWriter output;
    std::string reason = "x";
    for (int i = 0; i < 60; ++i) reason += "\xe2\x82\xac";  // 1 + 60 * 3 octets

    opened.wire->close(1008, reason, output);

    BOOST_TEST(output.text() == server_close(1008, reason.substr(0, 1 + 40 * 3)));
}

BOOST_AUTO_TEST_SUITE_END()
