// The client's half of every way to log in: against a router that does its own half right, and
// against those that do not.
#include "client/core/login/login.hpp"

#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/auth/scram.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kreisel;
using client::ChannelBinding;
using client::Credentials;
using client::LoginSettings;
namespace data = boost::unit_test::data;

namespace {

const std::string secret = "correct horse";
const std::string exporter(32, 'e');

std::unique_ptr<client::Login> login_of(LoginSettings settings,
                                        const client::ChannelFacts& channel = {}) {
    SeededRandom random(7);
    auto login = client::make_login(settings, channel, random);
    BOOST_REQUIRE_MESSAGE(login.has_value(), (login ? "" : login.error().what()));
    return std::move(*login);
}

LoginSettings as_joe(Credentials credentials) {
    LoginSettings settings;
    settings.authid = "joe";
    settings.credentials = {std::move(credentials)};
    return settings;
}

Dict hello_of(client::Login& login) {
    Dict details;
    login.introduce(details);
    return details;
}

std::string text_of(const Dict& dict, std::string_view key) {
    return std::string(dict.find_text(key).value_or(""));
}

std::string refusal_of(client::Login& login, const Challenge& challenge) {
    const auto answer = login.answer(challenge);
    BOOST_REQUIRE(!answer);
    BOOST_TEST(answer.error().uri() == client::uris::broken_router);
    const std::string text = answer.error().what();
    BOOST_TEST(text.find(secret) == std::string::npos);
    return text;
}

std::string fault_of(const LoginSettings& settings, const client::ChannelFacts& channel = {}) {
    SeededRandom random(7);
    const auto login = client::make_login(settings, channel, random);
    BOOST_REQUIRE(!login);
    return login.error().what();
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// The router's half of SCRAM.
struct ScramRouter {
    ScramRouter(client::Login& login, ScramParameters parameters, std::string binding = {})
        : kept(scram_credentials(secret, parameters).value()) {
        const Dict hello = hello_of(login);
        const Dict& extra = *hello.find_dict("authextra");
        exchange.authid = text_of(hello, "authid");
        exchange.client_nonce = text_of(extra, "nonce");
        exchange.nonce = exchange.client_nonce + "cm91dGVy";
        exchange.salt = to_base64(octets_of(parameters.salt));
        exchange.iterations = parameters.iterations;
        exchange.channel_binding = text_of(extra, "channel_binding");
        exchange.cbind_data = std::move(binding);
        challenge.method = "wamp-scram";
        challenge.extra = {{"nonce", exchange.nonce},
                           {"salt", exchange.salt},
                           {"kdf", to_text(parameters.kdf)},
                           {"iterations", std::uint64_t{parameters.iterations}},
                           {"memory", std::uint64_t{parameters.memory_kib}}};
    }
    bool takes(const Authenticate& answer, ScramDialect dialect = ScramDialect::wamp) const {
        const std::string said = scram_auth_message(exchange, dialect);
        return scram_proof_fits(kept.stored_key, said,
                                octets_from_base64(answer.signature).value_or("")) &&
               answer.extra.find_text("nonce") == exchange.nonce;
    }
    std::string verifier(ScramDialect dialect = ScramDialect::wamp) const {
        return to_base64(octets_of(
            scram_server_signature(kept.server_key, scram_auth_message(exchange, dialect))));
    }

    ScramCredentials kept;
    ScramExchange exchange;
    Challenge challenge;
};

Welcome welcome_with(std::string key, const std::string& text) {
    return {SessionId(1), {{"authextra", Dict{{std::move(key), text}}}}};
}

const ScramParameters pbkdf2{.salt = "salt of joe", .iterations = 4096};
const ScramParameters argon2{
    .kdf = ScramKdf::argon2id13, .salt = "salt of joe", .iterations = 2, .memory_kib = 256};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_login)

BOOST_AUTO_TEST_CASE(nothing_given_is_anonymous) {
    const auto login = login_of({});

    const Dict hello = hello_of(*login);

    BOOST_TEST((*hello.find_list("authmethods") == List{"anonymous"}));
    BOOST_TEST(!hello.has("authid"));
    BOOST_TEST(!hello.has("authextra"));
    BOOST_TEST(login->check({SessionId(1), {}}).has_value());
    BOOST_TEST(has(refusal_of(*login, {"anonymous", {}}), "nothing to ask"));
}

BOOST_AUTO_TEST_CASE(several_are_offered_in_order) {
    LoginSettings settings;
    settings.authid = "joe";
    settings.credentials = {client::TlsCertificate{}, client::Scram{secret},
                            client::WampCra{secret}, client::Ticket{secret}};
    const auto login = login_of(settings);

    const Dict hello = hello_of(*login);
    const auto answer = login->answer({"ticket", {}});

    BOOST_TEST((*hello.find_list("authmethods") == List{"tls", "wamp-scram", "wampcra", "ticket"}));
    BOOST_TEST(text_of(hello, "authid") == "joe");
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->signature == secret);
    BOOST_TEST(login->check({SessionId(1), {}}).has_value());
}

