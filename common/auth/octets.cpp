#include "common/auth/octets.hpp"

#include "common/base/base64.hpp"
#include "common/base/check.hpp"

#include <openssl/sha.h>

namespace kreisel {

namespace {

[[nodiscard]] int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string to_hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * octets.size());
    for (const std::uint8_t octet : octets_of(octets)) {
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string octets;
    octets.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit_of(text[i]);
        const int low = digit_of(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        octets += static_cast<char>(high * 16 + low);
    }
    return octets;
}

std::optional<std::string> octets_from_base64(std::string_view text) {
    const auto octets = from_base64(text);
    if (!octets) return std::nullopt;
    return std::string(octets->begin(), octets->end());
}

std::string sha256(std::string_view octets) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(octets_of(octets).data(), octets.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

std::string exclusive_or(std::string_view left, std::string_view right) {
    CHECK(left.size() == right.size(), "exclusive or joins octets pair by pair");
    std::string result(left);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<char>(static_cast<unsigned char>(left[i]) ^
                                      static_cast<unsigned char>(right[i]));
    }
    return result;
}

}  // namespace kreisel
