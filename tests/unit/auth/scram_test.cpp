// SCRAM against the exchange that RFC 7677 prints, argon2 against its reference, and what SASLprep
// takes.
#include "common/auth/scram.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/saslprep.hpp"
#include "common/base/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

std::string base64_of(std::string_view octets) { return to_base64(octets_of(octets)); }
std::string octets(std::string_view base64) { return octets_from_base64(base64).value(); }

const ScramExchange published{.authid = "user",
                              .client_nonce = "rOprNGfwEbeRWgbNEkqO",
                              .nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                              .salt = "W22ZaJ0SNY7soEsUEjb6gQ==",
                              .iterations = 4096};
constexpr std::string_view published_proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

ScramCredentials published_credentials() {
    return scram_credentials("pencil", {.salt = octets(published.salt), .iterations = 4096})
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scram)

BOOST_AUTO_TEST_CASE(the_exchange_of_rfc_7677_comes_out) {
    const auto salted =
        scram_salted_password("pencil", {.salt = octets(published.salt), .iterations = 4096});
    const std::string said = scram_auth_message(published);

    BOOST_TEST(said ==
               "n=user,r=rOprNGfwEbeRWgbNEkqO,"
               "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
               "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
               "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    BOOST_TEST(base64_of(scram_proof(scram_client_key(*salted), said)) == published_proof);
    BOOST_TEST(base64_of(scram_server_signature(published_credentials().server_key, said)) ==
               "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

BOOST_AUTO_TEST_CASE(a_proof_fits_its_key_and_its_exchange_only) {
    const ScramCredentials kept = published_credentials();
    const std::string said = scram_auth_message(published);
    const std::string proof = octets(published_proof);
    std::string bent = proof;
    bent[31] = static_cast<char>(bent[31] ^ 1);

    BOOST_TEST(scram_proof_fits(kept.stored_key, said, proof));
    BOOST_TEST(!scram_proof_fits(kept.stored_key, said, bent));
    BOOST_TEST(!scram_proof_fits(kept.stored_key, said + "x", proof));
    BOOST_TEST(!scram_proof_fits(kept.server_key, said, proof));
    BOOST_TEST(!scram_proof_fits(kept.stored_key, said, proof.substr(1)));
    BOOST_TEST(!scram_proof_fits(kept.stored_key, said, ""));
}

BOOST_AUTO_TEST_CASE(commas_and_equal_signs_of_an_authid_are_escaped) {
    const ScramExchange exchange{
        .authid = "a=b,c", .client_nonce = "x", .nonce = "xy", .salt = "c2FsdA==", .iterations = 1};

    BOOST_TEST(scram_auth_message(exchange) == "n=a=3Db=2Cc,r=x,r=xy,s=c2FsdA==,i=1,c=biws,r=xy");
    BOOST_TEST(scram_auth_message(exchange, ScramDialect::autobahn) ==
               "n=a=b,c,r=x,r=xy,s=c2FsdA==,i=1,c=,r=xy");
}

BOOST_AUTO_TEST_CASE(a_bound_channel_is_part_of_what_is_signed) {
    ScramExchange exchange = published;
    exchange.channel_binding = "tls-unique";
    exchange.cbind_data = "octets";

    const std::string said = scram_auth_message(exchange);

    const std::string bound = base64_of("p=tls-unique,,octets");
    BOOST_TEST(said.find(",c=" + bound + ",") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(argon2id_has_one_lane_and_32_octets) {
    // As the tool of the reference prints: echo -n pencil | argon2 0123456789abcdef -id -t 3 -k 64
    // -p 1
    const ScramParameters parameters{
        .kdf = ScramKdf::argon2id13, .salt = "0123456789abcdef", .iterations = 3, .memory_kib = 64};
    ScramParameters autobahn = parameters;
    autobahn.kdf = ScramKdf::autobahn_argon2id;

    const auto key = scram_salted_password("pencil", parameters);

    BOOST_TEST(to_hex(*key) == "ae75714db33024e680ad04dce66c5c768c0826e9b010c662d669378b5eeec374");
    BOOST_TEST(*scram_salted_password("pencil", autobahn) + "=" == base64_of(*key));
}

BOOST_AUTO_TEST_CASE(parameters_out_of_range_give_no_key) {
    BOOST_TEST(!scram_salted_password("pencil", {.salt = "12345678", .iterations = 0}));
    BOOST_TEST(!scram_salted_password(
        "pencil",
        {.kdf = ScramKdf::argon2id13, .salt = "12345678", .iterations = 1, .memory_kib = 1}));
    BOOST_TEST(!scram_salted_password(
        "pencil",
        {.kdf = ScramKdf::argon2id13, .salt = "short", .iterations = 1, .memory_kib = 64}));
    BOOST_TEST(!scram_salted_password("pen\x07", {.salt = "12345678", .iterations = 1}));
}

BOOST_AUTO_TEST_CASE(names_of_the_key_derivations_are_read_as_written) {
    for (const char* name : {"pbkdf2", "argon2id13", "argon2id-13"}) {
        BOOST_TEST(to_text(*scram_kdf_of(name)) == name);
    }
    BOOST_TEST(!scram_kdf_of("md5"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(saslprep_profile)

// The examples of RFC 4013 section 3, as far as they are taken here.
BOOST_AUTO_TEST_CASE(plain_text_stays_as_it_is) {
    for (const char* text : {"user", "USER", "pass word~", "Käse", "Жук", "πυρ", "漢字", "한글"}) {
        BOOST_TEST(saslprep(text).value_or("refused") == text);
    }
}

BOOST_AUTO_TEST_CASE(spaces_become_one_kind_and_invisible_marks_vanish) {
    BOOST_TEST(saslprep("I\xC2\xADX").value_or("refused") == "IX");
    BOOST_TEST(saslprep("a\xC2\xA0z").value_or("refused") == "a z");
    BOOST_TEST(saslprep("a\xE3\x80\x80z").value_or("refused") == "a z");
}

BOOST_AUTO_TEST_CASE(what_needs_the_tables_of_unicode_is_refused) {
    for (const char* text :
         {"\xC2\xAA", "e\xCC\x81", "\xE2\x85\xA8", "\xD7\x90", "\xF0\x9F\x94\x91"}) {
        BOOST_TEST(!saslprep(text));
    }
}

BOOST_AUTO_TEST_CASE(control_characters_and_broken_utf8_are_refused) {
    for (const char* text : {"\x07", "\x7F", "\xC2\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xFF",
                             "\xED\xA0\x80", "a\x80"}) {
        BOOST_TEST(!saslprep(text));
    }
}

BOOST_AUTO_TEST_SUITE_END()
