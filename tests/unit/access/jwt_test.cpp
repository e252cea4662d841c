// Tokens as tickets: whose are taken, until when, and every way in which one is refused.
#include "router/access/jwt.hpp"

#include "access_fixture.hpp"
#include "common/base/base64.hpp"
#include "common/wamp/errors.hpp"
#include "jwt_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kreisel;
using namespace kreisel::test;

namespace {

constexpr WallTime now{std::chrono::seconds{1'700'000'000}};
const std::string secret(32, 's');

std::string to_base64url(std::string_view octets) {
    std::string text =
        to_base64({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (!text.empty() && text.back() == '=') text.pop_back();
    return text;
}

std::string token(const std::string& claims, const std::string& header = R"({"alg":"HS256"})",
                  const std::string& key = secret) {
    const std::string text = to_base64url(header) + "." + to_base64url(claims);
    return text + "." + to_base64url(hmac_sha256(key, text));
}

JwtRules make_rules() {
    JwtRules rules;
    rules.keys = {{"", *VerificationKey::from_secret(secret)}};
    return rules;
}

std::string fault_of(const std::string& text, const JwtRules& rules = make_rules()) {
    const auto identity = judge_jwt(text, rules, now);
    return identity ? "taken" : identity.error();
}

bool is_refused_for(const std::string& text, std::string_view why,
                    const JwtRules& rules = make_rules()) {
    const std::string fault = fault_of(text, rules);
    BOOST_TEST_MESSAGE(fault);
    return fault != "taken" && fault.find(why) != std::string::npos;
}

const std::string good = R"({"sub":"joe","role":"frontend","exp":1700000100})";

/// Claims with one more or another one.
std::string with(const std::string& claim) {
    return R"({"sub":"joe","role":"frontend",)" + claim + "}";
}

JwtRules rules_of(VerificationKey::Made key) {
    BOOST_REQUIRE_MESSAGE(key.has_value(), (key ? "" : key.error()));
    JwtRules rules;
    rules.audience = "kreisel";
    rules.issuer = "https://issuer.example";
    rules.keys = {{"", *std::move(key)}};
    return rules;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt)

BOOST_AUTO_TEST_CASE(a_signed_token_says_who_and_until_when) {
    const auto identity = judge_jwt(token(good), make_rules(), now);

    BOOST_REQUIRE_MESSAGE(identity.has_value(), fault_of(token(good)));
    BOOST_TEST(identity->authid == "joe");
    BOOST_TEST(identity->roles == std::vector<std::string>{"frontend"},
               boost::test_tools::per_element());
    BOOST_TEST((identity->expires == now + std::chrono::seconds{100}));
}

BOOST_AUTO_TEST_CASE(rsa_and_ed25519_tokens_of_others_are_taken) {
    const auto rsa = rules_of(VerificationKey::from_pem(rsa_pem));
    const auto ed25519 = rules_of(VerificationKey::from_pem(ed25519_pem));

    BOOST_TEST(fault_of(rsa_token, rsa) == "taken");
    BOOST_TEST(fault_of(ed25519_token, ed25519) == "taken");
    BOOST_TEST(is_refused_for(rsa_token, "no key here", ed25519));
    BOOST_TEST(is_refused_for(ed25519_token, "no key here", rsa));
    std::string bent = rsa_token;
    bent[bent.size() - 10] = bent[bent.size() - 10] == 'A' ? 'B' : 'A';
    BOOST_TEST(is_refused_for(bent, "signature is wrong", rsa));
}

BOOST_AUTO_TEST_CASE(a_public_key_is_never_taken_for_a_secret) {
    const auto rules = rules_of(VerificationKey::from_pem(rsa_pem));

    BOOST_TEST(is_refused_for(token(good, R"({"alg":"HS256"})", rsa_pem), "no key here", rules));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"RS256"})", rsa_pem), "is wrong", rules));
}

BOOST_AUTO_TEST_CASE(what_is_not_signed_is_refused) {
    const std::string unsigned_text =
        to_base64url(R"({"alg":"none"})") + "." + to_base64url(good) + ".";

    BOOST_TEST(is_refused_for(unsigned_text, "no key here"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"none"})"), "no key here"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"hs256"})"), "no key here"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"HS256"})", "other"), "signature is wrong"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"HS256","crit":["x"],"x":1})"), "crit"));
    BOOST_TEST(is_refused_for(token(good, R"({"typ":"JWT"})"), "no alg"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"none","alg":"HS256"})"), "no JSON object"));
    BOOST_TEST(is_refused_for(token(good, "[]"), "no JSON object"));
    BOOST_TEST(is_refused_for(token(good, R"({"alg":"HS256"},{})"), "no JSON object"));
}

