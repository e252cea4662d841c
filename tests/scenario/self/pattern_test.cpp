// The scenario language must tell a fitting message from one that does not fit; otherwise its texts
// could not fail.

#include "tests/scenario/lib/pattern.hpp"

#include "tests/scenario/lib/value_io.hpp"

#include <boost/test/unit_test.hpp>

namespace kreisel::scenario {

namespace {

bool does_fit(std::string_view pattern, std::string_view json, Bindings bindings = {}) {
    return fits(parse_elements(pattern), parse_json(json), bindings);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern)

BOOST_AUTO_TEST_CASE(words_numbers_and_lists_fit_themselves_only) {
    BOOST_TEST(does_fit("36 com.a [1,\"x\"]", "[36,\"com.a\",[1,\"x\"]]"));
    BOOST_TEST(!does_fit("36 com.a", "[36,\"com.b\"]"));
    BOOST_TEST(!does_fit("36", "[36,1]"));
    BOOST_TEST(!does_fit("36 1", "[36]"));
    BOOST_TEST(!does_fit("1", "[1.0]"));
    BOOST_TEST(!does_fit("true", "[1]"));
}

BOOST_AUTO_TEST_CASE(dictionaries_fit_as_sets) {
    BOOST_TEST(does_fit("{\"a\":1,\"b\":2}", "[{\"b\":2,\"a\":1}]"));
    BOOST_TEST(!does_fit("{\"a\":1}", "[{\"a\":1,\"b\":2}]"));
    BOOST_TEST(does_fit("{\"a\":1,...}", "[{\"a\":1,\"b\":2}]"));
    BOOST_TEST(!does_fit("{\"a\":1,...}", "[{\"b\":2}]"));
    BOOST_TEST(does_fit("{...}", "[{}]"));
}

BOOST_AUTO_TEST_CASE(open_ends_take_any_rest) {
    BOOST_TEST(does_fit("8 ...", "[8,1,2]"));
    BOOST_TEST(does_fit("8 ...", "[8]"));
    BOOST_TEST(!does_fit("8 ...", "[9]"));
    BOOST_TEST(does_fit("[1,...]", "[[1,2]]"));
}

BOOST_AUTO_TEST_CASE(a_name_is_bound_once_and_then_compared) {
    BOOST_TEST(does_fit("$a $a", "[5,5]"));
    BOOST_TEST(!does_fit("$a $a", "[5,6]"));
    BOOST_TEST(!does_fit("$a", "[6]", {{"a", 5}}));
    BOOST_TEST(to_text(instantiate(parse_elements("32 $a {\"x\":[$a]}"), {{"a", 7}})) ==
               "[32,7,{\"x\":[7]}]");
    BOOST_CHECK_THROW((void)instantiate(parse_elements("$a"), {}), TextError);
    BOOST_CHECK_THROW((void)instantiate(parse_elements("*"), {}), TextError);
}

BOOST_AUTO_TEST_CASE(json_is_read_strictly) {
    BOOST_CHECK_THROW((void)parse_json("[com.a]"), TextError);
    BOOST_CHECK_THROW((void)parse_json("[1,]"), TextError);
    BOOST_CHECK_THROW((void)parse_json("[1] 2"), TextError);
    BOOST_CHECK_THROW((void)parse_json("{\"a\" 1}"), TextError);
    BOOST_CHECK_THROW((void)parse_json("[*]"), TextError);
    BOOST_TEST(to_text(parse_json("\"\\u00fc\\ud83d\\ude00\"")) == "\"\u00fc\U0001F600\"");
}

BOOST_AUTO_TEST_CASE(values_survive_every_encoding) {
    const List list{1,
                    -1,
                    127,
                    128,
                    -33,
                    70'000,
                    std::int64_t{9'007'199'254'740'992},
                    UINT64_MAX,
                    INT64_MIN,
                    1.5,
                    -0.25,
                    true,
                    nullptr,
                    "text \u00e4",
                    std::string(300, 'x'),
                    Blob{{0, 1, 2, 255}},
                    Blob{},
                    List{},
                    Dict{{"a", List{1, Dict{}}}}};
    for (const auto encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
        const Value back = read_value(encoding, write_value(encoding, list));
        BOOST_TEST(to_text(back) == to_text(list));
        BOOST_TEST((back == Value(list)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::scenario
