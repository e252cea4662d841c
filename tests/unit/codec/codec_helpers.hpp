#pragma once
// Short hands of the codec tests: bytes from hexadecimal text, values from JSON, decode and encode.

#include "common/codec/codec.hpp"
#include "common/codec/json.hpp"
#include "common/codec/value_sink.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::codec_test {

inline constexpr std::array all_encodings = {Encoding::json, Encoding::msgpack, Encoding::cbor};

inline std::vector<std::uint8_t> from_hex(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
    return bytes;
}

inline std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t octet : bytes) {
        hex += digits[octet >> 4U];
        hex += digits[octet & 15U];
    }
    return hex;
}

inline std::string file_text(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::span<const std::uint8_t> octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The list that trusted JSON `text` is.
inline List list_of(std::string_view text) {
    ValueBuilder builder;
    json_read(octets(text), builder);
    return builder.take_list();
}

/// The dict that trusted JSON `text` is.
inline Dict dict_of(std::string_view text) {
    ValueBuilder builder;
    json_read(octets(text), builder);
    return builder.take_dict();
}

inline Result<Message> decode_json(std::string_view text, unsigned depth_max = 64) {
    return decode(Encoding::json, SharedBytes::copy_of(text), {depth_max});
}

inline std::string encode_text(const Message& message, Encoding encoding = Encoding::json) {
    ByteWriter writer;
    encode(message, encoding, writer);
    return std::string(writer.text());
}

/// The bytes of a list of values in `encoding`, a message or not.
inline SharedBytes bytes_of(const List& list, Encoding encoding) {
    return make_payload(list, {}, encoding).bytes;
}

}  // namespace kreisel::codec_test
