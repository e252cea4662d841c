// Base64: three bytes are four characters; tables both ways.

#include "common/base/base64.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digits() {
    std::array<std::uint8_t, 256> digits{};
    for (auto& digit : digits) digit = no_digit;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return digits;
}

constexpr auto digits = make_digits();

[[nodiscard]] std::uint8_t digit_of(char c) { return digits[static_cast<unsigned char>(c)]; }

[[nodiscard]] char character_of(unsigned digit) { return alphabet[digit & 63U]; }

[[nodiscard]] std::size_t padding_of(std::string_view text) {
    if (text.empty() || text.back() != '=') return 0;
    return text[text.size() - 2] == '=' ? 2 : 1;
}

}  // namespace

void base64_encode_to(std::span<const std::uint8_t> bytes, char* out) {
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const unsigned group =
            unsigned{bytes[i]} << 16 | unsigned{bytes[i + 1]} << 8 | bytes[i + 2];
        *out++ = character_of(group >> 18);
        *out++ = character_of(group >> 12);
        *out++ = character_of(group >> 6);
        *out++ = character_of(group);
    }
    const std::size_t rest = bytes.size() - i;
    if (rest == 0) return;
    const unsigned second = rest == 2 ? bytes[i + 1] : 0U;
    const unsigned group = unsigned{bytes[i]} << 16 | second << 8;
    *out++ = character_of(group >> 18);
    *out++ = character_of(group >> 12);
    *out++ = rest == 2 ? character_of(group >> 6) : '=';
    *out++ = '=';
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string text(base64_size(bytes.size()), '\0');
    base64_encode_to(bytes, text.data());
    return text;
}

std::optional<std::size_t> base64_decoded_size(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.empty()) return 0;
    const std::size_t padding = padding_of(text);
    const std::string_view body = text.substr(0, text.size() - padding);
    for (const char c : body) {
        if (digit_of(c) == no_digit) return std::nullopt;
    }
    // The last character carries 2 or 4 bits that belong to no byte.
    const unsigned unused = padding == 2 ? 0x0fU : padding == 1 ? 0x03U : 0U;
    if ((digit_of(body.back()) & unused) != 0) return std::nullopt;
    return text.size() / 4 * 3 - padding;
}

void base64_decode_to(std::string_view text, std::uint8_t* out) {
    const std::size_t padding = padding_of(text);
    const std::string_view body = text.substr(0, text.size() - padding);
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : body) {
        bits = (bits << 6 | digit_of(c)) & 0xffffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = static_cast<std::uint8_t>(bits >> count);
        }
    }
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
    const std::optional<std::size_t> size = base64_decoded_size(text);
    if (!size) return std::nullopt;
    std::vector<std::uint8_t> bytes(*size);
    base64_decode_to(text, bytes.data());
    return bytes;
}

}  // namespace kreisel
