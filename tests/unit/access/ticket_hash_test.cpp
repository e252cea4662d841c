// Tickets that are kept as slow hashes: what is asked, and that strangers are asked about likewise.
#include "access_fixture.hpp"
#include "common/auth/password.hpp"
#include "common/wamp/errors.hpp"
#include "router/access/principal.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::test;

namespace {

std::string joes_hash() {
    SeededRandom random{5};
    return make_password_hash("swordfish", random, {64, 3, 1});
}

struct Door {
    SeededRandom random{7};
    Handshake handshake;

    static AccessSnapshotPtr make_access() {
        auto realm = make_realm();
        realm->users = {{"joe", {"frontend", std::nullopt, std::nullopt, joes_hash()}}};
        return snapshot_of(std::move(realm));
    }
    Door() : handshake(make_access(), random, {}) {}

    CheckPassword question_about(std::string authid, std::string ticket) {
        const Hello hello{"realm1",
                          {{"authid", std::move(authid)},
                           {"roles", Value(all_roles())},
                           {"authmethods", Value(List{Value("ticket")})}}};
        const auto challenged = handshake.on_message(hello, WallTime{});
        BOOST_REQUIRE(std::holds_alternative<HandshakeReply>(challenged));
        auto step = handshake.on_message(Authenticate{std::move(ticket), {}}, WallTime{});
        BOOST_REQUIRE(std::holds_alternative<AuthQuestion>(step));
        return std::get<CheckPassword>(std::get<AuthQuestion>(std::move(step)));
    }
    std::string reason_after(AuthAnswer answer) {
        const auto step = handshake.on_answer(std::move(answer));
        const auto* refused = std::get_if<HandshakeRefused>(&step);
        return refused == nullptr ? "welcome" : refused->abort.reason;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_ticket_hash)

BOOST_AUTO_TEST_CASE(the_answer_to_the_check_decides) {
    Door right;
    const auto question = right.question_about("joe", "swordfish");
    Door wrong;
    (void)wrong.question_about("joe", "goldfish");

    BOOST_TEST(question.hash == joes_hash());
    BOOST_TEST(question.password == "swordfish");
    BOOST_TEST(right.reason_after(PasswordChecked{true}) == "welcome");
    BOOST_TEST(wrong.reason_after(PasswordChecked{false}) == uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(no_answer_is_a_failure_that_passes) {
    Door door;
    (void)door.question_about("joe", "swordfish");

    BOOST_TEST(door.reason_after(fail(uris::authentication_failed, "too many wait")) ==
               uris::authentication_failed);
}

BOOST_AUTO_TEST_CASE(a_stranger_costs_the_same_check_and_never_gets_in) {
    Door first;
    Door second;
    Door other;
    const auto question = first.question_about("nobody", "swordfish");
    const auto again = second.question_about("nobody", "swordfish");
    const auto another = other.question_about("nobody else", "swordfish");
    const auto hash = parse_password_hash(question.hash);

    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST((hash->cost == parse_password_hash(joes_hash())->cost));
    BOOST_TEST(question.hash.size() == joes_hash().size());
    BOOST_TEST(question.hash != joes_hash());
    BOOST_TEST(question.hash == again.hash);
    BOOST_TEST(question.hash != another.hash);
    BOOST_TEST(first.reason_after(PasswordChecked{true}) == uris::authentication_denied);
}

BOOST_AUTO_TEST_SUITE_END()
