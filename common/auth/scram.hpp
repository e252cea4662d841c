#pragma once
// WAMP-SCRAM: keys, proof and verifier (rfc/text/advanced/authentication_scram, RFC 5802), for
// router and client alike. Pure functions on OpenSSL and argon2; any thread. Deriving a key is slow
// on purpose: not on a shard.
//
//     auto kept = scram_credentials("password", {.salt = salt, .iterations = 4096});   // at rest
//     std::string said = scram_auth_message(exchange);
//     bool is_user = scram_proof_fits(kept->stored_key, said, proof);

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kreisel {

enum class ScramKdf : std::uint8_t {
    pbkdf2,
    argon2id13,
    /// What Autobahn|Python and Crossbar.io do under the name `argon2id-13`: the key is the base64
    /// text of the hash. Used by their method `scram` only.
    autobahn_argon2id
};

[[nodiscard]] std::string_view to_text(ScramKdf kdf);
[[nodiscard]] std::optional<ScramKdf> scram_kdf_of(std::string_view text);

/// How a password becomes a key.
struct ScramParameters {
    ScramKdf kdf = ScramKdf::pbkdf2;
    std::string salt;  ///< octets
    unsigned iterations = 4096;
    unsigned memory_kib = 0;  ///< argon2 only

    bool operator==(const ScramParameters&) const = default;
};

/// What a router keeps of a user. Whoever reads it cannot log in with it, but can try passwords.
struct ScramCredentials {
    ScramParameters parameters;
    std::string stored_key;  ///< 32 octets, as server_key
    std::string server_key;

    bool operator==(const ScramCredentials&) const = default;
};

inline constexpr std::size_t scram_key_size = 32;

/// SaltedPassword. Nothing if SASLprep refuses the password, or the parameters are out of range.
[[nodiscard]] std::optional<std::string> scram_salted_password(std::string_view password,
                                                               const ScramParameters& parameters);
[[nodiscard]] std::string scram_client_key(std::string_view salted_password);
[[nodiscard]] std::string scram_server_key(std::string_view salted_password);
[[nodiscard]] std::optional<ScramCredentials> scram_credentials(std::string_view password,
                                                                ScramParameters parameters);

/// What both sides have said, which is what they sign.
struct ScramExchange {
    std::string authid;
    std::string client_nonce;
    std::string nonce;  ///< the client's and the router's
    std::string salt;   ///< base64
    unsigned iterations = 0;
    std::string channel_binding{};  ///< empty: none
    std::string cbind_data{};       ///< octets
};
/// Which form AuthMessage has.
enum class ScramDialect : std::uint8_t {
    wamp,     ///< as the specification says
    autobahn  ///< Autobahn|Python's method `scram`: `c=` stays empty, the authid is not escaped
};
[[nodiscard]] std::string scram_auth_message(const ScramExchange& exchange,
                                             ScramDialect dialect = ScramDialect::wamp);

/// ClientProof, 32 octets.
[[nodiscard]] std::string scram_proof(std::string_view client_key, std::string_view auth_message);
/// Whether `proof` was made with the key that `stored_key` stands for; in constant time.
[[nodiscard]] bool scram_proof_fits(std::string_view stored_key, std::string_view auth_message,
                                    std::string_view proof);
/// ServerSignature, 32 octets.
[[nodiscard]] std::string scram_server_signature(std::string_view server_key,
                                                 std::string_view auth_message);

}  // namespace kreisel
