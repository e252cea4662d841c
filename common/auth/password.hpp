#pragma once
// Passwords and tickets at rest: argon2id (RFC 9106) as PHC strings, by libargon2.
//
//     std::string hash = make_password_hash("swordfish", random);  // $argon2id$v=19$m=19456,...
//     auto parsed = parse_password_hash(hash);
//     bool is_right = is_password_of(*parsed, "swordfish");
//
// Checking is slow on purpose (and takes 19 MiB by default): never on a shard's thread. Pure;
// any thread.

#include "common/base/random.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel {

/// What one check costs.
struct PasswordCost {
    std::uint32_t memory_kib = 19'456;
    std::uint32_t iterations = 2;
    std::uint32_t lanes = 1;

    bool operator==(const PasswordCost&) const = default;
};

/// Octets, not base64.
struct PasswordHash {
    PasswordCost cost;
    std::string salt;
    std::string digest;

    bool operator==(const PasswordHash&) const = default;
};

// What is accepted: a mistyped or hostile hash must not eat the machine.
inline constexpr std::uint32_t password_memory_kib_max = 262'144;
inline constexpr std::uint32_t password_iterations_max = 16;
inline constexpr std::uint32_t password_lanes_max = 16;
/// Longer ones are wrong without a look.
inline constexpr std::size_t password_bytes_max = 4096;

/// The error says what is wrong with the text, which it does not repeat.
[[nodiscard]] tl::expected<PasswordHash, std::string> parse_password_hash(std::string_view text);
[[nodiscard]] std::string to_text(const PasswordHash& hash);

[[nodiscard]] std::string make_password_hash(std::string_view password, Random& random,
                                             const PasswordCost& cost = {});

/// The comparison takes the same time wherever the digests differ. Out of memory counts as no.
[[nodiscard]] bool is_password_of(const PasswordHash& hash, std::string_view password);

}  // namespace kreisel
