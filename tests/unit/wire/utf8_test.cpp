// Text is UTF-8, judged at the first wrong octet (RFC 6455 8.1).
#include "common/wire/utf8_check.hpp"
#include "feeding.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::wire_test;
namespace data = boost::unit_test::data;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(utf8)

const std::vector<std::string> valid = {
    "",
    "\0"s,
    "\x7f",
    "\xc2\x80",
    "\xdf\xbf",
    "\xe0\xa0\x80",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xef\xbf\xbf",
    "\xf0\x90\x80\x80",
    "\xf4\x8f\xbf\xbf",
    "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
    "0123456789abcdef0123456789abcde\xe2\x82\xac" + std::string(40, 'z') + "\xf0\x9f\x98\x80",
};

BOOST_DATA_TEST_CASE(valid_text_arrives, valid, sample) {
    const auto half = sample.size() / 2;

    const auto seen =
        after_upgrade(frame(text, sample) + frame(text, sample.substr(0, half), not_final) +
                      frame(continuation, sample.substr(half)));

    BOOST_TEST((seen.messages == std::vector<std::string>{sample, sample}));
}

const std::vector<std::string> invalid = {
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xc2",
    "\xc2 ",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xe2\x82",
    "\xed\xa0\x80",
    "\xed\xbf\xbf",
    "\xf0\x80\x80\x80",
    "\xf0\x8f\xbf\xbf",
    "\xf0\x90\x80",
    "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80",
    "\xf8\x88\x80\x80\x80",
    "\xfe",
    "\xff",
    std::string(15, 'a') + "\xff",
    std::string(16, 'a') + "\xff",
    std::string(33, 'a') + "\xe2\x82" + std::string(33, 'a'),
};

BOOST_DATA_TEST_CASE(invalid_text_ends_the_stream_with_1007, invalid, sample) {
    const auto half = sample.size() / 2;

    const auto whole = after_upgrade(frame(text, "fine") + frame(text, sample));
    const auto fragments = after_upgrade(frame(text, sample.substr(0, half), not_final) +
                                         frame(continuation, sample.substr(half)));
    const auto as_binary = after_upgrade(frame(binary, sample));

    BOOST_TEST(whole.end_code() == 1007U);
    BOOST_TEST((whole.messages == std::vector<std::string>{"fine"}));
    BOOST_TEST(fragments.end_code() == 1007U);
    BOOST_TEST(fragments.messages.empty());
    BOOST_TEST(as_binary.messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_first_wrong_octet_ends_an_unfinished_frame) {
    // U+D800 cannot come any more after ED A0; the rest of the frame is never sent.
    const auto whole = frame(text, "abc\xed\xa0" + std::string(50, 'x'));

    const auto seen = after_upgrade(whole.substr(0, whole.size() - 50));
    const auto before = after_upgrade(whole.substr(0, whole.size() - 51));

    BOOST_TEST(seen.end_code() == 1007U);
    BOOST_TEST(!before.end.has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_of_a_fragmented_text_may_end_within_a_character) {
    const auto wrong_second =
        after_upgrade(frame(text, "\xf4", not_final) + frame(continuation, "\x90", not_final));

    BOOST_TEST(wrong_second.end_code() == 1007U);
}

BOOST_AUTO_TEST_CASE(the_check_agrees_with_a_plain_one_on_every_pair_around_ascii_runs) {
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const bool is_valid = (first < 0x80 && second < 0x80) ||
                                  (first >= 0xc2 && first <= 0xdf && (second & 0xc0U) == 0x80);
            for (const std::size_t run : {0U, 14U, 15U, 16U, 17U}) {
                std::vector<std::uint8_t> octets(run, 'a');
                octets.push_back(static_cast<std::uint8_t>(first));
                octets.push_back(static_cast<std::uint8_t>(second));
                octets.insert(octets.end(), run, 'b');
                if (is_utf8(octets) != is_valid) {
                    BOOST_ERROR("wrong about " << first << " " << second << " after " << run);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
