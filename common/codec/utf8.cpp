#include "common/codec/utf8.hpp"

#include <cstring>

namespace kreisel {

namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080U;

bool is_continuation(std::uint8_t octet) { return (octet & 0xC0U) == 0x80U; }

/// Lowest and highest second octet after `first` (RFC 3629, section 4).
struct SecondRange {
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
};

SecondRange second_range(std::uint8_t first) {
    switch (first) {
        case 0xE0:
            return {0xA0, 0xBF};  // below: overlong
        case 0xED:
            return {0x80, 0x9F};  // above: surrogates
        case 0xF0:
            return {0x90, 0xBF};  // below: overlong
        case 0xF4:
            return {0x80, 0x8F};  // above: beyond U+10FFFF
        default:
            return {};
    }
}

}  // namespace

std::size_t utf8_length(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return 0;
    const std::uint8_t first = bytes[0];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (bytes.size() < length) return 0;
    const SecondRange second = second_range(first);
    if (bytes[1] < second.low || bytes[1] > second.high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (!is_continuation(bytes[i])) return 0;
    }
    return length;
}

bool is_valid_utf8(std::span<const std::uint8_t> bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (bytes.size() - at >= 8) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, bytes.data() + at, 8);
            if ((eight & high_bits) == 0) {
                at += 8;
                continue;
            }
        }
        const std::size_t length = utf8_length(bytes.subspan(at));
        if (length == 0) return false;
        at += length;
    }
    return true;
}

void append_utf8(std::string& text, char32_t character) {
    const auto put = [&text](char32_t octet) { text.push_back(static_cast<char>(octet)); };
    if (character < 0x80) {
        put(character);
        return;
    }
    if (character < 0x800) {
        put(0xC0U | character >> 6U);
        put(0x80U | (character & 0x3FU));
        return;
    }
    if (character < 0x10000) {
        put(0xE0U | character >> 12U);
    } else {
        put(0xF0U | character >> 18U);
        put(0x80U | (character >> 12U & 0x3FU));
    }
    put(0x80U | (character >> 6U & 0x3FU));
    put(0x80U | (character & 0x3FU));
}

}  // namespace kreisel
