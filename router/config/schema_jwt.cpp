// Log-in by tokens: whom they must come from, and the keys that say so.

#include "router/config/files.hpp"
#include "router/config/jwt_keys.hpp"
#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

#include <functional>

namespace kreisel {

namespace {

constexpr std::size_t pem_bytes_max = std::size_t{64} << 10;

Setting<JwtConfig> rule_text(const std::string& key, const std::string& type,
                             std::string JwtRules::*member) {
    return scalar<JwtConfig>(
        key, type,
        [member](Reader&, const YamlNode&, const std::string& value, JwtConfig& jwt) {
            jwt.rules.*member = value;
            return !value.empty();
        },
        [member](const JwtConfig& jwt) {
            const std::string& value = jwt.rules.*member;
            return value.empty() ? std::string() : show_text(value);
        });
}

Setting<JwtConfig> path_text(const std::string& key, std::string JwtConfig::*member) {
    return scalar<JwtConfig>(
        key, "the path of a file",
        [member](Reader& reader, const YamlNode&, const std::string& value, JwtConfig& jwt) {
            jwt.*member = path_beside(reader.file(), value);
            return !value.empty();
        },
        [member](const JwtConfig& jwt) {
            return (jwt.*member).empty() ? std::string() : show_text(jwt.*member);
        });
}

Setting<JwtConfig> default_role_setting() {
    auto setting = rule_text("default_role", "the name of a role", &JwtRules::default_role);
    setting.read = [read = setting.read](Reader& reader, const YamlNode& node, JwtConfig& jwt) {
        read(reader, node, jwt);
        const std::string& role = jwt.rules.default_role;
        if (!role.empty()) reader.role_uses.push_back({node, reader.path(), role});
    };
    return setting;
}

Setting<JwtConfig> leeway_setting() {
    Table<JwtRules> rows = {
        duration("leeway", &JwtRules::leeway, Duration{0}, std::chrono::minutes{5})};
    return lifted(rows, &JwtConfig::rules).front();
}

Table<JwtConfig> jwt_table() {
    return {rule_text("issuer", "a text", &JwtRules::issuer),
            rule_text("audience", "a text", &JwtRules::audience),
            secret<JwtConfig>(
                "secret", [](JwtConfig& jwt, std::string value) { jwt.secret = std::move(value); },
                [](const JwtConfig& jwt) {
                    return jwt.secret.empty() ? std::nullopt : std::optional(jwt.secret);
                }),
            path_text("public_key", &JwtConfig::public_key),
            path_text("jwks", &JwtConfig::jwks),
            rule_text("role_claim", "a text", &JwtRules::role_claim),
            default_role_setting(),
            leeway_setting()};
}

const Table<JwtConfig>& table() {
    static const Table<JwtConfig> rows = jwt_table();
    return rows;
}

}  // namespace

std::vector<JwtKeyFault> load_jwt_keys(JwtConfig& jwt) {
    std::vector<JwtKeyFault> faults;
    std::vector<JwtKey> keys;
    const auto add = [&](const char* setting, VerificationKey::Made made,
                         const std::string& whose) {
        if (made) {
            keys.push_back({"", std::move(*made)});
        } else {
            faults.push_back({setting, whose + made.error()});
        }
    };
    if (!jwt.secret.empty()) add("secret", VerificationKey::from_secret(jwt.secret), "");
    if (!jwt.public_key.empty()) {
        const std::string whose = "the file " + jwt.public_key + " ";
        const auto pem = read_whole(jwt.public_key, pem_bytes_max);
        if (pem) add("public_key", VerificationKey::from_pem(*pem), whose);
        if (!pem) faults.push_back({"public_key", whose + pem.error()});
    }
    if (!jwt.jwks.empty()) {
        const std::string whose = "the file " + jwt.jwks + " ";
        const auto text = read_whole(jwt.jwks, jwks_bytes_max);
        auto set = text ? parse_jwks(*text) : tl::unexpected(text.error());
        if (set) keys.insert(keys.end(), set->begin(), set->end());
        if (!set) faults.push_back({"jwks", whose + set.error()});
    }
    if (faults.empty()) jwt.rules.keys = std::move(keys);
    return faults;
}

Setting<RealmConfig> jwt_setting() {
    return optional_section(
        "jwt", table(), &RealmConfig::jwt,
        [](Reader& reader, const YamlNode& node, JwtConfig& jwt) {
            for (const JwtKeyFault& fault : load_jwt_keys(jwt)) {
                const Reader::Step step(reader, fault.setting);
                reader.fail(place_of(node, fault.setting), fault.text);
            }
            if (jwt.secret.empty() && jwt.public_key.empty() && jwt.jwks.empty()) {
                reader.fail(node, "has no key; add secret:, public_key: or jwks:");
            }
        });
}

}  // namespace kreisel
