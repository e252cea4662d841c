// Ed25519 of OpenSSL's EVP interface.
#include "common/auth/cryptosign.hpp"

#include "common/auth/octets.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/check.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace kreisel {

namespace {

constexpr std::size_t signature_size = 64;
constexpr std::size_t message_size = 32;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free>;

Key private_key_of(std::string_view octets) {
    return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets_of(octets).data(),
                                            octets.size()));
}

std::string message_of(std::string_view challenge, std::string_view channel_id) {
    return channel_id.empty() ? std::string(challenge) : exclusive_or(challenge, channel_id);
}

}  // namespace

std::optional<std::string> cryptosign_public_key(std::string_view private_key) {
    const Key key = private_key_of(private_key);
    if (key == nullptr) return std::nullopt;
    std::string octets(cryptosign_key_size, '\0');
    std::size_t size = octets.size();
    const int is_done = EVP_PKEY_get_raw_public_key(
        key.get(), reinterpret_cast<unsigned char*>(octets.data()), &size);
    CHECK(is_done == 1 && size == octets.size(), "an Ed25519 key has a public half");
    return octets;
}

std::optional<std::string> cryptosign_private_key_of_pem(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
    std::string octets(cryptosign_key_size, '\0');
    std::size_t size = octets.size();
    const int is_done = EVP_PKEY_get_raw_private_key(
        key.get(), reinterpret_cast<unsigned char*>(octets.data()), &size);
    if (is_done != 1 || size != octets.size()) return std::nullopt;
    return octets;
}

std::string cryptosign_sign(std::string_view private_key, std::string_view challenge,
                            std::string_view channel_id) {
    const Key key = private_key_of(private_key);
    CHECK(key != nullptr, "who signs has checked the size of its key");
    const std::string message = message_of(challenge, channel_id);
    const Digest digest(EVP_MD_CTX_new());
    std::string signature(signature_size, '\0');
    std::size_t size = signature.size();
    const bool is_done =
        EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       octets_of(message).data(), message.size()) == 1;
    CHECK(is_done && size == signature.size(), "Ed25519 signs any message");
    return to_hex(signature) + to_hex(message);
}

bool cryptosign_fits(std::string_view public_key, std::string_view challenge,
                     std::string_view channel_id, std::string_view answer) {
    if (answer.size() != 2 * (signature_size + message_size)) return false;
    const auto octets = from_hex(answer);
    if (!octets) return false;
    const std::string_view signature = std::string_view(*octets).substr(0, signature_size);
    const std::string_view message = std::string_view(*octets).substr(signature_size);
    // Else the signature of an earlier log-in, overheard, would do for this one.
    const bool is_this_challenge =
        is_equal_in_constant_time(message_of(challenge, channel_id), message);
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                              octets_of(public_key).data(), public_key.size()));
    if (key == nullptr) return false;
    const Digest digest(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(digest.get(), octets_of(signature).data(), signature.size(),
                            octets_of(message).data(), message.size()) == 1 &&
           is_this_challenge;
}

}  // namespace kreisel
