// WAMP-CRA on OpenSSL's EVP interface.

#include "common/auth/wampcra.hpp"

#include "common/base/base64.hpp"
#include "common/base/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <vector>

namespace kreisel {

namespace {

constexpr std::size_t sha256_size = 32;

// `text` is valid UTF-8; only what JSON forbids inside a string is escaped.
void append_json_text(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet < 0x20) {
            out += "\\u00";
            out += hex[octet >> 4U];
            out += hex[octet & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_pair(std::string& out, std::string_view key, std::string_view value) {
    out += out.empty() ? "{" : ",";
    append_json_text(out, key);
    out += ':';
    append_json_text(out, value);
}

[[nodiscard]] std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string wampcra_challenge(const WampCraFacts& facts) {
    std::string text;
    append_pair(text, "authid", facts.authid);
    append_pair(text, "authrole", facts.authrole);
    append_pair(text, "authmethod", "wampcra");
    append_pair(text, "authprovider", facts.authprovider);
    append_pair(text, "nonce", facts.nonce);
    append_pair(text, "timestamp", iso8601(facts.timestamp));
    text += ",\"session\":" + std::to_string(facts.session) + "}";
    return text;
}

std::string wampcra_key(std::string_view password, std::string_view salt, unsigned iterations,
                        std::size_t key_bytes) {
    std::vector<std::uint8_t> key(key_bytes);
    const int is_done = PKCS5_PBKDF2_HMAC(
        password.data(), static_cast<int>(password.size()),
        reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
        static_cast<int>(iterations), EVP_sha256(), static_cast<int>(key.size()), key.data());
    CHECK(is_done == 1, "PBKDF2 of sane sizes succeeds");
    return to_base64(key);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, sha256_size> digest{};
    unsigned size = 0;
    // A null key means "reuse the last one" to OpenSSL, so the empty key needs an address.
    const char* key_data = key.data() == nullptr ? "" : key.data();
    const unsigned char* done = HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()),
                                     bytes_of(text).data(), text.size(), digest.data(), &size);
    CHECK(done != nullptr && size == digest.size(), "HMAC-SHA256 succeeds");
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string wampcra_sign(std::string_view key, std::string_view challenge) {
    return to_base64(bytes_of(hmac_sha256(key, challenge)));
}

bool is_equal_in_constant_time(std::string_view expected, std::string_view given) {
    // Digests have one length whatever the texts have, so not even that is told by time.
    const std::string left = hmac_sha256("kreisel", expected);
    const std::string right = hmac_sha256("kreisel", given);
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace kreisel
