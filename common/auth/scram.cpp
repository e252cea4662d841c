#include "common/auth/scram.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/saslprep.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"

#include <openssl/evp.h>

#include <argon2.h>

namespace kreisel {

namespace {

/// RFC 5802 section 7, saslname.
std::string escaped(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == ',') {
            text += "=2C";
        } else if (c == '=') {
            text += "=3D";
        } else {
            text += c;
        }
    }
    return text;
}

bool derive_pbkdf2(std::string_view password, const ScramParameters& parameters, std::string& key) {
    return PKCS5_PBKDF2_HMAC(
               password.data(), static_cast<int>(password.size()),
               octets_of(parameters.salt).data(), static_cast<int>(parameters.salt.size()),
               static_cast<int>(parameters.iterations), EVP_sha256(), static_cast<int>(key.size()),
               reinterpret_cast<unsigned char*>(key.data())) == 1;
}

bool derive_argon2id(std::string_view password, const ScramParameters& parameters,
                     std::string& key) {
    // One lane: the specification fixes it.
    return argon2id_hash_raw(parameters.iterations, parameters.memory_kib, 1, password.data(),
                             password.size(), parameters.salt.data(), parameters.salt.size(),
                             key.data(), key.size()) == ARGON2_OK;
}

}  // namespace

std::string_view to_text(ScramKdf kdf) {
    switch (kdf) {
        case ScramKdf::pbkdf2:
            return "pbkdf2";
        case ScramKdf::argon2id13:
            return "argon2id13";
        case ScramKdf::autobahn_argon2id:
            return "argon2id-13";
    }
    return "";
}

std::optional<ScramKdf> scram_kdf_of(std::string_view text) {
    for (const ScramKdf kdf :
         {ScramKdf::pbkdf2, ScramKdf::argon2id13, ScramKdf::autobahn_argon2id}) {
        if (to_text(kdf) == text) return kdf;
    }
    return std::nullopt;
}

std::optional<std::string> scram_salted_password(std::string_view password,
                                                 const ScramParameters& parameters) {
    const auto normal = saslprep(password);
    if (!normal || parameters.iterations == 0) return std::nullopt;
    std::string key(scram_key_size, '\0');
    const bool is_done = parameters.kdf == ScramKdf::pbkdf2
                             ? derive_pbkdf2(*normal, parameters, key)
                             : derive_argon2id(*normal, parameters, key);
    if (!is_done) return std::nullopt;
    if (parameters.kdf != ScramKdf::autobahn_argon2id) return key;
    const std::string text = to_base64(octets_of(key));
    return text.substr(0, text.find('='));
}

std::string scram_client_key(std::string_view salted_password) {
    return hmac_sha256(salted_password, "Client Key");
}
std::string scram_server_key(std::string_view salted_password) {
    return hmac_sha256(salted_password, "Server Key");
}

std::optional<ScramCredentials> scram_credentials(std::string_view password,
                                                  ScramParameters parameters) {
    const auto salted = scram_salted_password(password, parameters);
    if (!salted) return std::nullopt;
    return ScramCredentials{std::move(parameters), sha256(scram_client_key(*salted)),
                            scram_server_key(*salted)};
}

std::string scram_auth_message(const ScramExchange& exchange, ScramDialect dialect) {
    const bool is_wamp = dialect == ScramDialect::wamp;
    std::string binding = exchange.channel_binding;
    if (is_wamp) {
        const std::string flag = binding.empty() ? "n" : "p=" + binding;
        const std::string input = flag + ",," + exchange.cbind_data;
        binding = to_base64(octets_of(input));
    }
    return "n=" + (is_wamp ? escaped(exchange.authid) : exchange.authid) +
           ",r=" + exchange.client_nonce + ",r=" + exchange.nonce + ",s=" + exchange.salt +
           ",i=" + std::to_string(exchange.iterations) + ",c=" + binding + ",r=" + exchange.nonce;
}

std::string scram_proof(std::string_view client_key, std::string_view auth_message) {
    return exclusive_or(client_key, hmac_sha256(sha256(client_key), auth_message));
}

bool scram_proof_fits(std::string_view stored_key, std::string_view auth_message,
                      std::string_view proof) {
    if (proof.size() != scram_key_size) return false;
    const std::string client_key = exclusive_or(proof, hmac_sha256(stored_key, auth_message));
    return is_equal_in_constant_time(stored_key, sha256(client_key));
}

std::string scram_server_signature(std::string_view server_key, std::string_view auth_message) {
    return hmac_sha256(server_key, auth_message);
}

}  // namespace kreisel
