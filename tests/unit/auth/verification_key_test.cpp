// Signatures of tokens against the examples of RFC 7515 and RFC 8037, and keys that are refused.
#include "common/auth/verification_key.hpp"

#include "common/base/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

std::string from_base64url(std::string text) {
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (text.size() % 4 != 0) text += '=';
    const auto octets = from_base64(text);
    BOOST_REQUIRE(octets.has_value());
    return {octets->begin(), octets->end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verification_key)

// RFC 7515, A.1
BOOST_AUTO_TEST_CASE(hs256_takes_the_example_and_nothing_near_it) {
    const auto key = VerificationKey::from_secret(
        from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwj"
                       "AzZr1Z9CAow"));
    const std::string text =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const std::string signature = from_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

    BOOST_REQUIRE(key.has_value());
    BOOST_TEST((key->algorithm() == SignatureAlgorithm::hs256));
    BOOST_TEST(key->is_signed(text, signature));
    BOOST_TEST(!key->is_signed(text + "x", signature));
    BOOST_TEST(!key->is_signed(text, signature.substr(1)));
    BOOST_TEST(!key->is_signed(text, ""));
}

// RFC 8037, A.4
BOOST_AUTO_TEST_CASE(eddsa_takes_the_example_and_nothing_near_it) {
    const auto key = VerificationKey::from_ed25519(
        from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const std::string signature = from_base64url(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");

    BOOST_REQUIRE(key.has_value());
    BOOST_TEST((key->algorithm() == SignatureAlgorithm::eddsa));
    BOOST_TEST(key->is_signed(text, signature));
    BOOST_TEST(!key->is_signed(text + "x", signature));
    BOOST_TEST(!key->is_signed(text, signature.substr(1)));
}

BOOST_AUTO_TEST_CASE(keys_that_protect_nothing_are_refused) {
    BOOST_TEST(!VerificationKey::from_secret(std::string(31, 'x')).has_value());
    BOOST_TEST(!VerificationKey::from_pem("").has_value());
    BOOST_TEST(!VerificationKey::from_pem("-----BEGIN PUBLIC KEY-----\n").has_value());
    BOOST_TEST(!VerificationKey::from_ed25519("short").has_value());
    BOOST_TEST(!VerificationKey::from_rsa("", "").has_value());
    BOOST_TEST(!VerificationKey::from_rsa(std::string(128, '\xff'), "\x03").has_value());
    BOOST_TEST(!VerificationKey::from_rsa(std::string(4096, '\xff'), "\x03").has_value());
    BOOST_TEST(!VerificationKey::from_rsa(std::string(256, '\xff'), std::string(9, '\x03')));
}

BOOST_AUTO_TEST_CASE(equal_keys_have_one_fingerprint) {
    const auto first = VerificationKey::from_secret(std::string(32, 'a'));
    const auto same = VerificationKey::from_secret(std::string(32, 'a'));
    const auto other = VerificationKey::from_secret(std::string(32, 'b'));

    BOOST_TEST(first->fingerprint() == same->fingerprint());
    BOOST_TEST(first->fingerprint() != other->fingerprint());
}

BOOST_AUTO_TEST_SUITE_END()
