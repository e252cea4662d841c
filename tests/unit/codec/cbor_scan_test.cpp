// cbor_scan and cbor_rewrite: what is refused and why, what is found, and what is cut out.
#include "binary_helpers.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::binary_test;

namespace {

Result<ScannedMessage> scan(std::string_view hex, unsigned depth_max = 64) {
    const Bytes bytes = from_hex(hex);
    return cbor_scan(bytes, depth_max);
}

std::string rewritten(std::string_view hex) { return to_hex(cbor_rewrite(from_hex(hex)).span()); }

const Line malformed_messages[] = {
    {"", "message ends early"},
    {"01", "message is no list"},
    {"a0", "message is no list"},
    {"d9d9f780", "message is no list"},
    {"ff", "message is no list"},
    {"81 01 02", "bytes behind the message"},
    {"9f ff 02", "bytes behind the message"},
    {"88 01*8", "more than 7 elements"},
    {"9f 01*8 ff", "more than 7 elements"},
    {"9f 01", "message ends early"},
    // Claims of 2^64 - 1 and less in a few bytes.
    {"9bffffffffffffffff", "message ends early"},
    {"819bffffffffffffffff", "message ends early"},
    {"81bbffffffffffffffff", "message ends early"},
    {"81bb8000000000000000", "message ends early"},
    {"817bffffffffffffffff", "message ends early"},
    {"815bffffffffffffffff", "message ends early"},
    {"817f7bffffffffffffffff", "message ends early"},
    {"819affffffff", "message ends early"},
    // Reserved additional information, and forms that are not well-formed.
    {"811c", "reserved initial byte"},
    {"813d", "reserved initial byte"},
    {"815e", "reserved initial byte"},
    {"819c", "reserved initial byte"},
    {"81dd", "reserved initial byte"},
    {"81fc", "reserved initial byte"},
    {"811f", "reserved initial byte"},
    {"813f", "reserved initial byte"},
    {"81df", "reserved initial byte"},
    {"81f818", "reserved initial byte"},
    {"81f81f", "reserved initial byte"},
    // Breaks where nothing ends.
    {"81ff", "break without a beginning"},
    {"81c1ff", "break without a beginning"},
    {"82 01 81ff", "break without a beginning"},
    {"82 a0 bf 6161 ff", "break without a beginning"},
    {"82 a0 81 bf 01 ff", "break without a beginning"},
    {"82 a0 81 a1 ff 01", "break without a beginning"},
    {"81 a1 ff 01", "key is no text"},
    // Chunks.
    {"81 7f4161ff", "chunk of another type"},
    {"81 5f6161ff", "chunk of another type"},
    {"81 7f7f6161ffff", "chunk of another type"},
    {"81 7f01ff", "chunk of another type"},
    {"81 7fc06161ff", "chunk of another type"},
    {"81 7f6161", "message ends early"},
    {"81 7f61c361a9ff", "invalid UTF-8"},
    // Keys.
    {"81 a2 6161 01 6161 02", "duplicate key"},
    {"81 bf 6161 01 7f61617fff", "chunk of another type"},
    {"81 bf 626161 01 7f61616161ff 02 ff", "duplicate key"},
    {"81 a2 7f61616162ff 01 7f626162ff 02", "duplicate key"},
    {"81 a1 6161 81 a2 6162 01 7801 62 02", "duplicate key"},
    {"81 a1 6161 c1 a2 6162 01 6162 02", "duplicate key"},
    {"81 a1 01 01", "key is no text"},
    {"81 a1 c06161 01", "key is no text"},
    {"82 a0 a2 6161 01 6161 02", "duplicate key"},
    {"82 a0 a1 01 01", "key is no text"},
    {"82 a0 81 a1 80 01", "key is no text and no scalar"},
    {"82 a0 81 a1 a0 01", "key is no text and no scalar"},
    {"82 a0 81 a1 c001 01", "key is no text and no scalar"},
    // UTF-8.
    {"81 6180", "invalid UTF-8"},
    {"81 62c328", "invalid UTF-8"},
    {"81 62c080", "invalid UTF-8"},
    {"81 63e08080", "invalid UTF-8"},
    {"81 64f0808080", "invalid UTF-8"},
    {"81 63eda080", "invalid UTF-8"},
    {"81 64f4908080", "invalid UTF-8"},
    {"81 61ff", "invalid UTF-8"},
    {"81 62e282", "invalid UTF-8"},
    {"81 81 6180", "invalid UTF-8"},
    {"81 a1 6180 01", "invalid UTF-8"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cbor_scanner)

BOOST_AUTO_TEST_CASE(malformed_messages_are_refused_with_their_reason) {
    for (const Line& line : malformed_messages) {
        BOOST_TEST_CONTEXT(line.hex) { BOOST_TEST(verdict(scan(line.hex)) == line.expected); }
    }
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_is_refused) {
    const char* const messages[] = {
        "85 10 190001 a26161f562616281fb3ff8000000000000 65636f6d2e61 83 d84042 0102 c243010203 "
        "f93c00",
        "9f 10 01 bf 7f6161ff 9f01ff ff 7f 6161 6162 ff 9f 5f4101ff bf0102ff ff ff"};
    for (const char* hex : messages) {
        const Bytes whole = from_hex(hex);
        BOOST_REQUIRE(cbor_scan(whole, 64).has_value());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            // A block of its own, so that a sanitizer sees a read behind the cut.
            const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            BOOST_TEST(verdict(cbor_scan(part, 64)) == "message ends early", size);
        }
    }
}

BOOST_AUTO_TEST_CASE(nesting_is_allowed_up_to_the_limit_and_no_further) {
    BOOST_TEST(verdict(scan("81*63 80")) == "taken");
    BOOST_TEST(verdict(scan("81*64 80")) == "nested too deep");
    BOOST_TEST(verdict(scan("9f*64 ff*64")) == "taken");
    BOOST_TEST(verdict(scan("9f*65 ff*65")) == "nested too deep");
    // A tag is a level too.
    BOOST_TEST(verdict(scan("81 c6*63 01")) == "taken");
    BOOST_TEST(verdict(scan("81 c6*64 01")) == "nested too deep");
    BOOST_TEST(verdict(scan("81 81 c6*62 01")) == "taken");
    BOOST_TEST(verdict(scan("81 81 c6*63 01")) == "nested too deep");
    BOOST_TEST(verdict(scan("80", 0)) == "nested too deep");
}

BOOST_AUTO_TEST_CASE(depth_bombs_do_not_touch_the_stack) {
    for (const char* hex : {"81*1000000", "9f*1000000", "81 c6*1000000", "81 bf 6161 bf*1000000",
                            "81 81 c6*1000000"}) {
        BOOST_TEST_CONTEXT(hex) { BOOST_TEST(!scan(hex, 4000000000U).has_value()); }
    }
    BOOST_TEST(verdict(scan("81*511 80", 4000000000U)) == "taken");
    BOOST_TEST(verdict(scan("81*512 80", 4000000000U)) == "nested too deep");
}

BOOST_AUTO_TEST_CASE(every_form_of_a_number_is_that_number) {
    const char* const ones[] = {"8101",
                                "811801",
                                "81190001",
                                "811a00000001",
                                "811b0000000000000001",
                                "81f93c00",
                                "81fa3f800000",
                                "81fb3ff0000000000000",
                                "9801 01",
                                "9f01ff"};
    for (const char* hex : ones) {
        BOOST_TEST_CONTEXT(hex) { BOOST_TEST(scan(hex)->elements[0].number == 1U); }
    }
    // Negative, 1.5, NaN, infinity, and a bignum of 1 are no numbers for an id.
    for (const char* hex : {"8120", "81f93e00", "81f97e00", "81f97c00", "81c24101"}) {
        BOOST_TEST_CONTEXT(hex) { BOOST_TEST(scan(hex)->elements[0].number == Element::no_number); }
    }
}

BOOST_AUTO_TEST_CASE(kinds_are_those_of_the_values_told) {
    const Bytes bytes = from_hex("87 f7 c24101 d84041ff c0 6161 9fff c1bfff 7f6161ff");
    const auto message = cbor_scan(bytes, 64);

    BOOST_REQUIRE(message.has_value());
    const ElementKind kinds[] = {ElementKind::null, ElementKind::integer, ElementKind::binary,
                                 ElementKind::text, ElementKind::list,    ElementKind::dict,
                                 ElementKind::text};
    for (std::size_t i = 0; i < 7; ++i) BOOST_TEST((message->elements[i].kind == kinds[i]), i);
    BOOST_TEST(message->elements[3].text == "a");
    BOOST_TEST(message->elements[3].is_plain);
    BOOST_TEST(message->elements[4].is_empty);
    BOOST_TEST(message->elements[5].is_empty);
    BOOST_TEST(!message->elements[6].is_plain);
    // Offset and size take the tags in.
    BOOST_TEST(message->elements[2].offset == 5U);
    BOOST_TEST(message->elements[2].size == 4U);
}

BOOST_AUTO_TEST_CASE(tag_64_is_cut_from_byte_strings_and_nothing_else_changes) {
    const Line lines[] = {
        {"82 a0 81 d840 420102", "82a081420102"},
        {"82 a0 82 d840 420102 a1 6161 d840 4101", "82a082420102a161614101"},
        {"9f a0 9f d840 5f 4101 4102 ff ff ff", "9fa09f5f41014102ffffff"},
        {"82 a0 81 d90040 4101", "82a0814101"},
        {"82 a0 81 d840 d840 4101", "82a0814101"},
        {"82 a0 d840 4101", "82a04101"},
        {"81 a1 6161 d840 40", "81a1616140"},
        {"82 a0 82 d84542 0102 d840 40", "82a082d84542010240"},
        // Bytes that only look like the tag.
        {"82 a0 82 44d8404101 d840 40", "82a08244d840410140"},
        {"82 a0 82 62 4041 d840 40", "82a08262404140"},
    };
    for (const Line& line : lines) {
        BOOST_TEST_CONTEXT(line.hex) {
            BOOST_TEST(scan(line.hex)->needs_rewrite);
            BOOST_TEST(rewritten(line.hex) == line.expected);
            BOOST_TEST(!scan(rewritten(line.hex))->needs_rewrite);
        }
    }
}

BOOST_AUTO_TEST_CASE(messages_without_tag_64_on_bytes_need_no_rewrite) {
    for (const char* hex :
         {"82 a0 81 420102", "82 a0 81 d840 01", "82 a0 81 d845 4101", "82 a0 81 d840 c2 4101"}) {
        BOOST_TEST_CONTEXT(hex) {
            BOOST_TEST(!scan(hex)->needs_rewrite);
            BOOST_TEST(rewritten(hex) == to_hex(from_hex(hex)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
