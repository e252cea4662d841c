// The strict door, for all encodings at once: arity, types, ids, payload rules, and input that lies
// about itself.
#include "codec_helpers.hpp"
#include "common/wamp/errors.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::codec_test;

namespace {

/// Whether all encodings take the message that JSON `text` tells; they must agree.
bool is_taken(std::string_view text) {
    const List list = list_of(text);
    std::size_t count = 0;
    for (const Encoding encoding : all_encodings) {
        const auto message = decode(encoding, bytes_of(list, encoding), {});
        if (message) ++count;
        if (!message) BOOST_TEST(message.error().uri == uris::protocol_violation);
    }
    BOOST_TEST((count == 0 || count == encoding_count), text << " is judged differently");
    return count == encoding_count;
}

Payload payload_in(std::string_view text, Encoding encoding) {
    const auto message = decode(encoding, bytes_of(list_of(text), encoding), {});
    BOOST_REQUIRE_MESSAGE(message, message.error().text);
    return *payload_of(*message);
}

std::string nested(std::size_t depth, Encoding encoding) {
    switch (encoding) {
        case Encoding::json:
            return std::string(depth, '[');
        case Encoding::msgpack:
            return std::string(depth, '\x91');
        case Encoding::cbor:
            return std::string(depth, '\x81');
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(door)

BOOST_AUTO_TEST_CASE(every_type_is_taken_at_its_lengths_only) {
    // Message, and how many elements may be left out at its end.
    const std::vector<std::pair<std::string, int>> longest = {{R"([1,"realm",{}])", 0},
                                                              {R"([2,5,{}])", 0},
                                                              {R"([3,{},"r",[1],{"a":1}])", 2},
                                                              {R"([4,"m",{}])", 0},
                                                              {R"([5,"s",{}])", 0},
                                                              {R"([6,{},"r"])", 0},
                                                              {R"([8,48,1,{},"e",[1],{"a":1}])", 2},
                                                              {R"([16,1,{},"t",[1],{"a":1}])", 2},
                                                              {R"([17,1,2])", 0},
                                                              {R"([32,1,{},"t"])", 0},
                                                              {R"([33,1,2])", 0},
                                                              {R"([34,1,2])", 0},
                                                              {R"([35,0,{"reason":"r"}])", 1},
                                                              {R"([36,1,2,{},[1],{"a":1}])", 2},
                                                              {R"([48,1,{},"p",[1],{"a":1}])", 2},
                                                              {R"([49,1,{}])", 0},
                                                              {R"([50,1,{},[1],{"a":1}])", 2},
                                                              {R"([64,1,{},"p"])", 0},
                                                              {R"([65,1,2])", 0},
                                                              {R"([66,1,2])", 0},
                                                              {R"([67,0,{"reason":"r"}])", 1},
                                                              {R"([68,1,2,{},[1],{"a":1}])", 2},
                                                              {R"([69,1,{}])", 0},
                                                              {R"([70,1,{},[1],{"a":1}])", 2},
                                                              {R"([337,1])", 0}};
    BOOST_TEST(longest.size() == std::variant_size_v<Message>);

    for (const auto& [text, optional] : longest) {
        List list = list_of(text);
        List longer = list;
        longer.emplace_back(Dict{});
        for (const Encoding encoding : all_encodings) {
            BOOST_TEST(!decode(encoding, bytes_of(longer, encoding), {}), text << " and one more");
        }
        const auto least = list.size() - static_cast<std::size_t>(optional);
        for (; !list.empty(); list.pop_back()) {
            for (const Encoding encoding : all_encodings) {
                const auto message = decode(encoding, bytes_of(list, encoding), {});
                BOOST_TEST(message.has_value() == (list.size() >= least),
                           text << " cut to " << list.size());
            }
        }
        BOOST_TEST(!is_taken("[]"));
    }
}

BOOST_AUTO_TEST_CASE(ids_are_integers_from_1_to_2_to_the_53) {
    BOOST_TEST(is_taken("[34,1,9007199254740992]"));
    BOOST_TEST(is_taken("[34,1.0,2e3]"));
    BOOST_TEST(is_taken("[34.0,1,9007199254740992.0]"));

    for (const char* id : {"0", "-1", "9007199254740993", "1.5", "\"1\"", "true", "null", "1e300",
                           "18446744073709551615", "18446744073709551616", "[1]", "0.0"}) {
        BOOST_TEST(!is_taken(std::string("[34,1,") + id + "]"), id);
        BOOST_TEST(!is_taken(std::string("[34,") + id + ",1]"), id);
    }
}

BOOST_AUTO_TEST_CASE(unknown_types_are_violations) {
    for (const char* type : {"0", "7", "9", "18", "71", "256", "336", "338", "1024", "-1", "1.5",
                             "\"16\"", "null", "true", "9007199254740993", "[16]", "65552"}) {
        BOOST_TEST(!is_taken(std::string("[") + type + ",1,{}]"), type);
    }
}

BOOST_AUTO_TEST_CASE(fields_of_wrong_kinds_are_violations) {
    for (const char* text :
         {R"([1,5,{}])", R"([1,"r",[]])", R"([16,1,[],"t"])", R"([16,1,{},5])", R"([16,1,{},null])",
          R"([16,1,{},"t",{}])", R"([16,1,{},"t",[],[]])", R"([16,1,{},"t",null])",
          R"([16,1,{},"t","text"])", R"([16,1,{},"\u0000AQID"])", R"([8,50,1,{},"e"])",
          R"([8,"48",1,{},"e"])", R"([8,0,1,{},"e"])", R"([5,null,{}])", R"([35,0,[]])",
          R"([6,"r",{}])", R"([32,1,{"match":5},"t"])", R"(["16",1,{},"t"])"}) {
        BOOST_TEST(!is_taken(text), text);
    }
}

BOOST_AUTO_TEST_CASE(text_of_heads_and_known_options_does_not_start_like_binary) {
    using namespace std::string_literals;
    for (const std::string& text : {"\0"s, "\0AQID"s, "\0no base64"s}) {
        for (const Encoding encoding : all_encodings) {
            const auto topic = bytes_of({32, 1, Dict{}, text}, encoding);
            const auto option = bytes_of({32, 1, Dict{{"match", text}}, "t"}, encoding);

            BOOST_TEST(!decode(encoding, topic, {}));
            BOOST_TEST(!decode(encoding, option, {}));
        }
    }
    const auto chunked = from_hex("84182001a07f6100617aff");
    BOOST_TEST(!decode(Encoding::cbor, SharedBytes::copy_of(chunked), {}));
}

BOOST_AUTO_TEST_CASE(a_null_realm_and_revocations_without_request_are_taken) {
    const auto hello = decode_json(R"([1,null,{"roles":{"caller":{}}}])");

    BOOST_REQUIRE(hello);
    BOOST_TEST(std::get<Hello>(*hello).realm.empty());
    BOOST_TEST(is_taken(R"([67,0,{"registration":5,"reason":"x"}])"));
    BOOST_TEST(is_taken(R"([35,0])"));
}

BOOST_AUTO_TEST_CASE(keys_twice_in_options_or_kwargs_are_violations) {
    BOOST_TEST(!is_taken(R"([16,1,{"a":1,"a":2},"t"])"));
    BOOST_TEST(!is_taken(R"([16,1,{"o":{"a":1,"a":2}},"t"])"));
    BOOST_TEST(!is_taken(R"([16,1,{"o":[{"a":1,"a":2}]},"t"])"));
    BOOST_TEST(!is_taken(R"([16,1,{},"t",[],{"a":1,"\u0061":2}])"));
    BOOST_TEST(is_taken(R"([16,1,{},"t",[{"a":1,"a":2}],{"o":{"a":1,"a":2}}])"));
    std::string many = "[16,1,{";
    for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":1,";
    BOOST_TEST(is_taken(many + "\"k1000\":1},\"t\"]"));
    BOOST_TEST(!is_taken(many + "\"k500\":1},\"t\"]"));
}

BOOST_AUTO_TEST_CASE(null_options_pass_as_absent) {
    BOOST_TEST(is_taken(R"([32,1,{"match":null,"get_retained":null},"t"])"));
    BOOST_TEST(is_taken(R"([1,"r",{"roles":{"caller":{"features":null},"callee":null}}])"));
    BOOST_TEST(is_taken(R"([48,1,{"timeout":5000.0,"x_mine":{"a":[1]}},"p"])"));
}

BOOST_AUTO_TEST_CASE(empty_payload_is_elided) {
    for (const Encoding encoding : all_encodings) {
        BOOST_TEST(payload_in(R"([16,1,{},"t"])", encoding).elements == 0);
        BOOST_TEST(payload_in(R"([16,1,{},"t",[]])", encoding).elements == 0);
        BOOST_TEST(payload_in(R"([16,1,{},"t",[],{}])", encoding).elements == 0);
        BOOST_TEST(payload_in(R"([16,1,{},"t",[1],{}])", encoding).elements == 1);
        BOOST_TEST(payload_in(R"([16,1,{},"t",[null]])", encoding).elements == 1);
        BOOST_TEST(payload_in(R"([16,1,{},"t",[],{"a":1}])", encoding).elements == 2);
    }
}

BOOST_AUTO_TEST_CASE(opaque_payload_needs_its_option) {
    for (const Encoding encoding : all_encodings) {
        const Payload payload =
            payload_in(R"([16,1,{"enc_algo":"cryptobox"},"t","\u0000AQID"])", encoding);

        BOOST_TEST(payload.is_opaque);
        BOOST_TEST(payload.elements == 1);
    }
    BOOST_TEST(!is_taken(R"([16,1,{},"t","\u0000AQID"])"));
    BOOST_TEST(!is_taken(R"([16,1,{"enc_algo":"cryptobox"},"t","\u0000AQID",{}])"));
    BOOST_TEST(!is_taken(R"([16,1,{"enc_algo":"cryptobox"},"t",5])"));
}

BOOST_AUTO_TEST_CASE(a_payload_is_a_slice_of_the_incoming_bytes) {
    for (const Encoding encoding : all_encodings) {
        const auto bytes = bytes_of(list_of(R"([48,1,{},"p",["a",1],{"k":[]}])"), encoding);

        const auto message = decode(encoding, bytes, {});

        const Payload& payload = *payload_of(*message);
        BOOST_TEST(payload.bytes.data() > bytes.data());
        BOOST_TEST(payload.bytes.data() < bytes.data() + bytes.size());
        BOOST_TEST((payload.encoding == encoding));
        BOOST_TEST((read_payload(payload).args == List{"a", 1}));
    }
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_is_refused) {
    const List list = list_of(
        R"([48,12345,{"timeout":1000,"x":[1.5,null,"é"]},"com.a",["b",{"c":true},300],{"d":-5}])");
    for (const Encoding encoding : all_encodings) {
        const auto bytes = bytes_of(list, encoding);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto message = decode(encoding, bytes.slice(0, size), {});
            BOOST_TEST(!message, to_text(encoding) << " cut to " << size);
        }
        std::string longer(bytes.text());
        longer += '0';
        BOOST_TEST(!decode(encoding, SharedBytes::copy_of(longer), {}));
    }
}

BOOST_AUTO_TEST_CASE(a_message_with_any_octet_changed_is_judged_without_harm) {
    const List list = list_of(R"([16,1,{"exclude":[1,2]},"com.a",["b",{"c":1.5}],{"d":-5}])");
    for (const Encoding encoding : all_encodings) {
        const auto bytes = bytes_of(list, encoding);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (int octet = 0; octet < 256; ++octet) {
                std::string changed(bytes.text());
                changed[at] = static_cast<char>(octet);
                const auto message = decode(encoding, SharedBytes::copy_of(changed), {});
                if (!message) continue;
                for (const Encoding to : all_encodings) {
                    const auto again = SharedBytes::copy_of(encode_text(*message, to));
                    BOOST_TEST(decode(to, again, {}).has_value(),
                               to_text(encoding) << " " << at << ": " << octet);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(depth_is_limited_and_bombs_are_harmless) {
    for (const Encoding encoding : all_encodings) {
        const auto publish_of_depth = [encoding](std::size_t depth) {
            List inner;
            for (std::size_t i = 2; i < depth; ++i) {
                List outer;
                outer.emplace_back(std::move(inner));
                inner = std::move(outer);
            }
            return bytes_of({16, 1, Dict{}, "t", inner}, encoding);
        };
        BOOST_TEST(decode(encoding, publish_of_depth(64), {}).has_value());
        BOOST_TEST(!decode(encoding, publish_of_depth(65), {}));
        BOOST_TEST(decode(encoding, publish_of_depth(65), {65}).has_value());
        const auto bomb = SharedBytes::copy_of(nested(1'000'000, encoding));
        BOOST_TEST(!decode(encoding, bomb, {}));
        BOOST_TEST(!decode(encoding, bomb, {4'000'000'000}));
    }
}

BOOST_AUTO_TEST_CASE(lengths_that_lie_are_refused) {
    for (const char* hex :
         {"ddffffffff", "dfffffffff", "dbffffffff", "c6ffffffff", "95100180dbffffffff",
          "95100180a174ddffffffff", "9510018ac7ff", "9510dfffffffff"}) {
        BOOST_TEST(!decode(Encoding::msgpack, SharedBytes::copy_of(from_hex(hex)), {}), hex);
    }
    for (const char* hex : {"9bffffffffffffffff", "bbffffffffffffffff", "7bffffffffffffffff",
                            "5bffffffffffffffff", "851001a061749bffffffffffffffff", "9affffffff"}) {
        BOOST_TEST(!decode(Encoding::cbor, SharedBytes::copy_of(from_hex(hex)), {}), hex);
    }
}

BOOST_AUTO_TEST_CASE(errors_do_not_echo_the_message) {
    const std::string secret(200, 'q');

    const auto message = decode_json("[16,1,{\"acknowledge\":\"" + secret + "\"},\"t\"]");

    BOOST_REQUIRE(!message);
    BOOST_TEST(message.error().text == "PUBLISH: acknowledge must be a boolean");
}

BOOST_AUTO_TEST_SUITE_END()
