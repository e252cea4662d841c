// Log-in by SCRAM as a client sees it: challenge, proof, verifier, and every way to get it wrong.
#include "common/auth/scram.hpp"

#include "common/auth/octets.hpp"
#include "common/base/base64.hpp"
#include "door.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

std::string base64_of(std::string_view octets) { return to_base64(octets_of(octets)); }

const ScramParameters weak{.salt = "saltsalt", .iterations = 10};

std::shared_ptr<RealmAccess> realm_with(const ScramParameters& parameters) {
    auto realm = make_realm();
    realm->users.clear();
    realm->users["pam"].role = "frontend";
    realm->users["pam"].scram = scram_credentials("pams-password", parameters);
    return realm;
}

/// What a client does, by the book.
struct Client {
    std::string authid = "pam";
    std::string password = "pams-password";
    std::string method = "wamp-scram";
    std::string client_nonce = "Y2xpZW50IG5vbmNl";
    std::string binding{};
    std::string bound_to{};
    ScramExchange exchange{};
    std::string salted{};

    Dict hello() const {
        Dict extra{{"nonce", client_nonce}};
        if (!binding.empty()) extra.append("channel_binding", binding);
        return {{"authid", Value(authid)},
                {"authmethods", methods({method.c_str()})},
                {"authextra", Value(std::move(extra))}};
    }
    Authenticate answer(const Challenge& challenge) {
        const Dict& extra = challenge.extra;
        exchange = {.authid = authid,
                    .client_nonce = client_nonce,
                    .nonce = text_of(extra, "nonce"),
                    .salt = text_of(extra, "salt"),
                    .iterations = static_cast<unsigned>(*extra.find_uint("iterations")),
                    .channel_binding = binding,
                    .cbind_data = bound_to};
        salted = *scram_salted_password(
            password, {.kdf = *scram_kdf_of(text_of(extra, "kdf")),
                       .salt = *octets_from_base64(exchange.salt),
                       .iterations = exchange.iterations,
                       .memory_kib = static_cast<unsigned>(extra.find_uint("memory").value_or(0))});
        const std::string proof = scram_proof(scram_client_key(salted), said());
        Dict repeated{{"nonce", exchange.nonce}, {"channel_binding", Value()}};
        if (!binding.empty()) {
            repeated.set("channel_binding", binding);
            repeated.set("cbind_data", base64_of(bound_to));
        }
        return {base64_of(proof), method == "scram" ? Dict{} : std::move(repeated)};
    }
    std::string said() const {
        return scram_auth_message(exchange,
                                  method == "scram" ? ScramDialect::autobahn : ScramDialect::wamp);
    }
    std::string verifier() const {
        return base64_of(scram_server_signature(scram_server_key(salted), said()));
    }
};

PeerFacts encrypted_peer() {
    PeerFacts peer;
    peer.tls_exporter = std::string(32, 'x');
    return peer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_scram)

BOOST_AUTO_TEST_CASE(who_knows_the_password_gets_in_and_a_verifier) {
    for (const ScramKdf kdf : {ScramKdf::pbkdf2, ScramKdf::argon2id13}) {
        ScramParameters parameters = weak;
        parameters.kdf = kdf;
        parameters.memory_kib = kdf == ScramKdf::pbkdf2 ? 0 : 8;
        Door door(realm_with(parameters));
        Client client;

        const Challenge challenge = challenge_of(door.hello(client.hello()));
        const SessionInfo session = session_of(door.send(client.answer(challenge)));

        BOOST_TEST(challenge.method == "wamp-scram");
        BOOST_TEST(text_of(challenge.extra, "kdf") == to_text(kdf));
        BOOST_TEST(challenge.extra.has("memory"));
        BOOST_TEST(session.authid == "pam");
        BOOST_TEST(session.authmethod == "wamp-scram");
        const Dict* extra = session.welcome.details.find_dict("authextra");
        BOOST_REQUIRE(extra != nullptr);
        BOOST_TEST(text_of(*extra, "verifier") == client.verifier());
    }
}

