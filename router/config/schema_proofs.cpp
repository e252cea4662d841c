// What a user proves itself by, besides secrets that are compared: SCRAM's derived keys, public
// keys, client certificates.

#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/base/base64.hpp"
#include "router/config/schema.hpp"
#include "router/config/settings.hpp"

#include <algorithm>

namespace kreisel {

namespace {

using Certificate = UserCredentials::Certificate;

/// RFC 7677 section 4.
constexpr unsigned pbkdf2_iterations_min = 4096;
constexpr unsigned argon2_memory_min = 8;
/// libargon2 takes no shorter one.
constexpr std::size_t salt_min = 8;

const Choices<ScramKdf>& kdfs() {
    static const Choices<ScramKdf> choices = {{"pbkdf2", ScramKdf::pbkdf2},
                                              {"argon2id13", ScramKdf::argon2id13},
                                              {"argon2id-13", ScramKdf::autobahn_argon2id}};
    return choices;
}

std::string show_base64(const std::string& octets) {
    return octets.empty() ? std::string() : show_text(to_base64(octets_of(octets)));
}

Setting<ScramCredentials> kdf_setting() {
    return required(scalar<ScramCredentials>(
        "kdf", type_of_choices(kdfs()),
        [](Reader& reader, const YamlNode& node, const std::string&, ScramCredentials& scram) {
            if (const auto kdf = read_choice(reader, node, kdfs())) scram.parameters.kdf = *kdf;
            return true;
        },
        [](const ScramCredentials& scram) { return show_choice(kdfs(), scram.parameters.kdf); }));
}

Setting<ScramCredentials> salt_setting() {
    return required(scalar<ScramCredentials>(
        "salt", "base64 of 8 octets or more",
        [](Reader&, const YamlNode&, const std::string& text, ScramCredentials& scram) {
            const auto octets = octets_from_base64(text);
            scram.parameters.salt = octets.value_or("");
            return scram.parameters.salt.size() >= salt_min;
        },
        [](const ScramCredentials& scram) { return show_base64(scram.parameters.salt); }));
}

/// 32 octets in base64 or hex, which are kept from sight.
Setting<ScramCredentials> scram_key(const std::string& key, std::string ScramCredentials::*member) {
    Setting<ScramCredentials> setting = secret<ScramCredentials>(
        key, [](ScramCredentials&, const std::string&) {},
        [member](const ScramCredentials& scram) {
            const std::string& octets = scram.*member;
            return octets.empty() ? std::nullopt : std::optional(to_base64(octets_of(octets)));
        });
    setting.read = [member, type = setting.type](Reader& reader, const YamlNode& node,
                                                 ScramCredentials& scram) {
        const std::string* text = reader.read_scalar(node, type);
        if (text == nullptr) return;
        const auto value = read_secret(reader, node, *text, SecretKind::hash);
        if (!value) return;
        scram.*member = octets_from_base64(*value).value_or("");
        if ((scram.*member).size() != scram_key_size) {
            reader.fail(node, "is not base64 of 32 octets; kreisel hash-password makes it");
        }
    };
    return required(std::move(setting));
}

Table<ScramCredentials> scram_table() {
    constexpr unsigned number_max = 10'000'000;
    using Parameters = ScramParameters;
    const Table<Parameters> costs = {
        required(count("iterations", &Parameters::iterations, 1U, number_max)),
        count("memory", &Parameters::memory_kib, 0U, number_max)};
    return joined(joined(Table<ScramCredentials>{kdf_setting(), salt_setting()},
                         lifted(costs, &ScramCredentials::parameters)),
                  Table<ScramCredentials>{scram_key("stored_key", &ScramCredentials::stored_key),
                                          scram_key("server_key", &ScramCredentials::server_key)});
}

void judge_scram(Reader& reader, const YamlNode& node, const ScramCredentials& scram) {
    const ScramParameters& parameters = scram.parameters;
    const bool is_pbkdf2 = parameters.kdf == ScramKdf::pbkdf2;
    if (is_pbkdf2 && parameters.iterations < pbkdf2_iterations_min) {
        const Reader::Step step(reader, "iterations");
        reader.fail(place_of(node, "iterations"), "pbkdf2 needs 4096 or more");
    }
    if (!is_pbkdf2 && parameters.memory_kib < argon2_memory_min) {
        const Reader::Step step(reader, "memory");
        reader.fail(place_of(node, "memory"), "argon2 needs 8 (KiB) or more");
    }
}

Setting<UserCredentials> scram_setting() {
    return optional_section("scram", scram_table(), &UserCredentials::scram, judge_scram);
}

Setting<UserCredentials> public_keys_setting() {
    return words<UserCredentials>(
        "cryptosign", "public keys of 64 hex digits",
        [](Reader& reader, const YamlNode& node, UserCredentials& user) {
            const std::string* text = reader.read_scalar(node, "64 hex digits");
            if (text == nullptr) return;
            auto key = from_hex(*text);
            if (!key || key->size() != cryptosign_key_size) {
                reader.fail(node, "'" + *text + "' is no public key; write its 64 hex digits");
                return;
            }
            user.public_keys.push_back(*std::move(key));
        },
        [](const UserCredentials& user) {
            std::vector<std::string> keys;
            for (const std::string& key : user.public_keys) keys.push_back(to_hex(key));
            return keys;
        },
        [](UserCredentials& user) { user.public_keys.clear(); });
}

/// `ab:CD:...` as tools print it, or without colons; empty: it is none.
std::string fingerprint_of(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ':'), text.end());
    const auto octets = from_hex(text);
    return octets && octets->size() == 32 ? to_hex(*octets) : std::string();
}

Setting<UserCredentials> certificates_setting(const std::string& key, const std::string& type,
                                              Certificate::By by) {
    return words<UserCredentials>(
        key, type,
        [type, by](Reader& reader, const YamlNode& node, UserCredentials& user) {
            const std::string* text = reader.read_scalar(node, type);
            if (text == nullptr) return;
            const bool is_print = by == Certificate::By::fingerprint;
            std::string value = is_print ? fingerprint_of(*text) : *text;
            if (value.empty()) {
                reader.fail(node, "'" + *text + "' is not valid; write " + type);
                return;
            }
            user.certificates.push_back({by, std::move(value)});
        },
        [by](const UserCredentials& user) {
            std::vector<std::string> values;
            for (const Certificate& certificate : user.certificates) {
                if (certificate.by == by) values.push_back(certificate.value);
            }
            return values;
        },
        [](UserCredentials&) {});
}

}  // namespace

Table<UserCredentials> proofs_table() {
    return {scram_setting(), public_keys_setting(),
            section<UserCredentials>(
                "tls", {certificates_setting("subjects", "subjects like CN=joe,O=example",
                                             Certificate::By::subject),
                        certificates_setting("common_names", "names like joe",
                                             Certificate::By::common_name),
                        certificates_setting("fingerprints", "SHA-256 of certificates in hex",
                                             Certificate::By::fingerprint)})};
}

}  // namespace kreisel
