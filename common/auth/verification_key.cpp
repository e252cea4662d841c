// Signatures of tokens by OpenSSL's EVP interface.

#include "common/auth/verification_key.hpp"

#include "common/auth/wampcra.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

namespace kreisel {

namespace {

constexpr std::size_t secret_bytes_min = 32;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;
constexpr std::size_t exponent_bytes_max = 8;
constexpr std::size_t ed25519_bytes = 32;

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

std::shared_ptr<EVP_PKEY> shared(EVP_PKEY* key) {
    // Whatever did not work has been answered by a null; the queue is the thread's, not ours.
    ERR_clear_error();
    return key == nullptr ? nullptr : std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

/// The key in its standard encoding, hashed.
std::string fingerprint_of(EVP_PKEY* key) {
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key, &encoded);
    if (size <= 0) return "";
    const std::string text(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
    OPENSSL_free(encoded);
    return hmac_sha256("kreisel key", text);
}

}  // namespace

std::string_view to_text(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::hs256:
            return "HS256";
        case SignatureAlgorithm::rs256:
            return "RS256";
        case SignatureAlgorithm::eddsa:
            return "EdDSA";
    }
    return "";
}

VerificationKey::VerificationKey(std::string secret, std::string fingerprint)
    : algorithm_(SignatureAlgorithm::hs256),
      secret_(std::move(secret)),
      fingerprint_(std::move(fingerprint)) {}

VerificationKey::VerificationKey(SignatureAlgorithm algorithm, std::shared_ptr<EVP_PKEY> key,
                                 std::string fingerprint)
    : algorithm_(algorithm), key_(std::move(key)), fingerprint_(std::move(fingerprint)) {}

VerificationKey::Made VerificationKey::from_secret(std::string secret) {
    if (secret.size() < secret_bytes_min) {
        return tl::unexpected(std::string("is too short for HS256; it needs 32 octets"));
    }
    std::string fingerprint = hmac_sha256("kreisel secret", secret);
    return VerificationKey(std::move(secret), std::move(fingerprint));
}

VerificationKey::Made VerificationKey::from_public(std::shared_ptr<EVP_PKEY> key) {
    const auto refuse = [](const char* why) { return tl::unexpected(std::string(why)); };
    if (key == nullptr) return refuse("is no public key");
    std::string fingerprint = fingerprint_of(key.get());
    if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) {
        return VerificationKey(SignatureAlgorithm::eddsa, std::move(key), std::move(fingerprint));
    }
    if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return refuse("is neither an RSA nor an Ed25519 key");
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < rsa_bits_min) return refuse("is an RSA key of less than 2048 bits");
    if (bits > rsa_bits_max) return refuse("is an RSA key of more than 8192 bits");
    return VerificationKey(SignatureAlgorithm::rs256, std::move(key), std::move(fingerprint));
}

VerificationKey::Made VerificationKey::from_pem(const std::string& pem) {
    const Owned<BIO> file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
    if (file == nullptr) return tl::unexpected(std::string("cannot be read"));
    // A password that is asked for would be read from the terminal.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    auto made = from_public(shared(PEM_read_bio_PUBKEY(file.get(), nullptr, no_password, nullptr)));
    if (!made && made.error() == "is no public key") {
        return tl::unexpected(
            std::string("holds no public key (-----BEGIN PUBLIC KEY-----) in PEM form"));
    }
    return made;
}

VerificationKey::Made VerificationKey::from_rsa(const std::string& modulus,
                                                const std::string& exponent) {
    const bool is_sane = !modulus.empty() && modulus.size() <= rsa_bits_max / 8 + 1 &&
                         !exponent.empty() && exponent.size() <= exponent_bytes_max;
    if (!is_sane) return tl::unexpected(std::string("has no sane n and e"));
    const auto number = [](const std::string& octets) {
        return Owned<BIGNUM>(BN_bin2bn(octets_of(octets), static_cast<int>(octets.size()), nullptr),
                             BN_free);
    };
    const auto n = number(modulus);
    const auto e = number(exponent);
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr),
                                      EVP_PKEY_CTX_free);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) > 0) {
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    }
    return from_public(shared(key));
}

VerificationKey::Made VerificationKey::from_ed25519(const std::string& octets) {
    if (octets.size() != ed25519_bytes) {
        return tl::unexpected(std::string("has no x of 32 octets"));
    }
    return from_public(shared(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(octets), octets.size())));
}

bool VerificationKey::is_signed(std::string_view text, const std::string& signature) const {
    if (algorithm_ == SignatureAlgorithm::hs256) {
        return is_equal_in_constant_time(hmac_sha256(secret_, text), signature);
    }
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    // PKCS #1 v1.5 is what an RSA key does unless told otherwise; Ed25519 hashes by itself.
    const EVP_MD* digest = algorithm_ == SignatureAlgorithm::rs256 ? EVP_sha256() : nullptr;
    const bool is_good =
        EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(text),
                         text.size()) == 1;
    ERR_clear_error();
    return is_good;
}

}  // namespace kreisel
