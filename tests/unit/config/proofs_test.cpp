// Users' keys and dynamic authenticators in realms.yaml.
#include "config_fixture.hpp"

using namespace kreisel;
using namespace kreisel::test;

namespace {

/// realm1 with role `member` and this below `authentication:`.
std::string with(const std::string& authentication) {
    return listeners_text +
           "realms:\n"
           "  - name: realm1\n"
           "    roles: [{name: member}]\n"
           "    authentication:\n" +
           authentication;
}
std::string with_user(const std::string& proof) {
    return with("      users:\n        - authid: joe\n          role: member\n          " + proof +
                "\n");
}

const std::string key64(64, 'a');
const std::string key_base64 = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=";
std::string scram(const std::string& costs, const std::string& kdf = "pbkdf2") {
    return "scram: {kdf: " + kdf + ", salt: c2FsdHNhbHQ=, " + costs +
           ", stored_key: " + key_base64 + ", server_key: " + key_base64 + "}";
}
bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_proofs)

BOOST_AUTO_TEST_CASE(scram_keys_are_read_and_never_shown) {
    const RouterConfig config = parsed(with_user(scram("iterations: 3, memory: 64", "argon2id13")));
    const ScramCredentials& read = *config.realms[0].users.at("joe").scram;

    BOOST_TEST(read.parameters.salt == "saltsalt");
    BOOST_TEST(read.parameters.iterations == 3U);
    BOOST_TEST(read.parameters.memory_kib == 64U);
    BOOST_TEST(read.stored_key == std::string(32, '\xaa'));
    BOOST_TEST(!has(effective_text(config), key_base64));
}

BOOST_AUTO_TEST_CASE(scram_costs_have_their_floors) {
    BOOST_TEST(has(error_of(with_user(scram("iterations: 100"))), "pbkdf2 needs 4096"));
    BOOST_TEST(has(error_of(with_user(scram("iterations: 3", "argon2id13"))), "argon2 needs 8"));
    BOOST_TEST(has(error_of(with_user("scram: {kdf: pbkdf2, salt: c2FsdHNhbHQ=, iterations: 4096, "
                                      "stored_key: abc, server_key: " +
                                      key_base64 + "}")),
                   "stored_key: is not base64 of 32 octets"));
}

BOOST_AUTO_TEST_CASE(public_keys_are_hex_and_belong_to_one_user) {
    const RouterConfig config = parsed(with_user("cryptosign: [" + key64 + "]"));
    const std::string twice = with_user("cryptosign: [" + key64 + "]") +
                              "        - authid: ann\n          role: member\n          "
                              "cryptosign: [" +
                              key64 + "]\n";

    BOOST_TEST(config.realms[0].users.at("joe").has_public_key(std::string(32, '\xaa')));
    BOOST_TEST(has(effective_text(config), "cryptosign: [" + key64 + "]"));
    BOOST_TEST(has(error_of(with_user("cryptosign: [abc]")), "'abc' is no public key"));
    BOOST_TEST(has(error_of(twice), "user 'joe' has this key already"));
}

BOOST_AUTO_TEST_CASE(certificates_are_known_in_three_ways) {
    std::string colons;
    for (int i = 0; i < 32; ++i) colons += i == 0 ? "AA" : ":AA";
    const RouterConfig config =
        parsed(with_user("tls: {subjects: ['CN=joe,O=example'], "
                         "common_names: [joe], fingerprints: ['" +
                         colons + "']}"));
    const UserCredentials& joe = config.realms[0].users.at("joe");

    BOOST_TEST(joe.has_certificate({"CN=joe,O=example", "", ""}));
    BOOST_TEST(joe.has_certificate({"", "joe", ""}));
    BOOST_TEST(joe.has_certificate({"", "", key64}));
    BOOST_TEST(!joe.has_certificate({"", "", ""}));
    BOOST_TEST(has(error_of(with_user("tls: {fingerprints: [abc]}")), "'abc' is not valid"));
}

