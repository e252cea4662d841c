#include "router/access/dynamic_answer.hpp"

#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace kreisel {

namespace {

constexpr unsigned wampcra_iterations = 1000;
constexpr unsigned wampcra_key_bytes = 32;
constexpr std::size_t keys_max = 64;

tl::unexpected<std::string> wrong(std::string text) {
    return tl::unexpected<std::string>(std::move(text));
}

/// The first of `names` that is there.
const Value* find_any(const Dict& dict, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const Value* value = dict.find(name)) return value;
    }
    return nullptr;
}

std::optional<unsigned> find_number(const Dict& dict, std::string_view name, unsigned otherwise) {
    if (dict.find(name) == nullptr) return otherwise;
    const auto number = dict.find_uint(name);
    if (!number || *number == 0 || *number > std::numeric_limits<unsigned>::max()) {
        return std::nullopt;
    }
    return static_cast<unsigned>(*number);
}

/// 32 octets, in base64 or, as Crossbar.io has them, in hex.
std::optional<std::string> key_of(const Value* value) {
    const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
    if (text == nullptr) return std::nullopt;
    const auto octets =
        text->size() == 2 * scram_key_size ? from_hex(*text) : octets_from_base64(*text);
    return octets && octets->size() == scram_key_size ? octets : std::nullopt;
}

std::string read_wampcra(const Dict& dict, UserCredentials& credentials) {
    const auto secret = dict.find_text("secret");
    if (!secret || secret->empty()) return "its answer has no text 'secret'";
    const auto iterations = find_number(dict, "iterations", wampcra_iterations);
    const auto key_bytes = find_number(dict, "keylen", wampcra_key_bytes);
    if (!iterations || !key_bytes) return "'iterations' or 'keylen' of its answer is no number";
    credentials.wampcra = {std::string(*secret), std::string(dict.find_text("salt").value_or("")),
                           *iterations, *key_bytes};
    return "";
}

std::string read_scram(const Dict& dict, UserCredentials& credentials) {
    ScramCredentials scram;
    const auto kdf = scram_kdf_of(dict.find_text("kdf").value_or(""));
    if (!kdf) return "'kdf' of its answer is none of pbkdf2, argon2id13, argon2id-13";
    scram.parameters.kdf = *kdf;
    const auto text = dict.find_text("salt").value_or("");
    // Crossbar.io has salts of 16 octets in hex.
    const bool is_hex = text.size() == 32 && from_hex(text).has_value();
    const auto salt = is_hex ? from_hex(text) : octets_from_base64(text);
    if (!salt || salt->empty()) return "'salt' of its answer is no base64";
    scram.parameters.salt = *salt;
    const auto iterations = find_number(dict, "iterations", scram.parameters.iterations);
    const auto memory = find_number(dict, "memory", 0);
    if (!iterations || !memory) return "'iterations' or 'memory' of its answer is no number";
    scram.parameters.iterations = *iterations;
    scram.parameters.memory_kib = *memory;
    const auto stored = key_of(find_any(dict, {"stored_key", "stored-key"}));
    const auto server = key_of(find_any(dict, {"server_key", "server-key"}));
    if (!stored || !server) return "'stored_key' or 'server_key' of its answer is no 32 octets";
    scram.stored_key = *stored;
    scram.server_key = *server;
    credentials.scram = std::move(scram);
    return "";
}

std::string read_public_keys(const Dict& dict, UserCredentials& credentials) {
    const Value* value = find_any(dict, {"pubkey", "pubkeys", "authorized_keys"});
    List keys;
    if (value != nullptr && value->get_if<List>() != nullptr) {
        keys = *value->get_if<List>();
    } else if (value != nullptr) {
        keys.push_back(*value);
    }
    if (keys.size() > keys_max) return "its answer has more than 64 public keys";
    for (const Value& key : keys) {
        const auto* text = key.get_if<std::string>();
        const auto octets = text == nullptr ? std::nullopt : from_hex(*text);
        if (!octets || octets->size() != cryptosign_key_size) {
            return "a public key of its answer is not 64 hex digits";
        }
        credentials.public_keys.push_back(*octets);
    }
    return keys.empty() ? "its answer has no 'pubkey'" : "";
}

/// What `method` needs besides the role; the text says what is wrong.
std::string read_proof(const Dict& dict, AuthMethod method, UserCredentials& credentials) {
    switch (method) {
        case AuthMethod::anonymous:
        case AuthMethod::ticket:
        case AuthMethod::tls:
        case AuthMethod::cookie:
            return "";
        case AuthMethod::wampcra:
            return read_wampcra(dict, credentials);
        case AuthMethod::scram:
        case AuthMethod::autobahn_scram: {
            std::string fault = read_scram(dict, credentials);
            if (!fault.empty()) return fault;
            return credentials.offers(method) ? "" : "'kdf' of its answer is of another method";
        }
        case AuthMethod::cryptosign:
            return read_public_keys(dict, credentials);
    }
    return "";
}

}  // namespace

DynamicResult read_dynamic_answer(const Value& answer, AuthMethod method, std::string_view realm) {
    DynamicAnswer read;
    const Dict none;
    const Dict* dict = answer.get_if<Dict>();
    if (const auto* role = answer.get_if<std::string>()) {
        read.credentials.role = *role;
        dict = &none;
    } else if (dict != nullptr) {
        read.credentials.role = dict->find_text("role").value_or("");
        read.authid = dict->find_text("authid").value_or("");
    } else {
        return wrong("its answer is neither a role nor a dict");
    }
    if (read.credentials.role.empty()) return wrong("its answer has no 'role'");
    const auto other = dict->find_text("realm");
    if (other && *other != realm) return wrong("its answer names another realm than HELLO");
    if (const Dict* extra = dict->find_dict("extra")) read.authextra = *extra;
    std::string fault = read_proof(*dict, method, read.credentials);
    if (!fault.empty()) return wrong(std::move(fault));
    return read;
}

}  // namespace kreisel
