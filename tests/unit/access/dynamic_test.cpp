// Log-in judged by a procedure: what it is asked, and what its answers do.
#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/base/base64.hpp"
#include "door.hpp"
#include "router/access/dynamic_answer.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

std::shared_ptr<RealmAccess> dynamic_realm() {
    auto realm = make_realm();
    realm->users.clear();
    realm->anonymous_role.reset();
    realm->dynamic = {
        {{AuthMethod::anonymous, AuthMethod::ticket, AuthMethod::wampcra, AuthMethod::scram,
          AuthMethod::autobahn_scram, AuthMethod::cryptosign, AuthMethod::tls},
         "com.example.authenticate",
         "backend"}};
    return realm;
}

AskCallee question_of(const HandshakeStep& step) {
    const auto* question = std::get_if<AuthQuestion>(&step);
    BOOST_REQUIRE(question != nullptr);
    return std::get<AskCallee>(*question);
}

const Dict& details_of(const AskCallee& question) {
    return *question.arguments.at(2).get_if<Dict>();
}

struct DynamicDoor : Door {
    explicit DynamicDoor(PeerFacts facts = {}) : Door(dynamic_realm(), std::move(facts)) {}

    HandshakeStep callee_says(Value result) {
        return handshake.on_answer(CalleeSaid{std::move(result), {}});
    }
    HandshakeStep callee_fails(Uri error) {
        return handshake.on_answer(CalleeSaid{Value(), std::move(error)});
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_dynamic)

BOOST_AUTO_TEST_CASE(a_ticket_is_brought_to_the_procedure) {
    DynamicDoor door;
    (void)challenge_of(door.log_in("joe", "ticket"));
    const AskCallee question = question_of(door.send(Authenticate{"secret!", {}}));

    BOOST_TEST(question.realm == "backend");
    BOOST_TEST(question.procedure == "com.example.authenticate");
    BOOST_TEST((question.arguments.at(0) == Value("realm1")));
    BOOST_TEST((question.arguments.at(1) == Value("joe")));
    BOOST_TEST(text_of(details_of(question), "ticket") == "secret!");
    BOOST_TEST(text_of(details_of(question), "authmethod") == "ticket");
    BOOST_TEST(details_of(question).has("transport"));
    BOOST_TEST(details_of(question).has("session"));
    const SessionInfo session = session_of(door.callee_says("frontend"));
    BOOST_TEST(session.authid == "joe");
    BOOST_TEST(session.authrole == "frontend");
    BOOST_TEST(session.authprovider == "dynamic");
}

BOOST_AUTO_TEST_CASE(the_procedure_may_rename_and_add_to_welcome) {
    DynamicDoor door;
    (void)door.log_in("joe", "ticket");
    (void)door.send(Authenticate{"secret!", {}});

    const SessionInfo session = session_of(door.callee_says(
        Dict{{"role", "frontend"}, {"authid", "j7"}, {"extra", Dict{{"team", "blue"}}}}));

    BOOST_TEST(session.authid == "j7");
    BOOST_TEST(text_of(*session.welcome.details.find_dict("authextra"), "team") == "blue");
}

BOOST_AUTO_TEST_CASE(anonymous_clients_are_judged_too) {
    DynamicDoor door;
    const AskCallee question = question_of(door.hello({}));
    BOOST_TEST((question.arguments.at(1) == Value("")));

    const SessionInfo session = session_of(door.callee_says("guest"));

    BOOST_TEST(session.authrole == "guest");
    BOOST_TEST(session.authid.size() == 24U);
}

BOOST_AUTO_TEST_CASE(a_secret_from_the_procedure_serves_wampcra) {
    DynamicDoor door;
    (void)question_of(door.log_in("ann", "wampcra"));
    const Challenge challenge = challenge_of(door.callee_says(
        Dict{{"role", "frontend"}, {"secret", "anns-secret"}, {"extra", Dict{{"a", 1}}}}));

    const SessionInfo session = session_of(door.send(
        Authenticate{wampcra_sign("anns-secret", text_of(challenge.extra, "challenge")), {}}));

    BOOST_TEST(challenge.method == "wampcra");
    BOOST_TEST(session.authid == "ann");
    BOOST_TEST(session.welcome.details.find_dict("authextra")->has("a"));
}

BOOST_AUTO_TEST_CASE(keys_from_the_procedure_serve_scram) {
    const auto kept = *scram_credentials("password", {.salt = "saltsalt", .iterations = 10});
    const auto base64 = [](const std::string& octets) { return to_base64(octets_of(octets)); };
    DynamicDoor door;
    (void)question_of(door.hello({{"authid", Value("pam")},
                                  {"authmethods", methods({"wamp-scram"})},
                                  {"authextra", Value(Dict{{"nonce", "bm9uY2U="}})}}));
    const Challenge challenge =
        challenge_of(door.callee_says(Dict{{"role", "frontend"},
                                           {"authid", "pamela"},
                                           {"kdf", "pbkdf2"},
                                           {"salt", base64("saltsalt")},
                                           {"iterations", 10},
                                           {"stored_key", base64(kept.stored_key)},
                                           {"server-key", to_hex(kept.server_key)}}));
    const std::string nonce = text_of(challenge.extra, "nonce");
    const std::string said = scram_auth_message({.authid = "pam",
                                                 .client_nonce = "bm9uY2U=",
                                                 .nonce = nonce,
                                                 .salt = base64("saltsalt"),
                                                 .iterations = 10});
    const auto salted = *scram_salted_password("password", {.salt = "saltsalt", .iterations = 10});

    const SessionInfo session = session_of(door.send(
        Authenticate{base64(scram_proof(scram_client_key(salted), said)), Dict{{"nonce", nonce}}}));

    BOOST_TEST(session.authid == "pamela");
    BOOST_TEST(session.welcome.details.find_dict("authextra")->has("verifier"));
}

BOOST_AUTO_TEST_CASE(a_public_key_from_the_procedure_serves_cryptosign) {
    const std::string key(32, 'k');
    const std::string hex = to_hex(*cryptosign_public_key(key));
    const Dict hello{{"authmethods", methods({"cryptosign"})},
                     {"authextra", Value(Dict{{"pubkey", hex}})}};
    for (const Value& known : {Value(hex), Value(List{Value(hex)})}) {
        DynamicDoor door;
        const AskCallee question = question_of(door.hello(hello));
        const Challenge challenge =
            challenge_of(door.callee_says(Dict{{"role", "frontend"}, {"pubkey", known}}));
        const std::string asked = *from_hex(text_of(challenge.extra, "challenge"));

        BOOST_TEST(text_of(details_of(question), "pubkey") == hex);
        BOOST_TEST(
            session_of(door.send(Authenticate{cryptosign_sign(key, asked, ""), {}})).authid == hex);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_is_brought_to_the_procedure) {
    PeerFacts peer;
    peer.certificate = ClientCertificate{"CN=tim", "tim", "ab"};
    DynamicDoor door(peer);
    const AskCallee question = question_of(door.hello({{"authmethods", methods({"tls"})}}));

    BOOST_TEST(text_of(*details_of(question).find_dict("certificate"), "subject") == "CN=tim");
    BOOST_TEST(session_of(door.callee_says("frontend")).authid == "CN=tim");
}

BOOST_AUTO_TEST_CASE(refusals_are_denied_and_breakdowns_are_failures) {
    const std::pair<const char*, std::string_view> outcomes[] = {
        {"com.example.not_you", uris::authentication_denied},
        {"wamp.error.authentication_denied", uris::authentication_denied},
        {"wamp.error.not_authorized", uris::authentication_denied},
        {"wamp.error.no_such_principal", uris::authentication_denied},
        {"wamp.error.no_such_procedure", uris::authentication_failed},
        {"wamp.error.timeout", uris::authentication_failed},
        {"wamp.error.canceled", uris::authentication_failed},
        {"wamp.error.runtime_error", uris::authentication_failed}};
    for (const auto& [error, reason] : outcomes) {
        DynamicDoor door;
        (void)door.hello({});

        BOOST_TEST(reason_of(door.callee_fails(error)) == reason);
    }
    for (const Value& no : {Value(), Value(false)}) {
        DynamicDoor door;
        (void)door.hello({});

        BOOST_TEST(reason_of(door.callee_says(no)) == uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_a_failure) {
    DynamicDoor door;
    (void)door.hello({});

    BOOST_TEST(reason_of(door.handshake.on_answer(fail(uris::authentication_failed, "no realm"))) ==
               uris::authentication_failed);
}

BOOST_AUTO_TEST_CASE(answers_that_make_no_sense_are_failures) {
    for (const Value& answer :
         {Value(true), Value(7), Value(List{}), Value(""), Value(Dict{}), Value(Dict{{"role", 7}}),
          Value(Dict{{"role", "frontend"}}), Value(Dict{{"role", "frontend"}, {"secret", ""}}),
          Value(Dict{{"role", "frontend"}, {"secret", "s"}, {"iterations", -1}}),
          Value(Dict{{"role", "frontend"}, {"secret", "s"}, {"realm", "other"}})}) {
        DynamicDoor door;
        (void)door.log_in("ann", "wampcra");

        BOOST_TEST(reason_of(door.callee_says(answer)) == uris::authentication_failed);
    }
}

BOOST_AUTO_TEST_CASE(a_role_that_the_realm_does_not_define_is_no_role) {
    DynamicDoor door;
    (void)door.hello({});

    BOOST_TEST(reason_of(door.callee_says("emperor")) == uris::no_such_role);
}

BOOST_AUTO_TEST_CASE(whom_the_procedure_refuses_is_challenged_all_the_same) {
    for (const char* method : {"wampcra", "wamp-scram", "scram", "cryptosign"}) {
        DynamicDoor door;
        const Dict extra{{"nonce", "bm9uY2U="}, {"pubkey", std::string(64, 'a')}};
        (void)question_of(door.hello({{"authid", Value("nobody")},
                                      {"authmethods", methods({method})},
                                      {"authextra", Value(extra)}}));
        const Challenge challenge = challenge_of(door.callee_fails("com.example.who"));
        const auto step =
            door.send(Authenticate{"AAAA", Dict{{"nonce", text_of(challenge.extra, "nonce")}}});

        BOOST_TEST(challenge.method == method);
        BOOST_TEST(reason_of(step) == uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(a_stand_in_for_scram_has_the_derivation_of_its_method) {
    const std::pair<const char*, const char*> derivations[] = {{"wamp-scram", "pbkdf2"},
                                                               {"scram", "argon2id-13"}};
    for (const auto& [method, kdf] : derivations) {
        DynamicDoor door;
        (void)door.hello({{"authid", Value("nobody")},
                          {"authmethods", methods({method})},
                          {"authextra", Value(Dict{{"nonce", "bm9uY2U="}})}});

        const Challenge challenge = challenge_of(door.callee_fails("com.example.who"));

        BOOST_TEST(text_of(challenge.extra, "kdf") == kdf);
    }
}

BOOST_AUTO_TEST_CASE(while_the_procedure_thinks_the_client_waits) {
    DynamicDoor door;
    (void)door.log_in("joe", "ticket");
    (void)question_of(door.send(Authenticate{"secret!", {}}));

    BOOST_TEST(reason_of(door.send(Authenticate{"again", {}})) == uris::protocol_violation);
}

BOOST_AUTO_TEST_CASE(scram_answers_are_read_whole_or_not_at_all) {
    const std::string key(64, 'a');
    const Dict good{{"role", "r"},      {"kdf", "argon2id13"}, {"salt", "c2FsdHNhbHQ="},
                    {"iterations", 3},  {"memory", 64},        {"stored-key", key},
                    {"server-key", key}};
    const auto read = [](Dict answer) {
        return read_dynamic_answer(Value(std::move(answer)), AuthMethod::scram, "realm1");
    };
    BOOST_REQUIRE(read(good).has_value());
    BOOST_TEST(read(good)->credentials.scram->parameters.memory_kib == 64U);

    for (const char* name : {"kdf", "salt", "stored-key", "server-key", "role"}) {
        Dict without = good;
        without.erase(name);
        Dict bad = good;
        bad.set(name, 7);
        BOOST_TEST(!read(without), name);
        BOOST_TEST(!read(bad), name);
    }
    BOOST_TEST(!read_dynamic_answer(Value(good), AuthMethod::autobahn_scram, "realm1"));
}

BOOST_AUTO_TEST_SUITE_END()
