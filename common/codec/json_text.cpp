#include "common/codec/json_text.hpp"

#include "common/codec/utf8.hpp"

namespace kreisel {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char escaped(char letter) {
    switch (letter) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return letter;  // quote, backslash, slash
    }
}

}  // namespace

int json_hex4(const char* digits) {
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = hex_digit(digits[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

std::string json_unescape(std::string_view inside) {
    std::string text;
    text.reserve(inside.size());
    std::size_t at = 0;
    while (at < inside.size()) {
        const std::size_t slash = inside.find('\\', at);
        text.append(inside.substr(at, slash - at));
        if (slash == std::string_view::npos) break;
        const char letter = inside[slash + 1];
        if (letter != 'u') {
            text.push_back(escaped(letter));
            at = slash + 2;
            continue;
        }
        auto character = static_cast<char32_t>(json_hex4(inside.data() + slash + 2));
        at = slash + 6;
        if (character >= 0xD800 && character <= 0xDBFF) {
            const auto low = static_cast<char32_t>(json_hex4(inside.data() + at + 2));
            character = 0x10000U + ((character - 0xD800U) << 10U) + (low - 0xDC00U);
            at += 6;
        }
        append_utf8(text, character);
    }
    return text;
}

}  // namespace kreisel