BOOST_AUTO_TEST_CASE(the_routers_key_is_read_and_never_shown) {
    const std::string anonymous = "      anonymous_role: member\n";
    const RouterConfig config =
        parsed(with(anonymous + "      cryptosign: {router_key: " + key64 + "}\n"));

    BOOST_TEST(make_access(config, 1)->realms.at("realm1")->router_key == std::string(32, '\xaa'));
    BOOST_TEST(!has(effective_text(config), key64));
    BOOST_TEST(has(error_of(with(anonymous + "      cryptosign: {router_key: short}\n")),
                   "is no private key of cryptosign"));
}

BOOST_AUTO_TEST_CASE(a_dynamic_authenticator_is_called_in_its_own_realm_unless_another_is_named) {
    const RouterConfig config = parsed(with(
        "      dynamic: [{procedure: com.example.authenticate, methods: [ticket, wamp-scram]}]\n"));
    const DynamicAuthenticator& rule = config.realms[0].dynamic.at(0);

    BOOST_TEST(rule.realm == "realm1");
    BOOST_TEST((rule.timeout == std::chrono::seconds{5}));
    BOOST_TEST((rule.methods == std::vector{AuthMethod::ticket, AuthMethod::scram}));
    BOOST_TEST(
        (make_access(config, 1)->realms.at("realm1")->find_dynamic(AuthMethod::ticket)->procedure ==
         "com.example.authenticate"));
    BOOST_TEST((parsed(effective_text(config)).realms[0].dynamic == config.realms[0].dynamic));
}

BOOST_AUTO_TEST_CASE(of_each_method_either_users_or_one_procedure_are_asked) {
    const std::string rule = "      dynamic: [{procedure: com.a, methods: [ticket, anonymous]}]\n";

    BOOST_TEST(has(error_of(with_user("ticket: secret") + rule),
                   "ticket log-ins are judged by com.a, so that user 'joe'"));
    BOOST_TEST(has(error_of(with("      anonymous_role: member\n" + rule)),
                   "anonymous log-ins are judged by com.a; take away anonymous_role:"));
    BOOST_TEST(has(error_of(with("      dynamic: [{procedure: com.a, methods: [ticket]}, "
                                 "{procedure: com.b, methods: [ticket]}]\n")),
                   "ticket has a procedure already"));
    BOOST_TEST(has(error_of(with("      dynamic: [{procedure: com.a, methods: []}]\n")),
                   "is empty; write which log-ins"));
    BOOST_TEST(
        has(error_of(with("      dynamic: [{procedure: com.a, methods: [tls], realm: x}]\n")),
            "in realm 'x', which is not here"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(config_cookies)

namespace {

std::string with_listener(const std::string& settings) {
    return "listeners:\n  - {address: \"127.0.0.1:0\", " + settings + "}\n" + realms_text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_cookie_needs_the_pages_that_may_use_it) {
    const RouterConfig config = parsed(
        with_listener("origins: [\"https://example.com\"], cookie: {max_age: 1h, path: /ws}"));
    const CookieConfig& cookie = *config.listeners[0].cookie;

    BOOST_TEST(cookie.name == "kreisel");
    BOOST_TEST((cookie.max_age == std::chrono::hours{1}));
    BOOST_TEST((cookie.same_site == CookieConfig::SameSite::lax));
    BOOST_TEST(cookie.is_secure);
    BOOST_TEST((parsed(effective_text(config)).listeners[0] == config.listeners[0]));
    BOOST_TEST(!parsed(listeners_text + realms_text).listeners[0].cookie);
    for (const char* origins : {"", "origins: [\"*\"], ", "origins: [], "}) {
        BOOST_TEST(has(error_of(with_listener(origins + std::string("cookie: {}"))),
                       "cookie: needs origins:"));
    }
}

BOOST_AUTO_TEST_CASE(a_cookie_that_browsers_would_not_take_is_refused) {
    const auto error = [](const std::string& cookie) {
        return error_of(with_listener("origins: [\"https://example.com\"], cookie: " + cookie));
    };

    BOOST_TEST(has(error("{same_site: none, secure: false}"), "same_site: none needs secure"));
    BOOST_TEST(has(error("{name: \"a;b\"}"), "'a;b' is not valid"));
    BOOST_TEST(has(error("{path: \"/a b\"}"), "'/a b' is not valid"));
    BOOST_TEST(has(error("{}, transports: [rawsocket]"), "is for listeners with transport"));
}

BOOST_AUTO_TEST_SUITE_END()
