#pragma once
// Payload: the arguments of a message as they came, for who passes them on or reads them himself.

#include "common/base/bytes.hpp"
#include "common/wamp/encoding.hpp"

#include <cstdint>

namespace kreisel {

/// Args and kwargs as one undecoded, validated run of bytes in the sender's encoding.
///
/// They are the last elements of every payload message, so one slice holds both: in JSON with the
/// comma between them, in MessagePack and CBOR back to back. Empty args without kwargs, and empty
/// kwargs, are elided by the decoder.
struct Payload {
    Encoding encoding = Encoding::json;  ///< of `bytes`
    /// 0: nothing, 1: args, 2: args and kwargs.
    std::uint8_t elements = 0;
    /// The one element is a byte string in the place of args (payload transparency of old clients).
    bool is_opaque = false;
    SharedBytes bytes;  ///< without the message around them

    /// Whether there are neither args nor kwargs.
    [[nodiscard]] bool empty() const { return elements == 0; }
};

}  // namespace kreisel
