// Log-in by cryptosign and by client certificate: who is known by what it has.
#include "common/auth/cryptosign.hpp"

#include "common/auth/octets.hpp"
#include "door.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

const std::string private_key(32, 'k');
const std::string second_key(32, 's');
const std::string router_key(32, 'r');

std::string public_key(std::string_view key) { return *cryptosign_public_key(key); }

std::shared_ptr<RealmAccess> realm_of_keys() {
    auto realm = make_realm();
    realm->users["kim"].role = "frontend";
    realm->users["kim"].public_keys = {public_key(private_key), public_key(second_key)};
    return realm;
}

Dict hello_with(Dict extra, Value authid = {}) {
    Dict details{{"authmethods", methods({"cryptosign"})}, {"authextra", Value(std::move(extra))}};
    if (!authid.is_null()) details.set("authid", std::move(authid));
    return details;
}
Dict hello_of(std::string_view key, Value authid = {}) {
    return hello_with(Dict{{"pubkey", to_hex(public_key(key))}}, std::move(authid));
}

Authenticate answer_of(std::string_view key, const Challenge& challenge,
                       std::string_view channel_id = "") {
    return {cryptosign_sign(key, *from_hex(text_of(challenge.extra, "challenge")), channel_id), {}};
}

PeerFacts bound_peer() {
    PeerFacts peer;
    peer.tls_exporter = std::string(32, 'x');
    peer.tls_unique = "twelve octets";
    return peer;
}

ClientCertificate certificate() { return {"CN=tim,O=example", "tim", std::string(64, 'a')}; }

PeerFacts certified_peer() {
    PeerFacts peer;
    peer.certificate = certificate();
    return peer;
}

std::shared_ptr<RealmAccess> realm_of_certificate(UserCredentials::Certificate known) {
    auto realm = make_realm();
    realm->users["tim"].role = "frontend";
    realm->users["tim"].certificates = {std::move(known)};
    return realm;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_cryptosign)

BOOST_AUTO_TEST_CASE(any_key_of_a_user_lets_it_in) {
    for (const std::string& key : {private_key, second_key}) {
        Door door(realm_of_keys());
        const Challenge challenge = challenge_of(door.hello(hello_of(key, "kim")));
        const SessionInfo session = session_of(door.send(answer_of(key, challenge)));

        BOOST_TEST(challenge.method == "cryptosign");
        BOOST_TEST(text_of(challenge.extra, "challenge").size() == 64U);
        BOOST_TEST((challenge.extra.has("channel_binding")));
        BOOST_TEST((challenge.extra.find("channel_binding") == nullptr));
        BOOST_TEST(session.authid == "kim");
        BOOST_TEST(session.authrole == "frontend");
    }
}

BOOST_AUTO_TEST_CASE(who_names_no_authid_is_known_by_its_key) {
    Door door(realm_of_keys());
    const auto step =
        door.send(answer_of(private_key, challenge_of(door.hello(hello_of(private_key)))));

    BOOST_TEST(session_of(step).authid == "kim");
}

