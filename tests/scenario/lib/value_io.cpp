#include "tests/scenario/lib/value_io.hpp"

#include "tests/scenario/lib/pattern.hpp"

#include <cstdint>

namespace kreisel::scenario {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const Blob& blob) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const std::uint8_t octet : blob.bytes) {
        bits = (bits << 8U) | octet;
        for (count += 8; count >= 6; count -= 6) {
            text.push_back(alphabet[(bits >> (count - 6)) & 63U]);
        }
    }
    if (count > 0) text.push_back(alphabet[(bits << (6 - count)) & 63U]);
    while (text.size() % 4 != 0) text.push_back('=');
    return text;
}

Blob from_base64(std::string_view text) {
    Blob blob;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        if (c == '=') break;
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) throw TextError("no base64: " + std::string(text));
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            blob.bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        }
    }
    return blob;
}

/// JSON's texts that stand for bytes become bytes, at any depth, or the other way round.
Value convert(const Value& value, bool to_bytes) {
    if (const auto* text = value.get_if<std::string>(); to_bytes && text != nullptr) {
        if (!text->empty() && text->front() == '\0') {
            return from_base64(std::string_view(*text).substr(1));
        }
    }
    if (const auto* blob = value.get_if<Blob>(); !to_bytes && blob != nullptr) {
        return std::string(1, '\0') + base64(*blob);
    }
    if (const auto* list = value.get_if<List>()) {
        List copy;
        for (const Value& element : *list) copy.push_back(convert(element, to_bytes));
        return copy;
    }
    if (const auto* dict = value.get_if<Dict>()) {
        Dict copy;
        for (const auto& [key, entry] : *dict) copy.append(key, convert(entry, to_bytes));
        return copy;
    }
    return value;
}

}  // namespace

std::string write_json(const Value& value) { return to_text(convert(value, false)); }

Value read_json(std::string_view bytes) { return convert(parse_json(bytes), true); }

std::string write_value(Encoding encoding, const Value& value) {
    switch (encoding) {
        case Encoding::json:
            return write_json(value);
        case Encoding::msgpack:
            return write_msgpack(value);
        case Encoding::cbor:
            return write_cbor(value);
    }
    return {};
}

Value read_value(Encoding encoding, std::string_view bytes) {
    switch (encoding) {
        case Encoding::json:
            return read_json(bytes);
        case Encoding::msgpack:
            return read_msgpack(bytes);
        case Encoding::cbor:
            return read_cbor(bytes);
    }
    return {};
}

}  // namespace kreisel::scenario
