// WAMP-CRA against published vectors (RFC 4231, PBKDF2-HMAC-SHA256) and the challenge's text.
#include "common/auth/wampcra.hpp"

#include "common/base/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <span>

using namespace kreisel;

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wampcra)

BOOST_AUTO_TEST_CASE(signature_is_base64_of_hmac_sha256) {
    BOOST_TEST(wampcra_sign("Jefe", "what do ya want for nothing?") ==
               "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
    BOOST_TEST(wampcra_sign(std::string(20, '\x0b'), "Hi There") ==
               "sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c=");
}

BOOST_AUTO_TEST_CASE(empty_key_signs_as_an_empty_key) {
    const std::string first = wampcra_sign("", "text");
    (void)wampcra_sign("another key", "text");

    BOOST_TEST(wampcra_sign(std::string_view{}, "text") == first);
}

BOOST_AUTO_TEST_CASE(salted_key_is_base64_of_pbkdf2) {
    BOOST_TEST(wampcra_key("password", "salt", 1, 32) ==
               "Eg+2z/z4syxD5yJSVsT4N6hlSMkszDVICAWYfLcL4Xs=");
    BOOST_TEST(wampcra_key("secret2", "salt123", 100, 16) == "LG5/FwnS5WvgmlEyLPk/pQ==");
}

BOOST_AUTO_TEST_CASE(challenge_names_all_facts) {
    const std::string text = wampcra_challenge({.authid = "joe",
                                                .authrole = "frontend",
                                                .authprovider = "static",
                                                .nonce = "bm9uY2U=",
                                                .timestamp = WallTime{},
                                                .session = 9007199254740992});

    BOOST_TEST(text == R"({"authid":"joe","authrole":"frontend","authmethod":"wampcra",)"
                       R"("authprovider":"static","nonce":"bm9uY2U=",)"
                       R"("timestamp":"1970-01-01T00:00:00.000Z","session":9007199254740992})");
}

BOOST_AUTO_TEST_CASE(challenge_escapes_what_json_forbids) {
    const std::string text = wampcra_challenge({.authid = "a\"b\\c\n\x01\xc3\xa9",
                                                .authrole = {},
                                                .authprovider = {},
                                                .nonce = {},
                                                .timestamp = {},
                                                .session = 1});

    BOOST_TEST(text.find("{\"authid\":\"a\\\"b\\\\c\\u000a\\u0001\xc3\xa9\",") == 0U);
}

BOOST_AUTO_TEST_CASE(comparison_tells_equal_from_different) {
    BOOST_TEST(is_equal_in_constant_time("secret", "secret"));
    BOOST_TEST(is_equal_in_constant_time("", ""));
    BOOST_TEST(!is_equal_in_constant_time("secret", "secreT"));
    BOOST_TEST(!is_equal_in_constant_time("secret", "secret1"));
    BOOST_TEST(!is_equal_in_constant_time("secret", ""));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(vectors_of_rfc_4648_hold_both_ways) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, text] : vectors) {
        BOOST_TEST(to_base64(bytes_of(plain)) == text);
        const auto back = from_base64(text);
        BOOST_REQUIRE(back);
        BOOST_TEST(std::string(back->begin(), back->end()) == plain);
    }
}

BOOST_AUTO_TEST_CASE(every_octet_survives) {
    std::vector<std::uint8_t> all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);

    BOOST_TEST((from_base64(to_base64(all)) == all));
}

BOOST_AUTO_TEST_CASE(text_that_is_no_canonical_base64_is_refused) {
    for (const std::string_view text :
         {"Z", "Zg", "Zg=", "Zg===", "====", "=Zg=", "Z===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v",
          "Zm-_", "Zg==Zg==", "\xc3\xa9==", "Zm8=="}) {
        BOOST_TEST(!from_base64(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
