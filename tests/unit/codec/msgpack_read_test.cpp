// msgpack_read, msgpack_dict, MsgpackWriter: values in and out of MessagePack.
#include "binary_helpers.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace kreisel;
using namespace kreisel::binary_test;

namespace {

std::string written(const Value& value) {
    ByteWriter out;
    MsgpackWriter writer(out);
    tell_value(value, writer);
    return to_hex(out.span());
}

/// JSON tells no sizes, so this goes through the late ones.
std::string from_json(std::string_view json) {
    ByteWriter out;
    MsgpackWriter writer(out);
    json_read({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}, writer);
    return to_hex(out.span());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(msgpack_values)

BOOST_AUTO_TEST_CASE(values_are_told_as_the_table_has_it) {
    const Line lines[] = {
        {"c0", "null"},
        {"c2", "false"},
        {"c3", "true"},
        {"7f", "127"},
        {"e0", "-32"},
        {"d080", "-128"},
        {"d18000", "-32768"},
        {"d280000000", "-2147483648"},
        {"d38000000000000000", "-9223372036854775808"},
        {"cfffffffffffffffff", "18446744073709551615"},
        {"ca3fc00000", "1.5"},
        {"cb3ff8000000000000", "1.5"},
        {"d90161", "\"a\""},
        {"c40101", "\"\\u0000AQ==\""},
        {"dc0002 01 02", "[1,2]"},
        {"de0001 a16101", "{\"a\":1}"},
        {"01 9102", "1,[2]"},
        // Keys that are no text.
        {"81 0102", "{\"1\":2}"},
        {"81 c002", "{\"null\":2}"},
        {"81 c302", "{\"true\":2}"},
        {"81 cb3ff800000000000002", "{\"1.5\":2}"},
        {"81 c4010102", "{\"\\u0000AQ==\":2}"},
        // Ext: timestamps of three sizes, others as their data.
        {"d6ff 00000000", "\"1970-01-01T00:00:00Z\""},
        {"d6ff ffffffff", "\"2106-02-07T06:28:15Z\""},
        {"d7ff 1d5353006b029ee7", "\"2026-11-22T07:51:03.123Z\""},
        {"c70cff 00000001ffffffffffffffff", "\"1969-12-31T23:59:59.000000001Z\""},
        {"c70cff 000003e8fffffff1868b8400", "\"0000-01-01T00:00:00.000001Z\""},
        {"c70cff 00000000fffffff1886e08ff", "\"0000-12-31T23:59:59Z\""},
        {"c70cff 000000000000003afff4417f", "\"9999-12-31T23:59:59Z\""},
        {"c70cff 00000000ffffffff7ca34a00", "\"1900-03-01T00:00:00Z\""},
        {"c70cff 000000000000000038bc4780", "\"2000-02-29T22:26:08Z\""},
        {"c70cff 000000000000000067733400", "\"2024-12-31T00:00:00Z\""},
        {"c70cff 000000000000003afff44180", "\"\\u0000AAAAAAAAADr/9EGA\""},
        {"c70cff 00000000fffffff1868b83ff", "\"\\u0000AAAAAP////GGi4P/\""},
        {"c70cff 3b9aca000000000000000000", "\"\\u0000O5rKAAAAAAAAAAAA\""},
        {"d7ff ee6b280000000000", "\"\\u00007msoAAAAAAA=\""},
        {"d5ff 0001", "\"\\u0000AAE=\""},
        {"d40105", "\"\\u0000BQ==\""},
        {"c70005", "\"\\u0000\""},
        {"d40000", "null"},
        {"d40001", "\"\\u0000AQ==\""},
        {"d5000000", "\"\\u0000AAA=\""},
    };
    for (const Line& line : lines) {
        BOOST_TEST_CONTEXT(line.hex) {
            BOOST_TEST(told_as_json(msgpack_read, line.hex) == line.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dict_by_the_library_is_the_dict_by_the_reader) {
    const Bytes bytes = from_hex(
        "89 a16b d40000 a161 c0 a162 93 01 d3ffffffffffffff00 cfffffffffffffffff a163 81 a164 c3"
        "a165 c40201ff a166 d6ff00000000 a167 d40105 a168 ca3fc00000 a169 82 a0 90 a16a 80");

    ValueBuilder builder;
    msgpack_read(bytes, builder);
    const Dict dict = msgpack_dict(bytes);

    BOOST_TEST((dict == builder.take_dict()));
    BOOST_TEST(dict.size() == 9U);
    BOOST_TEST((dict.find("k") == nullptr));  // null: as if absent
    BOOST_TEST(dict.find_text("f").value() == "1970-01-01T00:00:00Z");
    BOOST_TEST(dict.find("b")->get_if<List>()->at(2).to_uint().value() == UINT64_MAX);
    BOOST_TEST(msgpack_dict(from_hex("80")).empty());
    BOOST_TEST(msgpack_dict(from_hex("de0000")).empty());
}

BOOST_AUTO_TEST_CASE(numbers_are_written_in_the_shortest_form) {
    const std::pair<std::int64_t, const char*> lines[] = {
        {0, "00"},
        {127, "7f"},
        {128, "cc80"},
        {255, "ccff"},
        {256, "cd0100"},
        {65535, "cdffff"},
        {65536, "ce00010000"},
        {4294967295, "ceffffffff"},
        {4294967296, "cf0000000100000000"},
        {INT64_MAX, "cf7fffffffffffffff"},
        {-1, "ff"},
        {-32, "e0"},
        {-33, "d0df"},
        {-128, "d080"},
        {-129, "d1ff7f"},
        {-32768, "d18000"},
        {-32769, "d2ffff7fff"},
        {-2147483648LL, "d280000000"},
        {-2147483649LL, "d3ffffffff7fffffff"},
        {INT64_MIN, "d38000000000000000"},
    };
    for (const auto& [number, hex] : lines) BOOST_TEST(written(number) == hex);
    BOOST_TEST(written(UINT64_MAX) == "cfffffffffffffffff");
    BOOST_TEST(written(-0.0) == "cb8000000000000000");
    BOOST_TEST(written(std::numeric_limits<double>::infinity()) == "cb7ff0000000000000");
}

BOOST_AUTO_TEST_CASE(strings_are_written_in_the_shortest_form) {
    BOOST_TEST(written("") == "a0");
    BOOST_TEST(written(std::string(31, 'a')).substr(0, 2) == "bf");
    BOOST_TEST(written(std::string(32, 'a')).substr(0, 4) == "d920");
    BOOST_TEST(written(std::string(256, 'a')).substr(0, 6) == "da0100");
    BOOST_TEST(written(std::string(65536, 'a')).substr(0, 10) == "db00010000");
    BOOST_TEST(written(Blob{{}}) == "c400");
    BOOST_TEST(written(Blob{Bytes(256)}).substr(0, 6) == "c50100");
    BOOST_TEST(written(Blob{Bytes(65536)}).substr(0, 10) == "c600010000");
}

BOOST_AUTO_TEST_CASE(containers_are_written_with_the_shortest_size_known_or_not) {
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 65535U, 65536U}) {
        std::string json = "[";
        for (std::size_t i = 0; i < count; ++i) json += i == 0 ? "0" : ",0";
        BOOST_TEST((from_json(json + "]") == written(List(count, Value(0)))), count);
    }
    BOOST_TEST(from_json("{}") == "80");
    Dict dict;
    std::string json = "{";
    for (int i = 0; i < 16; ++i) {
        dict.append(std::to_string(i), i);
        json += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
    }
    BOOST_TEST(from_json(json + "}") == written(dict));
    BOOST_TEST(written(dict).substr(0, 6) == "de0010");
}

BOOST_AUTO_TEST_CASE(late_sizes_within_late_sizes_find_their_place) {
    // Three wide lists around and behind each other, in a dict, with short ones between.
    std::string wide = "[";
    for (int i = 0; i < 20; ++i) wide += (i == 0 ? "" : ",") + std::to_string(i);
    const std::string json =
        "{\"a\":" + wide + "],\"b\":[1]," + "\"c\":" + wide + "," + wide + ",[],{}],7],\"d\":null}";

    ByteWriter out;
    MsgpackWriter writer(out);
    json_read({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}, writer);

    BOOST_TEST(told_as_json(msgpack_read, to_hex(out.span())) == json);
}

BOOST_AUTO_TEST_SUITE_END()
