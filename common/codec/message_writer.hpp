#pragma once
// Messages written in any encoding, in parts: head, payload, end. A parcel keeps the payload apart.
// Pure.

#include "common/base/bytes.hpp"
#include "common/wamp/messages.hpp"

namespace kreisel {

/// Appends all of `message` before its payload; if it has one, the payload's bytes may follow as
/// they are.
void write_head(const Message& message, Encoding encoding, ByteWriter& out);

/// What closes a message in `encoding`, behind its payload.
[[nodiscard]] std::string_view message_end(Encoding encoding);

/// Appends `payload` in `encoding`.
void write_payload(const Payload& payload, Encoding encoding, ByteWriter& out);

}  // namespace kreisel
