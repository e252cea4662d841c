// Passwords at rest: argon2id against a published vector, and what is refused before it can cost.
#include "common/auth/password.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;

namespace {

constexpr PasswordCost cheap{64, 1, 1};

std::string fault_of(std::string_view text) {
    const auto parsed = parse_password_hash(text);
    return parsed ? "taken" : parsed.error();
}

bool is_refused_for(std::string_view text, std::string_view why) {
    return fault_of(text).find(why) != std::string::npos;
}

const std::string tail = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

}  // namespace

BOOST_AUTO_TEST_SUITE(password)

// The command line tool of the reference implementation prints this for "password", "somesalt".
BOOST_AUTO_TEST_CASE(a_hash_of_the_reference_implementation_is_checked) {
    const auto hash = parse_password_hash("$argon2id$v=19$m=65536,t=2,p=1" + tail);

    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST(is_password_of(*hash, "password"));
    BOOST_TEST(!is_password_of(*hash, "Password"));
    BOOST_TEST(!is_password_of(*hash, ""));
}

BOOST_AUTO_TEST_CASE(a_made_hash_takes_its_password_only) {
    SeededRandom random{1};
    const auto hash = parse_password_hash(make_password_hash("swordfish", random, cheap));

    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST(is_password_of(*hash, "swordfish"));
    BOOST_TEST(!is_password_of(*hash, "swordfis"));
    BOOST_TEST((hash->cost == cheap));
}

BOOST_AUTO_TEST_CASE(each_hash_has_a_salt_of_its_own) {
    SeededRandom random{1};

    BOOST_TEST(make_password_hash("same", random, cheap) !=
               make_password_hash("same", random, cheap));
}

BOOST_AUTO_TEST_CASE(text_and_hash_are_one) {
    const std::string text = "$argon2id$v=19$m=65536,t=2,p=1" + tail;

    BOOST_TEST(to_text(*parse_password_hash(text)) == text);
}

BOOST_AUTO_TEST_CASE(several_lanes_are_filled_in_one_thread) {
    SeededRandom random{1};
    const auto hash = parse_password_hash(make_password_hash("x", random, {64, 1, 4}));

    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST(is_password_of(*hash, "x"));
}

BOOST_AUTO_TEST_CASE(what_would_eat_the_machine_is_refused) {
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=262145,t=2,p=1" + tail, "m= is more than"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=4294967295,t=2,p=1" + tail, "m= is more than"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=65536,t=17,p=1" + tail, "t= is more than"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=65536,t=2,p=17" + tail, "p= is more than"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=65536,t=2,p=4294967296" + tail, "no parameters"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=15,t=2,p=2" + tail, "8 a lane"));
}

BOOST_AUTO_TEST_CASE(what_is_no_argon2id_hash_is_refused) {
    BOOST_TEST(is_refused_for("", "no argon2id hash"));
    BOOST_TEST(is_refused_for("swordfish", "no argon2id hash"));
    BOOST_TEST(is_refused_for("$argon2i$v=19$m=64,t=2,p=1" + tail, "no argon2id hash"));
    BOOST_TEST(is_refused_for("$argon2id$v=16$m=64,t=2,p=1" + tail, "version"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$t=2,m=64,p=1" + tail, "no parameters"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=064,t=2,p=1" + tail, "no parameters"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=64,t=0,p=1" + tail, "no parameters"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=64,t=2,p=1,x=1" + tail, "no parameters"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=64,t=2,p=1$c2FsdA$YWJj", "salt"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$YWJj", "digest"));
    BOOST_TEST(is_refused_for("$argon2id$v=19$m=64,t=2,p=1" + tail + "$", "digest"));
    BOOST_TEST(is_refused_for("$argon2id$" + std::string(600, 'a'), "longer"));
}

BOOST_AUTO_TEST_CASE(an_endless_password_is_wrong_without_a_look) {
    SeededRandom random{1};
    const auto hash = parse_password_hash(make_password_hash("x", random, cheap));

    BOOST_TEST(!is_password_of(*hash, std::string(password_bytes_max + 1, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
