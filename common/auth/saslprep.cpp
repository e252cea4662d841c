#include "common/auth/saslprep.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace kreisel {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

/// Neither composed, nor replaced, nor forbidden by any rule of RFC 4013.
constexpr Range plain[] = {
    {0x20, 0x7E},     {0xA1, 0xA7},     {0xA9, 0xA9},     {0xAB, 0xAC},     {0xAE, 0xAE},
    {0xB0, 0xB1},     {0xB6, 0xB7},     {0xBB, 0xBB},     {0xBF, 0x131},    {0x134, 0x13E},
    {0x141, 0x148},   {0x14A, 0x17E},   {0x386, 0x386},   {0x388, 0x38A},   {0x38C, 0x38C},
    {0x38E, 0x3A1},   {0x3A3, 0x3CE},   {0x400, 0x481},   {0x48A, 0x4FF},   {0x531, 0x556},
    {0x561, 0x586},   {0x10D0, 0x10F6}, {0x20AC, 0x20AC}, {0x3041, 0x3096}, {0x30A1, 0x30FA},
    {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3},
};

/// RFC 3454 C.1.2: spaces other than the one of ASCII.
constexpr Range spaces[] = {{0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200B},
                            {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};

/// RFC 3454 B.1: commonly mapped to nothing.
constexpr Range invisible[] = {{0xAD, 0xAD},     {0x34F, 0x34F},   {0x1806, 0x1806},
                               {0x180B, 0x180D}, {0x200C, 0x200D}, {0x2060, 0x2060},
                               {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};

template <std::size_t size>
bool is_in(const Range (&ranges)[size], char32_t c) {
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// One code point of well-formed UTF-8 and its length; length 0: there is none.
struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;
};

CodePoint first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                                           : 0;
    if (size == 0 || size > text.size()) return {};
    constexpr std::array<unsigned, 4> lead_bits{0, 0x7F, 0x1F, 0x0F};
    char32_t value = lead & lead_bits[size];
    for (std::size_t i = 1; i < size; ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if ((octet & 0xC0U) != 0x80U) return {};
        value = value << 6U | (octet & 0x3FU);
    }
    const bool is_overlong = size == 3 && value < 0x800;
    return is_overlong ? CodePoint{} : CodePoint{value, size};
}

}  // namespace

std::optional<std::string> saslprep(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const CodePoint point = first_of(text);
        if (point.size == 0) return std::nullopt;
        if (is_in(spaces, point.value)) {
            result += ' ';
        } else if (is_in(plain, point.value)) {
            result += text.substr(0, point.size);
        } else if (!is_in(invisible, point.value)) {
            return std::nullopt;
        }
        text.remove_prefix(point.size);
    }
    return result;
}

}  // namespace kreisel
