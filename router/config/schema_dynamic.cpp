// Log-in beyond users: dynamic authenticators, the router's own proof, the throttle of failures.

#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

#include <algorithm>

namespace kreisel {

namespace {

const Choices<AuthMethod>& dynamic_methods() {
    static const Choices<AuthMethod> choices = {{"anonymous", AuthMethod::anonymous},
                                                {"ticket", AuthMethod::ticket},
                                                {"wampcra", AuthMethod::wampcra},
                                                {"wamp-scram", AuthMethod::scram},
                                                {"scram", AuthMethod::autobahn_scram},
                                                {"cryptosign", AuthMethod::cryptosign},
                                                {"tls", AuthMethod::tls}};
    return choices;
}

Setting<DynamicAuthenticator> uri_setting(const std::string& key, const std::string& type,
                                          Uri DynamicAuthenticator::*member) {
    return scalar<DynamicAuthenticator>(
        key, type,
        [member](Reader&, const YamlNode&, const std::string& uri, DynamicAuthenticator& rule) {
            rule.*member = uri;
            return is_valid_uri(uri, UriRule::loose, EmptyComponents::none);
        },
        [member](const DynamicAuthenticator& rule) {
            return (rule.*member).empty() ? std::string() : show_text(rule.*member);
        });
}

Table<DynamicAuthenticator> dynamic_table() {
    using Rule = DynamicAuthenticator;
    return {
        required(uri_setting("procedure", "a URI like com.example.authenticate", &Rule::procedure)),
        required(words<Rule>(
            "methods", "names of log-in methods",
            [](Reader& reader, const YamlNode& node, Rule& rule) {
                const auto method = read_choice(reader, node, dynamic_methods());
                if (method) rule.methods.push_back(*method);
            },
            [](const Rule& rule) {
                std::vector<std::string> names;
                for (const AuthMethod method : rule.methods) {
                    names.emplace_back(to_text(method));
                }
                return names;
            },
            [](Rule& rule) { rule.methods.clear(); })),
        uri_setting("realm", "the name of a realm", &Rule::realm),
        duration("timeout", &Rule::timeout, std::chrono::milliseconds{100},
                 std::chrono::minutes{1})};
}

void add_dynamic(Reader& reader, const YamlNode& node, RealmConfig& realm,
                 DynamicAuthenticator rule) {
    if (rule.realm.empty()) rule.realm = realm.name;
    if (rule.methods.empty() && place_of(node, "methods").items.empty()) {
        const Reader::Step step(reader, "methods");
        reader.fail(place_of(node, "methods"), "is empty; write which log-ins it judges");
    }
    for (const AuthMethod method : rule.methods) {
        const bool is_taken =
            std::any_of(realm.dynamic.begin(), realm.dynamic.end(), [method](const auto& other) {
                const auto& methods = other.methods;
                return std::find(methods.begin(), methods.end(), method) != methods.end();
            });
        if (!is_taken) continue;
        const Reader::Step step(reader, "methods");
        reader.fail(place_of(node, "methods"),
                    std::string(to_text(method)) + " has a procedure already; keep one");
    }
    realm.dynamic.push_back(std::move(rule));
}

}  // namespace

Table<ThrottleConfig> throttle_table() {
    using Throttle = ThrottleConfig;
    constexpr std::uint32_t million = 1'000'000;
    return {count("failures", &Throttle::failures, 0U, million),
            duration("window", &Throttle::window, std::chrono::seconds{1}, std::chrono::hours{24}),
            count("addresses_max", &Throttle::addresses_max, 1U, 10 * million)};
}

Setting<RealmConfig> dynamic_setting() {
    ListAccess<RealmConfig, DynamicAuthenticator> access;
    access.make = [](Reader&) { return DynamicAuthenticator{}; };
    access.get = [](const RealmConfig& realm) { return realm.dynamic; };
    access.add = add_dynamic;
    access.name_key = "procedure";
    return list_of("dynamic", dynamic_table(), std::move(access));
}

Setting<RealmConfig> router_key_setting() {
    Setting<RealmConfig> setting = secret<RealmConfig>(
        "router_key", [](RealmConfig&, const std::string&) {},
        [](const RealmConfig& realm) {
            return realm.router_key.empty() ? std::nullopt
                                            : std::optional(to_hex(realm.router_key));
        });
    setting.read = [type = setting.type](Reader& reader, const YamlNode& node, RealmConfig& realm) {
        const std::string* text = reader.read_scalar(node, type);
        if (text == nullptr) return;
        const auto value = read_secret(reader, node, *text);
        if (!value) return;
        realm.router_key = from_hex(*value).value_or("");
        if (realm.router_key.size() != cryptosign_key_size) {
            reader.fail(node, "is no private key of cryptosign, which has 64 hex digits");
        }
    };
    return section<RealmConfig>("cryptosign", {std::move(setting)});
}

void judge_dynamic(Reader& reader, const YamlNode& node, const RealmConfig& realm) {
    for (const DynamicAuthenticator& rule : realm.dynamic) {
        for (const AuthMethod method : rule.methods) {
            const std::string name(to_text(method));
            const std::string judged = name + " log-ins are judged by " + rule.procedure;
            if (method == AuthMethod::anonymous && realm.anonymous_role) {
                reader.fail(node, judged + "; take away anonymous_role:");
            }
            for (const auto& [authid, credentials] : realm.users) {
                if (!credentials.offers(method)) continue;
                std::string told = judged;
                told += ", so that user '" + authid + "' cannot use its own; take one of both away";
                reader.fail(node, told);
            }
        }
    }
}

void judge_dynamic_realms(Reader& reader, const YamlNode& root, const RouterConfig& config) {
    const YamlNode& realms = place_of(root, "realms");
    std::vector<std::string> names;
    for (const RealmConfig& realm : config.realms) names.push_back(realm.name);
    for (const RealmConfig& realm : config.realms) {
        for (const DynamicAuthenticator& rule : realm.dynamic) {
            if (std::find(names.begin(), names.end(), rule.realm) != names.end()) continue;
            reader.fail_at(realms, "realms",
                           "the authenticator " + rule.procedure + " of realm " + realm.name +
                               " is to be called in realm '" + rule.realm + "', which is not here" +
                               Reader::hint(rule.realm, names));
        }
    }
}

}  // namespace kreisel
