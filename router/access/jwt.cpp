// Tokens and key sets are read by the scanner of the door: bounded, strict UTF-8, no key twice.

#include "router/access/jwt.hpp"

#include "common/base/base64.hpp"
#include "common/codec/json.hpp"
#include "common/wamp/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace kreisel {

namespace {

constexpr unsigned nesting_max = 8;
constexpr std::size_t roles_max = 32;
/// The year 9999, in seconds.
constexpr std::int64_t second_max = 253'402'300'799;

using Fault = tl::unexpected<std::string>;

std::optional<Dict> parse_object(std::string_view text) {
    // A message is a list; the first dict in it has no key twice, at any depth.
    const std::string list = "[" + std::string(text) + "]";
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(list.data()),
                                              list.size());
    const auto scanned = json_scan(bytes, nesting_max);
    if (!scanned || scanned->count != 1) return std::nullopt;
    const Element& element = scanned->elements[0];
    if (element.kind != ElementKind::dict) return std::nullopt;
    return json_dict(bytes.subspan(element.offset, element.size));
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string standard;
    for (const char c : text) {
        if (c == '+' || c == '/' || c == '=') return std::nullopt;
        standard += c == '-' ? '+' : c == '_' ? '/' : c;
    }
    while (standard.size() % 4 != 0) standard += '=';
    const auto octets = from_base64(standard);
    if (!octets) return std::nullopt;
    return std::string(octets->begin(), octets->end());
}

struct Parts {
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
    std::string_view signed_text;
};

std::optional<Parts> split(std::string_view token) {
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                token.substr(second + 1), token.substr(0, second)};
    const bool is_third = parts.signature.find('.') == std::string_view::npos;
    if (!is_third || parts.header.empty() || parts.claims.empty()) return std::nullopt;
    return parts;
}

/// A NumericDate (RFC 7519, 2): seconds, perhaps with a fraction.
std::optional<WallTime> time_of(const Value& value) {
    if (const auto whole = value.to_int()) {
        if (*whole < 0 || *whole > second_max) return std::nullopt;
        return WallTime{std::chrono::seconds{*whole}};
    }
    const auto* real = value.get_if<double>();
    if (real == nullptr || !(*real >= 0) || *real > static_cast<double>(second_max)) {
        return std::nullopt;
    }
    return WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(*real * 1000)}};
}

std::chrono::milliseconds leeway_of(const JwtRules& rules) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(rules.leeway);
}

/// A text, or a list of texts.
std::optional<std::vector<std::string>> texts_of(const Value& value) {
    if (const auto* text = value.get_if<std::string>()) return std::vector<std::string>{*text};
    const auto* list = value.get_if<List>();
    if (list == nullptr || list->size() > roles_max) return std::nullopt;
    std::vector<std::string> texts;
    for (const Value& item : *list) {
        const auto* text = item.get_if<std::string>();
        if (text == nullptr) return std::nullopt;
        texts.push_back(*text);
    }
    return texts;
}

/// What is wrong with the signature, or nothing.
std::optional<std::string> judge_signature(const Parts& parts, const JwtRules& rules) {
    const auto header_text = from_base64url(parts.header);
    const auto header = header_text ? parse_object(*header_text) : std::nullopt;
    if (!header) return "its header is no JSON object";
    const auto algorithm = header->find_text("alg");
    if (!algorithm) return "its header names no alg";
    // Unknown extensions that must be understood (RFC 7515, 4.1.11).
    if (header->has("crit")) return "its header has crit, and no extension is known here";
    const auto signature = from_base64url(parts.signature);
    if (!signature) return "its signature is no base64url";
    const auto id = header->find_text("kid");
    bool has_key = false;
    for (const JwtKey& key : rules.keys) {
        const bool is_named = !id || key.id.empty() || key.id == *id;
        if (!is_named || to_text(key.key.algorithm()) != *algorithm) continue;
        has_key = true;
        if (key.key.is_signed(parts.signed_text, *signature)) return std::nullopt;
    }
    return has_key ? "its signature is wrong" : "no key here is for its alg and kid";
}

std::optional<std::string> judge_parties(const Dict& claims, const JwtRules& rules) {
    if (!rules.issuer.empty() && claims.find_text("iss") != rules.issuer) {
        return "its iss is another one";
    }
    const Value* audience = claims.find("aud");
    if (rules.audience.empty()) {
        // RFC 7519, 4.1.3: who does not find itself in aud must reject it.
        if (audience != nullptr) return "it has aud, and jwt.audience is not set";
        return std::nullopt;
    }
    const auto audiences = audience == nullptr ? std::nullopt : texts_of(*audience);
    const bool is_meant = audiences && std::find(audiences->begin(), audiences->end(),
                                                 rules.audience) != audiences->end();
    return is_meant ? std::nullopt : std::optional<std::string>("its aud is another one");
}

