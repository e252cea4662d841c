#pragma once
// What the tests of client/values share: payloads as a peer sends them, and there and back.

#include "client/values/values.hpp"
#include "common/codec/codec.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>

namespace kreisel::values_test {

using namespace kreisel::client;

inline constexpr std::array all_encodings = {Encoding::json, Encoding::msgpack, Encoding::cbor};

/// The payload of JSON `elements`, `[1, 2]` or `[1, 2], {"a": 3}`, as it comes in `encoding`.
inline Payload payload_of(std::string_view elements, Encoding encoding = Encoding::json) {
    std::string text = R"([16,1,{},"t",)";
    text.append(elements).append("]");
    const auto message = decode(Encoding::json, SharedBytes::copy_of(text), {});
    BOOST_REQUIRE_MESSAGE(message, elements);
    Payload payload = *kreisel::payload_of(*message);
    payload.bytes = payload_bytes(payload, encoding);
    payload.encoding = encoding;
    return payload;
}

/// The payload after a way through the router's door, which must take it.
inline Payload arrived(const Payload& payload) {
    const Publish publish{RequestId(1), {}, "t", payload};
    ByteWriter writer;
    encode(Message(publish), payload.encoding, writer);
    const auto message = decode(payload.encoding, std::move(writer).take(), {});
    BOOST_REQUIRE_MESSAGE(message, "the door takes what the client writes");
    return *kreisel::payload_of(*message);
}

/// Whether `value` comes back as it was, as a T, in every encoding.
template <class T>
bool comes_back(const T& value) {
    bool is_same = true;
    for (const Encoding encoding : all_encodings) {
        const auto back = read_arguments<T>(arrived(make_arguments(encoding, value)));
        if (!back) BOOST_TEST_MESSAGE(to_text(encoding) << ": " << back.error().text());
        is_same = is_same && back && std::get<0>(*back) == value;
    }
    return is_same;
}

/// JSON `value` read as a T, "taken" or why not; the same in every encoding.
template <class T>
std::string verdict(std::string_view value) {
    std::string said;
    for (const Encoding encoding : all_encodings) {
        const auto read = read_arguments<T>(payload_of("[" + std::string(value) + "]", encoding));
        const std::string now = read ? "taken" : read.error().text();
        if (encoding == Encoding::json) said = now;
        if (now != said) said.append(" | ").append(now);
    }
    return said;
}

/// JSON `value` as a T, in every encoding.
template <class T>
T read_as(std::string_view value) {
    std::optional<T> first;
    for (const Encoding encoding : all_encodings) {
        auto read = read_arguments<T>(payload_of("[" + std::string(value) + "]", encoding));
        if (!read) BOOST_FAIL(value << ": " << read.error().text());
        if (first) BOOST_TEST((*first == std::get<0>(*read)), value);
        first = std::get<0>(std::move(*read));
    }
    return *first;
}

/// What `value` is in JSON.
template <class T>
std::string written(const T& value) {
    return std::string(make_arguments(Encoding::json, value).bytes.text());
}

}  // namespace kreisel::values_test