BOOST_AUTO_TEST_CASE(a_signature_of_an_earlier_challenge_is_refused) {
    Door first(realm_of_keys());
    const Authenticate old =
        answer_of(private_key, challenge_of(first.hello(hello_of(private_key, "kim"))));
    BOOST_TEST(session_of(first.send(old)).authid == "kim");
    Door second(realm_of_keys());
    second.random = SeededRandom{8};
    (void)challenge_of(second.hello(hello_of(private_key, "kim")));

    BOOST_TEST(reason_of(second.send(old)) == uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(unknown_keys_and_unknown_users_are_challenged_and_denied) {
    const std::string foreign(32, 'f');
    for (const Value& authid : {Value(), Value("kim"), Value("nobody")}) {
        auto realm = realm_of_keys();
        const UserCredentials kim = realm->users["kim"];
        realm->users.clear();
        realm->users["kim"] = kim;
        Door door(realm);
        const Challenge challenge = challenge_of(door.hello(hello_of(foreign, authid)));

        BOOST_TEST(reason_of(door.send(answer_of(foreign, challenge))) ==
                   uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(the_key_of_another_user_does_not_open) {
    auto realm = realm_of_keys();
    realm->users["ian"] = realm->users["kim"];
    realm->users["ian"].public_keys = {public_key(std::string(32, 'i'))};
    Door door(realm);
    const Challenge challenge = challenge_of(door.hello(hello_of(private_key, "ian")));

    BOOST_TEST(reason_of(door.send(answer_of(private_key, challenge))) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(what_is_no_key_is_told_so) {
    for (const Dict& extra :
         {Dict{}, Dict{{"pubkey", "abc"}}, Dict{{"pubkey", 7}},
          Dict{{"pubkey", std::string(64, 'g')}},
          Dict{{"pubkey", to_hex(public_key(private_key))}, {"challenge", "short"}},
          Dict{{"pubkey", to_hex(public_key(private_key))}, {"challenge", 7}}}) {
        Door door(realm_of_keys());

        BOOST_TEST(reason_of(door.hello(hello_with(extra, "kim"))) == uris::authentication_failed);
    }
}

BOOST_AUTO_TEST_CASE(a_bound_log_in_signs_the_channel_too) {
    const std::string unique = sha256("twelve octets");
    for (const auto& [name, id] :
         {std::pair{"tls-exporter", std::string(32, 'x')}, std::pair{"tls-unique", unique}}) {
        const Dict extra{{"pubkey", to_hex(public_key(private_key))}, {"channel_binding", name}};
        Door door(realm_of_keys(), bound_peer());
        Door other(realm_of_keys(), bound_peer());
        const Challenge challenge = challenge_of(door.hello(hello_with(extra)));
        const Challenge unbound = challenge_of(other.hello(hello_with(extra)));

        BOOST_TEST(text_of(challenge.extra, "channel_binding") == name);
        BOOST_TEST(session_of(door.send(answer_of(private_key, challenge, id))).authid == "kim");
        BOOST_TEST(reason_of(other.send(answer_of(private_key, unbound))) ==
                   uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(a_binding_the_channel_does_not_have_leaves_the_log_in_unbound) {
    for (const char* name : {"tls-exporter", "tls-unique", "tls-server-end-point", "x"}) {
        Door door(realm_of_keys());
        const Challenge challenge = challenge_of(door.hello(hello_with(
            Dict{{"pubkey", to_hex(public_key(private_key))}, {"channel_binding", name}})));

        BOOST_TEST((challenge.extra.find("channel_binding") == nullptr));
        BOOST_TEST(session_of(door.send(answer_of(private_key, challenge))).authid == "kim");
    }
}

BOOST_AUTO_TEST_CASE(the_router_signs_the_clients_challenge_with_its_own_key) {
    const std::string asked(32, 'q');
    const Dict extra{{"pubkey", to_hex(public_key(private_key))}, {"challenge", to_hex(asked)}};
    Dict bound = extra;
    bound.append("channel_binding", "tls-exporter");
    auto realm = realm_of_keys();
    realm->router_key = router_key;
    Door door(realm);
    Door bound_door(realm, bound_peer());
    Door without_key(realm_of_keys());

    const Dict answer = challenge_of(door.hello(hello_with(extra))).extra;
    const Dict bound_answer = challenge_of(bound_door.hello(hello_with(bound))).extra;

    BOOST_TEST(text_of(answer, "pubkey") == to_hex(public_key(router_key)));
    BOOST_TEST(cryptosign_fits(public_key(router_key), asked, "", text_of(answer, "signature")));
    BOOST_TEST(cryptosign_fits(public_key(router_key), asked, std::string(32, 'x'),
                               text_of(bound_answer, "signature")));
    BOOST_TEST(!challenge_of(without_key.hello(hello_with(extra))).extra.has("signature"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_tls)

BOOST_AUTO_TEST_CASE(a_certificate_is_known_by_subject_name_or_fingerprint) {
    using By = UserCredentials::Certificate::By;
    const std::vector<UserCredentials::Certificate> ways = {
        {By::subject, "CN=tim,O=example"},
        {By::common_name, "tim"},
        {By::fingerprint, std::string(64, 'a')}};
    for (const auto& way : ways) {
        for (const Value& authid : {Value(), Value("tim")}) {
            Door door(realm_of_certificate(way), certified_peer());
            Dict details{{"authmethods", methods({"tls"})}, {"authid", authid}};

            const SessionInfo session = session_of(door.hello(std::move(details)));

            BOOST_TEST(session.authid == "tim");
            BOOST_TEST(session.authmethod == "tls");
        }
    }
}

BOOST_AUTO_TEST_CASE(another_certificate_is_denied) {
    using By = UserCredentials::Certificate::By;
    for (const auto& way : {UserCredentials::Certificate{By::subject, "CN=tim"},
                            UserCredentials::Certificate{By::common_name, "tom"},
                            UserCredentials::Certificate{By::fingerprint, std::string(64, 'b')}}) {
        for (const Value& authid : {Value(), Value("tim")}) {
            auto realm = realm_of_certificate(way);
            Door door(realm, certified_peer());

            BOOST_TEST(reason_of(door.hello({{"authmethods", methods({"tls"})},
                                             {"authid", authid}})) == uris::authentication_denied);
        }
    }
}

BOOST_AUTO_TEST_CASE(without_a_certificate_the_next_method_is_tried) {
    using By = UserCredentials::Certificate::By;
    Door door(realm_of_certificate({By::common_name, "tim"}));
    Door only_tls(realm_of_certificate({By::common_name, "tim"}));

    BOOST_TEST(
        session_of(door.hello({{"authmethods", methods({"tls", "anonymous"})}})).authmethod ==
        "anonymous");
    BOOST_TEST(reason_of(only_tls.hello({{"authmethods", methods({"tls"})}})) ==
               uris::no_matching_auth_method);
}

BOOST_AUTO_TEST_SUITE_END()
