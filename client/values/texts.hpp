#pragma once
// Text and binary data.
//
//     std::string, std::string_view, const char*  // text; must be UTF-8 to be sent
//     Blob, std::vector<std::uint8_t>, std::vector<std::byte>, std::array<std::uint8_t, 32>,
//     std::span<const std::byte>                  // binary data
//
// Views, spans and const char* can be sent but not received: nobody would own what they see. Text
// that is no UTF-8 throws Error("wamp.error.invalid_argument"), since the router would end the
// session of who sends it.

#include "client/values/traits.hpp"
#include "common/wamp/value.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::client {

namespace detail {

/// `text` if it is UTF-8; else throws Error.
[[nodiscard]] std::string_view sendable(std::string_view text);

/// The octets that something of octets holds.
template <class Octets>
[[nodiscard]] std::span<const std::uint8_t> as_octets(const Octets& octets) {
    return {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()};
}

/// Any type whose one octet each element is.
template <class Octets>
struct BinaryTraits {
    static std::string name() { return "binary data"; }
    template <class Sink>
    static void write(const Octets& octets, Sink& sink) {
        sink.on_binary(as_octets(octets));
    }
};

/// One that grows and can be read, too.
template <class Octets>
struct OwningBinaryTraits : BinaryTraits<Octets> {
    static bool read(ValueReader& in, Octets& octets) {
        const auto binary = in.cursor().read_binary();
        if (!binary) return in.mismatch<Octets>();
        const auto* start = reinterpret_cast<const typename Octets::value_type*>(binary->data());
        octets.assign(start, start + binary->size());
        return true;
    }
};

/// One of a size that is fixed.
template <class Octet, std::size_t size>
struct FixedBinaryTraits : BinaryTraits<std::array<Octet, size>> {
    using Octets = std::array<Octet, size>;

    static std::string name() { return "binary data of " + std::to_string(size) + " octets"; }
    static bool read(ValueReader& in, Octets& octets) {
        const auto binary = in.cursor().read_binary();
        if (!binary) return in.mismatch<Octets>();
        if (binary->size() != size) {
            return in.mismatch<Octets>(std::to_string(binary->size()) + " octets");
        }
        const auto* start = reinterpret_cast<const Octet*>(binary->data());
        std::copy(start, start + size, octets.begin());
        return true;
    }
};

/// Text that can be sent only.
template <class Text>
struct TextTraits {
    static std::string name() { return "text"; }
    template <class Sink>
    static void write(const Text& text, Sink& sink) {
        sink.on_text(sendable(text));
    }
};

}  // namespace detail

/// Text.
template <>
struct ValueTraits<std::string> : detail::TextTraits<std::string> {
    static bool read(ValueReader& in, std::string& value) {
        const auto text = in.cursor().read_text();
        if (!text) return in.mismatch<std::string>();
        value = *text;
        return true;
    }
};
/// Text that is sent.
template <>
struct ValueTraits<std::string_view> : detail::TextTraits<std::string_view> {};
/// Text that is sent, up to its zero.
template <>
struct ValueTraits<const char*> : detail::TextTraits<const char*> {};
/// Text that is sent, up to its zero.
template <>
struct ValueTraits<char*> : detail::TextTraits<char*> {};

/// Binary data of a Value.
template <>
struct ValueTraits<Blob> {
    static std::string name() { return "binary data"; }
    template <class Sink>
    static void write(const Blob& blob, Sink& sink) {
        sink.on_binary(blob.bytes);
    }
    static bool read(ValueReader& in, Blob& blob) {
        const auto binary = in.cursor().read_binary();
        if (!binary) return in.mismatch<Blob>();
        blob.bytes.assign(binary->begin(), binary->end());
        return true;
    }
};

/// Binary data.
template <>
struct ValueTraits<std::vector<std::uint8_t>>
    : detail::OwningBinaryTraits<std::vector<std::uint8_t>> {};
/// Binary data.
template <>
struct ValueTraits<std::vector<std::byte>> : detail::OwningBinaryTraits<std::vector<std::byte>> {};
/// Binary data of just this size, a key for example.
template <std::size_t size>
struct ValueTraits<std::array<std::uint8_t, size>> : detail::FixedBinaryTraits<std::uint8_t, size> {
};
/// Binary data of just this size, a key for example.
template <std::size_t size>
struct ValueTraits<std::array<std::byte, size>> : detail::FixedBinaryTraits<std::byte, size> {};
/// Binary data that is sent.
template <>
struct ValueTraits<std::span<const std::uint8_t>>
    : detail::BinaryTraits<std::span<const std::uint8_t>> {};
/// Binary data that is sent.
template <>
struct ValueTraits<std::span<std::uint8_t>> : detail::BinaryTraits<std::span<std::uint8_t>> {};
/// Binary data that is sent.
template <>
struct ValueTraits<std::span<const std::byte>> : detail::BinaryTraits<std::span<const std::byte>> {
};
/// Binary data that is sent.
template <>
struct ValueTraits<std::span<std::byte>> : detail::BinaryTraits<std::span<std::byte>> {};

}  // namespace kreisel::client
