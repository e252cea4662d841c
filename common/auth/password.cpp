// argon2id by libargon2. Lanes are filled one after the other in the caller's thread: the pool that
// checks decides how many threads there are.

#include "common/auth/password.hpp"

#include "common/base/base64.hpp"
#include "common/base/check.hpp"

#include <openssl/crypto.h>

#include <argon2.h>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace kreisel {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t salt_bytes_min = 8;
constexpr std::size_t digest_bytes_min = 16;
constexpr std::size_t octets_max = 64;
constexpr std::size_t text_bytes_max = 512;
constexpr std::uint32_t memory_kib_per_lane_min = 8;

/// PHC strings leave the padding out.
std::string to_bare_base64(std::string_view octets) {
    std::string text =
        to_base64({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    while (!text.empty() && text.back() == '=') text.pop_back();
    return text;
}

std::optional<std::string> from_bare_base64(std::string_view text) {
    if (text.find('=') != std::string_view::npos) return std::nullopt;
    std::string padded(text);
    while (padded.size() % 4 != 0) padded += '=';
    const auto octets = from_base64(padded);
    if (!octets) return std::nullopt;
    return std::string(octets->begin(), octets->end());
}

/// The part up to the next `$`, which is taken away.
std::string_view take_part(std::string_view& text) {
    const auto end = text.find('$');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return part;
}

/// `m=19456,t=2,p=1`, in this order and no other way.
std::optional<PasswordCost> parse_cost(std::string_view text) {
    PasswordCost cost;
    const auto take = [&text](std::string_view name, std::uint32_t& number) {
        if (text.substr(0, name.size()) != name) return false;
        text.remove_prefix(name.size());
        const bool has_leading_zero = text.substr(0, 1) == "0";
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || has_leading_zero) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return true;
    };
    const bool is_whole = take("m=", cost.memory_kib) && take(",t=", cost.iterations) &&
                          take(",p=", cost.lanes) && text.empty();
    return is_whole ? std::optional(cost) : std::nullopt;
}

std::optional<std::string> fault_of(const PasswordCost& cost) {
    if (cost.lanes > password_lanes_max) {
        return "p= is more than " + std::to_string(password_lanes_max);
    }
    if (cost.iterations > password_iterations_max) {
        return "t= is more than " + std::to_string(password_iterations_max);
    }
    if (cost.memory_kib > password_memory_kib_max) {
        return "m= is more than " + std::to_string(password_memory_kib_max) + " (KiB)";
    }
    if (cost.memory_kib < memory_kib_per_lane_min * cost.lanes) return "m= is less than 8 a lane";
    return std::nullopt;
}

std::optional<std::string> digest_of(const PasswordHash& hash, std::string_view password,
                                     std::size_t size) {
    std::string digest(size, '\0');
    std::string salt = hash.salt;
    std::string secret(password);
    argon2_context context{};
    context.out = reinterpret_cast<std::uint8_t*>(digest.data());
    context.outlen = static_cast<std::uint32_t>(digest.size());
    context.pwd = reinterpret_cast<std::uint8_t*>(secret.data());
    context.pwdlen = static_cast<std::uint32_t>(secret.size());
    context.salt = reinterpret_cast<std::uint8_t*>(salt.data());
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = hash.cost.iterations;
    context.m_cost = hash.cost.memory_kib;
    context.lanes = hash.cost.lanes;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    const int outcome = argon2_ctx(&context, Argon2_id);
    OPENSSL_cleanse(secret.data(), secret.size());
    if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR) return std::nullopt;
    CHECK(outcome == ARGON2_OK, "argon2 of judged parameters succeeds");
    return digest;
}

}  // namespace

tl::expected<PasswordHash, std::string> parse_password_hash(std::string_view text) {
    const auto refuse = [](std::string why) { return tl::unexpected(std::move(why)); };
    constexpr std::string_view prefix = "$argon2id$";
    if (text.substr(0, prefix.size()) != prefix) {
        return refuse("is no argon2id hash; it begins with " + std::string(prefix));
    }
    if (text.size() > text_bytes_max) return refuse("is longer than an argon2id hash can be");
    text.remove_prefix(prefix.size());
    if (take_part(text) != "v=19") return refuse("is not of version 19 (v=19)");
    PasswordHash hash;
    const auto cost = parse_cost(take_part(text));
    if (!cost) return refuse("has no parameters like m=19456,t=2,p=1");
    if (const auto fault = fault_of(*cost)) return refuse(*fault);
    hash.cost = *cost;
    const auto salt = from_bare_base64(take_part(text));
    if (!salt || salt->size() < salt_bytes_min || salt->size() > octets_max) {
        return refuse("has no salt of 8 to 64 octets in base64 without padding");
    }
    hash.salt = *salt;
    const auto digest = from_bare_base64(text);
    if (!digest || digest->size() < digest_bytes_min || digest->size() > octets_max) {
        return refuse("has no digest of 16 to 64 octets in base64 without padding");
    }
    hash.digest = *digest;
    return hash;
}

std::string to_text(const PasswordHash& hash) {
    return "$argon2id$v=19$m=" + std::to_string(hash.cost.memory_kib) +
           ",t=" + std::to_string(hash.cost.iterations) + ",p=" + std::to_string(hash.cost.lanes) +
           "$" + to_bare_base64(hash.salt) + "$" + to_bare_base64(hash.digest);
}

std::string make_password_hash(std::string_view password, Random& random,
                               const PasswordCost& cost) {
    CHECK(!fault_of(cost) && cost.lanes > 0 && cost.iterations > 0, "the cost is acceptable");
    PasswordHash hash{cost, std::string(salt_bytes, '\0'), ""};
    random.fill({reinterpret_cast<std::uint8_t*>(hash.salt.data()), hash.salt.size()});
    const auto digest = digest_of(hash, password, digest_bytes);
    CHECK(digest.has_value(), "there is memory for one hash");
    hash.digest = *digest;
    return to_text(hash);
}

bool is_password_of(const PasswordHash& hash, std::string_view password) {
    if (password.size() > password_bytes_max) return false;
    const auto digest = digest_of(hash, password, hash.digest.size());
    return digest && CRYPTO_memcmp(digest->data(), hash.digest.data(), digest->size()) == 0;
}

}  // namespace kreisel
