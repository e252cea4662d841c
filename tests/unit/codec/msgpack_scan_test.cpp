// msgpack_scan: what it refuses and why, and what it finds in what it takes.
#include "binary_helpers.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::binary_test;

namespace {

constexpr const char* publish = "95 10 01 81a161c3 a5636f6d2e61 92 cb3ff8000000000000 c40401020304";

Result<ScannedMessage> scan(std::string_view hex, unsigned depth_max = 64) {
    const Bytes bytes = from_hex(hex);
    return msgpack_scan(bytes, depth_max);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(msgpack_scanner)

BOOST_AUTO_TEST_CASE(malformed_messages_are_refused_with_their_reason) {
    const Line lines[] = {
        {"", "message ends early"},
        {"c0", "message is no list"},
        {"81a16101", "message is no list"},
        {"91c1", "type byte 0xc1"},
        {"9101 02", "bytes behind the message"},
        {"98 01*8", "more than 7 elements"},
        {"dc", "message ends early"},
        // Lengths of 4 GB in a few bytes.
        {"ddffffffff", "message ends early"},
        {"91ddffffffff", "message ends early"},
        {"91dfffffffff", "message ends early"},
        {"91dbffffffff", "message ends early"},
        {"91c6ffffffff", "message ends early"},
        {"91c9ffffffff01", "message ends early"},
        {"91df00000002 a16101", "message ends early"},
        // Keys.
        {"91 82 a16101 a16102", "duplicate key"},
        {"91 82 a16101 d9016102", "duplicate key"},
        {"91 81 a161 91 82 a16201 a16202", "duplicate key"},
        {"91 81 0101", "key is no text"},
        {"91 81 c4016101", "key is no text"},
        {"91 81 a161 81 c001", "key is no text"},
        {"92 80 82 a16101 a16102", "duplicate key"},
        {"92 80 81 0101", "key is no text"},
        {"92 80 91 81 9001", "key is no text and no scalar"},
        {"92 80 91 81 8001", "key is no text and no scalar"},
        {"92 80 91 81 d4010001", "key is no text and no scalar"},
        // UTF-8: stray continuation, missing one, overlong, surrogate, beyond U+10FFFF, cut.
        {"91 a180", "invalid UTF-8"},
        {"91 a2c328", "invalid UTF-8"},
        {"91 a2c080", "invalid UTF-8"},
        {"91 a3e08080", "invalid UTF-8"},
        {"91 a4f0808080", "invalid UTF-8"},
        {"91 a3eda080", "invalid UTF-8"},
        {"91 a4f4908080", "invalid UTF-8"},
        {"91 a1f8", "invalid UTF-8"},
        {"91 a1ff", "invalid UTF-8"},
        {"91 a2e282", "invalid UTF-8"},
        {"91 91 a180", "invalid UTF-8"},
        {"91 81 a18001", "invalid UTF-8"},
    };
    for (const Line& line : lines) {
        BOOST_TEST_CONTEXT(line.hex) { BOOST_TEST(verdict(scan(line.hex)) == line.expected); }
    }
}

BOOST_AUTO_TEST_CASE(an_error_is_a_protocol_violation_and_names_the_byte) {
    const auto message = scan("9201c1");

    BOOST_REQUIRE(!message);
    BOOST_TEST(message.error().uri == uris::protocol_violation);
    BOOST_TEST(message.error().text == "MessagePack: type byte 0xc1 at byte 3");
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_is_refused) {
    const Bytes whole = from_hex(publish);
    BOOST_REQUIRE(msgpack_scan(whole, 64).has_value());

    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A block of its own, so that a sanitizer sees a read behind the cut.
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_TEST(verdict(msgpack_scan(part, 64)) == "message ends early", size);
    }
}

BOOST_AUTO_TEST_CASE(nesting_is_allowed_up_to_the_limit_and_no_further) {
    BOOST_TEST(verdict(scan("91*63 90")) == "taken");
    BOOST_TEST(verdict(scan("91*64 90")) == "nested too deep");
    BOOST_TEST(verdict(scan("91*63 80")) == "taken");
    BOOST_TEST(verdict(scan("91*64 80")) == "nested too deep");
    BOOST_TEST(verdict(scan("91 90", 1)) == "nested too deep");
    BOOST_TEST(verdict(scan("90", 0)) == "nested too deep");
}

BOOST_AUTO_TEST_CASE(depth_bombs_do_not_touch_the_stack) {
    BOOST_TEST(verdict(scan("91*1000000")) == "nested too deep");
    BOOST_TEST(verdict(scan("91*1000000", 4000000000U)) == "nested too deep");
    BOOST_TEST(verdict(scan("91*511 90", 4000000000U)) == "taken");
}

BOOST_AUTO_TEST_CASE(keys_of_arguments_are_free_within) {
    BOOST_TEST(verdict(scan("93 80 91 82 0101 0102 81 a161 82 0101 a16102")) == "taken");
    BOOST_TEST(verdict(scan("92 80 91 85 c001 c201 cb000000000000000001 c4016101 d0ff01")) ==
               "taken");
}

BOOST_AUTO_TEST_CASE(elements_have_kind_place_and_content) {
    const Bytes bytes = from_hex(publish);
    const auto message = msgpack_scan(bytes, 64);

    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->count == 5U);
    BOOST_TEST(message->elements[0].number == 16U);
    BOOST_TEST((message->elements[2].kind == ElementKind::dict));
    BOOST_TEST(!message->elements[2].is_empty);
    BOOST_TEST(message->elements[2].offset == 3U);
    BOOST_TEST(message->elements[2].size == 4U);
    BOOST_TEST(message->elements[3].is_plain);
    BOOST_TEST(message->elements[3].text == "com.a");
    BOOST_TEST((message->elements[4].kind == ElementKind::list));
    BOOST_TEST(message->elements[4].offset + message->elements[4].size == bytes.size());
}

