#pragma once
// The types of the keys that WAMP defines in options and details (rfc/text, all chapters).
//
// A known key of the wrong type is a protocol violation of its sender; an unknown key passes, and
// so does null, which some clients send for "not set". Values outside a known set (an unknown match
// or invoke policy) are not judged here: they are the ERROR of that request, given by broker and
// dealer.

#include "common/base/result.hpp"
#include "common/wamp/messages.hpp"

namespace kreisel {

/// Checks options, details or extra of a message of `type`.
[[nodiscard]] Result<void> check_options(MessageType type, const Dict& options);

}  // namespace kreisel