BOOST_AUTO_TEST_CASE(router_may_ask_once_and_for_what_was_offered) {
    const auto login = login_of(as_joe(client::Ticket{secret}));

    BOOST_TEST(has(refusal_of(*login, {"wampcra", {{"challenge", "x"}}}), "not offered"));
    BOOST_TEST(login->answer({"ticket", {}}).has_value());
    BOOST_TEST(has(refusal_of(*login, {"ticket", {}}), "a second time"));
}

BOOST_AUTO_TEST_CASE(one_method_stands_once) {
    LoginSettings settings;
    settings.credentials = {client::Ticket{"a"}, client::Ticket{"b"}};

    BOOST_TEST(has(fault_of(settings), "two credentials are for the log-in method ticket"));
}

BOOST_AUTO_TEST_CASE(wampcra_signs_the_challenge) {
    const auto plain = login_of(as_joe(client::WampCra{secret}));
    const auto salted = login_of(as_joe(client::WampCra{secret}));
    const std::string challenge = R"({"authid":"joe","nonce":"abc"})";

    const auto answer = plain->answer({"wampcra", {{"challenge", challenge}}});
    const auto salted_answer = salted->answer(
        {"wampcra",
         {{"challenge", challenge}, {"salt", "pepper"}, {"iterations", 100}, {"keylen", 32}}});

    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->signature == wampcra_sign(secret, challenge));
    BOOST_REQUIRE(salted_answer);
    BOOST_TEST(salted_answer->signature ==
               wampcra_sign(wampcra_key(secret, "pepper", 100, 32), challenge));
}

