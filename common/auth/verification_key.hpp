#pragma once
// VerificationKey: checks signatures of JSON Web Tokens (RFC 7515, RFC 7518, RFC 8037), on OpenSSL.
//
// A key belongs to one algorithm by what it is: a shared secret to HS256, an RSA key to RS256, an
// Ed25519 key to EdDSA. So a token cannot choose to have a public key taken for a secret. Cheap to
// copy; pure; any thread.

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace kreisel {

enum class SignatureAlgorithm : std::uint8_t { hs256, rs256, eddsa };

/// `HS256`, `RS256`, `EdDSA`: the `alg` of a token's header.
[[nodiscard]] std::string_view to_text(SignatureAlgorithm algorithm);

class VerificationKey {
  public:
    // The errors say what the operator has to give instead.
    using Made = tl::expected<VerificationKey, std::string>;

    /// At least 32 octets (RFC 7518, 3.2).
    [[nodiscard]] static Made from_secret(std::string secret);
    /// A public key (`-----BEGIN PUBLIC KEY-----`): RSA of 2048 bits at least, or Ed25519.
    [[nodiscard]] static Made from_pem(const std::string& pem);
    /// RSA by modulus and exponent, big endian.
    [[nodiscard]] static Made from_rsa(const std::string& modulus, const std::string& exponent);
    [[nodiscard]] static Made from_ed25519(const std::string& octets);

    [[nodiscard]] SignatureAlgorithm algorithm() const { return algorithm_; }
    [[nodiscard]] bool is_signed(std::string_view text, const std::string& signature) const;
    /// Equal for equal keys, and tells nothing of a secret.
    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

  private:
    VerificationKey(std::string secret, std::string fingerprint);
    VerificationKey(SignatureAlgorithm algorithm, std::shared_ptr<evp_pkey_st> key,
                    std::string fingerprint);
    [[nodiscard]] static Made from_public(std::shared_ptr<evp_pkey_st> key);

    SignatureAlgorithm algorithm_;
    std::string secret_;
    std::shared_ptr<evp_pkey_st> key_;
    std::string fingerprint_;
};

}  // namespace kreisel
