// cbor_read, cbor_dict, CborWriter: values in and out of CBOR.
#include "binary_helpers.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace kreisel;
using namespace kreisel::binary_test;

namespace {

std::string written(const Value& value) {
    ByteWriter out;
    CborWriter writer(out);
    tell_value(value, writer);
    return to_hex(out.span());
}

/// JSON tells no sizes, so this goes through the late ones.
std::string from_json(std::string_view json) {
    ByteWriter out;
    CborWriter writer(out);
    json_read({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}, writer);
    return to_hex(out.span());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cbor_values)

BOOST_AUTO_TEST_CASE(values_are_told_as_the_table_has_it) {
    const Line lines[] = {
        {"00", "0"},
        {"17", "23"},
        {"1818", "24"},
        {"1b7fffffffffffffff", "9223372036854775807"},
        {"1bffffffffffffffff", "18446744073709551615"},
        {"20", "-1"},
        {"3b7fffffffffffffff", "-9223372036854775808"},
        {"3b8000000000000000", "-9223372036854775808.0"},
        {"3bffffffffffffffff", "-18446744073709551616.0"},
        {"f4", "false"},
        {"f5", "true"},
        {"f6", "null"},
        // Undefined and unassigned simple values.
        {"f7", "null"},
        {"e0", "null"},
        {"f820", "null"},
        {"f8ff", "null"},
        // Half, single and double; the smallest and the largest half, and -0.
        {"f93e00", "1.5"},
        {"fa3fc00000", "1.5"},
        {"fb3ff8000000000000", "1.5"},
        {"f97bff", "65504.0"},
        {"f98000", "-0.0"},
        {"f90400", "6.103515625e-05"},
        {"6161", "\"a\""},
        {"7f6161 60 6162ff", "\"ab\""},
        {"7fff", "\"\""},
        {"4101", "\"\\u0000AQ==\""},
        {"5f410140ff", "\"\\u0000AQ==\""},
        {"9f01 82 02 03 ff", "[1,[2,3]]"},
        {"bf6161 a0 ff", "{\"a\":{}}"},
        {"01 8102", "1,[2]"},
        // Keys that are no text.
        {"a1 01 02", "{\"1\":2}"},
        {"a1 20 02", "{\"-1\":2}"},
        {"a1 f7 02", "{\"null\":2}"},
        {"a1 f5 02", "{\"true\":2}"},
        {"a1 f93e00 02", "{\"1.5\":2}"},
        {"a1 4101 02", "{\"\\u0000AQ==\":2}"},
        {"a1 7f61616162ff 02", "{\"ab\":2}"},
        // Tags: byte strings, bignums, all others.
        {"d8404101", "\"\\u0000AQ==\""},
        {"c240", "0"},
        {"c24101", "1"},
        {"c2 4a 00 00 01*8", "72340172838076673"},
        {"c2 48 ff*8", "18446744073709551615"},
        {"c2 5f 4101 4100 ff", "256"},
        {"c340", "-1"},
        {"c34101", "-2"},
        {"c3 48 7f ff*7", "-9223372036854775808"},
        {"c3 48 ff*8", "-18446744073709551616.0"},
        {"c2 49 01 00*8", "18446744073709551616.0"},
        {"c2 01", "1"},
        {"c2 6161", "\"a\""},
        {"c06161", "\"a\""},
        {"c11a00000001", "1"},
        {"c4 82 20 1863", "[-1,99]"},
        {"d8454201 00", "\"\\u0000AQA=\""},
        {"d9d9f7 01", "1"},
    };
    for (const Line& line : lines) {
        BOOST_TEST_CONTEXT(line.hex) {
            BOOST_TEST(told_as_json(cbor_read, line.hex) == line.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(bignums_become_the_nearest_double) {
    const auto told = [](std::string_view hex) {
        ValueBuilder builder;
        cbor_read(from_hex(hex), builder);
        return *builder.take_scalar().get_if<double>();
    };
    // 2^70 + 2^17 is half way between two doubles: to even, and up as soon as anything is behind.
    BOOST_TEST(told("c2 49 40 00*5 02 00 00") == std::ldexp(1.0, 70));
    BOOST_TEST(told("c2 49 40 00*5 02 00 01") == std::ldexp(1.0, 70) + std::ldexp(1.0, 18));
    // -1 - n: one more than n, so half way and a carry through all octets are met from below.
    BOOST_TEST(told("c3 49 40 00*5 01 ff ff") == -std::ldexp(1.0, 70));
    BOOST_TEST(told("c3 49 ff*9") == -std::ldexp(1.0, 72));
    BOOST_TEST(told("c2 5880 80 00*127") == std::ldexp(1.0, 1023));
    BOOST_TEST(std::isinf(told("c2 5880 ff*128")));
    BOOST_TEST(told("c3 5881 01 00*128") == -std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(special_floats_keep_their_meaning) {
    const auto told = [](std::string_view hex) {
        ValueBuilder builder;
        cbor_read(from_hex(hex), builder);
        return *builder.take_scalar().get_if<double>();
    };
    BOOST_TEST(std::isnan(told("f97e00")));
    BOOST_TEST(told("f97c00") == std::numeric_limits<double>::infinity());
    BOOST_TEST(told("f9fc00") == -std::numeric_limits<double>::infinity());
    BOOST_TEST(std::signbit(told("f98000")));
    BOOST_TEST(told("f90001") == std::ldexp(1.0, -24));
    BOOST_TEST(told("f903ff") == std::ldexp(1023.0, -24));
}

BOOST_AUTO_TEST_CASE(a_dict_by_the_library_is_the_dict_by_the_reader) {
    const char* const dicts[] = {
        "a0",
        "bfff",
        "bf 6161 01 ff",
        "a3 6161 f5 7f 6162 6163 ff 9f 01 80 a0 bf ff 82 01 20 ff 6164 bf 6161 9f ff ff",
        "a8 6161 c24101 6162 c3 5f4101ff 6163 d8404101 6164 c06161 6165 e0 6166 f8ff 6167 f7 6168 "
        "f6",
        "a6 6161 f93e00 6162 fa3fc00000 6163 fb3ff8000000000000 6164 1bffffffffffffffff"
        "6165 3bffffffffffffffff 6166 c2 49 01 00*8",
        "a3 6161 18ff 6162 39ffff 6163 3affffffff",
        "a2 6161 c2 c5 4101 6162 c1 82 c24105 4105",
        "a2 6161 5f ff 6162 7f ff",
        "a4 6161 c601 6162 d4 81 ce a0 6163 d5 4101 6164 db*9 01",
    };
    for (const char* hex : dicts) {
        BOOST_TEST_CONTEXT(hex) {
            const Bytes bytes = from_hex(hex);
            ValueBuilder builder;
            cbor_read(bytes, builder);
            BOOST_TEST((cbor_dict(bytes) == builder.take_dict()));
        }
    }
    BOOST_TEST(cbor_dict(from_hex("a1 6161 c24105")).find_uint("a").value() == 5U);
    BOOST_TEST(cbor_dict(from_hex("bf 7f6161 6162ff 8101 ff")).find_list("ab")->size() == 1U);
}

BOOST_AUTO_TEST_CASE(numbers_are_written_in_the_shortest_form) {
    const std::pair<std::int64_t, const char*> lines[] = {
        {0, "00"},
        {23, "17"},
        {24, "1818"},
        {255, "18ff"},
        {256, "190100"},
        {65535, "19ffff"},
        {65536, "1a00010000"},
        {4294967295, "1affffffff"},
        {4294967296, "1b0000000100000000"},
        {INT64_MAX, "1b7fffffffffffffff"},
        {-1, "20"},
        {-24, "37"},
        {-25, "3818"},
        {-256, "38ff"},
        {-257, "390100"},
        {INT64_MIN, "3b7fffffffffffffff"},
    };
    for (const auto& [number, hex] : lines) BOOST_TEST(written(number) == hex);
    BOOST_TEST(written(UINT64_MAX) == "1bffffffffffffffff");
    BOOST_TEST(written(-0.0) == "fb8000000000000000");
    BOOST_TEST(written(1.5) == "fb3ff8000000000000");
}

BOOST_AUTO_TEST_CASE(strings_and_simple_values_are_written_in_the_shortest_form) {
    BOOST_TEST(written("") == "60");
    BOOST_TEST(written(std::string(23, 'a')).substr(0, 2) == "77");
    BOOST_TEST(written(std::string(24, 'a')).substr(0, 4) == "7818");
    BOOST_TEST(written(std::string(256, 'a')).substr(0, 6) == "790100");
    BOOST_TEST(written(std::string(65536, 'a')).substr(0, 10) == "7a00010000");
    BOOST_TEST(written(Blob{{1}}) == "4101");
    BOOST_TEST(written(nullptr) == "f6");
    BOOST_TEST(written(true) == "f5");
    BOOST_TEST(written(false) == "f4");
}

BOOST_AUTO_TEST_CASE(containers_are_written_with_the_shortest_size_known_or_not) {
    for (const std::size_t count : {0U, 1U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
        std::string json = "[";
        for (std::size_t i = 0; i < count; ++i) json += i == 0 ? "0" : ",0";
        BOOST_TEST((from_json(json + "]") == written(List(count, Value(0)))), count);
    }
    BOOST_TEST(from_json("{\"a\":{}}") == "a16161a0");
    BOOST_TEST(written(List(24, Value(0))).substr(0, 4) == "9818");
}

BOOST_AUTO_TEST_CASE(late_sizes_at_the_full_depth_find_their_place) {
    std::string json;
    for (int level = 0; level < 60; ++level) {
        json += '[';
        for (int i = 0; i < 300; ++i) json += "0,";
    }
    json += "[]";
    json.append(60, ']');

    const std::string hex = from_json(json);

    BOOST_TEST((told_as_json(cbor_read, hex) == json));
    BOOST_TEST(hex.substr(0, 6) == "99012d");
}

BOOST_AUTO_TEST_SUITE_END()
