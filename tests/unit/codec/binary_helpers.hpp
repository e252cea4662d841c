#pragma once
// Shared by the tests of MessagePack and CBOR: bytes from hex, scanners and readers by one name.

#include "common/codec/cbor.hpp"
#include "common/codec/json.hpp"
#include "common/codec/msgpack.hpp"
#include "common/codec/value_sink.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::binary_test {

using Bytes = std::vector<std::uint8_t>;

/// `hex` with blanks; `*N` behind a pair repeats that octet N times in all.
inline Bytes from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size();) {
        if (hex[i] == ' ') {
            ++i;
        } else if (hex[i] == '*') {
            std::size_t count = 0;
            for (++i; i < hex.size() && hex[i] != ' '; ++i) {
                count = count * 10 + static_cast<std::size_t>(hex[i] - '0');
            }
            bytes.resize(bytes.size() + count - 1, bytes.back());
        } else {
            bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
            i += 2;
        }
    }
    return bytes;
}

inline std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t octet : bytes) {
        hex += digits[octet >> 4];
        hex += digits[octet & 15];
    }
    return hex;
}

/// Why a scan refused, without the place; "taken" if it did not.
inline std::string verdict(const Result<ScannedMessage>& message) {
    if (message) return "taken";
    const std::string& text = message.error().text;
    const std::size_t start = text.find(": ") + 2;
    return text.substr(start, text.rfind(" at byte ") - start);
}

/// What `read` tells of `hex`, as JSON; several values with commas.
template <class Read>
std::string told_as_json(Read read, std::string_view hex) {
    const Bytes bytes = from_hex(hex);
    ByteWriter out;
    JsonWriter writer(out);
    read(std::span<const std::uint8_t>(bytes), writer);
    return std::string(out.text());
}

/// One line of a table: a message or value in hex, and what becomes of it.
struct Line {
    const char* hex;
    const char* expected;
};

}  // namespace kreisel::binary_test