BOOST_AUTO_TEST_CASE(wampcra_of_a_hostile_router_is_refused) {
    const auto with = [](Dict extra) {
        extra.append("salt", "pepper");
        if (!extra.has("challenge")) extra.append("challenge", "x");
        const auto login = login_of(as_joe(client::WampCra{secret}));
        return refusal_of(*login, {"wampcra", std::move(extra)});
    };

    BOOST_TEST(has(with({{"iterations", 1'000'000'000}}), "iterations must be"));
    BOOST_TEST(has(with({{"iterations", std::uint64_t{1} << 33U}}), "iterations must be"));
    BOOST_TEST(has(with({{"iterations", 0}}), "iterations must be"));
    BOOST_TEST(has(with({{"iterations", "many"}}), "iterations must be"));
    BOOST_TEST(has(with({{"keylen", 1'000'000'000}}), "keylen must be"));
    BOOST_TEST(has(with({{"keylen", -1}}), "keylen must be"));
    BOOST_TEST(has(with({{"challenge", 7}}), "no challenge"));
    const auto long_salt = login_of(as_joe(client::WampCra{secret}));
    BOOST_TEST(has(
        refusal_of(*long_salt, {"wampcra", {{"challenge", "x"}, {"salt", std::string(2000, 's')}}}),
        "salt"));
}

BOOST_DATA_TEST_CASE(scram_proves_both_sides, data::make({"pbkdf2", "argon2id13"}), kdf) {
    const auto login = login_of(as_joe(client::Scram{secret}));
    const ScramRouter router(*login, std::string_view(kdf) == "pbkdf2" ? pbkdf2 : argon2);

    const auto answer = login->answer(router.challenge);

    BOOST_REQUIRE(answer);
    BOOST_TEST(router.takes(*answer));
    BOOST_TEST(answer->extra.has("channel_binding"));
    BOOST_TEST(answer->extra.find("channel_binding") == nullptr);
    BOOST_TEST(login->check(welcome_with("verifier", router.verifier())).has_value());
    BOOST_TEST(login->check(welcome_with("verifier", "v=" + router.verifier())).has_value());
}

BOOST_AUTO_TEST_CASE(scram_is_bound_to_the_channel) {
    auto settings = as_joe(client::Scram{secret});
    settings.channel_binding = ChannelBinding::tls_exporter;
    const auto login = login_of(settings, {.exporter = exporter});
    const ScramRouter router(*login, pbkdf2, exporter);

    const auto answer = login->answer(router.challenge);

    BOOST_REQUIRE(answer);
    BOOST_TEST(router.exchange.channel_binding == "tls-exporter");
    BOOST_TEST(router.takes(*answer));
    BOOST_TEST(text_of(answer->extra, "cbind_data") == to_base64(octets_of(exporter)));
    BOOST_TEST(has(fault_of(settings), "wss://"));
}

BOOST_AUTO_TEST_CASE(scram_of_crossbar_has_a_name_and_a_form_of_its_own) {
    const auto login = login_of(as_joe(client::Scram{secret, client::Scram::Dialect::crossbar}));
    ScramParameters parameters = argon2;
    parameters.kdf = ScramKdf::autobahn_argon2id;
    ScramRouter router(*login, parameters);
    router.challenge.method = "scram";

    const auto answer = login->answer(router.challenge);

    BOOST_REQUIRE(answer);
    BOOST_TEST(router.takes(*answer, ScramDialect::autobahn));
    BOOST_TEST(
        login
            ->check(welcome_with("scram_server_signature", router.verifier(ScramDialect::autobahn)))
            .has_value());
}

BOOST_AUTO_TEST_CASE(impostor_cannot_welcome_a_user_of_scram) {
    const auto login = login_of(as_joe(client::Scram{secret}));
    const auto is_refused = [&](const Welcome& welcome) {
        const auto outcome = login->check(welcome);
        return !outcome && outcome.error().uri() == client::uris::authentication_failed;
    };
    const bool is_unasked_refused = is_refused({SessionId(1), {}});
    const ScramRouter router(*login, pbkdf2);
    BOOST_REQUIRE(login->answer(router.challenge));

    BOOST_TEST(is_unasked_refused);
    BOOST_TEST(is_refused({SessionId(1), {}}));
    BOOST_TEST(is_refused({SessionId(1), {{"authextra", 7}}}));
    BOOST_TEST(is_refused(welcome_with("verifier", "")));
    BOOST_TEST(is_refused(welcome_with("verifier", to_base64(octets_of(std::string(32, 'x'))))));
    BOOST_TEST(is_refused(welcome_with("verifier", router.verifier() + "x")));
}

BOOST_AUTO_TEST_CASE(scram_of_a_hostile_router_is_refused) {
    const auto with = [](std::string key, Value value, const ScramParameters& parameters = pbkdf2) {
        const auto login = login_of(as_joe(client::Scram{secret}));
        ScramRouter router(*login, parameters);
        router.challenge.extra.set(std::move(key), std::move(value));
        return refusal_of(*login, router.challenge);
    };

    BOOST_TEST(has(with("nonce", "another"), "does not begin with the client's"));
    BOOST_TEST(has(with("nonce", nullptr), "does not begin with the client's"));
    BOOST_TEST(has(with("salt", "no base64!"), "salt"));
    BOOST_TEST(has(with("salt", ""), "salt"));
    BOOST_TEST(has(with("kdf", "md5"), "kdf"));
    BOOST_TEST(has(with("kdf", "argon2id-13"), "kdf"));
    BOOST_TEST(has(with("iterations", 1), "between 4096"));
    BOOST_TEST(has(with("iterations", 1'000'000'000), "between 4096"));
    BOOST_TEST(has(with("iterations", -4096), "between 4096"));
    BOOST_TEST(has(with("memory", 100'000'000, argon2), "memory must be"));
    BOOST_TEST(has(with("memory", 0, argon2), "memory must be"));
    BOOST_TEST(has(with("iterations", 1'000'000, argon2), "asks for no work, or for more"));
    BOOST_TEST(has(with("iterations", 0, argon2), "asks for no work"));
}

BOOST_AUTO_TEST_CASE(nonce_of_a_hostile_router_is_refused) {
    const auto with = [](const std::string& addition) {
        const auto login = login_of(as_joe(client::Scram{secret}));
        ScramRouter router(*login, pbkdf2);
        router.challenge.extra.set("nonce", router.exchange.client_nonce + addition);
        return refusal_of(*login, router.challenge);
    };

    BOOST_TEST(has(with(""), "adds nothing"));
    BOOST_TEST(has(with(std::string(2000, 'x')), "too long"));
    BOOST_TEST(has(with("x,s=c2FsdA=="), "characters"));
    BOOST_TEST(has(with("\n"), "characters"));
}

BOOST_AUTO_TEST_CASE(scram_needs_an_authid_and_a_plain_password) {
    LoginSettings nobody;
    nobody.credentials = {client::Scram{secret}};

    BOOST_TEST(has(fault_of(nobody), "needs an authid"));
    BOOST_TEST(has(fault_of(as_joe(client::Scram{"a\xcc\x88"})), "two keyboards"));
}

namespace {

const std::string key_hex(64, '7');
const std::string router_private(32, '\x09');

client::Cryptosign key_of_joe() { return {.private_key = key_hex}; }

client::Cryptosign key_of_joe_and_router() {
    return {.private_key = key_hex,
            .router_key = to_hex(cryptosign_public_key(router_private).value())};
}

const std::string challenge_octets(32, 'c');

}  // namespace

BOOST_AUTO_TEST_CASE(cryptosign_signs_the_challenge) {
    LoginSettings settings;
    settings.credentials = {key_of_joe()};
    const auto login = login_of(settings);

    const Dict hello = hello_of(*login);
    const auto answer = login->answer(
        {"cryptosign", {{"challenge", to_hex(challenge_octets)}, {"channel_binding", nullptr}}});

    const auto public_key = from_hex(text_of(*hello.find_dict("authextra"), "pubkey")).value();
    BOOST_REQUIRE(answer);
    BOOST_TEST(cryptosign_fits(public_key, challenge_octets, "", answer->signature));
    BOOST_TEST(!hello.find_dict("authextra")->has("challenge"));
}

BOOST_AUTO_TEST_CASE(cryptosign_is_bound_to_the_channel_or_does_not_happen) {
    auto settings = as_joe(key_of_joe());
    settings.channel_binding = ChannelBinding::tls_exporter;
    const auto bound = login_of(settings, {.exporter = exporter});
    const auto stripped = login_of(settings, {.exporter = exporter});
    const Dict hello = hello_of(*bound);
    const auto public_key = from_hex(text_of(*hello.find_dict("authextra"), "pubkey")).value();

    const auto answer = bound->answer(
        {"cryptosign",
         {{"challenge", to_hex(challenge_octets)}, {"channel_binding", "tls-exporter"}}});

    BOOST_REQUIRE(answer);
    BOOST_TEST(cryptosign_fits(public_key, challenge_octets, exporter, answer->signature));
    BOOST_TEST(has(refusal_of(*stripped, {"cryptosign", {{"challenge", to_hex(challenge_octets)}}}),
                   "another channel"));
}

BOOST_AUTO_TEST_CASE(router_with_a_known_key_proves_it) {
    const auto login = login_of(as_joe(key_of_joe_and_router()));
    const Dict hello = hello_of(*login);
    const auto asked = from_hex(text_of(*hello.find_dict("authextra"), "challenge")).value();

    const auto answer =
        login->answer({"cryptosign",
                       {{"challenge", to_hex(challenge_octets)},
                        {"pubkey", to_hex(cryptosign_public_key(router_private).value())},
                        {"signature", cryptosign_sign(router_private, asked, "")}}});

    BOOST_TEST(answer.has_value());
    BOOST_TEST(login->check({SessionId(1), {}}).has_value());
}

BOOST_AUTO_TEST_CASE(impostor_gets_no_signature) {
    const std::string other_private(32, '\x08');
    const std::string pubkey = to_hex(cryptosign_public_key(router_private).value());
    const auto outcome_with = [&](const std::string& key, const std::string& signing,
                                  const std::string& signed_text) {
        const auto login = login_of(as_joe(key_of_joe_and_router()));
        const auto answer =
            login->answer({"cryptosign",
                           {{"challenge", to_hex(challenge_octets)},
                            {"pubkey", key},
                            {"signature", cryptosign_sign(signing, signed_text, "")}}});
        return answer ? std::string("signed") : answer.error().uri();
    };
    const auto unasked = login_of(as_joe(key_of_joe_and_router()));

    BOOST_TEST(outcome_with(pubkey, other_private, challenge_octets) ==
               client::uris::authentication_failed);
    // A signature of the right router, made for somebody else.
    BOOST_TEST(outcome_with(pubkey, router_private, challenge_octets) ==
               client::uris::authentication_failed);
    BOOST_TEST(outcome_with("", router_private, challenge_octets) ==
               client::uris::authentication_failed);
    BOOST_TEST(!unasked->check({SessionId(1), {}}));
}

BOOST_AUTO_TEST_CASE(welcome_after_a_refused_challenge_is_none) {
    for (const Credentials& credentials :
         {Credentials(client::Scram{secret}), Credentials(key_of_joe_and_router()),
          Credentials(client::WampCra{secret})}) {
        const auto login = login_of(as_joe(credentials));
        const std::string method(
            hello_of(*login).find_list("authmethods")->front().get_if<std::string>()->c_str());
        static_cast<void>(refusal_of(*login, {method, {}}));

        BOOST_TEST(!login->check({SessionId(1), {}}));
        BOOST_TEST(!login->check(welcome_with("verifier", "")));
    }
}

BOOST_AUTO_TEST_CASE(cryptosign_of_a_hostile_router_is_refused) {
    for (const Value& challenge : {Value("zz"), Value(""), Value(7), Value(std::string(62, 'a')),
                                   Value(std::string(128, 'a')), Value()}) {
        const auto login = login_of(as_joe(key_of_joe()));
        BOOST_TEST(
            has(refusal_of(*login, {"cryptosign", {{"challenge", challenge}}}), "64 hex digits"));
    }
}

BOOST_AUTO_TEST_CASE(private_key_may_be_pem) {
    // openssl genpkey -algorithm ed25519, of the octets 0 to 31.
    const std::string pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
        "-----END PRIVATE KEY-----\n";
    std::string octets;
    for (char c = 0; c < 32; ++c) octets += c;
    const auto from_pem = login_of(as_joe(client::Cryptosign{.private_key = pem}));
    const auto from_digits = login_of(as_joe(client::Cryptosign{.private_key = to_hex(octets)}));

    BOOST_TEST((hello_of(*from_pem) == hello_of(*from_digits)));
}

BOOST_AUTO_TEST_CASE(broken_keys_are_told_without_repeating_them) {
    for (const std::string& key :
         {std::string("abcd"), std::string(""), std::string(64, 'x'), std::string(128, 'a'),
          std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}) {
        const auto text = fault_of(as_joe(client::Cryptosign{.private_key = key}));
        BOOST_TEST(has(text, "must be 64 hex digits"));
        BOOST_TEST((key.empty() || !has(text, key)));
    }
    BOOST_TEST(has(fault_of(as_joe(client::Cryptosign{.private_key = key_hex, .router_key = "ab"})),
                   "router_key"));
}

BOOST_AUTO_TEST_SUITE_END()
