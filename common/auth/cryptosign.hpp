#pragma once
// Cryptosign: Ed25519 signatures over challenges (rfc/text/advanced/authentication_cryptosign), for
// router and client alike. Keys, challenges and channel ids are raw octets here, 32 each. Pure
// functions on OpenSSL; any thread.
//
//     std::string answer = cryptosign_sign(private_key, challenge, channel_id);   // the peer
//     bool is_peer = cryptosign_fits(public_key, challenge, channel_id, answer);  // who asked

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kreisel {

inline constexpr std::size_t cryptosign_key_size = 32;

/// The public key of a private one (its seed of 32 octets); nothing if that has another size.
[[nodiscard]] std::optional<std::string> cryptosign_public_key(std::string_view private_key);

/// The private key of a PEM text (PKCS #8, `-----BEGIN PRIVATE KEY-----`); nothing if that holds no
/// Ed25519 key, or one with a passphrase.
[[nodiscard]] std::optional<std::string> cryptosign_private_key_of_pem(std::string_view pem);

/// 192 hex digits: the signature and what it signs, which is `challenge`, or `challenge` XOR
/// `channel_id` if that is not empty.
[[nodiscard]] std::string cryptosign_sign(std::string_view private_key, std::string_view challenge,
                                          std::string_view channel_id);

/// Whether `answer` is such a text, signs this very challenge, and was made with the private key of
/// `public_key`.
[[nodiscard]] bool cryptosign_fits(std::string_view public_key, std::string_view challenge,
                                   std::string_view channel_id, std::string_view answer);

}  // namespace kreisel