BOOST_AUTO_TEST_CASE(times_are_judged_with_some_leeway) {
    const auto rules = make_rules();

    BOOST_TEST(is_refused_for(token(R"({"sub":"joe","role":"r"})"), "no exp"));
    BOOST_TEST(is_refused_for(token(with(R"("exp":"soon")")), "no exp"));
    BOOST_TEST(is_refused_for(token(with(R"("exp":-1)")), "no exp"));
    BOOST_TEST(is_refused_for(token(with(R"("exp":1e300)")), "no exp"));
    BOOST_TEST(is_refused_for(token(with(R"("exp":1699999990)")), "expired"));
    BOOST_TEST(fault_of(token(with(R"("exp":1699999991)"))) == "taken");
    BOOST_TEST(fault_of(token(with(R"("exp":1700000100.5)"))) == "taken");
    BOOST_TEST(is_refused_for(token(with(R"("exp":1700000100,"nbf":1700000011)")), "only from"));
    BOOST_TEST(fault_of(token(with(R"("exp":1700000100,"nbf":1700000010)"))) == "taken");
    BOOST_TEST(is_refused_for(token(with(R"("exp":1700000100,"iat":1700000011)")), "only from"));
    BOOST_TEST(is_refused_for(token(with(R"("exp":1700000100,"nbf":"x")")), "no time"));
    const auto late = judge_jwt(token(with(R"("exp":1699999995)")), rules, now);
    BOOST_TEST((late->expires == now + std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(a_token_for_somebody_else_is_refused) {
    auto rules = make_rules();
    const std::string expiry = R"("exp":1700000100,)";
    BOOST_TEST(is_refused_for(token(with(expiry + R"("aud":"x")")), "audience is not set"));
    rules.audience = "kreisel";
    rules.issuer = "us";
    BOOST_TEST(is_refused_for(token(with(expiry + R"("iss":"us")")), "aud", rules));
    BOOST_TEST(is_refused_for(token(with(expiry + R"("iss":"us","aud":"x")")), "aud", rules));
    BOOST_TEST(is_refused_for(token(with(expiry + R"("iss":"us","aud":[1])")), "aud", rules));
    BOOST_TEST(is_refused_for(token(with(expiry + R"("aud":"kreisel")")), "iss", rules));
    BOOST_TEST(fault_of(token(with(expiry + R"("iss":"us","aud":"kreisel")")), rules) == "taken");
    BOOST_TEST(fault_of(token(with(expiry + R"("iss":"us","aud":["x","kreisel"])")), rules) ==
               "taken");
}

BOOST_AUTO_TEST_CASE(role_and_name_come_from_the_token) {
    auto rules = make_rules();
    const std::string bare = token(R"({"sub":"joe","exp":1700000100})");
    BOOST_TEST(is_refused_for(token(R"({"role":"r","exp":1700000100})"), "no sub"));
    BOOST_TEST(is_refused_for(token(R"({"sub":"","role":"r","exp":1700000100})"), "no sub"));
    BOOST_TEST(is_refused_for(bare, "no role"));
    BOOST_TEST(is_refused_for(token(R"({"sub":"joe","role":7,"exp":1700000100})"), "is no role"));
    rules.default_role = "guest";
    BOOST_TEST(judge_jwt(bare, rules, now)->roles.front() == "guest");
    rules.role_claim = "https://x.example/roles";
    const std::string listed =
        token(R"({"sub":"joe","https://x.example/roles":["a","b"],"exp":1700000100})");
    BOOST_TEST(judge_jwt(listed, rules, now)->roles.back() == "b");
}

BOOST_AUTO_TEST_CASE(an_endless_token_is_not_even_read) {
    BOOST_TEST(is_refused_for(token(good) + std::string(9000, 'A'), "8192"));
    BOOST_TEST(is_refused_for("a.b", "three parts"));
    BOOST_TEST(is_refused_for("a.b.c.d", "three parts"));
    BOOST_TEST(is_refused_for(token(good) + "=", "base64url"));
}

BOOST_AUTO_TEST_CASE(a_key_set_gives_the_keys_that_are_for_us) {
    const auto keys = parse_jwks(key_set);

    BOOST_REQUIRE_MESSAGE(keys.has_value(), (keys ? "" : keys.error()));
    BOOST_TEST(keys->size() == 2U);
    JwtRules rules = rules_of((*keys)[0].key);
    rules.keys = *keys;
    BOOST_TEST(fault_of(rsa_token, rules) == "taken");
    BOOST_TEST(fault_of(ed25519_token, rules) == "taken");
    BOOST_TEST((*keys)[0].key.fingerprint() == VerificationKey::from_pem(rsa_pem)->fingerprint());
    rules.keys = {{"another", (*keys)[0].key}};
    BOOST_TEST(is_refused_for(rsa_token, "no key here", rules));
}

BOOST_AUTO_TEST_CASE(a_broken_key_set_is_refused_whole) {
    const auto fault = [](std::string_view text) {
        const auto keys = parse_jwks(text);
        return keys ? std::string("taken") : keys.error();
    };

    BOOST_TEST(fault("").find("no JWK set") != std::string::npos);
    BOOST_TEST(fault(R"({"keys":[]})").find("no key for") != std::string::npos);
    BOOST_TEST(fault(R"({"keys":[7]})").find("keys[0]") != std::string::npos);
    BOOST_TEST(fault(R"({"keys":[{"kty":"oct","k":"AAAA"}]})").find("32 octets") !=
               std::string::npos);
    BOOST_TEST(fault(R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})").find("2048") !=
               std::string::npos);
    BOOST_TEST(fault(std::string(jwks_bytes_max + 1, ' ')).find("256 KiB") != std::string::npos);
    BOOST_TEST(!VerificationKey::from_pem(short_rsa_pem).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(handshake_jwt)

namespace {

HandshakeStep log_in(std::shared_ptr<RealmAccess> realm, const Dict& details, std::string ticket) {
    SeededRandom random{7};
    Handshake handshake(snapshot_of(std::move(realm)), random, {});
    Dict hello = details;
    hello.set("roles", Value(all_roles()));
    hello.set("authmethods", Value(List{Value("ticket")}));
    const auto challenged = handshake.on_message(Hello{"realm1", std::move(hello)}, now);
    BOOST_REQUIRE(std::holds_alternative<HandshakeReply>(challenged));
    return handshake.on_message(Authenticate{std::move(ticket), {}}, now);
}

std::shared_ptr<RealmAccess> realm_with_tokens() {
    auto realm = make_realm();
    realm->jwt = make_rules();
    return realm;
}

std::string reason_of(const HandshakeStep& step) {
    const auto* refused = std::get_if<HandshakeRefused>(&step);
    return refused == nullptr ? "welcome" : refused->abort.reason;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_token_says_who_joins_as_what_and_until_when) {
    const auto step = log_in(realm_with_tokens(), {}, token(good));

    const auto* accepted = std::get_if<HandshakeAccepted>(&step);
    BOOST_REQUIRE(accepted != nullptr);
    BOOST_TEST(accepted->session.authid == "joe");
    BOOST_TEST(accepted->session.authrole == "frontend");
    BOOST_TEST(accepted->session.authmethod == "ticket");
    BOOST_TEST(accepted->session.authprovider == "jwt");
    BOOST_REQUIRE(accepted->expires.has_value());
    BOOST_TEST((*accepted->expires == now + std::chrono::seconds{100}));
}

BOOST_AUTO_TEST_CASE(a_token_must_fit_the_authid_of_hello) {
    const auto realm = realm_with_tokens();

    BOOST_TEST(reason_of(log_in(realm, {{"authid", "joe"}}, token(good))) == "welcome");
    BOOST_TEST(reason_of(log_in(realm, {{"authid", "ann"}}, token(good))) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_CASE(plain_tickets_go_on_and_nobody_without_one_gets_in) {
    const auto realm = realm_with_tokens();

    BOOST_TEST(reason_of(log_in(realm, {{"authid", "joe"}}, "joes-ticket")) == "welcome");
    for (const char* authid : {"joe", "ann", "nobody", ""}) {
        BOOST_TEST(reason_of(log_in(realm, {{"authid", authid}}, "")) ==
                   uris::authentication_denied);
        BOOST_TEST(reason_of(log_in(realm, {{"authid", authid}}, token(good) + "x")) ==
                   uris::authentication_denied);
    }
}

BOOST_AUTO_TEST_CASE(the_first_role_that_the_realm_has_counts) {
    const std::string several = R"({"sub":"joe","role":["x","guest"],"exp":1700000100})";
    const std::string unknown = R"({"sub":"joe","role":"x","exp":1700000100})";
    const auto step = log_in(realm_with_tokens(), {}, token(several));

    BOOST_REQUIRE(std::holds_alternative<HandshakeAccepted>(step));
    BOOST_TEST(std::get<HandshakeAccepted>(step).session.authrole == "guest");
    BOOST_TEST(reason_of(log_in(realm_with_tokens(), {}, token(unknown))) == uris::no_such_role);
}

BOOST_AUTO_TEST_CASE(without_rules_a_token_is_a_ticket_like_any_other) {
    BOOST_TEST(reason_of(log_in(make_realm(), {{"authid", "joe"}}, token(good))) ==
               uris::authentication_denied);
}

BOOST_AUTO_TEST_SUITE_END()
