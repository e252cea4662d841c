#include "tests/interop/kreisel_peer/forms.hpp"

#include "client/cli/json.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

namespace kreisel::interop {

namespace {

constexpr std::size_t long_size = 2000;
constexpr std::string_view sample = "Kreisel verbindet Autobahnen. Größe, 世界, 🚗. ";

std::string make_text(std::size_t size) {
    std::string text;
    while (text.size() + sample.size() <= size) text += sample;
    text.append(size - text.size(), 'x');
    return text;
}

Blob make_blob(std::size_t size) {
    Blob blob;
    blob.bytes.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
        blob.bytes[i] = static_cast<std::uint8_t>(i * 7 + (i >> 8U));
    }
    return blob;
}

std::uint32_t crc32(std::span<const std::uint8_t> octets) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < made.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) {
                value = (value & 1U) != 0 ? (value >> 1U) ^ 0xedb88320U : value >> 1U;
            }
            made.at(i) = value;
        }
        return made;
    }();
    std::uint32_t crc = 0xffffffffU;
    for (const std::uint8_t octet : octets) crc = (crc >> 8U) ^ table.at((crc ^ octet) & 0xffU);
    return crc ^ 0xffffffffU;
}

Blob from_hex(std::string_view hex) {
    Blob blob;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        std::uint8_t octet = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, octet, 16);
        blob.bytes.push_back(octet);
    }
    return blob;
}

std::string to_hex(const Blob& blob) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t octet : blob.bytes) {
        hex += digits[octet >> 4U];
        hex += digits[octet & 0xfU];
    }
    return hex;
}

Value digest(const char* kind, std::span<const std::uint8_t> octets) {
    return Dict{{"$digest", kind},
                {"size", static_cast<std::uint64_t>(octets.size())},
                {"crc", std::int64_t{crc32(octets)}}};
}

Value encode_text(const std::string& text) {
    if (text.size() <= long_size) return text;
    return digest("text", {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Value encode_blob(const Blob& blob) {
    if (blob.bytes.size() > long_size) return digest("bytes", blob.bytes);
    return Dict{{"$bytes", to_hex(blob)}};
}

Value encode_double(double number) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17g", number);
    return Dict{{"$float", text.data()}};
}

}  // namespace

Value decode_form(const Value& form) {
    if (const auto* list = form.get_if<List>()) return decode_forms(*list);
    const auto* dict = form.get_if<Dict>();
    if (dict == nullptr) return form;
    if (const auto text = dict->find_text("$int")) {
        return std::int64_t{std::strtoll(std::string(*text).c_str(), nullptr, 10)};
    }
    if (const auto text = dict->find_text("$float")) {
        return std::strtod(std::string(*text).c_str(), nullptr);
    }
    if (const auto text = dict->find_text("$bytes")) return from_hex(*text);
    if (const auto size = dict->find_uint("$text")) return make_text(*size);
    if (const auto size = dict->find_uint("$blob")) return make_blob(*size);
    return decode_forms(*dict);
}

List decode_forms(const List& forms) {
    List values;
    for (const Value& form : forms) values.push_back(decode_form(form));
    return values;
}

Dict decode_forms(const Dict& forms) {
    Dict values;
    for (const DictEntry& entry : forms) values.set(entry.key, decode_form(entry.value));
    return values;
}

Value encode_form(const Value& value) {
    if (const auto* list = value.get_if<List>()) return encode_form(*list);
    if (const auto* dict = value.get_if<Dict>()) return encode_form(*dict);
    if (const auto* text = value.get_if<std::string>()) return encode_text(*text);
    if (const auto* blob = value.get_if<Blob>()) return encode_blob(*blob);
    if (const auto* number = value.get_if<double>()) return encode_double(*number);
    if (const auto number = value.to_int()) return Dict{{"$int", std::to_string(*number)}};
    if (const auto number = value.to_uint()) return Dict{{"$int", std::to_string(*number)}};
    return value;
}

Value encode_form(const List& values) {
    List forms;
    for (const Value& value : values) forms.push_back(encode_form(value));
    return forms;
}

Value encode_form(const Dict& values) {
    Dict forms;
    for (const DictEntry& entry : values) forms.set(entry.key, encode_form(entry.value));
    return forms;
}

void say(const Dict& message) {
    std::puts(client::to_json(message).c_str());
    std::fflush(stdout);
}

}  // namespace kreisel::interop
