// SharedBytes and ByteWriter: slices share, compact() lets go of large blocks.
#include "common/base/bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(a_slice_outlives_the_whole) {
    SharedBytes part;
    {
        const auto whole = SharedBytes::copy_of(std::string_view("hello, router"));
        part = whole.slice(7, 6);
    }

    BOOST_TEST(part.text() == "router");
}

BOOST_AUTO_TEST_CASE(compact_copies_a_small_part_of_a_large_block) {
    ByteWriter writer(65536);
    writer.put("0123456789");
    const auto part = std::move(writer).take();

    BOOST_TEST(part.pinned_size() >= 65536U);
    BOOST_TEST(part.compact().pinned_size() == 10U);
    BOOST_TEST(part.compact().text() == "0123456789");
}

BOOST_AUTO_TEST_CASE(writer_puts_numbers_in_network_order) {
    ByteWriter writer;
    writer.put_big_endian(0x010203, 3);
    const auto bytes = std::move(writer).take();

    BOOST_TEST(bytes.size() == 3U);
    BOOST_TEST(bytes.data()[0] == 1);
    BOOST_TEST(bytes.data()[2] == 3);
}

BOOST_AUTO_TEST_SUITE_END()