BOOST_AUTO_TEST_CASE(every_form_of_a_number_is_that_number) {
    const char* const ones[] = {"9101",
                                "91cc01",
                                "91cd0001",
                                "91ce00000001",
                                "91cf0000000000000001",
                                "91d001",
                                "91d10001",
                                "91d200000001",
                                "91d30000000000000001",
                                "91ca3f800000",
                                "91cb3ff0000000000000"};
    for (const char* hex : ones) {
        BOOST_TEST_CONTEXT(hex) { BOOST_TEST(scan(hex)->elements[0].number == 1U); }
    }
    BOOST_TEST(scan("91cb4340000000000000")->elements[0].number == std::uint64_t{1} << 53);
    // 2^53 + 2, 1.5, -1.0, NaN and infinity are no numbers for an id.
    for (const char* hex : {"91cb4340000000000001", "91cb3ff8000000000000", "91cbbff0000000000000",
                            "91cb7ff8000000000000", "91cb7ff0000000000000", "91ff", "91d0ff"}) {
        BOOST_TEST_CONTEXT(hex) { BOOST_TEST(scan(hex)->elements[0].number == Element::no_number); }
    }
}

BOOST_AUTO_TEST_CASE(kinds_and_emptiness_are_told) {
    const auto message = scan("97 c0 c3 ff ca3fc00000 d40105 90 de0000");

    BOOST_REQUIRE(message.has_value());
    const ElementKind kinds[] = {ElementKind::null,     ElementKind::boolean, ElementKind::integer,
                                 ElementKind::floating, ElementKind::binary,  ElementKind::list,
                                 ElementKind::dict};
    for (std::size_t i = 0; i < 7; ++i) BOOST_TEST((message->elements[i].kind == kinds[i]), i);
    BOOST_TEST(message->elements[5].is_empty);
    BOOST_TEST(message->elements[6].is_empty);
}

BOOST_AUTO_TEST_SUITE_END()
