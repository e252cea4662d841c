#pragma once
// WAMP-CRA: challenge, signature and salted key (rfc/text/advanced/authentication_cra), for router
// and client alike. Pure functions on OpenSSL; any thread.
//
//     std::string challenge = wampcra_challenge({.authid = "joe", ...});
//     std::string key = wampcra_key("password", salt, 1000, 32);  // or the plain secret
//     bool is_joe = is_equal_in_constant_time(wampcra_sign(key, challenge), signature);

#include "common/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

/// What a challenge says, in the order of its text.
struct WampCraFacts {
    std::string authid;
    std::string authrole;
    std::string authprovider;
    std::string nonce;
    WallTime timestamp{};
    std::uint64_t session = 0;
};

/// CHALLENGE.Extra.challenge: the facts as JSON text, which is what gets signed.
[[nodiscard]] std::string wampcra_challenge(const WampCraFacts& facts);

/// The salted secret: base64(PBKDF2-HMAC-SHA256(password, salt)). The base64 text itself is the key
/// of the signature, as all clients do.
[[nodiscard]] std::string wampcra_key(std::string_view password, std::string_view salt,
                                      unsigned iterations, std::size_t key_bytes);

/// AUTHENTICATE.Signature: base64(HMAC-SHA256(key, challenge)).
[[nodiscard]] std::string wampcra_sign(std::string_view key, std::string_view challenge);

/// HMAC-SHA256, 32 bytes as a string.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

/// Takes the same time wherever the texts differ. How long `expected` is stays hidden too.
[[nodiscard]] bool is_equal_in_constant_time(std::string_view expected, std::string_view given);

}  // namespace kreisel
