#pragma once
// The door: bytes become messages here, and messages bytes.
//
// decode() is strict. It refuses wrong arity and types, ids outside [1, 2^53], invalid UTF-8,
// nesting beyond the limit and declared lengths beyond the message, without allocating what a
// header claims; the error is always wamp.error.protocol_violation. Args and kwargs are validated
// and stay a slice of `bytes`. After decode() nothing can fail: encode() is total, also into
// another encoding.
//
//     Result<Message> message = decode(Encoding::json, bytes, {});
//     encode(*message, Encoding::cbor, writer);
//
// Pure; any thread.

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/wamp/messages.hpp"

#include <cstdint>

namespace kreisel {

struct DecodeLimits {
    /// Nesting of the whole message; the message's own list is level 1.
    unsigned depth_max = 64;
};

[[nodiscard]] Result<Message> decode(Encoding encoding, const SharedBytes& bytes,
                                     const DecodeLimits& limits);

/// Appends `message` to `writer`, its payload transcoded if it came in another encoding.
void encode(const Message& message, Encoding encoding, ByteWriter& writer);

/// Appends the message without its payload elements but open for them, and then, if `payload_bytes`
/// is not empty, these bytes as they are: for a payload that was transcoded before.
void encode_with_payload(const Message& message, Encoding encoding,
                         std::span<const std::uint8_t> payload_bytes, ByteWriter& writer);

/// `payload` in `encoding`: its own bytes if that is what it has, else a transcoded copy.
[[nodiscard]] SharedBytes payload_bytes(const Payload& payload, Encoding encoding);

/// A payload in `encoding` from values, for the router's own messages and for tests.
[[nodiscard]] Payload make_payload(const List& args, const Dict& kwargs = {},
                                   Encoding encoding = Encoding::msgpack);

/// Args and kwargs of a valid payload as values, for meta procedures and tests.
struct Arguments {
    List args;
    Dict kwargs;
};
[[nodiscard]] Arguments read_payload(const Payload& payload);

}  // namespace kreisel
