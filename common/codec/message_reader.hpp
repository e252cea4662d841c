#pragma once
// From the scanned elements of a message to its struct: arity, types, ids, options and the slice
// that is its payload, by one table for all encodings (rfc/text/basic/messages). Pure.

#include "common/base/bytes.hpp"
#include "common/codec/scan.hpp"
#include "common/wamp/messages.hpp"

namespace kreisel {

/// `scanned` is what the scanner of `encoding` found in `bytes`.
[[nodiscard]] Result<Message> read_message(const ScannedMessage& scanned, Encoding encoding,
                                           const SharedBytes& bytes);

}  // namespace kreisel
