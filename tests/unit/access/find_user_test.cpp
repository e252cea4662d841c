// Users who stand elsewhere: who is asked for, and that strangers are led like those who were
// found.
#include "access_fixture.hpp"
#include "common/auth/octets.hpp"
#include "common/wamp/errors.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::test;

namespace {

const std::string key(32, 'k');

struct Seeker {
    SeededRandom random{7};
    AccessSnapshotPtr access;
    Handshake handshake;

    static AccessSnapshotPtr make_access() {
        auto realm = make_realm();
        realm->has_user_database = true;
        realm->finds_users_by_key = true;
        realm->stand_in_role = "frontend";
        return snapshot_of(std::move(realm));
    }
    Seeker() : access(make_access()), handshake(access, random, {}) {}

    HandshakeStep hello(Dict details, const char* method) {
        details.set("roles", Value(all_roles()));
        details.set("authmethods", Value(List{Value(method)}));
        return handshake.on_message(Hello{"realm1", std::move(details)}, WallTime{});
    }
    static FindUser question_of(const HandshakeStep& step) {
        BOOST_REQUIRE(std::holds_alternative<AuthQuestion>(step));
        return std::get<FindUser>(std::get<AuthQuestion>(step));
    }
    HandshakeStep answer(std::optional<UserCredentials> credentials,
                         std::optional<UserCredentials> model = std::nullopt) {
        return handshake.on_answer(UserFound{"bob", std::move(credentials), std::move(model)});
    }
};

std::string method_of(const HandshakeStep& step) {
    const auto* reply = std::get_if<HandshakeReply>(&step);
    return reply == nullptr ? "none" : std::get<Challenge>(reply->message).method;
}

std::string reason_of(const HandshakeStep& step) {
    const auto* refused = std::get_if<HandshakeRefused>(&step);
    return refused == nullptr ? "welcome" : refused->abort.reason;
}

UserCredentials bobs() { return {"frontend", "bobs-ticket", std::nullopt}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_find_user)

BOOST_AUTO_TEST_CASE(who_does_not_stand_here_is_looked_up) {
    Seeker seeker;
    const auto question = Seeker::question_of(seeker.hello({{"authid", "bob"}}, "ticket"));
    const auto challenged = seeker.answer(bobs());
    const auto step = seeker.handshake.on_message(Authenticate{"bobs-ticket", {}}, WallTime{});

    BOOST_TEST(question.realm == "realm1");
    BOOST_TEST(question.authid == "bob");
    BOOST_TEST(method_of(challenged) == "ticket");
    const auto* accepted = std::get_if<HandshakeAccepted>(&step);
    BOOST_REQUIRE(accepted != nullptr);
    BOOST_TEST(accepted->session.authid == "bob");
    BOOST_TEST(accepted->session.authprovider == "database");
}

BOOST_AUTO_TEST_CASE(who_stands_here_or_is_anonymous_is_not) {
    BOOST_TEST(method_of(Seeker().hello({{"authid", "joe"}}, "ticket")) == "ticket");
    BOOST_TEST((std::holds_alternative<HandshakeAccepted>(
        Seeker().hello({{"authid", "bob"}}, "anonymous"))));
    BOOST_TEST(reason_of(Seeker().hello({}, "ticket")) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_CASE(a_stranger_is_led_like_somebody_who_was_found) {
    Seeker seeker;
    (void)seeker.hello({{"authid", "bob"}}, "ticket");

    BOOST_TEST(method_of(seeker.answer(std::nullopt, bobs())) == "ticket");
    BOOST_TEST(reason_of(seeker.handshake.on_message(Authenticate{"bobs-ticket", {}}, {})) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(a_made_up_challenge_tells_nothing_of_the_source) {
    UserCredentials model{"", std::nullopt,
                          UserCredentials::WampCra{"secret", "c2FsdHNhbHQ=", 1000, 32}};
    Seeker seeker;
    (void)seeker.hello({{"authid", "bob"}}, "wampcra");
    const auto step = seeker.answer(std::nullopt, model);
    const auto* reply = std::get_if<HandshakeReply>(&step);
    BOOST_REQUIRE(reply != nullptr);
    const Dict& extra = std::get<Challenge>(reply->message).extra;
    const std::string text(extra.find_text("challenge").value_or(""));

    BOOST_TEST(text.find("\"authrole\":\"frontend\"") != std::string::npos, text);
    BOOST_TEST(text.find("\"authprovider\":\"database\"") != std::string::npos, text);
    BOOST_TEST(extra.find_text("salt").value_or("") != "c2FsdHNhbHQ=");
}

BOOST_AUTO_TEST_CASE(no_answer_is_a_failure_that_passes) {
    Seeker seeker;
    (void)seeker.hello({{"authid", "bob"}}, "ticket");

    BOOST_TEST(reason_of(seeker.handshake.on_answer(
                   fail(uris::authentication_failed, "the database is down"))) ==
               uris::authentication_failed);
}

BOOST_AUTO_TEST_CASE(a_client_waits_while_it_is_looked_up) {
    Seeker seeker;
    (void)seeker.hello({{"authid", "bob"}}, "ticket");

    BOOST_TEST(reason_of(seeker.handshake.on_message(Authenticate{}, {})) ==
               uris::protocol_violation);
}

BOOST_AUTO_TEST_CASE(a_key_without_a_name_is_looked_up_too) {
    const Dict hello{{"authextra", Value(Dict{{"pubkey", Value(to_hex(key))}})}};
    UserCredentials owner{"frontend", std::nullopt, std::nullopt};
    owner.public_keys = {key};
    Seeker found;
    const auto question = Seeker::question_of(found.hello(hello, "cryptosign"));
    Seeker unknown;
    (void)unknown.hello(hello, "cryptosign");

    BOOST_TEST(question.authid.empty());
    BOOST_TEST(question.public_key == key);
    BOOST_TEST(method_of(found.answer(owner)) == "cryptosign");
    BOOST_TEST(method_of(unknown.answer(std::nullopt)) == "cryptosign");
}

BOOST_AUTO_TEST_SUITE_END()
