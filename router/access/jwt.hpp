#pragma once
// JSON Web Tokens (RFC 7519) as tickets: who signed it is trusted to say who the peer is, which
// role it has, and until when. And JWK sets (RFC 7517), the keys of those who sign.
//
// Compact JWS only. `alg` must be the one that the key is for; `none` is for no key; a `crit`
// header is refused. Pure.

#include "common/auth/verification_key.hpp"
#include "common/base/clock.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

struct JwtKey {
    std::string id;  ///< `kid`; empty: any
    VerificationKey key;
};

struct JwtRules {
    std::string issuer;    ///< `iss`; empty: any
    std::string audience;  ///< must be (among) `aud`; empty: the token must have none
    std::string role_claim = "role";
    std::string default_role;  ///< of tokens without that claim; empty: these are refused
    /// How much the clocks of issuer and router may differ.
    Duration leeway = std::chrono::seconds{10};
    std::vector<JwtKey> keys;
};

inline constexpr std::size_t jwt_bytes_max = 8192;
inline constexpr std::size_t jwks_bytes_max = 262'144;
inline constexpr std::size_t jwks_keys_max = 64;

/// What a token says of the peer.
struct JwtIdentity {
    std::string authid;
    /// In the order of the token; the first that the realm has counts.
    std::vector<std::string> roles;
    WallTime expires{};
};

/// Three parts of base64url: taken for a token, whether it is good or not.
[[nodiscard]] bool looks_like_jwt(std::string_view ticket);

/// The error says what is wrong, for the log; it does not repeat the token.
[[nodiscard]] tl::expected<JwtIdentity, std::string> judge_jwt(std::string_view token,
                                                               const JwtRules& rules, WallTime now);

/// The keys for HS256, RS256 and EdDSA of a JWK set; others are passed over. The error says what to
/// mend.
[[nodiscard]] tl::expected<std::vector<JwtKey>, std::string> parse_jwks(std::string_view text);

}  // namespace kreisel
