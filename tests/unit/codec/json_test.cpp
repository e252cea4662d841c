// JSON alone: what its scanner takes and refuses, and how heads look.
#include "codec_helpers.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

bool takes(const std::string& value) {
    return decode_json("[16,1,{},\"t\",[" + value + "]]").has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(values_of_the_grammar_are_taken) {
    for (const char* value : {"0",
                              "-0",
                              "1",
                              "-1.5e+10",
                              "1E5",
                              "0.0",
                              "1e400",
                              "123456789012345678901234567890",
                              "\"\"",
                              "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fF\"",
                              "\"\\ud83d\\ude00\"",
                              "\"\x7f\"",
                              "\"\xc3\xa9\"",
                              "\"\xf4\x8f\xbf\xbf\"",
                              "\"\xed\x9f\xbf\"",
                              "\"\xee\x80\x80\"",
                              "[]",
                              "{}",
                              " [ 1 , { \"a\" : null } ] ",
                              "true",
                              "false",
                              "null",
                              "\t\r\n 1 \t\r\n"}) {
        BOOST_TEST(takes(value), value);
    }
}

BOOST_AUTO_TEST_CASE(other_text_is_refused) {
    for (const char* value : {"01",
                              "-",
                              "+1",
                              ".5",
                              "1.",
                              "1e",
                              "1e+",
                              "0x1",
                              "NaN",
                              "Infinity",
                              "nul",
                              "True",
                              "truex",
                              "'a'",
                              "\"",
                              "\"\\x\"",
                              "\"\\u12\"",
                              "\"\\u12g4\"",
                              "\"a\nb\"",
                              "\"\x1f\"",
                              "\"\\ud83d\"",
                              "\"\\ud83dx\"",
                              "\"\\ud83d\\u0041\"",
                              "\"\\udc00\"",
                              "\"\\ud800\\ud800\"",
                              "[1,]",
                              "[,1]",
                              "[1 2]",
                              "{\"a\"}",
                              "{\"a\":}",
                              "{\"a\":1,}",
                              "{a:1}",
                              "{1:2}",
                              "{,}",
                              "[1}",
                              "{\"a\":1]",
                              "1,,2",
                              "// c\n1",
                              "/**/1",
                              "\xc2\xa0",
                              "\x0b",
                              "\xef\xbb\xbf"}) {
        BOOST_TEST(!takes(value), value);
    }
}

BOOST_AUTO_TEST_CASE(invalid_utf8_of_every_class_is_refused) {
    for (const char* octets :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3\x28", "\xe0\x80\x80",
          "\xe0\x9f\xbf", "\xe2\x82", "\xe2\x28\xa1", "\xed\xa0\x80", "\xed\xbf\xbf",
          "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
        const std::string text(octets);
        BOOST_TEST(!takes("\"" + text + "\""));
        BOOST_TEST(!takes("\"long enough for eight at once " + text + " and more\""));
        BOOST_TEST(!decode_json("[16,1,{},\"" + text + "\"]"));
        BOOST_TEST(!decode_json("[16,1,{\"" + text + "\":1},\"t\"]"));
    }
}

BOOST_AUTO_TEST_CASE(messages_stand_alone) {
    BOOST_TEST(decode_json(" \n[ 34 , 1 , 2 ] \t").has_value());
    for (const char* text : {"", " ", "[", "{}", "1", "null", "\"a\"", "[34,1,2],", "[34,1,2]]",
                             "[34,1,2][34,1,2]", "[34,1,2]\x1e", "[34 1,2]", "[34,1,2,]",
                             "[034,1,2]", "[34,1,-]", "[34,1,02]", "[34,1,2"}) {
        BOOST_TEST(!decode_json(text), text);
    }
}

BOOST_AUTO_TEST_CASE(options_have_exact_values) {
    const auto message = decode_json(
        R"([16,1,{"big":18446744073709551615,"float":1.0,"over":1e400,"bin":"\u0000AQID",)"
        R"("nul":"\u0000AQI","text":"\ud83d\ude00","neg":-9223372036854775808,"l":[{}]},)"
        R"("\u00e9.b"])");

    BOOST_REQUIRE(message);
    const auto& publish = std::get<Publish>(*message);
    const Dict& options = publish.options;
    BOOST_TEST(publish.topic == "\xc3\xa9.b");
    BOOST_TEST((*options.find("big") == Value(UINT64_MAX)));
    BOOST_TEST((*options.find("float") == Value(1.0)));
    BOOST_TEST((*options.find("over")->get_if<double>() > 1e308));
    BOOST_TEST((*options.find("bin") == Value(Blob{{1, 2, 3}})));
    BOOST_TEST(options.find_text("nul")->size() == 4U);
    BOOST_TEST(*options.find_text("text") == "\xf0\x9f\x98\x80");
    BOOST_TEST((*options.find("neg") == Value(INT64_MIN)));
    BOOST_TEST((*options.find("l") == Value(List{Dict{}})));
}

BOOST_AUTO_TEST_CASE(heads_are_written_in_the_shortest_form) {
    Event event{SubscriptionId{7}, PublicationId{8}, {}, {}};
    BOOST_TEST(encode_text(event) == "[36,7,8,{}]");

    event.details.append("topic", "a\"b\n\x01");
    event.payload = make_payload({1, "x"}, {{"k", nullptr}}, Encoding::json);
    BOOST_TEST(encode_text(event) == R"([36,7,8,{"topic":"a\"b\n\u0001"},[1,"x"],{"k":null}])");
    BOOST_TEST(encode_text(Unregistered{RequestId{5}, {}}) == "[67,5]");
    BOOST_TEST(encode_text(Hello{"", {}}) == "[1,null,{}]");
}

BOOST_AUTO_TEST_CASE(a_payload_transcoded_before_fits_behind_its_head) {
    for (const Encoding encoding : all_encodings) {
        for (const Encoding origin : all_encodings) {
            const Message call =
                Call{RequestId{1}, {}, "p", make_payload({1, "x"}, {{"k", 2}}, origin)};
            ByteWriter writer;

            encode_with_payload(call, encoding, payload_bytes(*payload_of(call), encoding).span(),
                                writer);

            BOOST_TEST((writer.text() == encode_text(call, encoding)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