tl::expected<WallTime, std::string> judge_times(const Dict& claims, const JwtRules& rules,
                                                WallTime now) {
    const Value* until = claims.find("exp");
    const auto expires = until == nullptr ? std::nullopt : time_of(*until);
    if (!expires) return Fault("it has no exp");
    if (now >= *expires + leeway_of(rules)) return Fault("it expired at " + iso8601(*expires));
    for (const char* name : {"nbf", "iat"}) {
        if (!claims.has(name)) continue;
        const Value* value = claims.find(name);
        const auto start = value == nullptr ? std::nullopt : time_of(*value);
        if (!start) return Fault(std::string("its ") + name + " is no time");
        if (*start > now + leeway_of(rules)) {
            return Fault("it counts only from " + iso8601(*start) + " on");
        }
    }
    // Who gets in by the leeway stays until that is over.
    return now < *expires ? *expires : *expires + leeway_of(rules);
}

tl::expected<JwtKey, std::string> make_key(const Dict& entry) {
    const auto octets = [&entry](const char* name) {
        const auto text = entry.find_text(name);
        return text ? from_base64url(*text).value_or("") : std::string();
    };
    const auto type = entry.find_text("kty");
    const std::string id(entry.find_text("kid").value_or(""));
    auto made = type == "oct"   ? VerificationKey::from_secret(octets("k"))
                : type == "RSA" ? VerificationKey::from_rsa(octets("n"), octets("e"))
                                : VerificationKey::from_ed25519(octets("x"));
    if (!made) return tl::unexpected(made.error());
    const auto algorithm = entry.find_text("alg");
    if (algorithm && *algorithm != to_text(made->algorithm())) {
        return Fault("is for alg " + std::string(*algorithm) + ", which is not taken here");
    }
    return JwtKey{id, std::move(*made)};
}

/// Keys for something else are not ours to judge.
bool is_for_us(const Dict& entry) {
    const auto type = entry.find_text("kty");
    const auto use = entry.find_text("use");
    if (use && *use != "sig") return false;
    if (type == "OKP") return entry.find_text("crv") == "Ed25519";
    if (type != "oct" && type != "RSA") return false;
    const auto algorithm = entry.find_text("alg");
    return !algorithm || *algorithm == (type == "oct" ? "HS256" : "RS256");
}

}  // namespace

bool looks_like_jwt(std::string_view ticket) {
    const auto parts = split(ticket);
    // Every header is an object: it begins with `{"`, which is `eyJ`; or with white space.
    return parts.has_value() && parts->header.size() > 4;
}

tl::expected<JwtIdentity, std::string> judge_jwt(std::string_view token, const JwtRules& rules,
                                                 WallTime now) {
    if (token.size() > jwt_bytes_max) return Fault("it has more than 8192 octets");
    const auto parts = split(token);
    if (!parts) return Fault("it has not three parts");
    // What nobody vouches for is not even read.
    if (auto fault = judge_signature(*parts, rules)) return Fault(std::move(*fault));
    const auto claims_text = from_base64url(parts->claims);
    const auto claims = claims_text ? parse_object(*claims_text) : std::nullopt;
    if (!claims) return Fault("its claims are no JSON object");
    if (auto fault = judge_parties(*claims, rules)) return Fault(std::move(*fault));
    const auto expires = judge_times(*claims, rules, now);
    if (!expires) return Fault(expires.error());
    JwtIdentity identity;
    identity.expires = *expires;
    identity.authid = claims->find_text("sub").value_or("");
    if (identity.authid.empty()) return Fault("it has no sub");
    if (const Value* role = claims->find(rules.role_claim)) {
        const auto roles = texts_of(*role);
        if (!roles) return Fault("its claim " + rules.role_claim + " is no role or list of roles");
        identity.roles = *roles;
    } else if (!rules.default_role.empty()) {
        identity.roles = {rules.default_role};
    }
    if (identity.roles.empty()) {
        return Fault("it names no role (claim " + rules.role_claim + ")");
    }
    return identity;
}

tl::expected<std::vector<JwtKey>, std::string> parse_jwks(std::string_view text) {
    if (text.size() > jwks_bytes_max) return Fault("is over 256 KiB");
    const auto set = parse_object(text);
    const List* entries = set ? set->find_list("keys") : nullptr;
    if (entries == nullptr) return Fault("is no JWK set: a JSON object with a list `keys`");
    if (entries->size() > jwks_keys_max) return Fault("has more than 64 keys");
    std::vector<JwtKey> keys;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const auto* entry = (*entries)[i].get_if<Dict>();
        if (entry == nullptr) return Fault("keys[" + std::to_string(i) + "] is no object");
        if (!is_for_us(*entry)) continue;
        auto key = make_key(*entry);
        if (!key) return Fault("keys[" + std::to_string(i) + "] " + key.error());
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) return Fault("has no key for HS256, RS256 or EdDSA");
    return keys;
}

}  // namespace kreisel