BOOST_AUTO_TEST_CASE(the_nonce_goes_on_from_the_clients_and_is_new_each_time) {
    Door door(realm_with(weak));
    Door other(realm_with(weak));
    other.random = SeededRandom{8};
    const Client client;

    const auto first = text_of(challenge_of(door.hello(client.hello())).extra, "nonce");
    const auto second = text_of(challenge_of(other.hello(client.hello())).extra, "nonce");

    BOOST_TEST(first.rfind(client.client_nonce, 0) == 0U);
    BOOST_TEST(first.size() > client.client_nonce.size() + 20);
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_denied) {
    Door door(realm_with(weak));
    Client client{.password = "guess"};

    const auto step = door.send(client.answer(challenge_of(door.hello(client.hello()))));

    BOOST_TEST(reason_of(step) == uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(another_nonce_or_binding_than_before_is_denied) {
    for (const char* key : {"nonce", "channel_binding", "cbind_data"}) {
        Door door(realm_with(weak));
        Client client;
        Authenticate answer = client.answer(challenge_of(door.hello(client.hello())));
        answer.extra.set(key, "dGxzLXVuaXF1ZQ==");

        BOOST_TEST(reason_of(door.send(answer)) == uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(an_old_proof_does_not_fit_the_next_challenge) {
    Door first(realm_with(weak));
    Client client;
    const Authenticate old = client.answer(challenge_of(first.hello(client.hello())));
    BOOST_TEST(session_of(first.send(old)).authid == "pam");
    Door second(realm_with(weak));
    second.random = SeededRandom{8};
    const Challenge challenge = challenge_of(second.hello(client.hello()));
    Authenticate replayed = old;
    replayed.extra.set("nonce", text_of(challenge.extra, "nonce"));

    BOOST_TEST(reason_of(second.send(replayed)) == uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(garbage_for_a_proof_is_denied) {
    for (const char* signature : {"", "AAAA", "no base64 at all", "AAAA===="}) {
        Door door(realm_with(weak));
        Client client;
        Authenticate answer = client.answer(challenge_of(door.hello(client.hello())));
        answer.signature = signature;

        BOOST_TEST(reason_of(door.send(answer)) == uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(without_a_nonce_there_is_nothing_to_sign) {
    for (const Value& nonce :
         {Value(), Value(""), Value("no base64"), Value(7), Value(std::string(1024, 'A'))}) {
        Door door(realm_with(weak));
        const auto step = door.hello({{"authid", Value("pam")},
                                      {"authmethods", methods({"wamp-scram"})},
                                      {"authextra", Value(Dict{{"nonce", nonce}})}});

        BOOST_TEST(reason_of(step) == uris::authentication_failed);
    }
}

BOOST_AUTO_TEST_CASE(a_bound_channel_must_be_the_same_at_both_ends) {
    const Client bound{.binding = "tls-exporter", .bound_to = std::string(32, 'x')};
    Client good = bound;
    Client other = bound;
    other.bound_to = std::string(32, 'y');
    Door door(realm_with(weak), encrypted_peer());
    Door in_the_middle(realm_with(weak), encrypted_peer());

    BOOST_TEST(session_of(door.send(good.answer(challenge_of(door.hello(good.hello()))))).authid ==
               "pam");
    BOOST_TEST(reason_of(in_the_middle.send(other.answer(challenge_of(
                   in_the_middle.hello(other.hello()))))) == uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(a_binding_the_channel_does_not_have_is_refused_at_once) {
    Door plain(realm_with(weak));
    Door tls_1_3(realm_with(weak), encrypted_peer());

    BOOST_TEST(reason_of(plain.hello(Client{.binding = "tls-exporter"}.hello())) ==
               uris::authentication_failed);
    BOOST_TEST(reason_of(tls_1_3.hello(Client{.binding = "tls-unique"}.hello())) ==
               uris::authentication_failed);
}

BOOST_AUTO_TEST_CASE(a_stranger_gets_its_own_salt_each_time_and_is_denied) {
    const auto challenge_for = [](const char* authid) {
        Door door(realm_with(weak));
        return challenge_of(door.hello(Client{.authid = authid}.hello())).extra;
    };
    Door door(realm_with(weak));
    Client stranger{.authid = "nobody"};

    BOOST_TEST(text_of(challenge_for("nobody"), "salt") ==
               text_of(challenge_for("nobody"), "salt"));
    BOOST_TEST(text_of(challenge_for("nobody"), "salt") != text_of(challenge_for("pam"), "salt"));
    BOOST_TEST(text_of(challenge_for("nobody"), "salt").size() ==
               text_of(challenge_for("pam"), "salt").size());
    BOOST_TEST(reason_of(door.send(stranger.answer(challenge_of(door.hello(stranger.hello()))))) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(autobahns_form_has_its_own_method_and_keys) {
    const ScramParameters parameters{
        .kdf = ScramKdf::autobahn_argon2id, .salt = "saltsalt", .iterations = 1, .memory_kib = 8};
    Door door(realm_with(parameters));
    Door by_the_book(realm_with(parameters));
    Client client{.method = "scram"};

    const Challenge challenge = challenge_of(door.hello(client.hello()));
    const SessionInfo session = session_of(door.send(client.answer(challenge)));

    BOOST_TEST(challenge.method == "scram");
    BOOST_TEST(text_of(challenge.extra, "kdf") == "argon2id-13");
    const Dict* extra = session.welcome.details.find_dict("authextra");
    BOOST_TEST(text_of(*extra, "scram_server_signature") == client.verifier());
    BOOST_TEST(reason_of(by_the_book.hello(Client{}.hello())) == uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_SUITE_END()
